"""How a record reads on paper: what it is, when, and its sentences."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.ui.telling import NameOf, facts, say_value, say_when
from sync.fhir.meaning import CRITICAL, VALUED, judge
from sync.fhir.shape import dicts, first, text
from sync.fhir.value import Finding, read_findings, read_when, say_measure

if TYPE_CHECKING:
    from app.ui.strings import Words

QUIET = ("final", "completed", "finished", "unknown", "")


@dataclass(frozen=True)
class Item:
    """One entry of the book: what it is called, when it was, and what it says, a line each."""

    title: str
    when: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A part of the book. `items` are read from the store as the book is written."""

    name: str
    title: str
    count: int
    items: Callable[[], Iterator[Item]]


def say_moment(said: str, t: Words) -> str:
    """A FHIR date in words, as exact as it was given, with the time of day where there is one."""
    moment, _exact = read_when(said)
    return say_when(said, t) + (f", {t.time(moment)}" if isinstance(moment, datetime) else "")


def lines_of(
    type: str, title: str, status: str, resource: dict[str, Any], name_of: NameOf, t: Words
) -> list[str]:
    """What a record says. A result: its values with their sentences, how it stands, and what was said of it.

    Anything else: all that the clinic gave, fact by fact.
    """
    if type not in VALUED:
        found = facts(resource, name_of, t)
        told = [f"{name}: {'; '.join(said)}" for name, said in found if said != [title]]
        return [*told, *written(resource)]
    values = read_findings(resource, title)
    named = len(values) > 1 or any(one.title != title for one in values)
    lines = [say_finding(one, named, t) for one in values]
    if status not in QUIET:
        word = f"health.status.{status}"
        lines.append(t("health.stands", status=t(word) if t.has(word) else status))
    lines += [note for item in dicts(resource.get("note")) if (note := text(item.get("text")))]
    ended = text(resource.get("conclusion"))
    return [*lines, *([ended] if ended else []), *written(resource)]


def say_finding(one: Finding, named: bool, t: Words) -> str:
    """One value: the number, where it lies, and the lab's own word for it; of one without a value only that word."""
    value = t.quantity(say_measure(one.measure), one.measure.unit) if one.measure else say_value(one.told, t)
    critical = any(code in CRITICAL for code, _ in one.flags)
    key, filled = judge(one.measure, one.spans, one.code, critical)
    place = [t(f"health.place.{key}", **filled)] if one.spans and value else []
    marks = [t("health.flagged", word=t(f"health.flag.{code}") if code else said) for code, said in one.flags]
    said = [f"{one.title}: {value}." if named else f"{value}."] if value else []
    return " ".join([*said, *place, *marks])


def written(resource: dict[str, Any]) -> list[str]:
    """The text of a note that came inside its record."""
    inside = [first(item.get("attachment")) for item in dicts(resource.get("content"))]
    return [said for piece in [*inside, *dicts(resource.get("presentedForm"))] if (said := plain_text(piece))]


def plain_text(attachment: dict[str, Any]) -> str:
    """The words of an attachment that is plain text; nothing for any other."""
    if not text(attachment.get("contentType")).startswith("text/plain"):
        return ""
    try:
        return base64.b64decode(text(attachment.get("data"))).decode(errors="replace").strip()
    except (binascii.Error, ValueError):
        return ""
