"""A file from somebody else, made into words or a picture that is safe to show. It is read, and never run.

1. What the sender calls it and what its bytes are must agree; else it is not opened, and that is said.
2. No parser gets more than MOST_BYTES or more steps than `bounds` gives; a picture's size is read before it is drawn.
3. Nothing here opens a socket, a file or a process; no script, action, macro or object in a file is looked at.
4. Whatever goes wrong inside a parser is an answer (`Shown.why`) and never an error: the file is hostile until read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from app.core.viewing import formats, kinds, letters, pages
from app.core.viewing.bounds import Stop, Stopped, TooMuch, bounded

MOST_BYTES = 25 << 20
MOST_DRAWN = 10 << 20
MOST_MARKUP = 500_000
DIGESTS = {20: "sha1", 32: "sha256", 64: "sha512"}
Progress = Callable[[int, int], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """What can be shown of a file.

    `form` is "plain", "set" (its columns matter), "rich" (Markdown), "pages" (of a PDF, one each), "picture", or
    "nothing", and then `why` is: empty, too_big, not_base64, differs, unknown, damaged, locked, too_many_pixels,
    too_much, stopped. `kind` is what the bytes are. `cut`: there is more; `left_out`: pictures, or what would have run.
    `doubts`: what is not as it was announced, "size" or "hash".
    """

    form: str
    kind: str
    pieces: tuple[str, ...] = field(default=(), repr=False)
    picture: bytes = field(default=b"", repr=False)
    size: tuple[int, int] = (0, 0)
    why: str = ""
    cut: bool = False
    left_out: bool = False
    doubts: tuple[str, ...] = ()


def bytes_of(data: str) -> bytes:
    """The bytes of base64, white space and missing padding forgiven. Raises ValueError for what is none."""
    packed = "".join(data.split())
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None


def length_of(data: str) -> int:
    """How many bytes base64 holds, without decoding it."""
    return max(0, len(data) * 3 // 4 - data[-2:].count("="))


def doubts(data: bytes, size: int | None, hash: str) -> tuple[str, ...]:
    """What about the file is not as it was announced: "size", "hash"; an announcement we cannot read says nothing."""
    wrong = ["size"] if size is not None and size != len(data) else []
    digest = _digest(hash)
    name = DIGESTS.get(len(digest))
    if name and hashlib.new(name, data, usedforsecurity=False).digest() != digest:
        wrong.append("hash")
    return tuple(wrong)


def _digest(said: str) -> bytes:
    """FHIR wants base64; many write hex."""
    for read in (bytes.fromhex, bytes_of):
        try:
            return read(said)
        except ValueError:
            continue
    return b""


def look_into(
    data: str, said: str, size: int | None, hash: str, progress: Progress, stop: Stop = lambda: False
) -> Shown:
    """What can be shown of a file that came as base64, announced with this type, size and hash. Raises nothing."""
    if length_of(data) > MOST_BYTES:
        return Shown("nothing", kinds.said_kind(said), why="too_big")
    try:
        held = bytes_of(data)
        return replace(view(held, said, progress, stop), doubts=doubts(held, size, hash))
    except ValueError:
        return Shown("nothing", "other", why="not_base64")
    except Stopped:
        return Shown("nothing", "other", why="stopped")


def view(
    data: bytes, said: str, progress: Progress = lambda _d, _n: None, stop: Stop = lambda: False
) -> Shown:
    """What can be shown of these bytes, which their sender calls `said`. Raises Stopped, and nothing else."""
    kind = kinds.kind_of(data, said)
    if not data:
        return Shown("nothing", kind, why="empty")
    if len(data) > MOST_BYTES:
        return Shown("nothing", kind, why="too_big")
    if kind in ("differs", "other"):
        return Shown("nothing", kind, why="differs" if kind == "differs" else "unknown")
    try:
        return _opened(data, said, kind, progress, stop)
    except TooMuch:
        return Shown("nothing", kind, why="too_much")
    except formats.Locked:
        return Shown("nothing", kind, why="locked")
    except formats.TooManyPixels:
        return Shown("nothing", kind, why="too_many_pixels")
    except Exception as error:  # a parser on hostile bytes raises whatever it likes
        log.info("a file could not be read: %s", type(error).__name__)
        return Shown("nothing", kind, why="damaged")


def _opened(data: bytes, said: str, kind: str, progress: Progress, stop: Stop) -> Shown:
    if kind in kinds.PICTURES:
        size = formats.size_of(data)
        return Shown("picture", kind, picture=data, size=size) if len(data) <= MOST_DRAWN else _too_big(kind)
    if kind == "pdf":
        found, more = formats.read_pdf(data, progress, stop)
        return Shown("pages", kind, tuple(found), cut=more)
    with bounded(stop=stop):
        return _words(data, said, kind)


def _too_big(kind: str) -> Shown:
    return Shown("nothing", kind, why="too_big")


def _words(data: bytes, said: str, kind: str) -> Shown:
    if kind == "rtf":
        return _text(formats.read_rtf(data[: 4 * MOST_MARKUP]), kind, len(data) > 4 * MOST_MARKUP)
    text = letters.decode(data, kinds.charset(said))
    if kind == "html":
        told, active = pages.read_page(text[:MOST_MARKUP])
        cut = len(text) > MOST_MARKUP or len(told) > letters.MOST
        return Shown("rich", kind, letters.pieces(told[: letters.MOST]), cut=cut, left_out=active)
    return _text(text, kind, False)


def _text(text: str, kind: str, cut: bool) -> Shown:
    held = text[: letters.MOST]
    form = "set" if kind == "code" or letters.is_set(held) else "plain"
    return Shown(form, kind, letters.pieces(held), cut=cut or len(text) > letters.MOST)


__all__ = ["MOST_BYTES", "Shown", "Stopped", "bytes_of", "doubts", "length_of", "look_into", "view"]
