"""Which proofs were seen before, so that a request that was overheard cannot be sent again.

A proof lives as long as its nonce. One process remembers by itself, and its nonces are of no use to the next one.
Several nodes on one PostgreSQL remember there: what one node has seen, no other accepts.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from typing import Protocol

import sqlalchemy as sa

from sync.server.database import Database
from sync.server.tables import proof

WINDOW = 300
KEPT = 3
"""Windows in which a nonce may count: the one before its own, its own, and the one after."""

_FIRST = sa.text(
    "with hurry as (select set_config('synchronous_commit', 'off', true) as word) "
    "insert into proof (seen, until_ms) select :seen, :until from hurry where word = 'off' "
    "on conflict (seen) do nothing"
)
_TURN = sa.text("select pg_try_advisory_xact_lock(0x50524f4f)")


class Replays(Protocol):
    """A memory of proofs; `salt` goes into the nonces it stands for."""

    salt: str

    def first(self, mark: str, now: float, connection: sa.Connection) -> bool:
        """True when this mark was not seen while its nonce counts. `now` in seconds; `connection` of the directory."""
        ...


class InProcess:
    """The memory of a process that is alone with its database."""

    def __init__(self) -> None:
        self.salt = secrets.token_hex(8)
        self._seen: dict[int, set[str]] = {}
        self._lock = threading.Lock()

    def first(self, mark: str, now: float, connection: sa.Connection) -> bool:
        """True when this process has not seen it. What no nonce can bring back is forgotten."""
        window = int(now // WINDOW)
        with self._lock:
            self._seen = {at: marks for at, marks in self._seen.items() if abs(window - at) < KEPT}
            if any(mark in marks for marks in self._seen.values()):
                return False
            self._seen.setdefault(window, set()).add(mark)
            return True


class Shared:
    """The memory of all nodes of one PostgreSQL. A mark need not outlive a crash of the database itself."""

    salt = ""

    def __init__(self) -> None:
        self._swept = 0

    def first(self, mark: str, now: float, connection: sa.Connection) -> bool:
        """True when no node has seen it. It is remembered when the transaction ends well."""
        self._sweep(connection, now)
        seen = {"seen": mark, "until": int((now + KEPT * WINDOW) * 1000)}
        return connection.execute(_FIRST, seen).rowcount == 1

    def _sweep(self, connection: sa.Connection, now: float) -> None:
        """Once in a while one node at a time takes away what no nonce can bring back."""
        window = int(now // WINDOW)
        if window != self._swept and connection.scalar(_TURN):
            self._swept = window
            connection.execute(sa.delete(proof).where(proof.c.until_ms < int(now * 1000)))


def replays_of(database: Database) -> Replays:
    """The memory that fits the database."""
    return Shared() if database.postgres else InProcess()


def mark_of(thumb: str, jti: str) -> str:
    """The mark of one proof of one key."""
    return hashlib.sha256(f"{thumb} {jti}".encode()).hexdigest()[:40]
