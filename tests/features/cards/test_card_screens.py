"""The screens of health cards, as a patient meets them: bringing one in, what it says, its code, deleting it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import flet as ft

from app.context import App
from app.features.cards.code import fitting
from app.features.cards.commands import bring, take_out
from app.features.cards.queries import list_cards
from sync.cards.numeric import codes_of
from sync.models import HealthCard, Person
from tests.features.cards.test_cards import EXAMPLE, RIVER, believe
from tests.features.conftest import NOW, Chart
from tests.harness import Window
from tests.sight import name_of
from tests.sync.cards.mint import DATA, Issuer, examples, patient, payload, shot

Open = Callable[..., Window]


async def test_from_health_to_the_code(app_with_record: App, chart: Chart, open_at: Open) -> None:
    believe(chart)
    chart.send(person())
    async with open_at(app_with_record, "/health") as window:
        await window.tap("Health cards")
        assert window.route == "/cards" and any("No health cards yet." in text for text in window.texts())
        await window.tap("Paste its text")
        await window.type("The text of the card", "\n".join(codes_of(RIVER.sign())))
        await window.tap("Add this card")
        texts = window.texts()
        assert window.route.startswith("/cards/") and "1 vaccine" in texts
        assert "Verified. Riverside Clinic signed this card, and nobody has changed it since." in texts
        assert {"Signed by Riverside Clinic", "Rosa Marin", "Flu vaccine", "Thu 2 October 2025"} <= set(texts)
        assert not any("not the one in this record" in text for text in texts)
        await window.tap("Show everything on this card")
        assert any(text == "Done by: Riverside Pharmacy" for text in window.texts())
        await window.tap("Show the code")
        (image,) = window.find(ft.Image)
        assert image.src.startswith(b"\x89PNG") and image.width >= 300
        labels = [one.label for one in window.find(ft.Semantics) if one.image]
        assert labels == ["QR code of this health card: 1 vaccine."]


async def test_what_could_not_be_checked_never_says_verified(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    chart.send(Issuer("https://harbour.test", "Harbour Hospital").keys(), scope="content")
    believe(chart, "gone")
    lost = RIVER.keys().keys[0]["kid"]
    cards = [
        (Issuer("https://unheard.test").sign(), "Not checked. The card says it is from unheard.test."),
        (Issuer().sign(), "Not checked. The card says it is from Riverside Clinic, but"),
        (
            RIVER.sign(payload(iss="https://unheard.test")),
            "Not verified. The card says it is from unheard.test, but",
        ),
        (
            RIVER.sign(payload(rid="gone")),
            "No longer valid. Riverside Clinic signed this card and took it back",
        ),
        (
            RIVER.sign(payload(exp=NOW.timestamp() - 1)),
            "No longer valid. Riverside Clinic signed this card. It was",
        ),
        (
            RIVER.sign(payload(nbf=NOW.timestamp() + 9)),
            "Not valid yet. Riverside Clinic signed this card. It counts",
        ),
    ]
    async with open_at(app_with_record, "/cards") as window:
        for jws, said in cards:
            (id,) = bring(app_with_record, jws).new
            await window.go(f"/cards/{id}")
            texts = window.texts()
            assert any(text.startswith(said) for text in texts), (said, texts)
            assert not any(text.startswith(("Verified", "Signed by")) for text in texts)
        await window.go("/cards")
        assert lost and not any("\nVerified" in text or text == "Verified" for text in window.texts())


async def test_a_card_turns_verified_once_the_clinic_sends_the_key(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    (id,) = bring(app_with_record, RIVER.sign()).new
    async with open_at(app_with_record, f"/cards/{id}") as window:
        assert any(text.startswith("Not checked.") for text in window.texts())
        believe(chart)
        await window.settle()
        assert any(text.startswith("Verified.") for text in window.texts())


async def test_a_card_that_the_clinic_put_shows_the_same(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    believe(chart)
    chart.send(HealthCard(id="c1", added_at=NOW, jws=RIVER.sign()))
    async with open_at(app_with_record, "/cards") as window:
        await window.tap("1 vaccine")
        assert any(text.startswith("Verified. Riverside Clinic") for text in window.texts())


async def test_somebody_elses_card_is_pointed_out(app_with_record: App, chart: Chart, open_at: Open) -> None:
    chart.send(person())
    (id,) = bring(app_with_record, RIVER.sign(payload(patient("Ana", born="1990-01-01"), shot()))).new
    async with open_at(app_with_record, f"/cards/{id}") as window:
        assert any("not the one in this record" in text for text in window.texts())


async def test_a_long_card_is_shown_part_by_part(app_with_record: App, chart: Chart, open_at: Open) -> None:
    chart.send(examples(), scope="content")
    (id,) = bring(app_with_record, (DATA / "example-02-d-jws.txt").read_text()).new
    async with open_at(app_with_record, f"/cards/{id}") as window:
        await window.tap("Show the code")
        first = window.find(ft.Image)[0].src
        assert "Part 1 of 3" in window.texts()
        for place in (2, 3, 1):
            await window.tap("Next part")
            assert f"Part {place} of 3" in window.texts()
        assert window.find(ft.Image)[0].src == first


async def test_a_lab_card_tells_values_with_their_ranges(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    chart.send(examples(), scope="content")
    (id,) = bring(app_with_record, (DATA / "example-02-d-jws.txt").read_text()).new
    async with open_at(app_with_record, f"/cards/{id}") as window:
        texts = window.texts()
        assert any(text.startswith("Inside the usual range (") for text in texts)
        assert any("results" in text for text in texts) and "Sun 16 August 2015" in texts


async def test_a_link_is_said_to_be_a_link_and_nothing_is_opened(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/cards") as window:
        await window.tap("Paste its text")
        await window.type("The text of the card", "https://viewer.test/#shlink:/eyJ1cmwiOiJodHRwcyJ9")
        await window.tap("Add this card")
        assert any("is a SMART Health Link, and not a card" in text for text in window.texts())
        await window.type(
            "The text of the card", (DATA / "example-02-f-qr-code-numeric-value-1.txt").read_text()
        )
        await window.tap("Add this card")
        assert any("comes in 3 parts, and 1 of them" in text for text in window.texts())
        await window.type("The text of the card", "nonsense")
        await window.tap("Add this card")
        await window.tap("Details for the clinic")
        assert "Not a SMART Health Card (text)." in window.texts()


async def test_a_file_is_chosen_in_the_systems_own_window(
    app_with_record: App, chart: Chart, open_at: Open, tmp_path: Path
) -> None:
    chart.send(examples(), scope="content")
    for path, said in (
        (EXAMPLE, "Verified. Example Clinic"),
        (tmp_path / "gone.txt", "could not be fetched"),
    ):
        file = {"id": 1, "name": "card", "size": 3, "path": str(path)}
        async with open_at(
            app_with_record, "/cards", answers={"pick_files": lambda _, f=file: [f]}
        ) as window:
            await window.tap("Choose a file")
            await window.until(said)


async def test_deleting_asks_and_leaves_the_others(app_with_record: App, open_at: Open) -> None:
    (id,) = bring(app_with_record, RIVER.sign()).new
    bring(app_with_record, RIVER.sign(payload(patient(), shot("2024-10-01"))))
    async with open_at(app_with_record, f"/cards/{id}") as window:
        await window.tap("Delete this card")
        await window.tap("Keep it")
        assert len(list_cards(app_with_record.store)) == 2
        await window.tap("Delete this card")
        await window.fire(window.find(ft.FilledButton)[-1], "click")
        assert window.route == "/cards" and len(list_cards(app_with_record.store)) == 1


def test_a_card_that_came_back_after_it_was_deleted_is_a_new_one(app_with_record: App) -> None:
    (id,) = bring(app_with_record, RIVER.sign()).new
    (card,) = list_cards(app_with_record.store)
    take_out(app_with_record, card)
    assert list_cards(app_with_record.store) == []
    assert bring(app_with_record, card.jws).new != [id]


def person() -> Any:
    """Whose record it is."""
    return Person(id="p", fhir_id="rosa", name="Rosa Marin", given="Rosa", born_on=date(1959, 6, 17))


def test_a_code_is_as_wide_as_fits_with_even_squares() -> None:
    assert [fitting(342, 113), fitting(342, 93), fitting(480, 113), fitting(40, 113)] == [
        339,
        325.5,
        452,
        56.5,
    ]


ODD: list[Any] = [
    None,
    5,
    True,
    "",
    "text",
    [],
    {},
    [[]],
    [{}],
    {"value": "x"},
    [{"coding": 7}],
    {"coding": [5, {}]},
]
PLACES = (
    "vaccineCode",
    "occurrenceDateTime",
    "valueQuantity",
    "referenceRange",
    "code",
    "component",
    "status",
)


async def test_whatever_a_stranger_puts_on_a_card_the_page_shows(app_with_record: App, open_at: Open) -> None:
    kinds = ("Immunization", "Observation", "Patient", "patient ✓")
    deep: Any = "end"
    for _ in range(300):
        deep = {"extra": [deep]}
    made = [
        {"resourceType": kind, "name": odd, "birthDate": odd, **dict.fromkeys(PLACES, odd), "deep": deep}
        for kind in kinds
        for odd in ODD
    ]
    (id,) = bring(app_with_record, Issuer("https://odd.test").sign(payload(*made))).new
    async with open_at(app_with_record, f"/cards/{id}") as window:
        await window.tap("Show everything on this card")
        while any(name == "Show more" for name in window.buttons()):
            more = [one for one in window._pressable() if name_of(one) == "Show more"]
            await window.fire(more[0], "click")
        texts = window.texts()
        assert any(text.startswith("Not checked.") for text in texts)
        assert not any(text.startswith("This did not work") for text in texts)
        await window.go("/cards")
        assert any("Not checked" in text for text in window.texts())
