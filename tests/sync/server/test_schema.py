"""The tables: what the migrations make is what the code expects, on both databases, up and down."""

from __future__ import annotations

import os
import stat

import sqlalchemy as sa
from alembic import command

from sync.server.database import Database
from sync.server.ledger import Ledger
from sync.server.schema import alembic, newest
from sync.server.tables import meta


def test_the_migrations_make_every_table_the_code_names(db_url):
    database = Database(db_url)
    inspector = sa.inspect(database.engine)
    for table in meta.sorted_tables:
        made = {one["name"]: one["nullable"] for one in inspector.get_columns(table.name)}
        assert made == {column.name: column.nullable for column in table.columns}, table.name
        keys = inspector.get_pk_constraint(table.name)["constrained_columns"]
        assert keys == [column.name for column in table.primary_key], table.name
    database.dispose()


def test_down_to_nothing_and_up_again(db_url):
    database = Database(db_url)
    config = alembic()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert sa.inspect(database.engine).get_table_names() == ["alembic_version"]
    database.migrate()
    assert database.revision() == newest()
    database.dispose()


def test_migrating_twice_is_fine(db_url):
    database = Database(db_url)
    database.migrate()
    database.migrate()
    database.dispose()


def test_sqlite_is_opened_carefully(sqlite_url):
    database = Database(sqlite_url)
    with database.directory() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        assert [connection.exec_driver_sql(f"PRAGMA {one}").scalar() for one in asked] == ["wal", 2, 1, 0]
    database.dispose()


def test_a_new_sqlite_file_and_its_companions_are_the_owners_alone(tmp_path):
    before = os.umask(0)
    try:
        database = Database(f"sqlite:///{tmp_path / 'c.db'}")
        database.migrate()
        database.begin("patient:a")
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
        database.dispose()
    finally:
        os.umask(before)
    assert modes == {"c.db": 0o600, "c.db-wal": 0o600, "c.db-shm": 0o600}


def test_writers_of_one_scope_queue_and_leave_no_gap(db_url):
    from concurrent.futures import ThreadPoolExecutor

    database = Database(db_url)
    database.begin("patient:a")

    def write(number):
        with database.unit("patient:a", write=True) as unit:
            ledger = Ledger(unit, 0)
            ledger.put(f"d{number}", "mood", "{}")
            ledger.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(60)))
    with database.unit("patient:a") as unit:
        seqs = [one for (one,) in unit.connection.exec_driver_sql('SELECT seq FROM "row" ORDER BY seq')]
    assert seqs == list(range(1, 61))
    database.dispose()
