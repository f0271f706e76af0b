"""Where a clinic went to, and where it came from."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"
branch_labels = depends_on = None


def upgrade() -> None:
    """A table with two rows at most: `out` and `in`."""
    op.create_table(
        "move",
        sa.Column("way", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    """Take it away again: for tests only."""
    op.drop_table("move")
