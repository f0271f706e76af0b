"""Proofs that any node has seen, so that none accepts them again."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"
branch_labels = depends_on = None


def upgrade() -> None:
    """One small table that empties itself."""
    op.create_table(
        "proof",
        sa.Column("seen", sa.Text, primary_key=True),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("proof_until", "proof", ["until_ms"])


def downgrade() -> None:
    """Take it away again: for tests only."""
    op.drop_table("proof")
