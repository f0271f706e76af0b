"""Which of the two formats is a file in, and how does a new one of SQLCipher's begin?

A driver that meets the other format reads nonsense, and may take the log beside it for an empty one and remove it as
it closes. So each file is looked at before a driver may touch it.
"""

from __future__ import annotations

from pathlib import Path

from app.core.errors import StoreDamaged

PAGE = 4096
SEALED = b"\0\0\0\1"  # the version at the end of each page of `pages`
LOOKED_AT = 8
SALT = b"Evenkeel record\0"


def is_sealed(path: Path) -> bool:
    """True for a file of sealed pages. In SQLCipher's format those bytes are a part of a checksum: one in 2^32."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        pages = [file.read(PAGE) for _ in range(LOOKED_AT)]
    return any(len(page) == PAGE and page.endswith(SEALED) for page in pages)


def refuse_sealed(path: str) -> None:
    """Raise StoreDamaged for a file of sealed pages, before SQLCipher's format is looked for in it."""
    if is_sealed(Path(path)):
        raise StoreDamaged()


def raw_key(path: str, key: bytes) -> str:
    """The key as SQLCipher takes it. A new file is given its salt, which is no secret and always the same.

    The key is random and its own, so a salt adds nothing to it; but every page needs the salt that the first page
    holds, and one that is known lets the other pages be read when the first is lost.
    """
    file = Path(path)
    is_new = path != ":memory:" and (not file.exists() or not file.stat().st_size)
    return f"x'{key.hex()}{SALT.hex() if is_new else ''}'"
