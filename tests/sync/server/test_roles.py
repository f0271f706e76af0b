"""PostgreSQL's roles: what the serving role cannot do though a statement be wrong; that no table is forgotten."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner
from house import serving

from sync.server import roles
from sync.server.cli import main
from sync.server.clinic import Clinic
from sync.server.database import Database, Unit
from sync.server.errors import Behind, Unbound
from sync.server.feed import Budget, _fill
from sync.server.ledger import Ledger
from sync.server.schema import alembic
from sync.server.tables import SCOPED, meta, row, scope

DENIED = (sa.exc.ProgrammingError, sa.exc.InternalError)


def as_role(url, role):
    return Database(url.replace("evenkeel_owner:@", f"{role}:@"))


@pytest.fixture
def api(postgres_url):
    """The serving role, over two patients with a document each and one that was replaced."""
    database = Database(serving(postgres_url))
    for name in ("patient:a", "patient:b"):
        database.begin(name)
        with database.unit(name, write=True) as unit:
            for body in ("{}", '{"n":1}'):
                ledger = Ledger(unit, 0)
                ledger.put(f"doc-{name}", "mood", body)
                ledger.close()
    yield database
    database.dispose()


def refused(database, statement):
    with pytest.raises(DENIED), database.engine.begin() as connection:
        connection.execute(sa.text("select set_config('app.scope', 'patient:a', true)"))
        connection.exec_driver_sql(statement)


def test_a_wrong_where_reads_no_other_scope(api):
    with api.unit("patient:a") as unit:
        mistaken = Unit(unit.connection, "patient:b")
        assert _fill(mistaken, 0, 99, Budget(1 << 20), ())[0] == []
        assert set(unit.connection.scalars(sa.select(row.c.scope))) == {"patient:a"}
        assert set(unit.connection.exec_driver_sql("SELECT scope FROM history").scalars()) == {"patient:a"}


def test_a_forgotten_where_changes_and_deletes_no_other_scope(api):
    with api.unit("patient:a", write=True) as unit:
        assert unit.connection.execute(sa.update(row).values(body="x")).rowcount == 1
        assert unit.connection.execute(sa.update(scope).values(head=0)).rowcount == 1
        assert unit.connection.execute(sa.delete(row)).rowcount == 1
    with api.unit("patient:b") as unit:
        assert unit.connection.scalar(sa.select(row.c.body)) == '{"n":1}'
        assert unit.connection.scalar(sa.select(scope.c.head).where(scope.c.id == "patient:b")) == 2


def test_outside_a_unit_there_is_nothing_to_see_and_no_counter_to_move(api):
    with api.directory(write=True) as connection:
        for table in SCOPED:
            assert connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one() == 0
        assert connection.execute(sa.update(scope).values(head=0)).rowcount == 0


FORBIDDEN = [
    "INSERT INTO \"row\" VALUES ('patient:b', 'x', 'mood', 'r', 9, false, 1, '{}', NULL, NULL, 0)",
    "UPDATE \"row\" SET scope = 'patient:b'",
    "INSERT INTO scope (id, epoch, head, floor) VALUES ('patient:c', 'e', 0, 0)",
    'ALTER TABLE "row" NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE "row" ADD COLUMN more text',
    'DROP POLICY own ON "row"',
    'TRUNCATE "row"',
    "CREATE TABLE mine (id text)",
    "SET ROLE evenkeel_owner",
    "INSERT INTO secret VALUES ('more', 'x')",
    "UPDATE secret SET value = ''",
    "INSERT INTO patient VALUES ('x', 'patient:x', 'X', '')",
    "INSERT INTO code VALUES ('AAAA', '', 'pa', 9999999999999, 0)",
    "UPDATE code SET secret = ''",
    "UPDATE device SET thumb = ''",
    "UPDATE access SET scope = 'patient:b'",
]


def test_the_serving_role_can_neither_leave_its_scope_nor_change_a_table_or_a_right(api):
    for statement in FORBIDDEN:
        refused(api, statement)


def test_the_serving_role_reads_the_secrets_it_needs_and_no_other(api, postgres_url):
    owner = Database(postgres_url)
    with owner.directory(write=True) as connection:
        connection.exec_driver_sql("INSERT INTO secret VALUES ('till', 'x')")
    with api.directory() as connection:
        seen = set(connection.exec_driver_sql("SELECT name FROM secret").scalars())
    assert seen == {"pepper", "cursor", "orders", "blobs"}
    owner.dispose()


def test_the_backup_role_reads_every_scope_and_writes_nothing(api, postgres_url):
    backup = as_role(postgres_url, roles.BACKUP)
    with backup.directory() as connection:
        assert set(connection.scalars(sa.select(row.c.scope))) == {"patient:a", "patient:b"}
        assert connection.exec_driver_sql("SELECT count(*) FROM secret").scalar_one() == 4
    refused(backup, 'DELETE FROM "row"')
    refused(backup, "SET TRANSACTION READ WRITE; DELETE FROM token")
    backup.dispose()


def scope_tables(connection):
    """Every table with a scope of its own in its key, as the database itself knows them."""
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        key = inspector.get_pk_constraint(table)["constrained_columns"]
        if key[:1] == ["scope"]:
            yield table


def test_every_scope_table_is_guarded_by_row(postgres_url):
    owner = Database(postgres_url)
    with owner.directory() as connection:
        found = set(scope_tables(connection))
        assert found == set(SCOPED)
        asked = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        assert found | {"scope"} == set(connection.exec_driver_sql(asked).scalars())
        whole = "SELECT tablename FROM pg_policies WHERE policyname = 'own' AND cmd = 'ALL'"
        whole += " AND qual LIKE '%app.scope%' AND with_check LIKE '%app.scope%'"
        assert found | {"scope"} == set(connection.scalars(sa.text(whole)))
    owner.dispose()


def test_every_other_table_says_what_the_serving_role_may_do_with_it():
    assert {*meta.tables, "alembic_version"} - set(SCOPED) == set(roles.DIRECTORY)


def test_a_role_that_no_row_security_binds_may_not_serve(postgres_url):
    admin = postgres_url.replace("evenkeel_owner:@", "postgres:@")
    for url in (admin, postgres_url.replace("evenkeel_owner:@", "evenkeel_backup:@")):
        database = Database(url)
        with pytest.raises(Unbound):
            database.bound()
        database.dispose()
    done = CliRunner().invoke(main, ["serve", "--db", admin, "--port", "8099"])
    assert done.exit_code == 1 and "sees every patient at once" in done.output


def test_the_owner_may_serve_with_a_warning_and_the_serving_role_without(postgres_url, sqlite_url):
    for url, bound in ((postgres_url, False), (serving(postgres_url), True), (sqlite_url, True)):
        database = Database(url)
        assert database.bound() is bound
        database.dispose()


def test_a_node_does_not_start_on_tables_that_are_behind(postgres_url):
    owner, api = Database(postgres_url), Database(serving(postgres_url))
    config = alembic()
    with owner.directory(write=True) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "-1")
    with pytest.raises(Behind):
        api.migrate()
    owner.migrate()
    api.migrate()
    with api.directory() as connection:
        for table in meta.tables:
            assert connection.scalar(sa.text("select has_table_privilege(:t, 'SELECT')"), {"t": table})
    owner.dispose()
    api.dispose()


def test_tables_of_an_earlier_owner_are_taken_over_and_doing_it_twice_changes_nothing(postgres_url):
    admin = Clinic(postgres_url.replace("evenkeel_owner:@", "postgres:@"))
    with admin.database.directory(write=True) as connection:
        for table in (*meta.tables, "alembic_version"):
            connection.exec_driver_sql(f'ALTER TABLE "{table}" OWNER TO postgres')
    before = admin.keys()
    for _ in range(2):
        done = CliRunner().invoke(main, ["roles", "--db", admin.database.shown])
        assert done.exit_code == 0, done.output
    with admin.database.directory() as connection:
        owners = set(
            connection.exec_driver_sql("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")
        )
    assert owners == {(roles.OWNER,)} and admin.keys() == before
    admin.dispose()
    api = Database(serving(postgres_url))
    refused(api, "CREATE TEMP TABLE mine (id text)")
    api.dispose()


def test_the_statements_for_an_administrator_can_be_read_first(postgres_url, sqlite_url):
    said = CliRunner().invoke(main, ["roles", "--sql", "--db", postgres_url]).output
    assert all(f"CREATE ROLE {name}" in said for name in (roles.OWNER, roles.API, roles.BACKUP))
    done = CliRunner().invoke(main, ["roles", "--db", sqlite_url])
    assert done.exit_code == 1 and "SQLite has no roles" in done.output
