"""How far each FHIR server was pulled from, by type, and where a walk was cut."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"
branch_labels = depends_on = None


def upgrade() -> None:
    """One small table: a row for each server, patient (or none) and type."""
    op.create_table(
        "pull",
        sa.Column("server", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("until_ms", sa.BigInteger),
        sa.Column("next", sa.Text),
        sa.Column("asof_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("server", "patient", "type"),
    )


def downgrade() -> None:
    """Take it away again: for tests only."""
    op.drop_table("pull")
