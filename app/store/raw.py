"""The pages of an encrypted database file, read without the database: what proves genuine, and nothing else.

An engine stops at the first page that does not prove genuine. Salvage wants all the others, and the integrity check
wants to know which it was, so this reads the file itself: the pages, and over them what the write-ahead log committed.
Nothing is opened for writing. Two formats: SQLCipher 4's (raw key) and the one of `engines/pages.py`.

SQLCipher 4: the file begins with a 16-byte salt. Every 4096-byte page ends with a 16-byte IV and HMAC-SHA512 over
ciphertext, IV and page number (little-endian, 4 bytes); AES-256-CBC under the raw key. The HMAC key is
PBKDF2-HMAC-SHA512(key, salt XOR 0x3a…, 2 rounds, 32 bytes). On page 1 the salt stands for the first 16 bytes.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.core.errors import StoreDamaged
from app.store.engine import engine_name
from app.store.engines import formats

PAGE, LOG_HEAD, FRAME_HEAD = 4096, 32, 24
SALT, TAIL, MAC = 16, 80, 64
MAGIC = b"SQLite format 3\0"
BIG_ENDIAN = 0x377F0683
ENOUGH = 64


class Opener(Protocol):
    """What opens one page of a format."""

    reserve: int

    def page(self, number: int, data: bytes, log_offset: int = -1) -> bytes | None:
        """A page as SQLite knows it, or None when it does not prove genuine. In the log, where it lies there."""

    def head(self, head: bytes) -> bytes:
        """The head of a log frame as SQLite wrote it."""

    def summed(self, data: bytes, page: bytes) -> bytes:
        """What the log's checksums are made of: the page as it lies there, or as SQLite knows it."""


class CipherPages:
    """SQLCipher's pages."""

    reserve = TAIL

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._key, self.salt = key, salt
        self._mac = hashlib.pbkdf2_hmac("sha512", key, bytes(one ^ 0x3A for one in salt), 2, 32)

    def page(self, number: int, data: bytes, log_offset: int = -1) -> bytes | None:
        """A page as SQLite knows it, or None."""
        start = SALT if number == 1 else 0
        said = data[start:-MAC] + struct.pack("<I", number & 0xFFFFFFFF)
        if len(data) != PAGE or not hmac.compare_digest(hmac.digest(self._mac, said, "sha512"), data[-MAC:]):
            return None
        opened = Cipher(algorithms.AES(self._key), modes.CBC(data[-TAIL:-MAC])).decryptor()
        return MAGIC[:start] + opened.update(data[start:-TAIL]) + bytes(TAIL)

    def head(self, head: bytes) -> bytes:
        """Heads are clear."""
        return head

    def summed(self, data: bytes, page: bytes) -> bytes:
        """Ciphertext."""
        return data


class SealedPages:
    """The pages of `engines/pages.py`."""

    reserve = 32

    def __init__(self, key: bytes) -> None:
        from app.store.engines.pages_vfs import Seal

        self._seal = Seal(key)

    def page(self, number: int, data: bytes, log_offset: int = -1) -> bytes | None:
        """A page as SQLite knows it, or None."""
        from cryptography.exceptions import InvalidTag

        place = (b"db", (number - 1) * PAGE) if log_offset < 0 else (b"log", log_offset)
        try:
            return self._seal.open(*place, data) if len(data) == PAGE else None
        except InvalidTag:
            return None

    def head(self, head: bytes) -> bytes:
        """Salts and checksums are masked."""
        return self._seal.unmask(head)

    def summed(self, data: bytes, page: bytes) -> bytes:
        """Plain text."""
        return page


class Pages:
    """All pages of the database at `path` as of its last whole transaction. Use it with `with`."""

    def __init__(self, path: Path, key: bytes) -> None:
        log = path.with_name(path.name + "-wal")
        self._file = path.open("rb")
        self._log: BinaryIO | None = log.open("rb") if log.exists() else None
        self.opener = self._recognise(key)
        self._newest: dict[int, int] = {}
        self.count = self._said_count() or -(-path.stat().st_size // PAGE)
        if self._log:
            self._read_log(self._log)

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the files go."""
        for file in (self._file, self._log):
            if file:
                file.close()

    def get(self, number: int) -> bytes | None:
        """One page, or None when what lies there does not prove genuine."""
        if (offset := self._newest.get(number)) is not None and self._log:
            return self.opener.page(number, at(self._log, offset, PAGE), offset)
        return self.opener.page(number, at(self._file, (number - 1) * PAGE, PAGE))

    @property
    def usable(self) -> int:
        """How many bytes of a page hold data."""
        return PAGE - self.opener.reserve

    @property
    def has_lost_salt(self) -> bool:
        """The file does not begin with the salt that its pages were written under: the database does not open."""
        return isinstance(self.opener, CipherPages) and at(self._file, 0, SALT) != self.opener.salt

    def _recognise(self, key: bytes) -> Opener:
        """The format, proved on the first pages there are."""
        for opener in self._possible(key):
            if any(opener.page(n, at(self._file, (n - 1) * PAGE, PAGE)) for n in range(1, ENOUGH)):
                return opener
            for number, offset, _head in self._frames(opener, ENOUGH):
                if self._log and opener.page(number, at(self._log, offset, PAGE), offset):
                    return opener
        self.close()
        raise StoreDamaged()

    def _possible(self, key: bytes) -> Iterator[Opener]:
        """This device's format. Where the file's salt is lost, it is the usual one, or in a log frame with page 1."""
        is_sealed = formats.is_sealed(Path(self._file.name))
        if engine_name() == "pages" or (is_sealed and engine_name() == "mc"):
            yield SealedPages(key)
        else:
            yield CipherPages(key, at(self._file, 0, SALT))
            yield CipherPages(key, formats.SALT)
            yield from (CipherPages(key, salt) for salt in sorted(set(self._salts_in_log())))

    def _salts_in_log(self) -> Iterator[bytes]:
        for number, offset, _head in self._frames(None, 1 << 30):
            if number == 1 and self._log:
                yield at(self._log, offset, SALT)

    def _said_count(self) -> int:
        """How many pages the database says it has; 0 when that cannot be read. A cut file has fewer."""
        page = self.opener.page(1, at(self._file, 0, PAGE))
        return int.from_bytes(page[28:32], "big") if page and page[24:28] == page[92:96] else 0

    def _frames(self, opener: Opener | None, most: int) -> Iterator[tuple[int, int, bytes]]:
        """Page number, where the page lies, and the head of each frame in the log."""
        for index in range(most if self._log else 0):
            start = LOG_HEAD + index * (FRAME_HEAD + PAGE)
            head = at(self._log, start, FRAME_HEAD) if self._log else b""
            if len(head) < FRAME_HEAD:
                return
            head = opener.head(head) if opener else head
            yield int.from_bytes(head[:4], "big"), start + FRAME_HEAD, head

    def _read_log(self, log: BinaryIO) -> None:
        """Note the newest committed frame of each page.

        A frame that does not prove genuine is damage: its page is lost, and the log goes on behind it. A genuine one
        that does not follow from the one before is left over from earlier: there the log ends.
        """
        header = at(log, 0, LOG_HEAD)
        byte_order = "big" if header[:4] == BIG_ENDIAN.to_bytes(4, "big") else "little"
        salts, before = header[16:24], struct.unpack(">II", header[24:]) if len(header) == LOG_HEAD else None
        open_: dict[int, int] = {}
        for number, offset, head in self._frames(self.opener, 1 << 30):
            data = at(log, offset, PAGE)
            page = self.opener.page(number, data, offset)
            if page is not None:
                said = struct.unpack(">II", head[16:])
                follows = before is None or said == add_up(
                    head[:8] + self.opener.summed(data, page), before, byte_order
                )
                if head[8:16] != salts or not follows:
                    return
                before = said
            else:
                before = None
                if head[8:16] != salts:
                    continue
            open_[number] = offset
            if size := int.from_bytes(head[4:8], "big"):
                self._newest |= open_
                self.count, open_ = size, {}


def add_up(data: bytes, before: tuple[int, int], byte_order: str) -> tuple[int, int]:
    """The log's running checksum."""
    words = struct.unpack((">" if byte_order == "big" else "<") + f"{len(data) // 4}I", data)
    first, second = before
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def at(file: BinaryIO, offset: int, length: int) -> bytes:
    """So many bytes from there; fewer where the file ends, none where the disk itself cannot read them."""
    file.seek(offset)
    try:
        return file.read(length)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""
