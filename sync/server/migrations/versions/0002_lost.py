"""Devices that were reported lost: since when, the signed order that waits for them, and that they obeyed."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"
branch_labels = depends_on = None


def upgrade() -> None:
    """Three columns that most devices leave empty."""
    op.add_column("device", sa.Column("lost_ms", sa.BigInteger))
    op.add_column("device", sa.Column("wipe", sa.Text))
    op.add_column("device", sa.Column("erased_ms", sa.BigInteger))


def downgrade() -> None:
    """Take them away again: for tests only."""
    for column in ("erased_ms", "wipe", "lost_ms"):
        op.drop_column("device", column)
