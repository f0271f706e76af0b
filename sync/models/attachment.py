"""A file that a document carries: the document holds its name, kind and hash; the bytes travel by themselves.

Any noun may have a field `attachments: list[Attachment]`. Both ends find the hashes in a body of any kind, also one
they do not know, because the field is always called that and lies at the top.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MAX_BYTES = 25 << 20
FIELD = '"attachments"'


class Attachment(BaseModel):
    """One file. `hash` is the SHA-256 of its bytes in hex, `size` their number, `type` a media type (RFC 6838)."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(gt=0, le=MAX_BYTES)
    type: str = Field(default="application/octet-stream", pattern=r"^[\w.+-]{1,60}/[\w.+-]{1,60}$")
    name: str = Field(default="", max_length=200)


def attachments_in(body: str) -> list[Attachment]:
    """The attachments that a document's JSON names, each hash once. What has another shape names nothing."""
    if FIELD not in body:
        return []
    fields: Any = json.loads(body)
    listed = fields.get("attachments") if isinstance(fields, dict) else None
    found = [_read(one) for one in listed] if isinstance(listed, list) else []
    return list({one.hash: one for one in found if one}.values())


def _read(given: Any) -> Attachment | None:
    try:
        return Attachment.model_validate(given)
    except ValidationError:
        return None
