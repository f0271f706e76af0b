"""Results appear when the patient chose: the clinic keeps the rule, and ends it on time whoever acts or does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from exports import lab, save
from house import House, Phone, receipt_of, rows

from sync.models import HeldResults, ResultTiming, ShowResults, derive_id
from sync.models.timing import HELD, TIMING
from sync.protocol.wire import Mutation
from sync.server.importing import Report

Import = Callable[..., Report]


@pytest.fixture
def import_(house: House, tmp_path: Path) -> Import:
    """Bring resources in, as one file."""

    def run(*resources: dict[str, Any]) -> Report:
        return house.clinic.import_paths([save(tmp_path, "new.ndjson", *resources)])

    return run


def choose(mid: str = "c1", **days: int) -> Mutation:
    body = ResultTiming(id=TIMING, **days).body()
    return Mutation(mid=mid, scope="patient:pa", kind="result-timing", id=TIMING, body=body)


def show(id: str, at: Any, sort: str = "") -> Mutation:
    body = ShowResults(id=id, asked_at=at, sort=sort).body()
    return Mutation(mid=f"mid-{id}", scope="patient:pa", kind="show-results", id=id, body=body)


def one(id: str, **more: Any) -> dict[str, Any]:
    return lab(id, "pa", status="final", **more)


def report(id: str, *parts: str, **more: Any) -> dict[str, Any]:
    made_of = [{"reference": f"Observation/{part}"} for part in parts]
    return {**one(id), "resourceType": "DiagnosticReport", "result": made_of, **more}


def seen(phone: Phone) -> set[str]:
    """The ids of the observations and reports that a new device of this patient would hold."""
    found = rows(phone.sync(cursors={})).values()
    return {json.loads(r.body)["resource"]["id"] for r in found if r.kind == "record" and not r.deleted} - {
        "pa"
    }


def later(house: House, phone: Phone, **time: float) -> None:
    """Time passes; tokens are short-lived."""
    house.clock.pass_(**time)
    phone.bearer = phone.call("/v1/token").json()["token"]


def held(phone: Phone) -> list[tuple[str, int]]:
    row = rows(phone.sync(cursors={})).get(HELD)
    if row is None or row.deleted:
        return []
    return [(group.sort, group.count) for group in HeldResults.read(HELD, row.body).groups]


def test_results_appear_at_once_unless_somebody_chose_otherwise(house: House, import_: Import) -> None:
    phone = house.phone()
    report_ = import_(one("a"))
    assert seen(phone) == {"a"} and held(phone) == [] and report_.held == 0


def test_a_held_result_is_counted_and_not_told(house: House, import_: Import) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3))
    made = import_(one("a", valueString="secret"), report("r", "a"), one("b"))
    assert (made.added, made.held) == (3, 3)
    reply = phone.sync(cursors={})
    assert "secret" not in reply.model_dump_json() and seen(phone) == set() and held(phone) == [("lab", 2)]
    until = HeldResults.read(HELD, rows(reply)[HELD].body).groups[0].until
    assert until == house.clock.now + timedelta(days=3)


def test_the_clinic_shows_it_on_time_though_nobody_acts(house: House, import_: Import) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3))
    import_(one("a"))
    later(house, phone, days=2, hours=23)
    assert (house.node.show_due(), seen(phone)) == (0, set())
    later(house, phone, hours=1)
    assert (house.node.show_due(), seen(phone), held(phone)) == (1, {"a"}, [])
    assert house.node.show_due() == 0


def test_a_comment_on_a_report_shows_it_and_all_that_is_in_it(house: House, import_: Import) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3))
    import_(one("a"), one("b"), report("r", "a", "b"), one("other"))
    assert held(phone) == [("lab", 2)]
    import_(report("r", "a", "b", conclusion="All as it should be."))
    assert seen(phone) == {"a", "b", "r"} and held(phone) == [("lab", 1)]


@pytest.mark.parametrize("order", [("r", "a"), ("a", "r")])
def test_what_comes_with_its_comment_is_shown_at_once(
    house: House, import_: Import, order: tuple[str, str]
) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3))
    both = {"a": one("a"), "r": report("r", "a", conclusion="Good.")}
    import_(*(both[name] for name in order))
    assert seen(phone) == {"a", "r"} and held(phone) == []


def test_a_note_on_the_result_itself_shows_it(house: House, import_: Import) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3))
    import_(one("a"))
    import_(one("a", note=[{"text": "A little high."}]))
    assert seen(phone) == {"a"}


def test_what_was_seen_is_never_hidden_again(house: House, import_: Import) -> None:
    phone = house.phone()
    import_(one("a"))
    phone.sync(choose(lab=3))
    changed = import_(one("a", valueString="7"))
    assert (changed.changed, changed.held) == (1, 0) and seen(phone) == {"a"}


def test_a_corrected_result_that_is_held_stays_held_until_its_first_day(
    house: House, import_: Import
) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3))
    import_(one("a", valueString="old"))
    later(house, phone, days=2)
    again = import_(one("a", valueString="new"))
    assert (again.changed, again.held) == (1, 0) and seen(phone) == set()
    assert import_(one("a", valueString="new")).unchanged == 1
    later(house, phone, days=1)
    house.node.show_due()
    row = rows(phone.sync(cursors={}))[derive_id("record", "Observation", "a")]
    assert json.loads(row.body)["resource"]["valueString"] == "new"


def test_show_it_now_comes_with_the_same_reply(house: House, import_: Import) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3, imaging=7))
    import_(one("a"), one("x", category=[{"coding": [{"code": "imaging"}]}]))
    assert sorted(held(phone)) == [("imaging", 1), ("lab", 1)]
    reply = rows(phone.sync(show("s1", house.clock.now, "lab")))
    assert derive_id("record", "Observation", "a") in reply
    assert json.loads(reply[receipt_of("s1")].body)["word"] == "done"
    assert held(phone) == [("imaging", 1)]
    phone.sync(show("s2", house.clock.now))
    assert seen(phone) == {"a", "x"} and held(phone) == []


def test_a_new_choice_can_only_bring_forward_what_is_held(house: House, import_: Import) -> None:
    phone = house.phone()
    phone.sync(choose(lab=10))
    import_(one("a"))
    phone.sync(choose("c2", lab=30))
    later(house, phone, days=10)
    assert (house.node.show_due(), seen(phone)) == (1, {"a"})
    import_(one("b"))
    phone.sync(choose("c3", lab=0))
    assert seen(phone) == {"a", "b"}


def test_what_is_no_result_is_never_held(house: House, import_: Import) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3, imaging=3, pathology=3, genetic=3))
    vital = one("bp", category=[{"coding": [{"code": "vital-signs"}]}])
    note = {**report("n"), "category": [{"coding": [{"code": "34117-2"}]}]}
    import_(vital, note, {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/pa"}})
    assert seen(phone) == {"bp", "n", "c"}


def test_one_patients_choice_is_nobody_elses(house: House, import_: Import) -> None:
    house.patient("pb", "Berg")
    first, second = house.phone(), house.phone("pb")
    first.sync(choose(lab=3))
    import_(one("a"), {**one("b"), "subject": {"reference": "Patient/pb"}})
    assert seen(first) == set()
    assert derive_id("record", "Observation", "b") in rows(second.sync(cursors={}), "patient:pb")


def test_nothing_of_it_is_left_once_it_is_shown(house: House, import_: Import) -> None:
    phone = house.phone()
    phone.sync(choose(lab=3))
    import_(one("a"))
    phone.sync(show("s1", house.clock.now))
    with house.clinic.database.unit("patient:pa") as unit:
        for table in ("held", "due"):
            assert unit.connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
