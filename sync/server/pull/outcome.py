"""What an OperationOutcome says in codes. Its words are never repeated: they may hold a patient's."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from sync.fhir.shape import dicts, text

CODE = re.compile(r"[a-z-]{1,30}")
GRAVE = ("error", "fatal")


def outcome(body: bytes) -> str:
    """`error: not-found` and the like; empty for what is no OperationOutcome."""
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return codes_of(fields) if isinstance(fields, dict) else ""


def codes_of(fields: dict[str, Any]) -> str:
    """The severity and code of each issue."""
    if fields.get("resourceType") != "OperationOutcome":
        return ""
    return "; ".join(f"{_code(one, 'severity')}: {_code(one, 'code')}" for one in dicts(fields.get("issue")))


def is_grave(fields: dict[str, Any]) -> bool:
    """True when it says that something is missing from what came, and not only that there is something to know."""
    issues = list(dicts(fields.get("issue")))
    return not issues or any(text(one.get("severity")) in GRAVE for one in issues)


def _code(issue: dict[str, Any], name: str) -> str:
    said = text(issue.get(name))
    return said if CODE.fullmatch(said) else "?"
