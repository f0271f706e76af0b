"""Between SQLite and the disk: each page sealed with AES-256-GCM, bound to its file's kind and its place.

A page on disk is 4064 bytes of cipher text, a nonce of 12, a tag of 16 and the format's version, 4. Rules:

1. Only whole pages and known headers are written; anything else is refused, as it might be plain text.
2. Every page read must prove itself. A page that is missing, empty or cut is damage, not zeros; `secure_delete`
   must be on, since SQLite then leaves no page unwritten.
3. The head of a log frame carries a checksum of the plain page, so its last 16 bytes are masked.
4. A log page that does not prove itself ends recovery there, as a torn write should.
5. Temporary files never reach the disk: they are bytes in memory.
6. What an older copy of the same page at the same place held cannot be told from the new one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import Any

import apsw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.store.engines.formats import PAGE
from app.store.engines.formats import SEALED as VERSION

RESERVE, NONCE, TAG = 32, 12, 16
BODY = PAGE - RESERVE
EMPTY = bytes(RESERVE)
LOG_HEAD, FRAME_HEAD, FRAME_CLEAR = 32, 24, 8
JOURNAL_HEAD = 512
WHOLE_SECTORS = 0x1000  # SQLITE_IOCAP_POWERSAFE_OVERWRITE: SQLite then pads no log and splits no page


def derive_part(key: bytes, purpose: bytes) -> bytes:
    """The key for one purpose."""
    return hmac.new(key, purpose, hashlib.sha256).digest()


class Seal:
    """Closes and opens pages, and masks the heads of log frames."""

    def __init__(self, key: bytes) -> None:
        self._pages = AESGCM(derive_part(key, b"evenkeel page"))
        self._heads = Cipher(algorithms.AES(derive_part(key, b"evenkeel frame head")), modes.ECB())

    def close(self, kind: bytes, offset: int, page: bytes) -> bytes:
        """A page as it goes to disk."""
        if page[BODY:] != EMPTY:
            raise apsw.IOError("refused: this page leaves no room for its seal")
        nonce = os.urandom(NONCE)
        sealed = self._pages.encrypt(nonce, page[:BODY], self._place(kind, offset))
        return b"".join((sealed[:BODY], nonce, sealed[BODY:], VERSION))

    def open(self, kind: bytes, offset: int, page: bytes) -> bytes:
        """A page as SQLite knows it. Raises InvalidTag."""
        nonce, tag, version = page[BODY : BODY + NONCE], page[BODY + NONCE : -len(VERSION)], page[-4:]
        if version != VERSION:
            raise InvalidTag
        return self._pages.decrypt(nonce, page[:BODY] + tag, self._place(kind, offset)) + EMPTY

    def mask(self, head: bytes) -> bytes:
        """A frame's head with salts and checksums hidden."""
        return head[:FRAME_CLEAR] + self._heads.encryptor().update(head[FRAME_CLEAR:])

    def unmask(self, head: bytes) -> bytes:
        """A frame's head as SQLite wrote it."""
        return head[:FRAME_CLEAR] + self._heads.decryptor().update(head[FRAME_CLEAR:])

    @staticmethod
    def _place(kind: bytes, offset: int) -> bytes:
        return kind + offset.to_bytes(8, "big") + VERSION


class PageVfs(apsw.VFS):  # type: ignore[misc]
    """Opens SQLite's files for one key: known kinds sealed, all others in memory."""

    def __init__(self, key: bytes) -> None:
        self.name, self._seal = f"pages-{secrets.token_hex(8)}", Seal(key)
        super().__init__(self.name, "")

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        """The file that SQLite asks for."""
        kinds = (
            (apsw.SQLITE_OPEN_MAIN_DB, DatabaseFile),
            (apsw.SQLITE_OPEN_WAL, LogFile),
            (apsw.SQLITE_OPEN_MAIN_JOURNAL, JournalFile),
        )
        for flag, file in kinds:
            if name is not None and flags[0] & flag:
                return file(self._seal, name, flags)
        flags[1] = flags[0]
        return MemoryFile()


class SealedFile(apsw.VFSFile):  # type: ignore[misc]
    """A file whose pages are sealed."""

    kind = b""

    def __init__(self, seal: Seal, name: Any, flags: list[int]) -> None:
        self._seal = seal
        super().__init__("", name, flags)

    def xDeviceCharacteristics(self) -> int:
        """What the disk promises; whole sectors always, whoever asks for less."""
        return int(super().xDeviceCharacteristics()) | WHOLE_SECTORS

    def _write_page(self, page: bytes, offset: int) -> None:
        super().xWrite(self._seal.close(self.kind, offset, page), offset)

    def _open_page(self, page: bytes, offset: int) -> bytes:
        try:
            return self._seal.open(self.kind, offset, page)
        except InvalidTag as error:
            if self.kind == b"db" and offset == 0:
                raise apsw.NotADBError("file is not a database") from error
            raise apsw.CorruptError("database disk image is malformed") from error


class DatabaseFile(SealedFile):
    """The database: sealed pages and nothing else."""

    kind = b"db"

    def xRead(self, amount: int, offset: int) -> bytes:
        """Some bytes of one page."""
        start = offset - offset % PAGE
        page = super().xRead(PAGE, start)
        if len(page) == PAGE:
            page = self._open_page(page, start)
        elif start or (not page and self.xFileSize()):
            raise apsw.CorruptError("database disk image is malformed")
        return bytes(page[offset - start : offset - start + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        """One whole page."""
        if len(data) != PAGE or offset % PAGE:
            raise apsw.IOError("refused: not a whole page")
        self._write_page(data, offset)


class JournalFile(SealedFile):
    """The rollback journal: sealed pages between page numbers and checksums."""

    kind = b"journal"

    def xRead(self, amount: int, offset: int) -> bytes:
        """A page, or a piece of a header."""
        data: bytes = super().xRead(amount, offset)
        return self._open_page(data, offset) if amount == len(data) == PAGE else data

    def xWrite(self, data: bytes, offset: int) -> None:
        """A page, or a header."""
        if len(data) == PAGE:
            return self._write_page(data, offset)
        if len(data) > JOURNAL_HEAD:
            raise apsw.IOError("refused: neither page nor header")
        super().xWrite(data, offset)


class LogFile(SealedFile):
    """The write-ahead log: a header, then frames of a head and a sealed page."""

    kind = b"log"

    def xRead(self, amount: int, offset: int) -> bytes:
        """The header, a frame, its page, its head, or a piece of its head; nothing where the file ends."""
        if offset < LOG_HEAD:
            return bytes(super().xRead(amount, offset))
        at = (offset - LOG_HEAD) % (FRAME_HEAD + PAGE)
        if at == FRAME_HEAD and amount == PAGE:
            page = super().xRead(PAGE, offset)
            return self._open_page(page, offset) if len(page) == PAGE else b""
        if at == 0 and amount == FRAME_HEAD + PAGE:
            return self._frame(super().xRead(amount, offset), offset)
        if at + amount > FRAME_HEAD:
            raise apsw.IOError("refused: neither page nor header")
        head = super().xRead(FRAME_HEAD, offset - at)
        return self._seal.unmask(head)[at : at + amount] if len(head) == FRAME_HEAD else b""

    def _frame(self, frame: bytes, offset: int) -> bytes:
        if len(frame) < FRAME_HEAD + PAGE:
            return b""
        try:
            page = self._seal.open(self.kind, offset + FRAME_HEAD, frame[FRAME_HEAD:])
        except InvalidTag:
            return bytes(FRAME_HEAD + PAGE)  # no frame has page number 0: the log ends here
        return self._seal.unmask(frame[:FRAME_HEAD]) + page

    def xWrite(self, data: bytes, offset: int) -> None:
        """The header, a frame's head, or its page."""
        at = (offset - LOG_HEAD) % (FRAME_HEAD + PAGE)
        if offset == 0 and len(data) == LOG_HEAD:
            super().xWrite(data, offset)
        elif at == 0 and len(data) == FRAME_HEAD and any(data[:4]):
            super().xWrite(self._seal.mask(bytes(data)), offset)
        elif at == FRAME_HEAD and len(data) == PAGE:
            self._write_page(data, offset)
        else:
            raise apsw.IOError("refused: neither page nor header")


class MemoryFile:
    """A temporary file that is only bytes in memory."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def xRead(self, amount: int, offset: int) -> bytes:
        """Some bytes."""
        return bytes(self._bytes[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        """Keep some bytes."""
        self._bytes.extend(bytes(max(0, offset - len(self._bytes))))
        self._bytes[offset : offset + len(data)] = data

    def xFileSize(self) -> int:
        """How many."""
        return len(self._bytes)

    def xTruncate(self, size: int) -> None:
        """Forget the end."""
        del self._bytes[size:]

    def xClose(self) -> None:
        """Forget everything."""
        self._bytes.clear()

    def xSync(self, flags: int) -> None:
        """Nothing to do."""

    def xLock(self, level: int) -> None:
        """Nobody else sees it."""

    def xUnlock(self, level: int) -> None:
        """Nobody else sees it."""

    def xCheckReservedLock(self) -> bool:
        """Never."""
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        """Nothing known."""
        return False

    def xSectorSize(self) -> int:
        """A page."""
        return PAGE

    def xDeviceCharacteristics(self) -> int:
        """Nothing special."""
        return 0
