"""The main job as a patient meets it: read and write with no clinic, lose nothing, claim nothing too early."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo

pytestmark = pytest.mark.browser


def open_app(page: Page, url: str) -> None:
    """Open the app and wait for Today."""
    page.goto(url)
    expect(page.get_by_role("heading", name="Paula")).to_be_visible(timeout=60_000)


def tab(page: Page, name: str) -> None:
    """Go to a section."""
    page.get_by_role("button", name=name, exact=True).last.click()


def moods(demo: Demo) -> list[str]:
    """The moods in the clinic's database."""
    with closing(sqlite3.connect(demo.facts["db"].removeprefix("sqlite:///"))) as database:
        return [row[0] for row in database.execute("SELECT body FROM row WHERE kind = 'mood'")]


def test_with_no_clinic_everything_reads_and_what_is_written_arrives_once(demo: Demo, page: Page) -> None:
    open_app(page, demo.facts["app"])
    expect(page.get_by_text("Up to date", exact=False)).to_be_visible()
    demo.kill_clinic()
    tab(page, "Health")
    page.get_by_role("button", name="Results").click()
    page.get_by_role("button", name="Hemoglobin A1c").first.click()
    expect(page.get_by_text("usual range", exact=False).first).to_be_visible()
    tab(page, "Mood")
    page.get_by_role("button", name="Good", exact=True).click()
    expect(page.get_by_text("Waiting to send").first).to_be_visible()
    assert moods(demo) == []
    demo.kill_app()
    open_app(page, demo.reopen_app())
    tab(page, "Mood")
    expect(page.get_by_text("Waiting to send").first).to_be_visible()
    demo.start_clinic()
    expect(page.get_by_text("Clinic has it").first).to_be_visible(timeout=60_000)
    assert len(moods(demo)) == 1 and '"score":4' in moods(demo)[0]
