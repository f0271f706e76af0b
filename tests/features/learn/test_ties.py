"""What leads from a record to what there is to read about it, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.context import App
from app.features.health.queries import open_record
from app.features.health.rules import codes_of
from app.features.learn.queries import lessons_on_record, list_lessons
from app.store.library import ALL, CODED, FIRST, LISTED, LISTS, ON, codes_of_record, lessons_on, mentions
from sync.models import Lesson, derive_id
from tests.features.conftest import SCOPE, Chart, a1c
from tests.harness import Window

Open = Callable[..., Window]
SNOMED, ICD = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"
ASTHMA, COUGH = f"{SNOMED}|195967001", f"{ICD}|R05.9"


def page(article: str, title: str, *topics: str, language: str = "en", **more: Any) -> Lesson:
    """A page of the library."""
    fields = {"title": title, "text": "Rest.", "topics": list(topics), "article": article, **more}
    return Lesson(id=derive_id("lesson", language, article or title), language=language, **fields)


def problem(id: str, *codes: str, **more: Any) -> dict[str, Any]:
    """A condition with these codes, in this order."""
    coded = [dict(zip(("system", "code"), code.split("|"), strict=True)) for code in codes]
    return {
        "resourceType": "Condition",
        "id": id,
        "code": {"coding": coded, "text": f"Problem {id}"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "onsetDateTime": "2026-02-01",
        **more,
    }


def at(id: str, type: str = "Condition") -> str:
    """Where the page of a record is."""
    return f"/health/record/{derive_id('record', type, id)}"


async def test_a_condition_finds_its_article_by_its_second_code(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    chart.send(page("cough", "When you cough", COUGH), scope="content")
    chart.send_fhir(problem("c", ASTHMA, COUGH))
    async with open_at(empty_app, at("c")) as window:
        assert "Read about this" in window.texts()
        await window.tap("When you cough")
        assert {"In your record", "Problem c"} <= set(window.texts())
        await window.tap("Problem c")
        assert window.route == at("c")
    assert [one.title for one in lessons_on_record(empty_app.store, "en")] == ["When you cough"]


async def test_a_record_without_an_article_says_nothing_of_reading(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    chart.send(page("cough", "When you cough", COUGH), scope="content")
    chart.send_fhir(problem("c", ASTHMA), problem("d"))
    for id in "cd":
        async with open_at(empty_app, at(id)) as window:
            assert "Problem " + id in window.texts()
            assert "Read about this" not in window.texts()
    assert lessons_on_record(empty_app.store, "en") == []


async def test_medicines_vaccines_and_procedures_lead_to_reading_too(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    code = {"coding": [{"system": SNOMED, "code": "1"}], "text": "It"}
    kinds = {
        "MedicationRequest": {"medicationCodeableConcept": code, "authoredOn": "2026-01-01"},
        "Immunization": {"vaccineCode": code, "status": "completed"},
        "Procedure": {"code": code, "status": "completed"},
        "AllergyIntolerance": {"code": code},
    }
    chart.send(page("one", "About one", f"{SNOMED}|1"), scope="content")
    chart.send_fhir(*({"resourceType": type, "id": "r", **fields} for type, fields in kinds.items()))
    for type in kinds:
        async with open_at(empty_app, at("r", type)) as window:
            assert "About one" in window.texts(), type


def test_the_first_code_counts_most_and_then_the_text_about_the_fewest(empty_app: App, chart: Chart) -> None:
    chart.send(
        page("wide", "A wide one", ASTHMA, f"{SNOMED}|2", f"{SNOMED}|3"),
        page("second", "A second one", COUGH),
        page("close", "B close one", ASTHMA),
        scope="content",
    )
    found = lessons_on(empty_app.store, [ASTHMA, COUGH], "en")
    assert [one.title for one in found] == ["B close one", "A wide one", "A second one"]


def test_what_something_was_given_for_comes_after_what_it_is(empty_app: App, chart: Chart) -> None:
    chart.send_fhir(problem("c", ASTHMA, reasonCode=[{"coding": [{"system": ICD, "code": "R05.9"}]}]))
    entry = open_record(empty_app.store, derive_id("record", "Condition", "c"))
    assert entry and codes_of(entry) == [ASTHMA, COUGH]


async def test_a_spanish_reader_reads_spanish_and_is_told_what_is_only_in_english(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    chart.send(
        page("cough", "When you cough", COUGH),
        page("cough", "Cuando tiene tos", COUGH, language="es"),
        page("asthma", "Asthma", ASTHMA),
        scope="content",
    )
    chart.send_fhir(problem("c", ASTHMA, COUGH))
    empty_app.change_settings(language="es")
    async with open_at(empty_app, at("c")) as window:
        texts = window.texts()
        assert {"Lea sobre esto", "Cuando tiene tos", "Asthma", "Solo en inglés"} <= set(texts)
        assert "When you cough" not in texts
        await window.go("/learn")
        shown = window.texts()
        assert {"Sobre su historia", "Todos los textos"} <= set(shown)
        assert any("Solo en inglés" in text for text in shown)


def test_an_older_lesson_that_names_no_article_is_listed_in_its_own_language_alone(
    empty_app: App, chart: Chart
) -> None:
    body = '{"title":"Old","text":"x","language":"es","topics":["http://loinc.org|4548-4"]}'
    chart.settle([chart.row("old", "lesson", body)], "content", False)
    chart.send_fhir(a1c("a", 7.0, "2026-01-01"))
    assert [one.title for one in list_lessons(empty_app.store, "es")] == ["Old"]
    assert lessons_on(empty_app.store, ["http://loinc.org|4548-4"], "es")[0].article == "old"
    assert list_lessons(empty_app.store, "en") == lessons_on_record(empty_app.store, "en") == []


async def test_source_and_day_are_shown_and_an_old_lesson_shows_neither(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    new = page("n", "New", source="MedlinePlus: Cough", reviewed_on="2026-12-01")
    chart.send(new, page("o", "Old"), scope="content")
    async with open_at(empty_app, f"/learn/{new.id}") as window:
        checked = "Last reviewed on 1 December 2026"
        assert {"Source: MedlinePlus: Cough", checked} <= set(window.texts())
        await window.go(f"/learn/{derive_id('lesson', 'en', 'o')}")
        assert not [text for text in window.texts() if text.startswith(("Source", "Last reviewed"))]


def test_when_the_clinic_takes_an_article_out_nothing_leads_there_any_more(
    empty_app: App, chart: Chart
) -> None:
    cough, store = page("cough", "When you cough", COUGH), empty_app.store
    chart.send(cough, scope="content")
    assert lessons_on(store, [COUGH], "en")
    chart.send(page("cough", "When you cough", ASTHMA), scope="content")
    assert not lessons_on(store, [COUGH], "en") and lessons_on(store, [ASTHMA], "en")
    gone = chart.row(cough.id, "lesson", "{}").model_copy(update={"deleted": True})
    chart.settle([gone], "content", False)
    assert not lessons_on(store, [ASTHMA], "en")
    assert store.rows("SELECT * FROM topics") == []


def test_odd_lessons_harm_nobody(empty_app: App, chart: Chart) -> None:
    store = empty_app.store
    odd = ('{"topics":"x"}', '{"topics":[1,null,["y"],"x"]}', '{"topics":{"a":"x"}}', "{}")
    chart.settle([chart.row(f"o{n}", "lesson", body) for n, body in enumerate(odd)], "content", False)
    assert {row["code"] for row in store.rows("SELECT code FROM topics")} == {"x"}


def test_mentions_are_the_newest_of_each_code_and_leave_mistakes_out(empty_app: App, chart: Chart) -> None:
    chart.send_fhir(
        a1c("a1", 7.0, "2026-01-01"),
        a1c("a2", 7.5, "2026-03-01"),
        a1c("a3", 9.9, "2026-05-01", status="entered-in-error"),
        problem("c", ASTHMA, COUGH),
    )
    found = mentions(empty_app.store, ["http://loinc.org|4548-4", COUGH])
    assert [one.when for one in found] == ["2026-03-01", "2026-02-01"]
    assert {"http://loinc.org|4548-4", ASTHMA, COUGH} == set(codes_of_record(empty_app.store))


def test_nobody_reads_the_whole_library_or_the_whole_record(app_with_record: App) -> None:
    """With fifty documents nobody notices; with fifty thousand everybody does."""
    rows, none = app_with_record.store.rows, "[]"
    asked = {ON: ("en", none), FIRST: (SCOPE, none), LISTS: (SCOPE,)}
    asked |= {CODED: (SCOPE, none, none), LISTED: (SCOPE, none), ALL: ("en", 50)}
    for sql, values in asked.items():
        plan = [row["detail"] for row in rows(f"EXPLAIN QUERY PLAN {sql}", *values)]
        touched = [line for line in plan if line.startswith(("SEARCH", "SCAN")) and "docs" in line]
        good = ("record_code", "record_codings", "rowid=?", "lesson_title", "docs_kind")
        assert touched and all(any(name in line for name in good) for line in touched), (sql, plan)
