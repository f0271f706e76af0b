"""Reads pieces out of a resource without ever raising: servers send one where many are allowed, and the reverse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def dicts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in `value`, whether it is one, a list of them, or something else entirely."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def first(value: Any) -> dict[str, Any]:
    """The first object in `value`, or an empty one."""
    return next(dicts(value), {})


def text(value: Any) -> str:
    """The words of a string, on one line; nothing for anything else."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def codings(value: Any) -> Iterator[dict[str, Any]]:
    """The codings of one or more CodeableConcepts; a bare Coding counts as its own."""
    for concept in dicts(value):
        if "code" in concept and "coding" not in concept:
            yield concept
        yield from dicts(concept.get("coding"))


def label(value: Any) -> str:
    """What a concept, reference or plain string is called in words."""
    if isinstance(value, str):
        return text(value)
    for concept in dicts(value):
        said = text(concept.get("text")) or text(concept.get("display")) or _coded(concept)
        if said:
            return said
    return ""


def _coded(concept: dict[str, Any]) -> str:
    return next((text(c["display"]) for c in codings(concept) if text(c.get("display"))), "")


def code(value: Any) -> str:
    """`system|code` of the first coding that has a code."""
    return next(full_codes(value), "")


def full_codes(*values: Any) -> Iterator[str]:
    """`system|code` of every coding that has a code, in order."""
    for value in values:
        for coding in codings(value):
            if text(coding.get("code")):
                yield f"{text(coding.get('system'))}|{text(coding['code'])}"


def codes(value: Any) -> set[str]:
    """All bare codes in one or more concepts."""
    return {text(c.get("code")) for c in codings(value)} - {""}


def human(value: Any, titled: bool = True) -> str:
    """A person's name as it is said: the usual one first, an old one last; with or without Dr. and Mrs."""
    return next((said for said in (_spoken(name, titled) for name in _names(value)) if said), "")


def given(value: Any) -> str:
    """The first given name, for greeting."""
    return next((words[0] for words in (_words(name.get("given")) for name in _names(value)) if words), "")


_RANK = {"usual": 0, "official": 1, "maiden": 3, "old": 4}


def _names(value: Any) -> list[dict[str, Any]]:
    return sorted(dicts(value), key=lambda name: _RANK.get(text(name.get("use")), 2))


def _spoken(name: dict[str, Any], titled: bool) -> str:
    before = _words(name.get("prefix")) if titled else []
    parts = [*before, *_words(name.get("given")), text(name.get("family")), *_words(name.get("suffix"))]
    return text(name.get("text")) or " ".join(part for part in parts if part)


def _words(value: Any) -> list[str]:
    return [text(part) for part in (value if isinstance(value, list) else [value]) if text(part)]
