"""Attachments: what each scope holds or is being sent, and its sealed parts."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"
branch_labels = depends_on = None


def upgrade() -> None:
    """Two tables of a scope's own. What is sealed does not shrink, so PostgreSQL need not try."""
    op.create_table(
        "blob",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("have", sa.BigInteger, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("touched_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "hash"),
    )
    op.create_table(
        "blob_part",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("scope", "hash", "n"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE blob_part ALTER COLUMN sealed SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Take them away again: for tests only."""
    op.drop_table("blob_part")
    op.drop_table("blob")
