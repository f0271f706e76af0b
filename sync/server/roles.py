"""Who may do what on PostgreSQL: one role that owns the tables, one that serves, one that makes backups.

The serving role reaches a scope's rows only inside a unit of that scope, whatever a statement's WHERE says, and changes
no table. The backup role reads everything, and that is all it does: `pg_dump` needs to see every scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from sync.server.tables import SCOPED, SECRETS, meta

OWNER, API, BACKUP = "evenkeel_owner", "evenkeel_api", "evenkeel_backup"
INSIDE = "current_setting('app.scope', true)"
EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
DIRECTORY: Mapping[str, str] = {
    "alembic_version": "SELECT",
    "scope": "SELECT, INSERT, UPDATE",
    "patient": "SELECT",
    "code": "SELECT, UPDATE (tries, used_ms, used_by)",
    "device": "SELECT, INSERT, UPDATE (label, seen_ms, revoked_ms, lost_ms, wipe, erased_ms)",
    "access": "SELECT, INSERT, DELETE",
    "token": "SELECT, INSERT, DELETE",
    "secret": "SELECT",
    "proof": "SELECT, INSERT, DELETE",
    "move": "SELECT",
    "due": "SELECT, INSERT, DELETE",
    "pull": "SELECT",
}
"""What the serving role may do with the tables of the directory. Scope tables are open to it, inside their scope."""

_PLAIN = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
_MADE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} {rights};
  ELSIF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}'
      AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls <> {sees_all})) THEN
    ALTER ROLE {role} {rights};
  END IF;
END $$"""


def creation(database: str) -> list[str]:
    """The statements that make the roles and give them their database, for whoever administers the server."""
    name = '"' + database.replace('"', '""') + '"'
    made = [
        _MADE.format(role=role, rights=f"{_PLAIN} {word}BYPASSRLS", sees_all="false" if word else "true")
        for role, word in ((OWNER, "NO"), (API, "NO"), (BACKUP, ""))
    ]
    return [
        *made,
        f"ALTER ROLE {BACKUP} SET default_transaction_read_only = on",
        f"GRANT {OWNER} TO CURRENT_USER",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {name} TO {OWNER}, {API}, {BACKUP}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {OWNER}, {API}, {BACKUP}",
        f"GRANT CREATE ON SCHEMA public TO {OWNER}",
    ]


def create(connection: sa.Connection) -> None:
    """Make the roles, hand the tables there are to the owner, and be the owner for the rest of this transaction."""
    database = str(connection.scalar(sa.text("select current_database()")))
    for statement in creation(database):
        connection.exec_driver_sql(statement)
    for table in _there(connection):
        connection.exec_driver_sql(f'ALTER TABLE "{table}" OWNER TO {OWNER}')
    connection.exec_driver_sql(f"SET LOCAL ROLE {OWNER}")


def lay(connection: sa.Connection) -> None:
    """Lay every guard and grant anew. Doing it again changes nothing; grants wait until there are roles."""
    made = connection.scalar(sa.text("select count(*) from pg_roles where rolname in (:api, :backup)"),
                             {"api": API, "backup": BACKUP})  # fmt: skip
    for statement in (*guards(), *(grants() if made == 2 else ())):
        connection.exec_driver_sql(statement)


def guards() -> Iterator[str]:
    """Row security: a scope's rows for its own unit, the list of scopes for all, a secret for who needs it."""
    for table in SCOPED:
        yield from _forced(table)
        yield from _policy(table, "own", f"USING (scope = {INSIDE}) WITH CHECK (scope = {INSIDE})")
    yield from _forced("scope")
    yield from _policy("scope", "seen", "FOR SELECT USING (true)")
    yield from _policy("scope", "own", f"USING (id = {INSIDE}) WITH CHECK (id = {INSIDE})")
    yield 'ALTER TABLE "secret" ENABLE ROW LEVEL SECURITY'


def grants() -> Iterator[str]:
    """What the serving role and the backup role may do with each table."""
    for table in (*meta.tables, "alembic_version"):
        yield f'REVOKE ALL ON "{table}" FROM PUBLIC, {API}, {BACKUP}'
        yield f'GRANT {DIRECTORY.get(table, EVERYTHING)} ON "{table}" TO {API}'
        yield f'GRANT SELECT ON "{table}" TO {BACKUP}'
    named = ", ".join(f"'{name}'" for name in SECRETS)
    yield from _policy("secret", "serving", f"FOR SELECT TO {API} USING (name IN ({named}))")


def _forced(table: str) -> Iterator[str]:
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'


def _policy(table: str, name: str, says: str) -> Iterator[str]:
    yield f'DROP POLICY IF EXISTS {name} ON "{table}"'
    yield f'CREATE POLICY {name} ON "{table}" {says}'


def _there(connection: sa.Connection) -> list[str]:
    ours = {*meta.tables, "alembic_version"}
    return [name for name in sa.inspect(connection).get_table_names() if name in ours]
