"""A health card from the file to the scanner: checked without a network, told in plain words, shown as a code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.context import App
from app.features.cards.commands import Brought, bring, bring_file
from app.features.cards.queries import check, issuers_for, list_cards
from app.features.cards.rules import entries
from sync.cards.card import Card, open_card
from sync.cards.holder import Holder, holder, is_somebody_elses
from sync.cards.refused import Refused
from sync.cards.verdict import Outcome
from tests.features.conftest import NOW, Chart
from tests.harness import Window
from tests.sync.cards.mint import DATA, Issuer, patient, payload, shot

Open = Callable[..., Window]
RIVER = Issuer()
EXAMPLE = DATA / "example-00-e-file.smart-health-card"


def believe(chart: Chart, *revoked: str) -> None:
    """The clinic believes Riverside, with this list of revoked cards."""
    chart.send(RIVER.keys(*revoked), scope="content")


def opened(jws: str) -> Card:
    card = open_card(jws)
    assert isinstance(card, Card)
    return card


# --- bringing in


async def test_a_file_is_taken_in_once_and_kept_to_the_letter(app_with_record: App) -> None:
    done = await bring_file(app_with_record, EXAMPLE)
    assert len(done.new) == 1 and EXAMPLE.exists()
    (card,) = list_cards(app_with_record.store)
    assert card.jws == (DATA / "example-00-d-jws.txt").read_text()
    again = bring(app_with_record, (DATA / "example-00-f-qr-code-numeric-value-0.txt").read_text())
    assert (again.new, again.here) == ([], [card.id])


async def test_a_bad_one_in_a_file_does_not_cost_the_good_one(app_with_record: App) -> None:
    path = DATA / "invalid" / "test-example-00-e-file-multi-jws-issues.smart-health-card"
    done = await bring_file(app_with_record, path)
    assert len(done.new) == 1 and done.refused == [Refused("alg")]


async def test_a_huge_file_is_not_read_to_its_end(app_with_record: App, tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(4 << 30)
    assert await bring_file(app_with_record, huge) == Brought(refused=[Refused("too_long")])


@pytest.mark.parametrize(
    "brought", ["", "hello", b"\xff\xfe", "shlink:/eyJ", "a.b.c", '{"verifiableCredential": [5]}']
)
def test_what_is_no_card_leaves_everything_as_it_was(app_with_record: App, brought: Any) -> None:
    done = bring(app_with_record, brought)
    assert not done.new and len(done.refused) == 1
    assert list_cards(app_with_record.store) == [] and app_with_record.store.pending(9) == []


def test_a_card_that_was_changed_is_not_taken_in(app_with_record: App, chart: Chart) -> None:
    believe(chart)
    stranger = Issuer()
    forged = stranger.sign(header={"kid": RIVER.kid})
    assert bring(app_with_record, forged) == Brought(refused=[Outcome.WRONG_SIGNATURE])


# --- checking


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({}, "verified"),
        ({"exp": NOW.timestamp() - 1}, "expired"),
        ({"nbf": NOW.timestamp() + 1}, "not_yet"),
        ({"rid": "gone"}, "revoked"),
    ],
)
def test_the_clinics_list_decides(
    app_with_record: App, chart: Chart, said: dict[str, Any], outcome: str
) -> None:
    jws = RIVER.sign(payload(**said))
    assert check(app_with_record.store, jws, NOW)[1].outcome == "unknown_issuer"  # type: ignore[union-attr]
    believe(chart, "gone")
    verdict = check(app_with_record.store, jws, NOW)[1]
    assert verdict is not None and verdict.outcome == outcome and verdict.name == "Riverside Clinic"


def test_keys_that_came_with_the_app_count_until_the_clinic_says_otherwise(
    app_with_record: App, chart: Chart, tmp_path: Path
) -> None:
    listed = {"iss": RIVER.iss, "name": "Came with it", "keys": [RIVER.jwk()]}
    folder = tmp_path / "issuers"
    folder.mkdir()
    (folder / "some.json").write_text(json.dumps({"issuers": [listed]}))
    card = opened(RIVER.sign())
    (found,) = issuers_for(app_with_record.store, card, folder)
    assert found.name == "Came with it"
    chart.send(RIVER.keys().model_copy(update={"keys": []}), scope="content")
    (found,) = issuers_for(app_with_record.store, card, folder)
    assert (found.name, found.keys) == ("Riverside Clinic", [])


def test_the_answer_is_made_anew_and_never_kept(app_with_record: App, chart: Chart) -> None:
    bring(app_with_record, RIVER.sign())
    (card,) = list_cards(app_with_record.store)
    assert json.loads(card.body()).keys() == {"added_at", "jws"}


def test_whose_card_it_is() -> None:
    card = opened(RIVER.sign(payload(patient(born="1960-01-01"), shot(), shot("2024-10-01", code="999"))))
    whose = holder(card)
    assert whose.name == "Rosa Marin" and [entry.group for entry in entries(card)] == ["flu", ""]
    born = whose.born_on
    assert born is not None
    assert is_somebody_elses(whose, born.replace(year=1959)) and not is_somebody_elses(whose, born)
    assert not is_somebody_elses(Holder("Rosa Marin", None), born) and not is_somebody_elses(whose, None)
