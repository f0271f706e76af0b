"""Brings the tables to this version, and on PostgreSQL lays the guards over them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sync.server import roles

MIGRATIONS = Path(__file__).parent / "migrations"
TURN = 0x4556454E  # one node migrates at a time


class Newer(Exception):
    """The tables were made by a newer version."""


class NotOurs(Exception):
    """The tables are behind, and this role may not change them."""


def alembic() -> Any:
    """Where the migrations lie, for alembic."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """The version that this code expects."""
    return str(_script().get_current_head())


def current(connection: sa.Connection) -> str | None:
    """The version of the tables, or None where there are none."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: sa.Connection) -> None:
    """Bring the tables to this version inside this transaction. Raises Newer, NotOurs."""
    if _known(current(connection)) == newest():
        return
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        _take_turn(connection)
    _run(connection)
    if postgres:
        roles.lay(connection)


def _script() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(alembic())


def _known(revision: str | None) -> str | None:
    from alembic.util import CommandError

    try:
        if revision is not None:
            _script().get_revision(revision)
    except CommandError:
        raise Newer from None
    return revision


def _take_turn(connection: sa.Connection) -> None:
    may = sa.text("select has_schema_privilege(current_schema(), 'CREATE')")
    if not connection.scalar(may):
        raise NotOurs
    connection.execute(sa.text("select pg_advisory_xact_lock(:turn)"), {"turn": TURN})


def _run(connection: sa.Connection) -> None:
    from alembic import command

    config = alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
