"""SQLite3 Multiple Ciphers (apsw-sqlite3mc) in SQLCipher's file format, version 4."""

from __future__ import annotations

import apsw

from app.core.errors import NoCipher
from app.store.engines.apsw_face import FaceConnection, standard
from app.store.engines.formats import raw_key, refuse_sealed
from app.store.engines.whole import refuse_gaps

if not hasattr(apsw, "mc_version"):
    raise ImportError("this apsw has no ciphers")


@standard
def connect(path: str, key: bytes) -> FaceConnection:
    """A connection with the key given before anything is read, in the format that desktops read too.

    A database in memory takes no key here.
    """
    refuse_sealed(path)
    refuse_gaps(path)
    given = raw_key(path, key)
    inner = apsw.Connection(path)
    try:
        asked = [("cipher", "sqlcipher", "sqlcipher"), ("legacy", 4, "4"), ("key", given, "ok")]
        if path == ":memory:":
            asked.pop()
        if not all(str(inner.pragma(name, value)) == answer for name, value, answer in asked):
            raise NoCipher()
    except BaseException:
        inner.close(True)
        raise
    return FaceConnection(inner)
