"""How a record reads on paper: what it is, when, and its sentences."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.ui.telling import NameOf, facts
from sync.fhir.meaning import CRITICAL, judge
from sync.fhir.shape import dicts, first, text
from sync.fhir.value import Finding, read_findings, read_when, say_measure

if TYPE_CHECKING:
    from app.ui.strings import Words

VALUED = ("Observation", "DiagnosticReport")
QUIET = ("final", "completed", "finished", "unknown", "")
TRUTH = {"true": "health.yes", "false": "health.no"}


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


def say_when(said: str, t: Words) -> str:
    """A FHIR date in words, as exact as it was given."""
    moment, exact = read_when(said)
    if moment is None:
        return said
    if exact in ("year", "month"):
        return str(moment.year) if exact == "year" else t.month(moment)
    clock = f", {t.time(moment)}" if isinstance(moment, datetime) else ""
    return t.date(moment) + clock


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
    lines = [line for one in values for line in say_finding(one, len(values) > 1, t)]
    if status not in QUIET:
        word = f"health.status.{status}"
        lines.append(t("health.stands", status=t(word) if t.has(word) else status))
    lines += [note for item in dicts(resource.get("note")) if (note := text(item.get("text")))]
    ended = text(resource.get("conclusion"))
    return [*lines, *([ended] if ended else []), *written(resource)]


def say_finding(one: Finding, named: bool, t: Words) -> list[str]:
    """One value: the number, where it lies, and the lab's own word for it."""
    told = t(TRUTH[one.told]) if one.told in TRUTH else one.told
    value = t.quantity(say_measure(one.measure), one.measure.unit) if one.measure else told
    name = f"{one.title}: " if named else ""
    critical = any(code in CRITICAL for code, _ in one.flags)
    key, filled = judge(one.measure, one.spans, one.code, critical)
    place = [t(f"health.place.{key}", **filled)] if one.spans else []
    marks = [t("health.flagged", word=t(f"health.flag.{code}") if code else said) for code, said in one.flags]
    return [" ".join([f"{name}{value}.", *place, *marks])]


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
