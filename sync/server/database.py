"""The only door to the database: SQLite by default, PostgreSQL by address, the same statements on both."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from sync.server import tables
from sync.server.errors import Absent, BadAddress, DatabaseError, FutureSchema, Unreachable, Unwritable

MIGRATIONS = Path(__file__).parent / "migrations"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")


@dataclass(frozen=True)
class Unit:
    """One transaction inside one scope."""

    connection: sa.Connection
    scope: str


class Database:
    """One database. Every statement runs in a `unit` of one scope, or in the `directory`."""

    def __init__(self, url: str) -> None:
        self.shown, address = _address(url)
        self.file = _file(address)
        self.engine = _engine(address)
        self.postgres = address.get_backend_name() == "postgresql"

    @contextlib.contextmanager
    def unit(self, scope: str, write: bool = False) -> Iterator[Unit]:
        """One transaction in one scope: the only way to what patients and clinic said."""
        with self._transaction(write) as connection:
            if self.postgres:
                connection.execute(sa.text("select set_config('app.scope', :s, true)"), {"s": scope})
            yield Unit(connection, scope)

    @contextlib.contextmanager
    def directory(self, write: bool = False) -> Iterator[sa.Connection]:
        """One transaction over the directory: who exists and who may reach what."""
        with self._transaction(write) as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, write: bool) -> Iterator[sa.Connection]:
        try:
            with self.engine.connect().execution_options(write=write) as connection, connection.begin():
                yield connection
        except sa.exc.DBAPIError as error:
            raise self._translated(error) from None

    def _translated(self, error: sa.exc.DBAPIError) -> DatabaseError:
        said = str(error.orig).lower()
        if any(word in said for word in ("readonly", "read-only", "full", "denied", "unable to open")):
            return Unwritable(self.shown)
        if error.connection_invalidated or any(word in said for word in ("connect", "exist")):
            return Unreachable(self.shown)
        return DatabaseError(self.shown)

    def migrate(self) -> None:
        """Bring the tables to this version; a database from a newer one is left alone."""
        from alembic import command
        from alembic.util import CommandError

        config = _alembic()
        with self._transaction(write=True) as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError:
                raise FutureSchema(self.shown) from None

    def revision(self) -> str | None:
        """The version of the tables, or None where there are none."""
        from alembic.runtime.migration import MigrationContext

        with self._transaction(write=False) as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def require(self) -> None:
        """Refuse to invent an empty database for a question about an existing one."""
        if self.file is not None and not self.file.exists():
            raise Absent(self.shown)
        self.migrate()

    def begin(self, scope: str) -> None:
        """Make the scope if it is new. Its epoch keeps revisions apart from those of any other life."""
        known = sa.select(tables.scope.c.id).where(tables.scope.c.id == scope)
        with self.directory() as connection:
            if connection.execute(known).first():
                return
        new = {"id": scope, "epoch": secrets.token_hex(4), "head": 0, "floor": 0}
        with contextlib.suppress(sa.exc.IntegrityError), self.engine.begin() as connection:
            connection.execute(sa.insert(tables.scope), new)

    def scopes(self) -> list[str]:
        """All scopes there are."""
        with self.directory() as connection:
            return list(connection.scalars(sa.select(tables.scope.c.id).order_by(tables.scope.c.id)))

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _alembic() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _address(url: str) -> tuple[str, sa.URL]:
    """The address without its password, to show; and the address with the driver, to use."""
    if url.startswith("postgres://"):
        url = "postgresql" + url.removeprefix("postgres")
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise BadAddress(url.split("@")[-1]) from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadAddress(address.render_as_string())
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return address.render_as_string(), address


def _file(address: sa.URL) -> Path | None:
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def _engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() == "postgresql":
        return sa.create_engine(
            address, pool_size=8, max_overflow=4, pool_pre_ping=True, hide_parameters=True
        )
    engine = sa.create_engine(
        address, pool_size=8, max_overflow=4, connect_args={"timeout": 15}, hide_parameters=True
    )
    event.listen(engine, "do_connect", lambda *_: _private(address))
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _private(address: sa.URL) -> None:
    """Make a new file readable by its owner alone; SQLite gives its companions the same permissions.

    A file that exists is never opened here: closing it would drop this process's locks on it.
    """
    name = address.database or ":memory:"
    if name != ":memory:" and not name.startswith("file:"):
        with contextlib.suppress(OSError):
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
