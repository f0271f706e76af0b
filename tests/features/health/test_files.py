"""The files of a record: listed where they belong, opened without a network, and never run."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.context import App
from sync.models import derive_id
from tests.core.hostile import HOSTILE, SCRIPTS, packed, pdf, png, small_png
from tests.features.conftest import Chart
from tests.features.places import downloads
from tests.harness import Window

__all__ = ["downloads"]
FAILED = "This did not work"
Open = Callable[..., Window]


def note(*files: dict[str, Any], id: str = "n1", **more: Any) -> dict[str, Any]:
    """A document of the clinic with these attachments."""
    return {
        "resourceType": "DocumentReference",
        "id": id,
        "status": "current",
        "description": "Letter to you",
        "date": "2026-05-30T10:00:00Z",
        "content": [{"attachment": file} for file in files],
        **more,
    }


def path(place: int = 0, id: str = "n1", type: str = "DocumentReference") -> str:
    return f"/health/file/{derive_id('record', type, id)}/{place}"


async def opened(window: Window, where: str = "") -> list[str]:
    """The texts of a file's page once it is read."""
    await window.go(where or path())
    await window.until("Save a copy")
    return window.texts()


@pytest.fixture
async def seen(empty_app: App, open_at: Open) -> AsyncIterator[Window]:
    """A window on the record."""
    async with open_at(empty_app, "/health") as window:
        yield window


async def test_a_record_lists_its_files_and_opens_one(seen: Window, chart: Chart) -> None:
    text = packed("Dear Rosa,\n\nall is well. Días.".encode())
    letter = {
        "contentType": "text/plain; charset=utf-8",
        "data": text,
        "title": "Letter",
        "language": "es-MX",
    }
    chart.send_fhir(note(letter, {"contentType": "application/pdf", "data": packed(pdf("One"))}))
    await seen.go(f"/health/record/{derive_id('record', 'DocumentReference', 'n1')}")
    assert "Files" in seen.texts() and "Text · 1 KB · In Spanish" in seen.texts()
    assert not [one for one in seen.texts() if text in one]
    await seen.tap("Letter Text")
    assert seen.route == path()
    await seen.until("all is well. Días.")
    assert "Dear Rosa," in seen.texts()


async def test_a_pdf_is_read_page_by_page(seen: Window, chart: Chart) -> None:
    many = [f"Page of {number}" for number in range(1, 8)]
    chart.send_fhir(note({"contentType": "application/pdf", "data": packed(pdf(*many))}))
    texts = await opened(seen)
    assert "Page 1 of 7" in texts and "Page of 5" in texts and "Page of 6" not in texts
    await seen.tap("Show more")
    assert "Page of 7" in seen.texts()


async def test_a_scan_without_words_says_what_to_do(seen: Window, chart: Chart) -> None:
    chart.send_fhir(note({"contentType": "application/pdf", "data": packed(pdf("", ""))}))
    assert any(text.startswith("There is no text in this PDF.") for text in await opened(seen))


async def test_a_picture_is_drawn_and_has_a_name(seen: Window, chart: Chart) -> None:
    chart.send_fhir(note({"contentType": "image/png", "data": packed(small_png()), "title": "Left hand"}))
    await opened(seen)
    (picture,) = seen.find(ft.Image)
    assert picture.src == small_png() and picture.semantics_label == "Picture: Left hand, 40 by 30 dots"


async def test_a_wide_picture_fits_the_page_until_it_is_wanted_larger(seen: Window, chart: Chart) -> None:
    chart.send_fhir(note({"contentType": "image/png", "data": packed(small_png(1500, 4))}))
    await opened(seen)
    assert seen.find(ft.Image)[0].width == 640
    await seen.tap("Show it larger")
    assert seen.find(ft.Image)[0].width == 1500
    await seen.tap("Fit it to the screen")
    assert seen.find(ft.Image)[0].width == 640


async def test_a_page_is_cleaned_and_a_link_says_where_it_goes(seen: Window, chart: Chart) -> None:
    chart.send_fhir(note({"contentType": "text/html", "data": packed(SCRIPTS)}))
    texts = await opened(seen)
    assert any(text.startswith("Pictures and moving parts were left out") for text in texts)
    passages = seen.find(ft.Markdown)
    assert any("all is well" in one.value for one in passages) and not seen.find(ft.Image)
    assert not any(one.auto_follow_links for one in passages)
    markdown = passages[0]
    await seen.fire(markdown, "tap_link", "https://clinic.example/next?id=1")
    assert "Go to clinic.example?" in seen.texts()
    await seen.tap("Stay here")
    assert "launch_url" not in [name for name, _ in seen.wire.calls]
    await seen.fire(markdown, "tap_link", "javascript:alert(1)")
    assert not [text for text in seen.texts() if text.startswith("Go to")]


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_hostile_file_breaks_its_page(seen: Window, chart: Chart, name: str) -> None:
    said, data = HOSTILE[name]
    chart.send_fhir(note({"contentType": said, "data": packed(data) or "=", "title": name}))
    texts = await opened(seen)
    assert not any(text.startswith(FAILED) for text in texts) and not seen.find(ft.Image)


async def test_a_file_that_is_not_what_it_says_is_not_opened(seen: Window, chart: Chart) -> None:
    chart.send_fhir(note({"contentType": "application/pdf", "data": packed(b"<script>alert(1)</script>")}))
    texts = await opened(seen)
    assert any(text.startswith("This file is not what it says it is") for text in texts)
    assert not any("alert" in text for text in texts)


async def test_a_file_that_differs_from_its_hash_opens_only_when_asked(seen: Window, chart: Chart) -> None:
    wrong = packed(hashlib.sha1(b"other").digest())
    chart.send_fhir(
        note({"contentType": "text/plain", "data": packed(b"Some words"), "hash": wrong, "size": 99})
    )
    texts = await opened(seen)
    assert "Some words" not in texts
    assert any(
        text.startswith("This file does not have the size") and "not the one" in text for text in texts
    )
    await seen.tap("Open it anyway")
    assert "Some words" in seen.texts()


async def test_a_binary_is_found_by_its_reference(seen: Window, chart: Chart) -> None:
    held = {
        "resourceType": "Binary",
        "id": "b1",
        "contentType": "text/plain",
        "data": packed(b"From the binary"),
    }
    inside = {
        "resourceType": "Binary",
        "id": "in",
        "contentType": "text/plain",
        "data": packed(b"From inside"),
    }
    chart.send_fhir(
        held, note({"url": "Binary/b1"}, {"url": "#in"}, {"url": "Binary/gone"}, contained=[inside])
    )
    assert "From the binary" in await opened(seen)
    assert "From inside" in await opened(seen, path(1))
    assert "From the binary" in await opened(seen, path(0, "b1", "Binary"))
    await seen.go(path(2))
    assert "Your clinic has not sent this file to this device." in seen.texts()


async def test_an_address_elsewhere_is_named_and_not_fetched(seen: Window, chart: Chart) -> None:
    chart.send_fhir(note({"contentType": "application/pdf", "url": "https://files.example/a/Binary/7?t=1"}))
    await seen.go(f"/health/record/{derive_id('record', 'DocumentReference', 'n1')}")
    assert any("Kept at files.example, not on this device" in text for text in seen.texts())
    await seen.go(path())
    assert "https://files.example/a/Binary/7?t=1" in seen.texts() and not seen.find(ft.Image)
    await seen.tap("Open this address")
    assert "Go to files.example?" in seen.texts()
    assert "launch_url" not in [name for name, _ in seen.wire.calls]
    await seen.tap("Open it")
    assert ("launch_url", "https://files.example/a/Binary/7?t=1") in [
        (name, args["url"]) for name, args in seen.wire.calls if name == "launch_url"
    ]


async def test_what_cannot_be_shown_is_saved_byte_for_byte(
    seen: Window, chart: Chart, downloads: Path
) -> None:
    data = b"DICM\0\1\2"
    chart.send_fhir(
        note({"contentType": "application/dicom", "data": packed(data), "title": "../Scan: knee"})
    )
    texts = await opened(seen)
    assert any(text.startswith("This app cannot show this kind of file.") for text in texts)
    seen.on_a_computer()
    await seen.tap("Save a copy")
    await seen.type("Folder", str(downloads))
    await seen.tap("Save the copy")
    await seen.until("Your copy is saved.")
    (file,) = downloads.iterdir()
    assert file.name == "Scan knee.dcm" and file.read_bytes() == data and file.stat().st_mode & 0o77 == 0


async def test_a_copy_into_no_folder_says_so_at_the_field(seen: Window, chart: Chart) -> None:
    chart.send_fhir(note({"contentType": "text/plain", "data": packed(b"x")}))
    await opened(seen)
    seen.on_a_computer()
    await seen.tap("Save a copy")
    await seen.type("Folder", "/nowhere/at/all")
    await seen.tap("Save the copy")
    while not seen.field("Folder").error:
        await seen.settle()
    assert (
        seen.field("Folder").error
        == "There is no such folder on this device, or nothing can be saved in it. Please choose another one."
    )


async def test_what_is_no_base64_can_still_be_saved(seen: Window, chart: Chart, downloads: Path) -> None:
    chart.send_fhir(note({"contentType": "text/plain", "data": "not base64!"}))
    texts = await opened(seen)
    assert any(text.startswith("This file came damaged") for text in texts)
    seen.on_a_computer()
    await seen.tap("Save a copy")
    await seen.type("Folder", str(downloads))
    await seen.tap("Save the copy")
    await seen.until("Your copy is saved.")
    assert [file.read_text() for file in downloads.iterdir()] == ["not base64!"]


async def test_a_picture_too_large_to_draw_is_not_drawn(seen: Window, chart: Chart) -> None:
    chart.send_fhir(note({"contentType": "image/png", "data": packed(png(100_000, 100_000))}))
    assert any(text.startswith("This picture is too large") for text in await opened(seen))
    assert not seen.find(ft.Image)


async def test_columns_stay_columns_and_words_flow(seen: Window, chart: Chart) -> None:
    table = b"Test        Result\nSodium         140\nPotassium      4.1\n"
    chart.send_fhir(note({"contentType": "text/plain", "data": packed(table)}))
    await opened(seen)
    (shown,) = [one for one in seen.find(ft.Text) if "Potassium" in (one.value or "")]
    assert shown.style.font_family == "Noto Sans Mono" and shown.selectable and shown.no_wrap
    await seen.tap("Fit it to the screen")
    (shown,) = [one for one in seen.find(ft.Text) if "Potassium" in (one.value or "")]
    assert not shown.no_wrap and shown.style.font_family == "Noto Sans"


async def test_a_file_of_another_person_is_not_found(seen: Window, chart: Chart, empty_app: App) -> None:
    chart.send_fhir(note({"contentType": "text/plain", "data": packed(b"secret")}))
    empty_app.view("patient-other")
    await seen.go(path())
    assert "This is not in your record any more." in seen.texts()
