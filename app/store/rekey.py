"""A new data key for the whole database: every page copied into a new file, which is proved before it counts.

Not in place: on a full disk SQLCipher's own `PRAGMA rekey` changes nothing and says that all is well, and the only
key that opens the record would be thrown away.
"""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from app.store import renew

KEY_BYTES = 32


def prepare(db: Database, path: Path, key: bytes) -> Path:
    """The same database under another key, in a new file beside `path`: whole, read again, on the disk.

    The database is left at rest, to be closed. Raises StoreBusy, StoreDamaged, StoreFull; then it goes on as it was.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a 32-byte key")
    with renew.room_named(), renew.at_rest(db.conn):
        new = renew.beside(path)
        try:
            copy_pages(db, new, key)
            renew.prove(new, key)
            renew.settle_on_disk(new)
        except BaseException:
            renew.forget(new)
            raise
    return new


def copy_pages(db: Database, new: Path, key: bytes) -> None:
    """Every page as it is, encrypted anew."""
    target = renew.connect(new, key)
    try:
        target.execute("PRAGMA user_version = 1").fetchall()
        db.conn.backup(target)
    finally:
        target.close()
