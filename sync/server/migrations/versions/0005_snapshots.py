"""Snapshots of scopes, in sealed segments; and whether this life of a scope is vouched for."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"
branch_labels = depends_on = None

GUARD = "scope = current_setting('app.scope', true)"


def upgrade() -> None:
    """Two tables, guarded as the others that hold what patients say, and a column."""
    op.add_column("scope", sa.Column("vouched", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_table(
        "snapshot",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("segments", sa.Text, nullable=False),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "epoch", "seq"),
    )
    op.create_table(
        "segment",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "hash"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("snapshot", "segment"):
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY own ON "{table}" USING ({GUARD}) WITH CHECK ({GUARD})')


def downgrade() -> None:
    """Take them away again: for tests only."""
    op.drop_table("segment")
    op.drop_table("snapshot")
    op.drop_column("scope", "vouched")
