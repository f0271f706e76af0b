"""Large files taken out of a resource's text, so that a record is light to send, and put back to the letter.

Where `data` stood there is an extension of that element (https://hl7.org/fhir/R4/json.html#primitive) which names the
bytes, `"_data":{"extension":[{"url":"…/file-apart","valueString":"<SHA-256> <size>"}]}`. All else stays as it came.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from typing import Any

from sync.fhir.shape import dicts, first, text
from sync.models.attachment import MAX_BYTES, Attachment

URL = "https://evenkeel.health/fhir/StructureDefinition/file-apart"
LEAST = 32 << 10
"""Base64 of fewer letters stays where it is."""
TYPES = ("Binary", "Communication", "Consent", "DiagnosticReport", "DocumentReference", "Media")
"""What belongs to one patient: what many share (a doctor's photo) is copied from scope to scope, and stays whole."""
DATA = re.compile(rb'"data"\s*:\s*"([A-Za-z0-9+/]{%d,}={0,2})"' % LEAST)
SAID = re.compile(r"([0-9a-f]{64}) ([1-9][0-9]{0,8})")
MARK = re.compile(
    rf'"_data":\{{"extension":\[\{{"url":"{re.escape(URL)}","valueString":"{SAID.pattern}"\}}\]\}}'
)
File = tuple[Attachment, bytes]
Read = Callable[[str], bytes | None]


def take_apart(type: str, raw: bytes) -> tuple[bytes, list[File]]:
    """A resource's text without its large files, and these; as it is where they could not be put back as they came."""
    if type not in TYPES or len(raw) < LEAST or b'"_data"' in raw:
        return raw, []
    files: dict[str, File] = {}

    def mark(found: re.Match[bytes]) -> bytes:
        data = _decoded(found[1])
        if data is None:
            return found[0]
        hash = hashlib.sha256(data).hexdigest()
        files[hash] = Attachment(hash=hash, size=len(data)), data
        return _marked(hash, len(data)).encode()

    return DATA.sub(mark, raw), list(files.values())


def _decoded(packed: bytes) -> bytes | None:
    """The bytes, where packing them gives exactly this text again."""
    try:
        data = base64.b64decode(packed, validate=True)
    except binascii.Error:
        return None
    return data if 0 < len(data) <= MAX_BYTES and base64.b64encode(data) == packed else None


def _marked(hash: str, size: int) -> str:
    return f'"_data":{{"extension":[{{"url":"{URL}","valueString":"{hash} {size}"}}]}}'


def put_back(said: str, read: Read) -> tuple[str, int]:
    """A resource's text with its files in their place, and how many `read` does not have: they stay named."""
    if URL not in said:
        return said, 0
    missing = 0

    def fill(found: re.Match[str]) -> str:
        nonlocal missing
        data = read(found[1])
        missing += data is None
        return found[0] if data is None else f'"data":"{base64.b64encode(data).decode()}"'

    return MARK.sub(fill, said), missing


def named_by(piece: dict[str, Any]) -> Attachment | None:
    """What the extension of a piece's `data` names, if that is ours."""
    for one in dicts(first(piece.get("_data")).get("extension")):
        if one.get("url") == URL and (found := SAID.fullmatch(text(one.get("valueString")))):
            size = int(found[2])
            return Attachment(hash=found[1], size=size) if size <= MAX_BYTES else None
    return None
