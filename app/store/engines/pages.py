"""Plain SQLite (apsw) whose every page is sealed on its way to the disk: the interim on phones."""

from __future__ import annotations

import re
import sqlite3
import weakref

import apsw

from app.core.errors import NoCipher
from app.store.engines.apsw_face import Cursor, FaceConnection, Values, standard
from app.store.engines.pages_vfs import RESERVE, PageVfs

KEYS = re.compile(r"\s*PRAGMA\s+(\w+\.)?(hex)?(re)?key\b", re.IGNORECASE)


class PageConnection(FaceConnection):
    """A connection that takes its keys with it when it closes."""

    def __init__(self, inner: object, vfs: PageVfs) -> None:
        super().__init__(inner)
        self._forget = weakref.finalize(self, vfs.unregister)

    def execute(self, sql: str, values: Values = (), /) -> Cursor:
        """One statement; returns its cursor. SQLite would not mind a new key and not take it either, so we do."""
        if KEYS.match(sql):
            raise sqlite3.NotSupportedError("a file of sealed pages keeps its key")
        return super().execute(sql, values)

    def close(self) -> None:
        """Let the file go, and the keys."""
        super().close()
        self._forget()


@standard
def connect(path: str, key: bytes) -> PageConnection:
    """A connection to a file of sealed pages, each with room for its nonce and its tag."""
    vfs = PageVfs(key)
    try:
        inner = apsw.Connection(path, vfs=vfs.name)
    except BaseException:
        vfs.unregister()
        raise
    connection = PageConnection(inner, vfs)
    try:
        inner.reserve_bytes("main", RESERVE)
        if inner.open_vfs != vfs.name:
            raise NoCipher()
    except BaseException:
        connection.close()
        raise
    return connection
