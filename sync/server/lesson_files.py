"""Takes a file apart into lessons, each with the article it is. Whatever cannot be read becomes a Fault.

Understood are
- our Markdown (`.md`): between two lines `+++` what is known of it (TOML), then the text. One file may hold an article
  in several languages: a table for each (`[en]`, `[es]`), and its text after a line `+++ en`;
- our JSON: `{"language": "en", "lessons": [{"slug": …, "title": …, "text": …}]}`;
- MedlinePlus health topics as JSON (`{"Fever": "<p>…"}`) and MedQuAD documents as XML (`foreign_lessons`).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sync.fhir.reading import Fault
from sync.models import Lesson, derive_id
from sync.protocol.wire import MAX_BODY
from sync.server.foreign_lessons import medlineplus, medquad

FENCE = re.compile(r"^\+\+\+(?: +([a-z]{2,3}))?[ \t]*$", re.MULTILINE)
IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
KNOWN = ("title", "summary", "text", "language", "topics", "source", "minutes", "reviewed_on")
MOST_BYTES = 8 << 20
WORDS_A_MINUTE = 130


def read_lessons(path: Path, language: str = "") -> Iterator[Lesson | Fault]:
    """The lessons in one file. `language` is that of texts which do not say theirs."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("is larger than 8 MB")
        found = list(_take_apart(path, path.read_text(encoding="utf-8-sig"), language))
    except OSError as error:
        found = [("", Fault("", f"cannot be read: {error.strerror}"))]
    except (ValueError, RecursionError) as error:
        found = [("", Fault("", _plainly(error)))]
    for article, fields in found:
        yield fields if isinstance(fields, Fault) else _lesson(article, fields)


def _take_apart(path: Path, text: str, language: str) -> Iterator[tuple[str, dict[str, Any] | Fault]]:
    if path.suffix == ".md":
        yield from _markdown(path.stem, text, language)
    elif path.suffix == ".json":
        yield from _json(json.loads(text), language)
    elif path.suffix == ".xml":
        yield from medquad(text)
    else:
        raise ValueError("is none of .md, .json and .xml")


def _markdown(name: str, text: str, language: str) -> Iterator[tuple[str, dict[str, Any] | Fault]]:
    fences = list(FENCE.finditer(text))
    if len(fences) < 2 or text[: fences[0].start()].strip() or fences[0][1]:
        raise ValueError("has nothing between two lines +++ at its beginning")
    known = tomllib.loads(text[fences[0].end() : fences[1].start()])
    article = str(known.pop("article", name))
    own = {key: known.pop(key) for key in list(known) if isinstance(known[key], dict)}
    ends = [*(fence.start() for fence in fences[2:]), len(text)]
    for fence, end in zip(fences[1:], ends, strict=True):
        spoken = fence[1] or str(known.get("language", language))
        yield article, {**known, **own.pop(spoken, {}), "language": spoken, "text": text[fence.end() : end]}
    for spoken in own:
        yield article, Fault(spoken, f"has no text after a line +++ {spoken}")


def _json(found: Any, language: str) -> Iterator[tuple[str, dict[str, Any] | Fault]]:
    if not isinstance(found, dict):
        raise ValueError("is no list of lessons that we know")
    if not isinstance(found.get("lessons"), list):
        yield from medlineplus(found, language)
        return
    shared = {"language": found.get("language", language)}
    for place, one in enumerate(found["lessons"]):
        where = f"lesson {place + 1}"
        if not isinstance(one, dict):
            yield "", Fault(where, "is no object")
            continue
        fields = {**shared, **one}
        article = fields.pop("article", "") or fields.get("slug", "")
        fields.pop("slug", None)
        yield (str(article), fields) if article else ("", Fault(where, "has no slug"))


def _lesson(article: str, fields: dict[str, Any]) -> Lesson | Fault:
    """The lesson these fields make, or what is wrong with them."""
    where = f"{article} ({fields.get('language') or 'no language'})"
    if unknown := sorted(fields.keys() - set(KNOWN)):
        return Fault(where, f"has fields that no lesson has: {', '.join(unknown)}")
    if not (text := IMAGE.sub(r"\1", str(fields.get("text", ""))).strip()):
        return Fault(where, "has no text")
    for name in ("title", "language"):
        if not str(fields.get(name, "")).strip():
            return Fault(where, f"has no {name}")
    minutes = fields.get("minutes") or max(1, round(len(text.split()) / WORDS_A_MINUTE))
    kept = {**fields, "text": text, "minutes": minutes, "article": article}
    try:
        lesson = Lesson(id=derive_id("lesson", fields["language"], article), **kept)
    except ValidationError as error:
        return Fault(where, "; ".join(f"{_place(one)}: {one['msg']}" for one in error.errors()))
    return lesson if len(lesson.body()) <= MAX_BODY else Fault(where, "is too long for one lesson")


def _place(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"])


def _plainly(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8 text"
    if isinstance(error, json.JSONDecodeError | tomllib.TOMLDecodeError):
        return f"does not read: {error}"
    return "goes too deep" if isinstance(error, RecursionError) else str(error)
