"""The database drivers behind `app.store.engine`, a module each. One whose driver is missing does not import.

sqlcipher   sqlcipher3: desktops and kiosks
mc          apsw-sqlite3mc, writing SQLCipher's file format: what phones shall carry
pages       plain apsw; our own layer seals each page on its way to the disk: what phones carry until then

Each has `connect(path, key)`: a connection shaped like sqlite3's, in sqlite3's older transaction mode and with
sqlite3's exceptions, to which the key was given. It raises NoCipher rather than hand out one that would write
plain text. `sqlcipher` and `mc` read each other's files; a file of `pages` opens with `pages` only. The two others
refuse to touch one (`formats`), and a phone that changes to `mc` moves it first (`app/store/moving.py`).
"""

from __future__ import annotations

from typing import Any, Protocol


class Connection(Protocol):
    """What the store and sqlite-utils use of a connection."""

    isolation_level: str | None

    @property
    def in_transaction(self) -> bool:
        """True between BEGIN and COMMIT."""

    def execute(self, sql: str, values: Any = ..., /) -> Any:
        """One statement; returns its cursor."""

    def executemany(self, sql: str, rows: Any, /) -> Any:
        """One statement for each of `rows`."""

    def executescript(self, sql: str, /) -> Any:
        """Several statements."""

    def commit(self) -> None:
        """Keep what was written."""

    def rollback(self) -> None:
        """Forget what was written."""

    def close(self) -> None:
        """Let the file go."""
