"""What becomes of a mutation: the table of verdicts, and that they never change."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest
from house import draft, mood, receipt_of, rows

from sync.models import KINDS, Doc, Policy, derive_id
from sync.protocol.wire import Base, Mutation


def said(reply):
    return [(v.status, v.reason) for v in reply.verdicts]


def test_a_mood_is_held_and_its_receipt_comes_with_the_same_reply(house):
    phone = house.phone()
    phone.sync()
    reply = phone.sync(mood())
    verdict = reply.verdicts[0]
    assert (verdict.status, verdict.id, bool(verdict.rev), bool(verdict.seq)) == ("ok", "m1", True, True)
    receipt = rows(reply)[receipt_of("m1")]
    assert json.loads(receipt.body)["word"] == "held"
    assert "m1" not in rows(reply), "a device is not sent its own words"


def test_the_same_mutation_twice_happens_once(house):
    phone, tablet = house.phone(), house.phone()
    first, again = phone.sync(mood()), phone.sync(mood())
    assert first.verdicts[0].status == "ok"
    assert again.verdicts == [first.verdicts[0].model_copy(update={"status": "dup"})]
    assert [row.kind for row in rows(tablet.sync()).values()].count("mood") == 1


def test_the_same_mutation_twice_in_one_exchange_happens_once(house):
    assert said(house.phone().sync(mood(), mood())) == [("ok", None), ("dup", None)]


def test_a_mutation_id_used_for_something_else_is_refused(house):
    phone = house.phone()
    phone.sync(mood(score=4))
    assert said(phone.sync(mood(score=1))) == [("rejected", "mid_reused")]


def test_an_entry_cannot_be_overwritten_only_repeated(house):
    phone = house.phone()
    phone.sync(mood(score=4))
    assert said(phone.sync(mood(score=1, mid="other"))) == [("rejected", "exists")]
    assert said(phone.sync(mood(score=4, mid="third"))) == [("ok", None)]


REFUSED = [
    ({"kind": "record", "body": "{}"}, "server_owned"),
    ({"kind": "person", "op": "delete"}, "server_owned"),
    ({"scope": "patient:pb"}, "no_access"),
    ({"scope": "content"}, "no_access"),
    ({"scope": "nowhere\x00"}, "no_access"),
    ({"body": '{"score": 3}'}, "invalid"),
    ({"body": "[]"}, "invalid"),
    ({"body": "nonsense"}, "invalid"),
    ({"body": '{"felt_at":"2026-01-01T00:00:00Z","score":3,"score":4}'}, "invalid"),
    ({"body": '{"felt_at":"2026-01-01T00:00:00Z","score":3,"x":NaN}'}, "invalid"),
    ({"body": '{"felt_at":"2026-01-01T00:00:00Z","score":9}'}, "invalid"),
    ({"body": "[" * 100_000}, "invalid"),
    ({"kind": "draft", "body": "nonsense"}, "invalid"),
    ({"kind": "draft", "body": '{"a":' * 1100 + "1" + "}" * 1100}, "invalid"),
    ({"kind": "draft", "body": '{"a":' * 300 + "1" + "}" * 300}, "invalid"),
    ({"kind": "draft", "body": '{"text":"\\ud800"}'}, "invalid"),
    ({"id": "a\x00b"}, "bad_id"),
    ({"mid": "a\nb"}, "bad_id"),
    ({"op": "delete"}, "missing"),
]


def test_what_is_refused_says_why_and_blocks_nothing(house):
    house.patient("pb")
    phone = house.phone()
    for number, (change, reason) in enumerate(REFUSED):
        fields = {"id": f"bad-{number}"} | change
        good = mood(f"good-{number}")
        assert said(phone.sync(mood(**fields), good)) == [("rejected", reason), ("ok", None)], change


def test_a_refusal_is_remembered(house):
    phone = house.phone()
    bad = mood(body="{}")
    assert phone.sync(bad).verdicts == phone.sync(bad).verdicts


def test_a_kind_the_clinic_does_not_know_is_kept_as_it_is(house):
    phone, tablet = house.phone(), house.phone()
    phone.sync(draft("d1", "käse 🙂", "a"))
    assert json.loads(rows(tablet.sync())["d1"].body) == {"text": "käse 🙂"}


def test_an_unknown_field_survives(house):
    phone, tablet = house.phone(), house.phone()
    body = '{"felt_at":"2026-11-23T08:00:00Z","score":4,"from_the_future":1.50}'
    phone.sync(mood(body=body))
    assert rows(tablet.sync())["m1"].body == body


def test_an_edit_upon_the_latest_revision_wins(house):
    phone = house.phone()
    rev = phone.sync(draft("d1", "one", "a")).verdicts[0].rev
    assert said(phone.sync(draft("d1", "two", "b", Base(rev=rev)))) == [("ok", None)]
    assert json.loads(rows(house.phone().sync())["d1"].body)["text"] == "two"


def test_the_loser_of_a_conflict_is_kept_as_a_copy(house):
    phone, tablet = house.phone(), house.phone()
    rev = phone.sync(draft("d1", "one", "a")).verdicts[0].rev
    tablet.sync()
    tablet.sync(draft("d1", "from the tablet", "b", Base(rev=rev)))
    reply = phone.sync(draft("d1", "from the phone", "c", Base(rev=rev)))
    verdict = reply.verdicts[0]
    assert (verdict.status, verdict.copy_id) == ("conflict", derive_id("c", "copy"))
    held = {id: json.loads(row.body).get("text") for id, row in rows(reply).items()}
    assert held["d1"] == "from the tablet"
    assert held[verdict.copy_id] == "from the phone"
    assert phone.sync(draft("d1", "from the phone", "c", Base(rev=rev))).verdicts == [verdict]


def test_a_chain_of_edits_made_offline_is_followed(house):
    phone = house.phone()
    reply = phone.sync(
        draft("d1", "one", "a"),
        draft("d1", "two", "b", Base(after="a")),
        draft("d1", "three", "c", Base(after="b")),
    )
    assert said(reply) == [("ok", None)] * 3
    later = phone.sync(draft("d1", "four", "d", Base(after="c")))
    assert said(later) == [("ok", None)]
    assert json.loads(rows(house.phone().sync())["d1"].body)["text"] == "four"


def test_a_chain_follows_its_first_edit_into_the_copy(house):
    phone, tablet = house.phone(), house.phone()
    rev = phone.sync(draft("d1", "one", "a")).verdicts[0].rev
    tablet.sync(draft("d1", "tablet", "t", Base(rev=rev)))
    reply = phone.sync(
        draft("d1", "two", "b", Base(rev=rev)),
        draft("d1", "three", "c", Base(after="b")),
        draft("d1", "four", "d", Base(after="c")),
    )
    copy = derive_id("b", "copy")
    assert [(v.status, v.copy_id) for v in reply.verdicts] == [("conflict", copy)] * 3
    held = {id: json.loads(row.body).get("text") for id, row in rows(reply).items()}
    assert (held["d1"], held[copy]) == ("tablet", "four")


def test_the_dead_stay_dead_and_an_edit_of_them_survives_beside(house):
    phone, tablet = house.phone(), house.phone()
    rev = phone.sync(draft("d1", "one", "a")).verdicts[0].rev
    tablet.sync()
    gone = Mutation(mid="b", scope="patient:pa", kind="draft", op="delete", id="d1", base=Base(rev=rev))
    assert said(phone.sync(gone)) == [("ok", None)]
    reply = tablet.sync(draft("d1", "edited", "c", Base(rev=rev)))
    held = rows(reply)
    assert (held["d1"].deleted, held["d1"].body) == (True, "{}")
    assert json.loads(held[reply.verdicts[0].copy_id].body)["text"] == "edited"


def test_a_delete_upon_an_old_revision_does_nothing(house):
    phone, tablet = house.phone(), house.phone()
    rev = phone.sync(draft("d1", "one", "a")).verdicts[0].rev
    tablet.sync(draft("d1", "two", "b", Base(rev=rev)))
    gone = Mutation(mid="c", scope="patient:pa", kind="draft", op="delete", id="d1", base=Base(rev=rev))
    verdict = phone.sync(gone).verdicts[0]
    assert (verdict.status, verdict.copy_id) == ("conflict", None)
    assert not rows(house.phone().sync())["d1"].deleted


def test_deleting_twice_is_fine(house):
    phone = house.phone()
    rev = phone.sync(mood()).verdicts[0].rev
    for mid in ("x", "y"):
        gone = Mutation(mid=mid, scope="patient:pa", kind="mood", op="delete", id="m1", base=Base(rev=rev))
        assert said(phone.sync(gone)) == [("ok", None)]


def test_a_document_of_the_clinic_cannot_be_taken_over_under_another_name(house):
    phone = house.phone()
    person = next(row for row in rows(phone.sync()).values() if row.kind == "person")
    taken = [mood(person.id), mood(person.id, mid="x", op="delete", base=Base(rev=person.rev))]
    assert said(phone.sync(*taken)) == [("rejected", "exists")] * 2


@pytest.mark.parametrize("policy", ["register", "command", "monotone"])
def test_where_the_last_one_wins_no_base_is_asked_for(house, policy, monkeypatch):
    class Setting(Doc):
        """A preference."""

        kind: ClassVar[str] = "setting"
        value: int

    Setting.policy = Policy(policy)
    monkeypatch.setitem(KINDS, "setting", Setting)
    phone = house.phone()
    for number in range(3):
        body = json.dumps({"value": number})
        change = Mutation(mid=f"s{number}", scope="patient:pa", kind="setting", id="s", body=body)
        assert said(phone.sync(change)) == [("ok", None)]
    assert json.loads(rows(house.phone().sync())["s"].body) == {"value": 2}


def test_every_replaced_version_is_kept_once(house):
    phone = house.phone()
    phone.sync(draft("d1", "one", "a"), draft("d1", "two", "b", Base(after="a")))
    phone.sync(draft("d1", "three", "c", Base(after="b")))
    with house.clinic.database.unit("patient:pa") as unit:
        kept = unit.connection.exec_driver_sql("SELECT body, mid, device FROM history ORDER BY seq").all()
    assert [(json.loads(one.body)["text"], one.mid) for one in kept] == [("one", "a"), ("two", "b")]
    assert {one.device for one in kept} == {phone.id}


def test_a_clinic_that_was_restored_from_a_backup_takes_an_edit_of_what_it_forgot(house):
    phone = house.phone()
    assert said(phone.sync(draft("d1", "again", "a", Base(rev="lost.7")))) == [("ok", None)]
