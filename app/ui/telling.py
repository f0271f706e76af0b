"""Everything a resource says, as plain rows of name and words; never a dump of its code."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.viewing.kinds import PICTURES, media_type, said_kind
from app.ui.strings import LANGUAGES, Words, isolate
from sync.fhir.shape import codings, human, label, text
from sync.fhir.value import read_measure, read_when, say_measure

NameOf = Callable[[dict[str, Any]], str]
SILENT = {
    "resourceType", "id", "meta", "text", "extension", "modifierExtension", "contained", "implicitRules",
    "language", "identifier", "subject", "patient",
}  # fmt: skip
INSIDE = SILENT - {"text", "language", "identifier"} | {"system", "userSelected", "sequence"}
DATE = re.compile(r"\d{4}-\d\d-\d\d(T|$)")
TRUTH = {"true": "health.yes", "false": "health.no"}
TAG = re.compile(r" \((?:disorder|finding|procedure|situation|event|regime/therapy|observable entity)\)$")
MOST, DEEP = 12, 4
LONGEST = 600


def facts(resource: dict[str, Any], name_of: NameOf, t: Words) -> list[tuple[str, list[str]]]:
    """Each element of the resource with its name in words and what it says."""
    found = []
    for key, value in resource.items():
        if key in SILENT or key.startswith("_") or is_bytes(key, resource):
            continue
        said = [one for one in say(value, name_of, t) if one]
        if said:
            found.append((name_for(key, t), list(dict.fromkeys(said))[:MOST]))
    return found


def name_for(key: str, t: Words) -> str:
    """What an element is called: in the patient's language where we have a word, else its own name taken apart."""
    known = f"health.field.{key}"
    if t.has(known):
        return t(known)
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key).lower()
    return apart[:1].upper() + apart[1:]


def say(value: Any, name_of: NameOf, t: Words, deep: int = DEEP) -> list[str]:
    """What a piece of FHIR says, one line per item."""
    if isinstance(value, list):
        return [line for item in value for line in say(item, name_of, t, deep)]
    if isinstance(value, dict):
        return [said] if (said := say_piece(value, name_of, t, deep)) else []
    if isinstance(value, bool):
        return [t("health.yes" if value else "health.no")]
    if isinstance(value, int | float | Decimal):
        return [isolate(str(value))]
    return [say_text(text(value), t)] if isinstance(value, str) else []


def say_when(said: str, t: Words) -> str:
    """A FHIR date in words, as exact as it was given; of a moment only the day."""
    moment, exact = read_when(said)
    if moment is None:
        return said
    if exact == "year":
        return str(moment.year)
    return t.month(moment) if exact == "month" else t.date(moment)


def plain_title(title: str) -> str:
    """A title without the tag that some code systems put behind it: "(finding)"."""
    return TAG.sub("", title) or title


def only_in(language: str, t: Words) -> str:
    """That a text is only there in another language than the patient's; nothing where it is in theirs."""
    if language == t.language:
        return ""
    return t(f"learn.only_in.{language if language in LANGUAGES else 'another'}")


def say_value(told: str, t: Words) -> str:
    """A value that is no number: yes or no, a date in words, or as the lab wrote it."""
    if told in TRUTH:
        return t(TRUTH[told])
    return say_when(told, t) if DATE.match(told) else told


def say_text(said: str, t: Words) -> str:
    """A text as it is; a status in the patient's words, and a moment on the patient's own clock."""
    if t.has(f"health.status.{said}"):
        return t(f"health.status.{said}")
    moment, exact = read_when(said) if DATE.match(said) else (None, "")
    if moment is None or exact not in ("day", "time"):
        return said[:LONGEST]
    return f"{t.date(moment)}, {t.time(moment)}" if isinstance(moment, datetime) else t.date(moment)


def say_piece(piece: dict[str, Any], name_of: NameOf, t: Words, deep: int) -> str:
    """One object in words: an amount, a name, a concept, a period, a reference, or its parts."""
    if isinstance(piece.get("contentType"), str):
        return text(piece.get("title"))
    if "value" in piece and (measure := read_measure(piece)):
        unit = measure.unit or text(piece.get("currency"))
        return isolate(f"{say_measure(measure)} {unit}".strip())
    if "family" in piece or "given" in piece:
        return human(piece)
    if "start" in piece or "end" in piece:
        ends = (text(piece.get("start")), text(piece.get("end")))
        return " – ".join(dict.fromkeys(say_text(end, t) for end in ends if end))
    if "reference" in piece:
        return name_of(piece)
    if "line" in piece or "postalCode" in piece:
        return address(piece)
    if "coding" in piece or ("code" in piece and "system" in piece):
        return say_text(label(piece) or text(piece.get("code")) or bare_code(piece), t)
    return parts(piece, name_of, t, deep) if deep else ""


def say_file(said: str, t: Words) -> str:
    """The word for what a file is said to be: "PDF", "Picture"."""
    return t(f"file.kind.{file_word(said)}")


def file_word(said: str) -> str:
    """Which of those words, by the media type."""
    kind, type = said_kind(said), media_type(said)
    if kind in PICTURES:
        return "picture"
    if kind in ("pdf", "rtf", "html", "text", "code"):
        return kind
    if type == "application/dicom":
        return "scan"
    return {"image": "picture", "audio": "sound", "video": "video"}.get(type.partition("/")[0], "other")


def bare_code(piece: dict[str, Any]) -> str:
    """The code of a concept that has no words."""
    return next((text(coding.get("code")) for coding in codings(piece) if text(coding.get("code"))), "")


def address(piece: dict[str, Any]) -> str:
    """An address on one line."""
    lines = [text(line) for line in piece.get("line", []) if isinstance(line, str)]
    rest = [text(piece.get(key)) for key in ("city", "state", "postalCode", "country")]
    return ", ".join(part for part in [*lines, *rest] if part)


def is_bytes(key: str, piece: dict[str, Any]) -> bool:
    """Is this the inside of a file or a signature, or its checksum? Measured points of a curve are not."""
    return key in ("data", "hash") and "origin" not in piece and isinstance(piece[key], str)


def parts(piece: dict[str, Any], name_of: NameOf, t: Words, deep: int) -> str:
    """The parts of an object one after the other; a lone one needs no name."""
    told = []
    for key, value in piece.items():
        if key in INSIDE or key.startswith("_") or is_bytes(key, piece):
            continue
        said = [one for one in say(value, name_of, t, deep - 1) if one]
        if said:
            told.append((name_for(key, t), ", ".join(said[:MOST])))
    if len(told) == 1:
        return told[0][1]
    return "; ".join(f"{name}: {said}" for name, said in told)
