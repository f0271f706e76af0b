"""One noun for each policy, and what the clinic knows of them. `text` is unique to one write, so it can be followed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.store import generation
from sync.models import KINDS, Doc, Lesson, MoodEntry, Policy
from tests.sync.model.resets import FEW

FELT = datetime(2026, 6, 2, tzinfo=UTC)
FUTURE = '{"dose":[1,{"unit":"mg"}],"gone":null,"name":"käse"}'
PATIENT_KEY = b"patient key known to the devices"


class Draft(Doc):
    """A form that is being filled in, on several devices."""

    kind: ClassVar[str] = "model-draft"
    policy: ClassVar[Policy] = Policy.KEEP_BOTH
    text: str


class Novel(Draft):
    """A kind from a newer app: this clinic has never heard of it."""

    kind: ClassVar[str] = "model-novel"


class Setting(Draft):
    """A preference of two parts, which two devices may change at once."""

    kind: ClassVar[str] = "model-setting"
    policy: ClassVar[Policy] = Policy.REGISTER
    tone: str = ""


class Progress(Draft):
    """How far somebody has read."""

    kind: ClassVar[str] = "model-progress"
    policy: ClassVar[Policy] = Policy.MONOTONE
    done: int = 0


class Wish(Draft):
    """A request to the clinic."""

    kind: ClassVar[str] = "model-wish"
    policy: ClassVar[Policy] = Policy.COMMAND


class Journal(Doc):
    """What the clinic keeps and cannot read: `sealed` is the text under the patient's key."""

    kind: ClassVar[str] = "model-journal"
    policy: ClassVar[Policy] = Policy.SEALED
    sealed: str


class Intruder(Draft):
    """What only the clinic writes, in the hands of an app that does not know so."""

    kind: ClassVar[str] = "record"


KNOWN = {noun.kind: noun for noun in (Draft, Setting, Progress, Wish, Journal)}
EDITABLE: tuple[type[Doc], ...] = (Draft, Novel, Setting, Setting, Progress, Wish, Journal)
ALL: dict[str, type[Doc]] = {noun.kind: noun for noun in (*EDITABLE, Intruder, MoodEntry, Lesson)}
KINDS_OF_ALL = {noun.kind for noun in (*EDITABLE, MoodEntry)}
LAST_WINS = {"model-setting", "model-wish"}
ANY_ORDER = {*LAST_WINS, "model-progress"}


@contextlib.contextmanager
def known_to_the_clinic() -> Iterator[None]:
    """Inside, the clinic knows the model's nouns, save the newer app's; and few documents are many on a device."""
    KINDS.update(KNOWN)
    small, generation.SMALL = generation.SMALL, FEW
    try:
        yield
    finally:
        for kind in KNOWN:
            del KINDS[kind]
        generation.SMALL = small


def fields(noun: type[Doc], text: str) -> dict[str, object]:
    """What a fresh document of this noun says, with a field that no version here knows."""
    unknown = {"from_the_future": json.loads(FUTURE), "nothing": None}
    if noun is MoodEntry:
        return {"felt_at": FELT, "score": 3, "note": text, **unknown}
    if noun is Journal:
        return {"sealed": seal(text), **unknown}
    return {"text": text, **unknown}


def changed(doc: Doc, text: str) -> Doc:
    """The same document saying something else."""
    if isinstance(doc, Progress):
        return doc.model_copy(update={"text": text, "done": number_in(text) * 37 % 100})
    if isinstance(doc, Setting) and number_in(text) % 2:
        return doc.model_copy(update={"tone": text})
    name = {"mood": "note", "model-journal": "sealed"}.get(doc.kind, "text")
    return doc.model_copy(update={name: seal(text) if name == "sealed" else text})


def number_in(text: str) -> int:
    """The number of a text; it decides what else an edit says, so that a schedule can be run again."""
    return int("".join(letter for letter in text if letter.isdigit()))


def seal(text: str) -> str:
    """Under the patient's key; the nonce comes from the text, so that a schedule can be run again."""
    nonce = text.rjust(12)[-12:].encode()
    return AESGCM(PATIENT_KEY).encrypt(nonce, text.encode(), None).hex()
