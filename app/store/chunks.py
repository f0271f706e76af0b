"""The backup's bytes: one readable header, then sealed frames that cannot be dropped, reordered, cut or spliced.

magic 16 · version u16 · length u32 · header JSON · SHA-256 of all that          the same in every version
frame:  length u32 · last u8 · AES-256-GCM(frame)                                 nonce: the frame's number

The header says how the passphrase is stretched and holds the content key, wrapped under it with its purpose bound.
The content key is random and used for one file only, so frame numbers are safe nonces. Each frame is authenticated
with the header's digest, its number and whether it is the last; the last one carries the totals and the SHA-256 of
every byte before it, and nothing may follow.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import unicodedata
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.errors import BackupDamaged, BackupNewer, BackupWrongPassphrase

MAGIC = b"EVENKEEL BACKUP\n"
VERSION = 1
START = struct.Struct(">16sHI")
FRAME = struct.Struct(">IB")
PURPOSE = "evenkeel backup 1"
MAX_HEADER, MAX_FRAME, PIECE = 1 << 16, 1 << 30, 1 << 20
MOST = {"m": 1 << 20, "t": 64, "p": 16, "n": 1 << 20, "r": 32}
Kdf = dict[str, Any]


class Stretch(Protocol):
    """What stretches a passphrase: `app.vault.keys` as it is. Passed in, since store and vault lie side by side."""

    def make_kdf(self) -> Kdf:
        """Fresh parameters."""

    def derive_passcode_key(self, passcode: str, kdf: Kdf, /) -> bytes:
        """The key that a passphrase gives with these parameters."""


def derive_lock(stretch: Stretch, passphrase: str, kdf: Kdf) -> AESGCM:
    """What the passphrase opens. One typed on another keyboard in another Unicode form is the same passphrase."""
    return AESGCM(stretch.derive_passcode_key(unicodedata.normalize("NFC", passphrase), kdf))


def bind(kdf: Kdf) -> bytes:
    """What the content key's wrap is authenticated with."""
    return json.dumps([PURPOSE, kdf], sort_keys=True).encode()


class Writer:
    """Seals frames into a file."""

    def __init__(self, out: BinaryIO, passphrase: str, stretch: Stretch) -> None:
        kdf, key, nonce = stretch.make_kdf(), AESGCM.generate_key(256), os.urandom(12)
        sealed = derive_lock(stretch, passphrase, kdf).encrypt(nonce, key, bind(kdf))
        header = json.dumps({"kdf": kdf, "nonce": text(nonce), "sealed": text(sealed)}).encode()
        start = START.pack(MAGIC, VERSION, len(header)) + header
        self.digest = hashlib.sha256(start).digest()
        self._out, self._key, self._number = out, AESGCM(key), 0
        self._whole, self._zstd = hashlib.sha256(), zstandard.ZstdCompressor(level=3)
        self._put(start + self.digest)

    def frame(self, data: bytes, last: bool = False) -> None:
        """Compress, seal and write one frame."""
        packed = self._zstd.compress(data)
        sealed = self._key.encrypt(nonce_of(self._number), packed, place(self.digest, self._number, last))
        self._number += 1
        self._put(FRAME.pack(len(sealed), last) + sealed)

    def end(self, totals: dict[str, int]) -> None:
        """The last frame: how much there was, and what all of it hashes to."""
        self.frame(json.dumps({"totals": totals, "sha256": self._whole.hexdigest()}).encode(), last=True)

    def _put(self, data: bytes) -> None:
        self._whole.update(data)
        self._out.write(data)


def read_frames(file: BinaryIO, passphrase: str, stretch: Stretch) -> Iterator[tuple[bytes, bool]]:
    """Each frame's bytes and whether it is the last. Nothing is yielded that did not prove genuine.

    Raises BackupDamaged, BackupNewer, BackupWrongPassphrase; a cut file raises where it ends.
    """
    start, header = read_header(file)
    key, digest = open_key(header, passphrase, stretch), start[-32:]
    whole, number, last = hashlib.sha256(start), 0, False
    while not last:
        head = exactly(file, FRAME.size)
        length, last = FRAME.unpack(head)
        sealed = exactly(file, length) if length <= MAX_FRAME and last in (0, 1) else b""
        data = unseal(key, sealed, number, digest, bool(last))
        if last and (json.loads(data)["sha256"] != whole.hexdigest() or file.read(1)):
            raise BackupDamaged()
        whole.update(head + sealed)
        number += 1
        yield data, bool(last)


def read_header(file: BinaryIO) -> tuple[bytes, dict[str, Any]]:
    """The header with all its bytes, checked before any of it is believed."""
    start = exactly(file, START.size)
    magic, version, length = START.unpack(start)
    if magic != MAGIC or length > MAX_HEADER:
        raise BackupDamaged()
    start += exactly(file, length)
    digest = exactly(file, 32)
    if hashlib.sha256(start).digest() != digest:
        raise BackupDamaged()
    if version != VERSION:
        raise BackupNewer()
    try:
        return start + digest, dict(json.loads(start[START.size :]))
    except (ValueError, TypeError) as error:
        raise BackupDamaged() from error


def open_key(header: dict[str, Any], passphrase: str, stretch: Stretch) -> AESGCM:
    """The content key. Parameters that no backup of ours has are not tried: they could stop the device."""
    try:
        kdf = header["kdf"]
        if any(not 0 < kdf.get(name, 1) <= most for name, most in MOST.items()):
            raise BackupDamaged()
        lock = derive_lock(stretch, passphrase, kdf)
        nonce, sealed = base64.b64decode(header["nonce"]), base64.b64decode(header["sealed"])
        return AESGCM(lock.decrypt(nonce, sealed, bind(kdf)))
    except InvalidTag as error:
        raise BackupWrongPassphrase() from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged() from error


def unseal(key: AESGCM, sealed: bytes, number: int, digest: bytes, last: bool) -> bytes:
    """One frame's bytes, never more than a frame may hold."""
    try:
        packed = key.decrypt(nonce_of(number), sealed, place(digest, number, last))
        if zstandard.frame_content_size(packed) > MAX_FRAME:
            raise BackupDamaged()
        return zstandard.ZstdDecompressor().decompress(packed)
    except (InvalidTag, ValueError, zstandard.ZstdError) as error:
        raise BackupDamaged() from error


def exactly(file: BinaryIO, length: int) -> bytes:
    """This many bytes, in pieces so that a false length costs no memory. Raises BackupDamaged where the file ends."""
    pieces = []
    while length:
        if not (piece := file.read(min(length, PIECE))):
            raise BackupDamaged()
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def nonce_of(number: int) -> bytes:
    """The nonce of a frame."""
    return number.to_bytes(12, "big")


def place(digest: bytes, number: int, last: bool) -> bytes:
    """What a frame is authenticated with: the file it belongs to, its place, and whether it is the last."""
    return digest + number.to_bytes(8, "big") + bytes([last])


def text(data: bytes) -> str:
    """Bytes for JSON."""
    return base64.b64encode(data).decode()
