"""Takes a file apart into resources, each with the JSON text it came with.

Understood are Bundles of any type (also one wrapped in a JSON string), a single resource, a list of resources
and NDJSON, plain or packed by gzip or bzip2. Whatever cannot be read becomes a Fault and stops nothing else.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import msgspec
from pydantic_core import from_json

LINES = (".ndjson", ".phr", ".sphr")
DEEP = 3
DEEPEST = 198
SURROGATE = re.compile(
    rb"\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[dD][89a-fA-F][\da-fA-F]{2}"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One resource: its text on one line, its fields, and where in the file it stood."""

    type: str
    id: str
    raw: bytes
    fields: dict[str, Any]
    where: str = ""
    url: str = ""

    @property
    def links(self) -> tuple[str, ...]:
        """The references by which its neighbours in the file may call it."""
        return (f"{self.type}/{self.id}", *((self.url,) if self.url else ()))


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that could not be read, and why, without its content."""

    where: str
    reason: str


class Unpackable(Exception):
    """The file is damaged: it cannot be unpacked."""


class _Head(msgspec.Struct):
    resourceType: Any = None
    id: Any = None


class _Bundle(msgspec.Struct):
    entry: list[msgspec.Raw] = []


class _Entry(msgspec.Struct):
    fullUrl: Any = None
    resource: msgspec.Raw = msgspec.Raw(b"null")


def unpack(name: str, data: bytes) -> tuple[str, bytes]:
    """The name and bytes of a file without its packing."""
    try:
        if data[:2] == b"\x1f\x8b":
            return name.removesuffix(".gz"), gzip.decompress(data)
        if data[:3] == b"BZh":
            return name.removesuffix(".bz2"), bz2.decompress(data)
    except (OSError, EOFError, ValueError, zlib.error):
        raise Unpackable from None
    return name, data


def resources(name: str, data: bytes) -> Iterator[Found | Fault]:
    """Every resource of a file, in order, and every fault between them."""
    try:
        name, data = unpack(name, data)
    except Unpackable:
        yield Fault("", "damaged: it cannot be unpacked")
        return
    data = mended(data)
    try:
        whole = msgspec.json.decode(data, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if _by_lines(name, data):
            yield from _lines(data)
        else:
            yield Fault("", _why(error))
        return
    yield from _document(bytes(whole), "", "", DEEP)


def mended(data: bytes) -> bytes:
    """JSON without what stands around it, and without halves of characters (lone surrogates), which are no text."""
    return SURROGATE.sub(_replaced, data.removeprefix(b"\xef\xbb\xbf").strip())


def _replaced(match: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if len(match[0]) == 6 else match[0]


def _by_lines(name: str, data: bytes) -> bool:
    if PurePath(name).suffix.lower() in LINES:
        return True
    try:
        return isinstance(msgspec.json.decode(data.partition(b"\n")[0]), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _lines(data: bytes) -> Iterator[Found | Fault]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield from _document(line.strip(), f"line {number}", "", DEEP)


def _document(raw: bytes, where: str, url: str, deep: int) -> Iterator[Found | Fault]:
    try:
        if raw[:1] == b'"':
            raw = msgspec.json.decode(raw, type=str).encode()
        if raw[:1] == b"[":
            yield from _items(msgspec.json.decode(raw, type=list[msgspec.Raw]), where, deep)
            return
        head = msgspec.json.decode(raw, type=_Head)
        if head.resourceType == "Bundle" and deep:
            yield from _entries(msgspec.json.decode(raw, type=_Bundle).entry, where, deep)
        else:
            yield _resource(raw, head, where, url)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        yield Fault(where, _why(error))


def _items(items: list[msgspec.Raw], where: str, deep: int) -> Iterator[Found | Fault]:
    for number, item in enumerate(items, 1):
        yield from _document(bytes(item), _step(where, f"item {number}"), "", deep - 1)


def _entries(entries: list[msgspec.Raw], where: str, deep: int) -> Iterator[Found | Fault]:
    for number, raw in enumerate(entries, 1):
        here = _step(where, f"entry {number}")
        try:
            entry = msgspec.json.decode(raw, type=_Entry)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield Fault(here, _why(error))
            continue
        if bytes(entry.resource) == b"null":
            yield Fault(here, "no resource in this entry")
        else:
            url = entry.fullUrl if isinstance(entry.fullUrl, str) else ""
            yield from _document(bytes(entry.resource), here, url, deep - 1)


def _resource(raw: bytes, head: _Head, where: str, url: str) -> Found | Fault:
    if not isinstance(head.resourceType, str) or not head.resourceType.isalpha():
        return Fault(where, "not FHIR: no resourceType")
    fields = msgspec.json.decode(raw)
    if not _shallow(raw):
        return Fault(where, "nested too deeply")
    line = msgspec.json.format(raw, indent=-1)
    line.decode()
    return Found(head.resourceType, _id(head.id, url, line), line, fields, where, url)


def _shallow(raw: bytes) -> bool:
    """True when a device can read it: at most 200 levels, some of them for what our own noun puts around it."""
    if raw.count(b"{") + raw.count(b"[") < DEEPEST:
        return True
    try:
        from_json(b"[[" + raw + b"]]")
    except ValueError:
        return False
    return True


def _id(said: Any, url: str, line: bytes) -> str:
    if isinstance(said, str) and said and len(said) <= 120 and said.isprintable():
        return said
    if url.startswith("urn:uuid:"):
        return url.removeprefix("urn:uuid:")[:120]
    return hashlib.sha256(line).hexdigest()[:32]


def _step(where: str, here: str) -> str:
    return f"{where}, {here}" if where else here


def _why(error: Exception) -> str:
    """The reason in words that hold none of the file's content."""
    if isinstance(error, UnicodeError):
        return "not UTF-8 text"
    if isinstance(error, msgspec.ValidationError):
        return "not FHIR: not a resource"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"not JSON: {error}"
