"""Is this body what it claims to be? Strict JSON, one object, and what the noun allows."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from sync.models import KINDS


class _Twice(ValueError):
    """A key stands twice in one object."""


def sound(id: str, kind: str, body: str) -> bool:
    """True when the body is one strict JSON object that its noun, where known, accepts."""
    try:
        fields = from_json(
            body, allow_inf_nan=False
        )  # as devices read it: half characters, 200 levels are refused
        if to_json(fields).decode() != body:  # what comes out as it went in has no key twice
            fields = STRICT.decode(body)
        if not isinstance(fields, dict):
            return False
        if kind in KINDS:
            KINDS[kind].model_validate({**fields, "id": id, "stamp": None})
    except (ValueError, RecursionError, ValidationError):
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Twice
    return fields


def _refuse(_constant: str) -> None:
    raise ValueError


STRICT = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse)
