"""Results that a patient asked to see later, and when the first of a scope's is due."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"
branch_labels = depends_on = None

GUARD = "scope = current_setting('app.scope', true)"


def upgrade() -> None:
    """One table of a scope's own, guarded; one of the directory, which says no more than a scope and a time."""
    op.create_table(
        "held",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sort", sa.Text, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "id"),
    )
    op.create_table(
        "due",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE held ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE held FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own ON held USING ({GUARD}) WITH CHECK ({GUARD})")


def downgrade() -> None:
    """Take them away again: for tests only."""
    op.drop_table("due")
    op.drop_table("held")
