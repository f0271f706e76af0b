"""A large file of the record: on the way only when somebody wants it, read like any other then, and kept if asked."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.features.take.commands import write_book, write_bundle
from app.features.take.queries import files_away
from app.store import shelf
from app.store.backup import Pace
from app.ui.strings import Words
from sync.models import Attachment, derive_id
from sync.models.attachment import attachments_in
from sync.server.clinic import Clinic
from tests.conftest import ROSA, Phone, Wire
from tests.harness import Window

Open = Callable[..., Window]
WORDS = "Dear Rosa, all is well. " * 2500
LETTER = derive_id("record", "DocumentReference", "long")
PAGE = f"/health/file/{LETTER}/0"


def letter() -> dict[str, Any]:
    file = {"contentType": "text/plain", "data": base64.b64encode(WORDS.encode()).decode(), "title": "Letter"}
    about = {"subject": {"reference": f"Patient/{ROSA}"}, "status": "current", "date": "2026-06-01"}
    return {"resourceType": "DocumentReference", "id": "long", **about, "content": [{"attachment": file}]}


@pytest.fixture
async def rosas(phone: Phone, clinic: Clinic, tmp_path: Path) -> Phone:
    """Rosa's phone, which has heard of the letter."""
    path = tmp_path / "letter.json"
    path.write_text(json.dumps(letter()))
    clinic.import_paths([path])
    await phone.sync()
    return phone


def named(phone: Phone) -> Attachment:
    body = phone.store.rows("SELECT body FROM docs WHERE id = ?", LETTER)[0]["body"]
    (found,) = attachments_in(body)
    return found


def exported(phone: Phone) -> dict[str, Any]:
    """The letter as the Bundle has it."""
    out = io.StringIO()
    write_bundle(phone.store, out, Words("en"), Pace(None, None))
    entries = [entry["resource"] for entry in json.loads(out.getvalue())["entry"]]
    return next(one for one in entries if one.get("id") == "long")


async def test_it_comes_when_somebody_asks_and_reads_like_any_other(
    rosas: Phone, open_at: Open, wire: Wire
) -> None:
    wire.up = False
    async with open_at(rosas.app, f"/health/record/{LETTER}") as window:
        assert any("60 KB" in text and "Not on this device yet" in text for text in window.texts())
        await window.go(PAGE)
        await window.tap("Get it now")
        assert any(text.startswith("It is on its way.") for text in window.texts())
        assert shelf.where(rosas.store, named(rosas)) == "coming"
        wire.up = True
        await rosas.sync()
        await window.until("Save a copy")
        assert any(text.startswith("Dear Rosa, all is well.") for text in window.texts())
        await window.go(f"/health/record/{LETTER}")
        assert not any("Not on this device" in text for text in window.texts())


async def test_kept_here_it_comes_by_itself_and_stays(rosas: Phone, open_at: Open) -> None:
    async with open_at(rosas.app, PAGE) as window:
        await window.switch("Keep it on this device")
        await rosas.sync()
        await window.until("Save a copy")
    assert shelf.came(rosas.store, named(rosas)) == (1.0, True)


async def test_taken_along_it_is_inside_once_it_is_here_and_else_is_named(
    rosas: Phone, open_at: Open
) -> None:
    without = exported(rosas)["content"][0]["attachment"]
    assert "data" not in without and named(rosas).hash in json.dumps(without)
    assert [one.hash for one in files_away(rosas.store)] == [named(rosas).hash]
    async with open_at(rosas.app, "/take") as window:
        assert any(
            text.startswith("1 large file of your record is not on this device") for text in window.texts()
        )
        await window.tap("Get them first")
        await rosas.sync()
        await window.settle()
        assert not any("large file" in text for text in window.texts())
    assert exported(rosas) == letter() and files_away(rosas.store) == []


async def test_the_book_prints_its_words_once_it_is_here(rosas: Phone) -> None:
    def book() -> str:
        out = io.StringIO()
        write_book(rosas.store, out, Words("en", rosas.app.now, rosas.app.zone), Pace(None, None))
        return out.getvalue()

    assert "Dear Rosa" not in book()
    shelf.ask_for(rosas.store, named(rosas))
    await rosas.sync()
    assert "Dear Rosa, all is well." in book()
