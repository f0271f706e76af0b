"""Is every page of the file there? SQLCipher's format does not say.

A page beyond the end of the file, or one of nothing but zeros, is read as empty and not as damage: a long text
may then end in zeros without an error. So a file that was cut short beneath its log is refused before it is
opened (closing it would fill the gap), and pages of zeros can be looked for. Both need `secure_delete`, with which
no page stays unwritten. The layer of `pages` refuses such pages by itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import StoreDamaged

PAGE, LOG_HEAD, FRAME_HEAD = 4096, 32, 24
LOCKS = (1 << 30) // PAGE + 1  # SQLite never writes the page that holds its locks


def refuse_gaps(path: str) -> None:
    """Raise StoreDamaged when the log counts on pages that the database file has lost."""
    file, log = Path(path), Path(f"{path}-wal")
    if not log.exists() or not file.exists():
        return
    have, pages, logged = file.stat().st_size // PAGE, 0, set()
    for number, size in frames(log):
        logged.add(number)
        pages = size or pages
    if any(number not in logged and number != LOCKS for number in range(have + 1, pages + 1)):
        raise StoreDamaged()


def frames(log: Path) -> Iterator[tuple[int, int]]:
    """Page number and, at a commit, size of the database, of each frame of the log's present round."""
    with log.open("rb") as file:
        salts = file.read(LOG_HEAD)[16:24]
        while len(head := file.read(FRAME_HEAD)) == FRAME_HEAD and head[8:16] == salts:
            number, size = struct.unpack(">II", head[:8])
            yield number, size
            file.seek(PAGE, 1)


def empty_pages(path: Path) -> list[int]:
    """The numbers of pages that hold nothing but zeros: lost by the disk. Reads the whole file."""
    with path.open("rb") as file:
        pages = enumerate(iter(lambda: file.read(PAGE), b""), 1)
        return [number for number, page in pages if not any(page) and number != LOCKS]
