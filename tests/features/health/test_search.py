"""Search in Health: as it is typed, over everything here, and in no time however much there is."""

from __future__ import annotations

from collections.abc import Callable

from app.context import App
from app.features.health.queries import LATEST, LINE, OURS, search
from app.features.mood.commands import log_mood
from app.store.search import PICKED, read_anew
from tests.features.conftest import Chart, a1c
from tests.harness import Window

Open = Callable[..., Window]


def test_search_finds_records_by_the_beginning_of_a_word(app_with_record: App) -> None:
    assert [hit.title for hit in search(app_with_record.store, "metf", "en")] == ["Metformin 500 mg"]
    assert search(app_with_record.store, "zzz", "en") == []


def test_search_reads_what_the_clinic_wrote_in_a_record(app_with_record: App) -> None:
    for words, title in (("keep going", "Sugar panel"), ("breakfast", "Metformin 500 mg")):
        assert [hit.title for hit in search(app_with_record.store, words, "en")] == [title]


def test_search_finds_lessons_of_one_language_and_ones_own_notes(app_with_record: App) -> None:
    note = log_mood(app_with_record, 4, "A walk by the river")
    for language, title in (("en", "What is A1c?"), ("es", "¿Qué es la A1c?")):
        found = search(app_with_record.store, "a1c", language)
        assert [hit.title for hit in found if hit.kind == "lesson"] == [title]
    assert [(hit.kind, hit.id) for hit in search(app_with_record.store, "river", "en")] == [("mood", note.id)]


def test_of_equal_finds_the_latest_is_first(app_with_record: App, chart: Chart) -> None:
    chart.send_fhir(a1c("older", 6.5, "2020-01-01"))
    found = [hit.when for hit in search(app_with_record.store, "hemoglobin", "en")]
    assert len(found) == 4 and found == sorted(found, reverse=True)


def test_search_reads_no_kind_from_end_to_end(app_with_record: App) -> None:
    """With fifty documents nobody notices; with fifty thousand everybody does."""
    store = app_with_record.store
    for sql in (f"SELECT {LINE} {PICKED} WHERE {OURS}",):
        plan = store.rows(f"EXPLAIN QUERY PLAN {sql}", "[]", store.scope, store.scope)
        assert "(scope=? AND id=?)" in plan[-1]["detail"]
    plan = [row["detail"] for row in store.rows(f"EXPLAIN QUERY PLAN {LATEST}", store.scope)]
    read = [line for line in plan if line.startswith(("SEARCH docs", "SCAN docs"))]
    assert read and all("record_code" in line or "rowid=?" in line for line in read), plan


def test_what_is_read_of_a_document_is_read_anew_when_that_changes(app_with_record: App) -> None:
    store = app_with_record.store
    assert search(store, "breakfast", "en")
    store.db.execute("UPDATE views SET text = 'what an older app read' WHERE name = 'search'")
    read_anew(store.db)
    assert store.rows("SELECT count(*) AS n FROM search_due")[0]["n"] > 5
    assert search(store, "breakfast", "en")
    read_anew(store.db)
    assert store.rows("SELECT count(*) AS n FROM search_due")[0]["n"] == 0


async def test_search_over_everything(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/health") as window:
        await window.type("Search", "influ")
        assert "1 found" in window.texts()
        await window.tap("Influenza")
        assert "Vaccine · Thu 2 October 2025" in window.texts()
        await window.tap("Back")
        assert window.route == "/health"


async def test_a_search_for_nothing_says_what_to_try(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/health") as window:
        await window.type("Search", "zzzz")
        assert any("Try fewer words" in text for text in window.texts())


async def test_slash_leads_to_the_search_from_anywhere(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/mood") as window:
        for _ in range(2):
            await window.press("/")
            assert window.route == "/health/search" and window.field("Search").autofocus
            await window.go("/health")
        assert not window.field("Search").autofocus


async def test_slash_is_a_letter_while_somebody_types(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/health") as window:
        await window.fire(window.field("Search"), "focus")
        await window.press("/")
        assert window.route == "/health"
