"""What a person sees and a screen reader says, read off a tree of controls."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import flet as ft
from flet.components.public_utils import unwrap_component
from flet.controls.base_control import BaseControl


def plain(text: str | None) -> str:
    """A text without isolates and with ordinary spaces."""
    return (text or "").replace("\u2066", "").replace("\u2069", "").replace("\u00a0", " ")


def said(text: ft.Text) -> str:
    """The words of a text, also where they stand in pieces."""
    return plain((text.value or "") + "".join(span.text or "" for span in text.spans or []))


def name_of(control: Any) -> str:
    """What a screen reader would call a control: its labels and the texts inside it."""
    own = [getattr(control, a, None) for a in ("label", "semantics_label")]
    parts = [plain(text) for text in own if isinstance(text, str) and text]
    for inner in walk(control):
        if isinstance(inner, ft.Text) and said(inner) and inner.semantics_label != "":
            parts.append(said(inner))
        elif isinstance(inner, ft.Icon) and inner.semantics_label:
            parts.append(inner.semantics_label)
    content = getattr(control, "content", None)
    if isinstance(content, str):
        parts.append(plain(content))
    return " ".join(parts)


def walk(thing: Any, seen: set[int] | None = None) -> Iterator[BaseControl]:
    """A control and all visible controls inside it, depth first."""
    seen = set() if seen is None else seen
    thing = unwrap_component(thing)
    if thing is None or isinstance(thing, (str, int, float, bool, bytes)) or id(thing) in seen:
        return
    if isinstance(thing, (list, tuple)):
        for item in thing:
            yield from walk(item, seen)
    elif isinstance(thing, dict):
        for item in thing.values():
            yield from walk(item, seen)
    elif dataclasses.is_dataclass(thing):
        seen.add(id(thing))
        if isinstance(thing, BaseControl):
            if getattr(thing, "visible", True) is False:
                return
            yield thing
        for field in dataclasses.fields(thing):
            if not field.name.startswith("_") and not field.metadata.get("skip"):
                yield from walk(getattr(thing, field.name, None), seen)
