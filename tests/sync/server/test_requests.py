"""What patients asked for, as the clinic lists and answers it: each answer reaches the patient's device."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from house import House, Phone, receipt_of, rows

from sync.models import Refill, Word
from sync.protocol.wire import Mutation
from sync.server.cli import main
from sync.server.errors import UnknownRequest
from sync.server.requests import open_requests, settle

NOW = datetime(2026, 6, 3, tzinfo=UTC)


def refill(id: str, title: str, op: str = "put", mid: str = "") -> Mutation:
    body = Refill(id=id, asked_at=NOW, medicine="m", title=title, note="Six left").body()
    said = {"mid": mid or f"mid-{id}", "scope": "patient:pa", "kind": "refill", "id": id}
    return Mutation(**said, op=op, body=body if op == "put" else "{}")


@pytest.fixture
def phone(house: House) -> Phone:
    """A device that asked for two medicines."""
    phone = house.phone()
    phone.sync(refill("r1", "Metformin"))
    house.clock.pass_(minutes=1)
    phone.sync(refill("r2", "Lisinopril"))
    return phone


def waiting(house: House) -> list[str]:
    return [one["id"] for one in open_requests(house.clinic)]


def test_each_is_listed_oldest_first_until_somebody_answers(house: House, phone: Phone) -> None:
    found = open_requests(house.clinic)
    assert [(one["patient"], one["title"], one["note"]) for one in found] == [
        ("pa", "Metformin", "Six left"),
        ("pa", "Lisinopril", "Six left"),
    ]
    settle(house.clinic, "r1", Word.DONE, "Ready on Thursday.", NOW)
    assert waiting(house) == ["r2"]


def test_what_was_taken_back_is_not_listed(house: House, phone: Phone) -> None:
    phone.sync(refill("r1", "Metformin", op="delete", mid="back"))
    assert waiting(house) == ["r2"]


def test_the_answer_reaches_the_device(house: House, phone: Phone) -> None:
    settle(house.clinic, "r1", Word.REFUSED, "Please come in first.", NOW)
    found = rows(phone.sync(cursors={}))
    said = json.loads(found[receipt_of("r1")].body)
    assert (said["word"], said["reason"]) == ("refused", "Please come in first.")
    assert json.loads(found[receipt_of("r2")].body)["word"] == "held"


def test_what_nobody_asked_for_is_named(house: House, phone: Phone) -> None:
    with pytest.raises(UnknownRequest, match="nothing"):
        settle(house.clinic, "nothing", Word.DONE, "", NOW)


def test_the_commands(small_house: House) -> None:
    phone = small_house.phone()
    phone.sync(refill("r1", "Metformin"))
    run, db = CliRunner().invoke, ["--db", small_house.url]
    listed = json.loads(run(main, ["requests", *db, "--json"]).output)
    assert [one["title"] for one in listed] == ["Metformin"]
    assert "refill: Metformin – Six left" in run(main, ["requests", *db]).output
    done = run(main, ["answer", "r1", "done", "--reason", "Ready on Thursday.", *db])
    assert done.exit_code == 0 and json.loads(run(main, ["requests", *db, "--json"]).output) == []
    wrong = run(main, ["answer", "r9", "done", *db])
    assert wrong.exit_code == 1 and "No patient asked for r9" in wrong.output
