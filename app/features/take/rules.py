"""How a record reads on paper: what it is, when, and its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.core.viewing import look_into
from app.core.viewing.kinds import said_kind
from app.ui.telling import NameOf, facts, say_file, say_value, say_when
from sync.fhir.files import File, files_in
from sync.fhir.meaning import CRITICAL, VALUED, judge
from sync.fhir.shape import dicts, text
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
        return [*told, *written(resource, t)]
    values = read_findings(resource, title)
    named = len(values) > 1 or any(one.title != title for one in values)
    lines = [say_finding(one, named, t) for one in values]
    if status not in QUIET:
        word = f"health.status.{status}"
        lines.append(t("health.stands", status=t(word) if t.has(word) else status))
    lines += [note for item in dicts(resource.get("note")) if (note := text(item.get("text")))]
    ended = text(resource.get("conclusion"))
    return [*lines, *([ended] if ended else []), *written(resource, t)]


def say_finding(one: Finding, named: bool, t: Words) -> str:
    """One value: the number, where it lies, and the lab's own word for it; of one without a value only that word."""
    value = t.quantity(say_measure(one.measure), one.measure.unit) if one.measure else say_value(one.told, t)
    critical = any(code in CRITICAL for code, _ in one.flags)
    key, filled = judge(one.measure, one.spans, one.code, critical)
    place = [t(f"health.place.{key}", **filled)] if one.spans and value else []
    marks = [t("health.flagged", word=t(f"health.flag.{code}") if code else said) for code, said in one.flags]
    said = [f"{one.title}: {value}." if named else f"{value}."] if value else []
    return " ".join([*said, *place, *marks])


def written(resource: dict[str, Any], t: Words) -> list[str]:
    """The words of the files that came inside a record; of any other file, that there is one."""
    return [plain_text(file) or apart(file, t) for file in files_in(resource)]


def apart(file: File, t: Words) -> str:
    """A file that is not printed: what it is called, what it is, and whether it is on this device."""
    kind = say_file(file.type, t)
    key = "take.file_apart" if file.data else "take.file_away"
    return t(key, title=f"{file.title} ({kind})" if file.title else kind)


def plain_text(file: File) -> str:
    """The words of a file that is text or a PDF, is here, and is what was announced; nothing for any other."""
    if not file.data or said_kind(file.type) not in ("text", "rtf", "pdf"):
        return ""
    shown = look_into(file.data, file.type, file.size, file.hash, lambda _done, _all: None)
    whole = shown.form in ("plain", "set", "pages") and not (shown.doubts or shown.cut)
    return "\n\n".join(piece for piece in shown.pieces if piece).strip() if whole else ""
