"""How a node hears what other processes commit: another node, or a command such as `clinic import`.

One thread a node, whatever the number of those who wait. It runs until `stop`, and outlives whatever the database does.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sync.server.hints import Ear, Hints, mark

CHANNEL = "evenkeel"
EVERY = 1.0
AGAIN = 1.0
ALIVE = "connect_timeout=5 keepalives_idle=10 keepalives_interval=5 keepalives_count=3"
HEADS = "SELECT id, epoch, head FROM scope"


def file_ear(file: Path) -> Ear:
    """Looks once a second whether the SQLite file was changed, and then which scopes moved."""

    def listen(hints: Hints, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                _watch(file, hints, stop)
            except sqlite3.Error:
                hints.tell_all()
                stop.wait(AGAIN)

    return listen


def _watch(file: Path, hints: Hints, stop: threading.Event) -> None:
    connection = sqlite3.connect(file, timeout=5, isolation_level=None)
    try:
        seen, heads = -1, dict[str, tuple[str, int]]()
        while not stop.wait(EVERY):
            if not hints.waited_for():
                continue
            version = connection.execute("PRAGMA data_version").fetchone()[0]
            if version == seen:
                continue
            now = {id: (epoch, head) for id, epoch, head in connection.execute(HEADS)}
            for id in (id for id, head in now.items() if heads.get(id) != head):
                hints.tell(mark(id))
            seen, heads = version, now
    finally:
        connection.close()


def postgres_ear(address: str) -> Ear:
    """Listens to PostgreSQL on one connection of its own. `address` is a libpq URI."""

    def listen(hints: Hints, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                _listen(address, hints, stop)
            except (psycopg.Error, OSError):
                stop.wait(AGAIN)

    return listen


def _listen(address: str, hints: Hints, stop: threading.Event) -> None:
    there = make_conninfo(address, **conninfo_to_dict(ALIVE))
    with psycopg.connect(there, autocommit=True, application_name="evenkeel-hints") as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        hints.tell_all()
        while not stop.is_set():
            for notice in connection.notifies(timeout=EVERY):
                hints.tell(notice.payload)
