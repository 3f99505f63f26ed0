"""Seals over what is append only"""

import sqlalchemy as sa
from alembic import op

import bridge.store.types


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('seal',
    sa.Column('trail', sa.Text(), nullable=False),
    sa.Column('first_id', bridge.store.types.BigInt(), autoincrement=False, nullable=False),
    sa.Column('last_id', bridge.store.types.BigInt(), nullable=False),
    sa.Column('rows', bridge.store.types.BigInt(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('at', bridge.store.types.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('trail', 'first_id', name=op.f('pk_seal')),
    sqlite_strict=True
    )
