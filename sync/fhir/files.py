"""The files that a resource carries or points at: what FHIR calls Attachment and Binary, wherever they stand in it.

Nothing is decoded and nothing is fetched here. See https://hl7.org/fhir/R4/datatypes.html#Attachment and
https://hl7.org/fhir/R4/binary.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from sync.fhir.apart import named_by
from sync.fhir.shape import dicts, text
from sync.models.attachment import Attachment

Resource = dict[str, Any]
Find = Callable[[str, str], "Resource | None"]
"""Finds a resource by its type and id, on whatever side asks."""

NAMED = {
    "attachment",
    "presentedForm",
    "contentAttachment",
    "valueAttachment",
    "photo",
    "legallyBindingAttachment",
}
POINTED_AT = ("Binary", "Media")
PAPERS = ("Binary", "Media", "DocumentReference", "DiagnosticReport")
HERE = re.compile(r"(Binary|Media)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
URN = re.compile(r"urn:(?:uuid|oid):([A-Za-z0-9.-]{1,64})")
DEEP = 60


@dataclass(frozen=True)
class File:
    """One file. `data` is base64 as it came, `size` the bytes it is said to have; `address` where it lies if not here.
    `beside` names its bytes where the clinic keeps them beside the record.

    `type` is the media type as given, with its parameters. `hash` is as given: FHIR wants SHA-1 in base64.
    """

    title: str = ""
    type: str = ""
    language: str = ""
    made: str = ""
    size: int | None = None
    hash: str = ""
    data: str = field(default="", repr=False)
    address: str = ""
    beside: Attachment | None = None


def files_in(resource: Resource, find: Find = lambda _type, _id: None) -> list[File]:
    """Every file of a resource in the order they stand there, each once. What `find` gives is looked into once."""
    if text(resource.get("resourceType")) == "Binary":
        return [binary(resource)]
    inside = {text(one.get("id")): one for one in dicts(resource.get("contained"))}
    pieces = list(_pieces(resource, DEEP))
    found = [_resolved(one, inside, find) for one in pieces]
    meant = {_address(one) for one in pieces}
    papers = [
        one for id, one in inside.items() if f"#{id}" not in meant and text(one.get("resourceType")) in PAPERS
    ]
    found += [file for one in papers for file in files_in({**one, "contained": []}, find)]
    return list(dict.fromkeys(found))


def binary(resource: Resource) -> File:
    """What a Binary holds; what stood inline under another name has an address instead."""
    return File(type=text(resource.get("contentType")), data=_data(resource), beside=named_by(resource))


def _pieces(value: Any, deep: int, key: str = "") -> Iterator[Resource]:
    """Attachments, and references to a Binary or a Media, in document order; contained resources are not walked."""
    if isinstance(value, list):
        for item in value:
            yield from _pieces(item, deep, key)
    elif isinstance(value, dict):
        if _is_file(value, key):
            yield value
        elif deep:
            for name, item in value.items():
                if name != "contained":
                    yield from _pieces(item, deep - 1, name)


def _is_file(piece: Resource, key: str) -> bool:
    """A Signature has `sigFormat` and SampledData an `origin`: neither is a file to read."""
    if "reference" in piece:
        return bool(HERE.fullmatch(text(piece["reference"]))) or text(piece.get("type")) in POINTED_AT
    holds = isinstance(piece.get("data"), str) or isinstance(piece.get("url"), str) or "_data" in piece
    told = isinstance(piece.get("contentType"), str) and bool(
        piece.keys() & {"data", "_data", "url", "size", "hash", "title"}
    )
    return told or (holds and (key in NAMED or (key == "content" and "attachment" not in piece)))


def _address(piece: Resource) -> str:
    return text(piece.get("url")) or text(piece.get("reference"))


def _resolved(piece: Resource, inside: dict[str, Resource], find: Find) -> File:
    """A piece as a file: its own bytes, or those of what it points at where that is here."""
    address, own = _address(piece), _described(piece)
    if own.data or own.beside:
        return own
    if address.startswith("data:"):
        return _spelt_out(own, address)
    meant = _meant(address, inside, find)
    if meant is None:
        return own if "reference" not in piece else File(title=text(piece.get("display")), address=address)
    held = meant if text(meant.get("resourceType")) == "Binary" else _content(meant)
    return File(
        title=own.title or text(piece.get("display")) or text(held.get("title")),
        type=own.type or text(held.get("contentType")),
        language=own.language or text(held.get("language")),
        made=own.made or text(held.get("creation")),
        size=own.size,
        hash=own.hash,
        data=_data(held),
        address="" if _data(held) or named_by(held) else text(held.get("url")) or address,
        beside=named_by(held),
    )


def _content(meant: Resource) -> Resource:
    return next((one for one in dicts(meant.get("content")) if one.keys() & {"data", "_data", "url"}), {})


def _described(piece: Resource) -> File:
    size = piece.get("size")
    return File(
        title=text(piece.get("title")),
        type=text(piece.get("contentType")),
        language=text(piece.get("language")),
        made=text(piece.get("creation")),
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        hash=text(piece.get("hash")),
        data=_data(piece),
        address=text(piece.get("url")),
        beside=named_by(piece),
    )


def _data(piece: Resource) -> str:
    data = piece.get("data")
    return data if isinstance(data, str) else ""


def _meant(address: str, inside: dict[str, Resource], find: Find) -> Resource | None:
    """The resource that an address means: contained, or of this record. Another server's address means none."""
    if address.startswith("#"):
        return inside.get(address[1:])
    if here := HERE.fullmatch(address):
        return find(here[1], here[2])
    if urn := URN.fullmatch(address):
        return next((one for one in (find(type, urn[1]) for type in POINTED_AT) if one), None)
    return None


def _spelt_out(own: File, address: str) -> File:
    """A `data:` URL (RFC 2397) holds the file itself."""
    import base64

    head, _, rest = address[5:].partition(",")
    type, packed, _ = head.partition(";base64")
    data = rest if packed else base64.b64encode(unquote_to_bytes(rest)).decode()
    return File(own.title, own.type or type, own.language, own.made, own.size, own.hash, data)
