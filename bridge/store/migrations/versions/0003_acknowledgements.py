"""What partners say of what was sent, and until when they are to say it"""

import sqlalchemy as sa
from alembic import op

import bridge.store.types


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('acknowledgement',
    sa.Column('delivery_id', bridge.store.types.BigInt(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('due_at', bridge.store.types.Instant(), nullable=True),
    sa.Column('received_at', bridge.store.types.Instant(), nullable=True),
    sa.Column('acknowledged_at', bridge.store.types.Instant(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=True),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.Column('document_id', bridge.store.types.BigInt(), nullable=True),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_acknowledgement_delivery_id')),
    sa.PrimaryKeyConstraint('delivery_id', name=op.f('pk_acknowledgement')),
    sqlite_strict=True
    )
    for name, column, state in (
        ('ix_acknowledgement_awaited', 'due_at', 'awaited'),
        ('ix_acknowledgement_overdue', 'delivery_id', 'overdue'),
    ):
        where = sa.text(f"state = '{state}'")
        op.create_index(
            name, 'acknowledgement', [column], unique=False, sqlite_where=where, postgresql_where=where
        )
