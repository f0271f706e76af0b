"""The first tables, spelled out: a migration must not change when the code's table objects do."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None
branch_labels = depends_on = None

GUARD = "scope = current_setting('app.scope', true)"


def upgrade() -> None:
    """Make every table; on PostgreSQL, guard those that hold what patients say."""
    _scope()
    _row()
    _history()
    _applied()
    _people()
    _devices()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("row", "history", "applied"):
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY own ON "{table}" USING ({GUARD}) WITH CHECK ({GUARD})')


def _scope() -> None:
    op.create_table(
        "scope",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("head", sa.BigInteger, nullable=False),
        sa.Column("floor", sa.BigInteger, nullable=False),
    )


def _row() -> None:
    op.create_table(
        "row",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rev", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("mid", sa.Text),
        sa.Column("device", sa.Text),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "id"),
        sa.UniqueConstraint("scope", "seq", name="row_order"),
    )
    op.create_index("row_kind", "row", ["scope", "kind", "deleted"])


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("rev", sa.Text, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("mid", sa.Text),
        sa.Column("device", sa.Text),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "seq"),
    )


def _applied() -> None:
    op.create_table(
        "applied",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("mid", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("doc", sa.Text),
        sa.Column("rev", sa.Text),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "mid"),
    )


def _people() -> None:
    op.create_table(
        "patient",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("born", sa.Text, nullable=False),
    )
    op.create_table(
        "code",
        sa.Column("locator", sa.Text, primary_key=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("used_ms", sa.BigInteger),
        sa.Column("used_by", sa.Text),
    )


def _devices() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("thumb", sa.Text, nullable=False, unique=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("enrolled_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_ms", sa.BigInteger),
        sa.Column("revoked_ms", sa.BigInteger),
    )
    op.create_table(
        "access",
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("until_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("device", "scope"),
    )
    op.create_table(
        "token",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "secret",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Take everything away again: for tests only."""
    for table in ("secret", "token", "access", "device", "code", "patient"):
        op.drop_table(table)
    for table in ("applied", "history", "row", "scope"):
        op.drop_table(table)
