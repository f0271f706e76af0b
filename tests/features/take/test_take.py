"""Take it with me: everything that is here comes out, as a book and as FHIR, and the person knows it is not locked."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app import places
from app.context import App
from app.core.errors import BackupStopped, StoreFull
from app.features.mood.commands import log_mood
from app.features.take.commands import take, write_book, write_bundle, write_lines
from app.store.backup import Pace
from app.ui.strings import Words
from sync.models import Weight, derive_id
from tests.core.hostile import packed, pdf, small_png
from tests.features.conftest import Chart, a1c
from tests.features.me.test_keys import says, shows, until
from tests.features.places import downloads
from tests.features.readings.log import old_weight
from tests.harness import Window

Open = Callable[..., Window]
__all__ = ["downloads"]


def words(app: App, language: str = "en") -> Words:
    return Words(language, app.now, app.zone)


def bundle(app: App) -> list[dict[str, Any]]:
    out = io.StringIO()
    write_bundle(app.store, out, words(app), Pace(None, None))
    found = json.loads(out.getvalue())
    assert found["resourceType"] == "Bundle" and found["type"] == "collection"
    return [entry["resource"] for entry in found["entry"]]


def book(app: App, language: str = "en") -> str:
    out = io.StringIO()
    write_book(app.store, out, words(app, language), Pace(None, None))
    return out.getvalue()


class Reader(HTMLParser):
    """The words of a page, and what it asks others for."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.asked += [
            value for name, value in attrs if name in ("src", "href") and value and value[0] != "#"
        ]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_clinic_s_records_come_to_the_letter_and_what_was_written_here_as_fhir(
    app_with_record: App,
) -> None:
    log_mood(app_with_record, 4, "slept well")
    old_weight(app_with_record, 68_039)
    found = bundle(app_with_record)
    records = app_with_record.store.rows("SELECT body -> '$.resource' AS r FROM docs WHERE kind = 'record'")
    assert [json.loads(row["r"]) for row in records] == found[: len(records)]
    mood, weight = found[len(records) :]
    assert (mood["valueInteger"], mood["note"]) == (4, [{"text": "slept well"}])
    assert weight["code"]["coding"][0]["code"] == "29463-7"
    assert weight["valueQuantity"]["value"] == pytest.approx(68.039)
    assert mood["subject"] == weight["subject"] == {"reference": "Patient/rosa"}


def test_what_has_no_form_in_fhir_comes_with_every_word(app_with_record: App, chart: Chart) -> None:
    body = '{"words":"of tomorrow","amount":1.50}'
    chart.settle([chart.row("new", "riddle", body)], app_with_record.store.scope, False)
    last = bundle(app_with_record)[-1]
    assert (last["resourceType"], last["code"]["text"]) == ("Basic", "riddle")
    assert last["extension"][0]["extension"][1]["valueString"] == body


def test_line_by_line_is_the_same(app_with_record: App) -> None:
    log_mood(app_with_record, 2)
    out = io.StringIO()
    count = write_lines(app_with_record.store, out, words(app_with_record), Pace(None, None))
    assert [json.loads(line) for line in out.getvalue().splitlines()] == bundle(app_with_record)
    assert count == len(bundle(app_with_record))


def test_what_was_deleted_stays_behind(app_with_record: App) -> None:
    before = len(bundle(app_with_record))
    old_weight(app_with_record, 68_039)
    app_with_record.store.delete(app_with_record.store.find(Weight)[0])
    assert len(bundle(app_with_record)) == before


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "My health record",
                "Rosa Marin",
                "A little above the usual range (4.0–5.6).",
                "How I felt",
                "At work",
            ],
        ),
        ("es", ["Mi historial de salud", "Rosa Marin", "Cómo me sentí", "At work"]),
    ],
)
def test_the_book_says_whose_it_is_and_what_everything_means(
    app_with_record: App, chart: Chart, language: str, said: list[str]
) -> None:
    chart.send_fhir(a1c("high", 6.2, "2026-05-30"))
    log_mood(app_with_record, 4, "At work")
    shown = " ".join(read(book(app_with_record, language)).said)
    assert all(word in shown for word in said), [word for word in said if word not in shown]


def test_the_book_has_as_many_entries_as_there_are_records(app_with_record: App) -> None:
    log_mood(app_with_record, 4)
    records = app_with_record.store.rows("SELECT count(*) AS n FROM docs WHERE kind = 'record'")[0]["n"]
    assert read(book(app_with_record)).tags.count("article") == records + 1


def test_what_is_no_result_is_told_fact_by_fact_and_references_by_name(app_with_record: App) -> None:
    shown = " ".join(read(book(app_with_record)).said)
    for said in ("One tablet with breakfast", "Status: Active", ": Dr. Lee", "555-0100"):
        assert said in shown, said
    assert "Practitioner/lee" not in shown


def test_a_mark_without_a_value_and_a_section_of_tomorrow_are_told(
    app_with_record: App, chart: Chart
) -> None:
    flag = [{"coding": [{"code": "H"}], "text": "High"}]
    bare = {"resourceType": "Observation", "id": "f", "status": "final", "code": {"text": "Panel"}}
    chart.send_fhir({**bare, "interpretation": flag})
    body = '{"type":"Basic","category":"tomorrow","title":"A hologram","when":"","status":"","resource":{}}'
    chart.settle([chart.row("h", "record", body)], app_with_record.store.scope, False)
    said = read(book(app_with_record)).said
    assert "Your lab marked it: high." in said and "A hologram" in said


def test_nothing_in_the_book_runs_or_asks_anybody(app_with_record: App, chart: Chart) -> None:
    evil = '<script>alert(1)</script><img src="http://elsewhere/x">'
    chart.send_fhir(a1c("evil", 5, "2026-05-30", code={"text": evil}, note=[{"text": evil}]))
    log_mood(app_with_record, 3, evil)
    page = book(app_with_record)
    found = read(page)
    assert not found.asked and not {"script", "img", "iframe", "object"} & set(found.tags)
    assert " ".join(found.said).count(evil) == 3


def test_a_note_that_came_as_text_is_in_the_book(app_with_record: App, chart: Chart) -> None:
    said = base64.b64encode(b"Seen today.\nAll is well.").decode()
    inside = {"attachment": {"contentType": "text/plain; charset=utf-8", "data": said}}
    note = {"resourceType": "DocumentReference", "id": "n", "status": "current", "content": [inside]}
    chart.send_fhir({**note, "type": {"text": "Visit note"}, "date": "2026-05-30T10:00:00Z"})
    assert "Seen today.\nAll is well." in " ".join(read(book(app_with_record)).said)


def test_the_book_prints_what_has_words_and_names_every_other_file(
    app_with_record: App, chart: Chart
) -> None:
    files = [
        {"contentType": "text/plain; charset=iso-8859-1", "data": packed("Mañana".encode("latin-1"))},
        {"contentType": "application/pdf", "data": packed(pdf("From the PDF")), "title": "Plan"},
        {"contentType": "image/png", "data": packed(small_png()), "title": "Photo"},
        {"contentType": "application/pdf", "data": packed(b"no PDF"), "title": "Odd"},
        {"contentType": "application/pdf", "url": "https://files.example/1"},
    ]
    content = [{"attachment": file} for file in files]
    chart.send_fhir({"resourceType": "DocumentReference", "id": "n", "status": "current", "content": content})
    said = read(book(app_with_record)).said
    assert "Mañana" in said and "From the PDF" in said
    apart = [one for one in said if one.startswith("A file that")]
    assert [one.partition(":")[2].partition(".")[0] for one in apart] == [
        " Photo (Picture)",
        " Odd (PDF)",
        " PDF",
    ]
    assert "not on this device" in apart[2] and "not printed here" in apart[0]


# --- on the screen


async def test_from_me_to_a_book_in_downloads(app_with_record: App, open_at: Open, downloads: Path) -> None:
    async with open_at(app_with_record, "/me") as window:
        window.on_a_computer()
        await window.tap("Take it with me")
        assert window.route == "/take" and shows(window, "This file is not locked")
        await window.tap("Make the file")
        await until(window, lambda: shows(window, "Your file is made"))
        assert shows(window, "Evenkeel-book-2026-06-03.html")
    made = downloads / "Evenkeel-book-2026-06-03.html"
    assert made.read_text().startswith("<!doctype html>") and made.stat().st_mode & 0o077 == 0


async def test_no_folder_is_said_at_the_folder_and_nothing_is_made(
    app_with_record: App, open_at: Open, downloads: Path
) -> None:
    async with open_at(app_with_record) as window:
        window.on_a_computer()
        await window.go("/take")
        await window.type("Folder", "/nowhere/at/all")
        await window.tap("Make the file")
        await until(window, says(window, "Folder", "There is no such folder"))
    assert not list(downloads.iterdir())


@pytest.mark.parametrize("what", ["book", "bundle", "lines"])
async def test_stopped_or_without_room_it_leaves_no_file(
    app_with_record: App, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = words(app_with_record)
    with pytest.raises(BackupStopped):
        await take(app_with_record, what, str(tmp_path), t, lambda _done, _total: None, lambda: True)
    monkeypatch.setattr(places.os, "fsync", no_room)
    with pytest.raises(StoreFull):
        await take(app_with_record, what, str(tmp_path), t, lambda _done, _total: None, lambda: False)
    assert not [file for file in tmp_path.iterdir() if file.name.startswith("Evenkeel-")]


def no_room(_file: int) -> None:
    import errno

    raise OSError(errno.ENOSPC, "no room")


@pytest.mark.parametrize("what", ["book", "bundle", "lines"])
async def test_progress_ends_at_the_whole(app_with_record: App, tmp_path: Path, what: str) -> None:
    heard: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        heard.append((done, total))

    _path, count = await take(
        app_with_record, what, str(tmp_path), words(app_with_record), tell, lambda: False
    )
    assert heard[-1] == (count, count) and count > 5


async def test_one_entry_is_printed_by_itself(app_with_record: App, open_at: Open, downloads: Path) -> None:
    id = derive_id("record", "Observation", "a3")
    async with open_at(app_with_record, f"/health/record/{id}") as window:
        window.on_a_computer()
        await window.tap("Print or save")
        assert window.route == f"/take/{id}" and "A book" not in window.texts()
        await window.tap("Make the file")
        await until(window, lambda: shows(window, "Your file is made"))
    found = read((downloads / "Evenkeel-book-2026-06-03.html").read_text())
    assert found.tags.count("article") == 1 and "Hemoglobin A1c" in found.said and "nav" not in found.tags
