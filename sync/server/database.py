"""The only door to the database: SQLite by default, PostgreSQL by address, the same statements on both."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from sync.server import fence, roles, schema, tables
from sync.server.ears import CHANNEL, file_ear, postgres_ear
from sync.server.errors import (
    Absent,
    BadAddress,
    Behind,
    DatabaseError,
    FutureSchema,
    Moved,
    Taken,
    Unbound,
    Unreachable,
    Unwritable,
)
from sync.server.hints import Ear, Hints, mark, mode_of
from sync.server.patience import Patience

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "wal_autocheckpoint=4000",
)
"""A log of 16 MB: pages that change with every exchange are carried over once, not with each thousand pages."""
FAR = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
"""How long a server that says nothing is waited for: seconds, milliseconds."""
FULL = ("readonly", "read-only", "full", "denied", "unable to open", "disk i/o", "no space")
_STANDING = (
    "select rolsuper or rolbypassrls, has_schema_privilege(current_schema(), 'CREATE') "
    "from pg_roles where rolname = current_user"
)


@dataclass
class Unit:
    """One transaction inside one scope. Who changes what devices hear of sets `moved`."""

    connection: sa.Connection
    scope: str
    moved: bool = False


class Database:
    """One database. Every statement runs in a `unit` of one scope, or in the `directory`."""

    def __init__(self, url: str, hints: str | None = None) -> None:
        self.shown, address = _address(url)
        self.file = _file(address)
        self.engine = _engine(address)
        self.postgres = address.get_backend_name() == "postgresql"
        self.name = address.database or ""
        self._patience = Patience()
        self.hints = Hints(mode_of(hints), _ear(address))

    @contextlib.contextmanager
    def unit(self, scope: str, write: bool = False) -> Iterator[Unit]:
        """One transaction in one scope: the only way to what patients and clinic said. Who waits for it is told."""
        with self._transaction(write) as connection:
            self.enter(connection, scope)
            unit = Unit(connection, scope)
            yield unit
            if unit.moved and self.postgres and self.hints.mode == "auto":
                notify = sa.text("select pg_notify(:channel, :mark)")
                connection.execute(notify, {"channel": CHANNEL, "mark": mark(scope)})
        if unit.moved:
            self.hints.tell(mark(scope))

    def enter(self, connection: sa.Connection, scope: str | None) -> None:
        """From here to the end of this transaction PostgreSQL shows the rows of this scope, and of no other."""
        if self.postgres and scope is not None:
            connection.execute(sa.text("select set_config('app.scope', :s, true)"), {"s": scope})

    @contextlib.contextmanager
    def directory(self, write: bool = False) -> Iterator[sa.Connection]:
        """One transaction over the directory: who exists and who may reach what."""
        with self._transaction(write) as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, write: bool) -> Iterator[sa.Connection]:
        if not self._patience.allows():
            raise Unreachable(self.shown)
        try:
            with self.engine.connect().execution_options(write=write) as connection, connection.begin():
                self._patience.worked()
                yield connection
        except sa.exc.DBAPIError as error:
            raise self._translated(error) from None
        except sa.exc.TimeoutError:
            raise Unreachable(self.shown) from None

    def _translated(self, error: sa.exc.DBAPIError) -> DatabaseError:
        if isinstance(error, sa.exc.IntegrityError):
            return Taken(self.shown)
        said = str(error.orig).lower()
        if fence.REFUSAL in said:
            return Moved(self.shown, "another place")
        if any(word in said for word in FULL):
            return Unwritable(self.shown)
        if error.connection_invalidated or any(word in said for word in ("connect", "exist")):
            if self.postgres and isinstance(error, sa.exc.OperationalError):
                self._patience.failed()
            return Unreachable(self.shown)
        return DatabaseError(self.shown)

    def migrate(self, before: Callable[[sa.Connection], None] = lambda _: None) -> None:
        """Bring the tables to this version; a database from a newer one is left alone."""
        with self._transaction(write=True) as connection:
            before(connection)
            try:
                schema.upgrade(connection)
            except schema.Newer:
                raise FutureSchema(self.shown) from None
            except schema.NotOurs:
                raise Behind(self.shown) from None

    def revision(self) -> str | None:
        """The version of the tables, or None where there are none."""
        with self._transaction(write=False) as connection:
            return schema.current(connection)

    def own(self) -> None:
        """Make PostgreSQL's roles, hand the tables to their owner, and lay guards and grants. For an administrator."""
        self.migrate(roles.create)
        with self._transaction(write=True) as connection:
            roles.lay(connection)

    def bound(self) -> bool:
        """False for a role that may change the tables. Raises Unbound for one that row security does not bind."""
        if not self.postgres:
            return True
        with self._transaction(write=False) as connection:
            free, owns = connection.execute(sa.text(_STANDING)).one()
        if free:
            raise Unbound(self.shown)
        return not owns

    def stays(self) -> None:
        """Raises Moved for a clinic that has moved away, or is about to."""
        with self._transaction(write=False) as connection:
            there = sa.inspect(connection).has_table(tables.move.name)
            out = fence.leaving(connection) if there else None
        if out is not None:
            raise Moved(self.shown, out.place)

    def require(self) -> None:
        """Refuse to invent an empty database for a question about an existing one."""
        if self.file is not None and not self.file.exists():
            raise Absent(self.shown)

    def begin(self, scope: str) -> None:
        """Make the scope if it is new. Its epoch keeps revisions apart from those of any other life."""
        known = sa.select(tables.scope.c.id).where(tables.scope.c.id == scope)
        with self.directory() as connection:
            if connection.execute(known).first():
                return
        new = {"id": scope, "epoch": secrets.token_hex(4), "head": 0, "floor": 0, "vouched": True}
        with contextlib.suppress(Taken), self.unit(scope, write=True) as unit:
            unit.connection.execute(sa.insert(tables.scope), new)

    def copy_into(self, path: Path) -> None:
        """SQLite's own copy of one moment, into an empty file, while others read and write. Raises DatabaseError."""
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("VACUUM INTO ?", (str(path),))
        except sqlite3.Error:
            raise Unwritable(self.shown) from None
        finally:
            connection.close()

    def scopes(self) -> list[str]:
        """All scopes there are."""
        with self.directory() as connection:
            return list(connection.scalars(sa.select(tables.scope.c.id).order_by(tables.scope.c.id)))

    def dispose(self) -> None:
        """Close every connection."""
        self.hints.close()
        self.engine.dispose()


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


def _ear(address: sa.URL) -> Ear | None:
    if address.get_backend_name() == "postgresql":
        plain = address.set(drivername="postgresql")
        return postgres_ear(plain.render_as_string(hide_password=False))
    return file_ear(Path(address.database)) if address.database else None


def _engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() == "postgresql":
        return sa.create_engine(
            address, pool_size=8, max_overflow=4, pool_timeout=10, pool_pre_ping=True, hide_parameters=True,
            connect_args=FAR,
        )  # fmt: skip
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
