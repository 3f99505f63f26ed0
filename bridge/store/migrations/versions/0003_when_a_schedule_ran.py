"""When a row of the schedule was last worked."""

import sqlalchemy as sa
from alembic import op

import bridge.store.types


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('schedule', sa.Column('ran_at', bridge.store.types.BigInt(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.drop_column('ran_at')
