"""Attachments at the clinic: taken in part by part, proved, sealed, capped, and nobody else's business."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
import sqlalchemy as sa
from house import House, mood, rows

from sync.models.attachment import MAX_BYTES
from sync.protocol.attachments import PART, Blob, Head, Held, Part
from sync.server.blobs import Caps
from sync.server.errors import NoRoom
from sync.server.tables import blob_part

SCOPE = "patient:pa"
BIG = random.Random(1).randbytes(2 * PART + 1000)


def named(data, scope=SCOPE):
    return Blob(scope=scope, hash=hashlib.sha256(data).hexdigest(), size=len(data))


def offer(phone, *blobs):
    answer = phone.call("/v1/blobs/offer", {"blobs": [one.model_dump() for one in blobs]}, phone.bearer)
    assert answer.status_code == 200, answer.text
    return [Held.model_validate(one) for one in answer.json()["blobs"]]


def send(phone, blob, data, n):
    part = Part(Head(blob=blob, n=n), data[n * PART : (n + 1) * PART])
    return Held.model_validate(phone.call("/v1/blobs/part", part.said(), phone.bearer).json())


def upload(phone, data, scope=SCOPE):
    blob = named(data, scope)
    offer(phone, blob)
    for n in range(blob.parts):
        held = send(phone, blob, data, n)
    return held


def fetch(phone, blob, n=0, count=4, scope=None):
    asked = {"scope": scope or blob.scope, "hash": blob.hash, "n": n, "count": count}
    return phone.call("/v1/blobs/fetch", asked, phone.bearer)


def later(house, phone, days):
    """Time passes, and with it the token's life."""
    house.clock.pass_(days=days)
    phone.bearer = phone.call("/v1/token").json()["token"]


def with_file(*datas, id="m1", **more):
    """A mood that carries these files."""
    fields = json.loads(mood(id).body)
    fields["attachments"] = [{"hash": named(d).hash, "size": len(d), "type": "image/png"} for d in datas]
    return mood(id, body=json.dumps(fields), **more)


def test_parts_go_up_and_come_down_byte_by_byte(house):
    phone = house.phone()
    assert offer(phone, named(BIG)) == [Held()]
    assert send(phone, named(BIG), BIG, 0) == Held(have=PART)
    assert offer(phone, named(BIG)) == [Held(have=PART)], "an upload goes on where it stopped"
    assert fetch(phone, named(BIG)).status_code == 404, "half a file is not readable"
    send(phone, named(BIG), BIG, 1)
    assert send(phone, named(BIG), BIG, 2) == Held(have=len(BIG), whole=True)
    assert fetch(phone, named(BIG), 0, 1).content + fetch(phone, named(BIG), 1).content == BIG
    assert fetch(phone, named(BIG), 9).content == b""


def test_what_comes_twice_or_out_of_order_changes_nothing(house):
    phone, blob = house.phone(), named(BIG)
    offer(phone, blob)
    assert send(phone, blob, BIG, 2) == Held()
    assert send(phone, blob, BIG, 0) == send(phone, blob, BIG, 0) == Held(have=PART)
    assert send(phone, blob, BIG, 0).have == send(phone, blob, BIG[1:], 2).have == PART
    assert send(phone, blob, BIG, 7) == Held(have=PART)
    send(phone, blob, BIG, 1)
    assert send(phone, blob, BIG, 2).whole and send(phone, blob, BIG, 1).whole
    assert offer(phone, blob, blob) == [Held(have=len(BIG), whole=True)] * 2
    assert send(phone, named(b"never offered"), b"never offered", 0) == Held()


def test_bytes_that_do_not_fit_their_hash_are_dropped_and_begun_anew(house):
    phone, blob = house.phone(), named(BIG)
    offer(phone, blob)
    wrong = BIG[:PART] + bytes(PART) + BIG[2 * PART :]
    assert [send(phone, blob, wrong, n).have for n in range(3)] == [PART, 2 * PART, 0]
    assert fetch(phone, blob).status_code == 404
    assert offer(phone, blob) == [Held()]
    assert upload(phone, BIG).whole


def test_a_blob_offered_with_another_size_begins_anew(house):
    phone, lie = house.phone(), named(BIG).model_copy(update={"size": 5})
    offer(phone, lie)
    assert offer(phone, named(BIG)) == [Held()]
    assert send(phone, lie, b"12345", 0) == Held()
    assert upload(phone, BIG).whole


def test_a_document_comes_again_when_its_file_is_here(house):
    phone = house.phone()
    said, other = with_file(BIG), mood("other")
    first, second = phone.sync(said, other, v=2).verdicts
    assert (first.status, first.wants, second.status) == ("wants", [named(BIG).hash], "ok")
    assert "m1" not in rows(phone.sync(cursors={}))
    upload(phone, BIG)
    assert phone.sync(said, v=2).verdicts[0].status == "ok"
    assert phone.sync(said, v=2).verdicts[0].status == "dup"
    assert json.loads(rows(phone.sync(cursors={}))["m1"].body)["attachments"][0]["size"] == len(BIG)


def test_what_was_made_upon_it_comes_again_with_it(house):
    phone = house.phone()
    said = with_file(BIG, kind="draft")
    later = with_file(kind="draft", mid="later", base={"after": said.mid})
    assert [one.status for one in phone.sync(said, later, v=2).verdicts] == ["wants", "wants"]
    upload(phone, BIG)
    assert [one.status for one in phone.sync(said, later, v=2).verdicts] == ["ok", "ok"]


def test_a_text_edited_without_the_bytes_is_taken_though_the_clinic_lost_them(house):
    phone = house.phone()
    upload(phone, BIG)
    said = with_file(BIG, kind="draft")
    rev = phone.sync(said, v=2).verdicts[0].rev
    with house.clinic.database.unit(SCOPE, write=True) as unit:
        for table in ("blob", "blob_part"):
            unit.connection.exec_driver_sql(f"DELETE FROM {table}")
    fields = {**json.loads(said.body), "text": "better"}
    edit = with_file(kind="draft", mid="edit", base={"rev": rev}).model_copy(
        update={"body": json.dumps(fields)}
    )
    assert phone.sync(edit, v=2).verdicts[0].status == "ok"


def test_a_document_that_lies_about_a_size_is_invalid(house):
    phone = house.phone()
    upload(phone, BIG)
    body = with_file(BIG).body.replace(f'"size": {len(BIG)}', '"size": 9')
    (verdict,) = phone.sync(with_file(BIG).model_copy(update={"body": body}), v=2).verdicts
    assert (verdict.status, verdict.reason) == ("rejected", "invalid")


def test_an_old_device_is_not_asked_for_what_it_cannot_send(house):
    assert house.phone().sync(with_file(BIG)).verdicts[0].status == "ok"


@pytest.mark.parametrize(
    "body",
    ['{"attachments": 1}', '{"attachments": ["x", {"hash": "no"}, null]}', '{"attachments": {"hash": 1}}'],
)
def test_a_field_of_another_shape_names_nothing(small_house, body):
    said = mood("m", kind="draft").model_copy(update={"body": body})
    assert small_house.phone().sync(said, v=2).verdicts[0].status == "ok"


def test_the_same_bytes_in_two_scopes_are_two_blobs(house):
    house.patient("pb", "Zebulon")
    a, b = house.phone("pa"), house.phone("pb")
    upload(a, BIG)
    assert offer(b, named(BIG, "patient:pb")) == [Held()], "nothing says that somebody else holds them"
    assert fetch(b, named(BIG, "patient:pb")).status_code == 404
    upload(b, BIG, "patient:pb")
    with house.clinic.database.unit(SCOPE, write=True) as unit:
        for table in ("blob", "blob_part"):
            unit.connection.execute(sa.text(f"DELETE FROM {table} WHERE scope = :s"), {"s": SCOPE})
    assert fetch(b, named(BIG, "patient:pb")).content == BIG


def test_a_guessed_hash_of_somebody_else_looks_like_none_at_all(house):
    house.patient("pb", "Zebulon")
    a, b = house.phone("pa"), house.phone("pb")
    upload(a, BIG)
    there, nowhere = fetch(b, named(BIG)), fetch(b, named(b"no such thing"), scope=SCOPE)
    assert (
        (there.status_code, there.content)
        == (nowhere.status_code, nowhere.content)
        == (404, b'{"error":"no_blob"}')
    )
    assert offer(b, named(BIG), named(b"no such thing")) == [Held(refused="no_access")] * 2
    assert send(b, named(BIG), BIG, 0) == Held(refused="no_access")
    assert offer(b, named(BIG, "content")) == [Held(refused="no_access")], "what is shared is only read"


def test_a_part_is_bound_to_the_proof_that_came_with_it(small_house):
    phone, blob = small_house.phone(), named(BIG)
    offer(phone, blob)
    said = Part(Head(blob=blob, n=0), BIG[:PART]).said()
    proof = phone.proof("POST", "/v1/blobs/part", phone.bearer, said)
    headers = {"dpop": proof, "authorization": f"DPoP {phone.bearer}"}
    changed = said[:-1] + bytes([said[-1] ^ 1])
    answer = small_house.call("POST", "/v1/blobs/part", content=changed, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof")


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"{}\nx", b"[]", b'{"blob":{"scope":"x","hash":"../..","size":1},"n":0}\nx']
)
def test_a_part_that_does_not_fit_is_refused(small_house, body):
    phone = small_house.phone()
    answer = phone.call("/v1/blobs/part", body, phone.bearer)
    assert (answer.status_code, answer.json()) == (422, {"error": "invalid"})


def test_caps_of_a_blob_and_of_a_scope(sqlite_url, clock):
    house = House(sqlite_url, clock, caps=Caps(blob=2000, scope=12_000))
    house.patient()
    phone = house.phone()
    big, first, second = (named(bytes([n]) * size) for n, size in ((1, 2001), (2, 2000), (3, 2000)))
    assert offer(phone, big, first, second) == [Held(refused="too_big"), Held(), Held(refused="full")]
    assert offer(phone, first) == [Held()], "what it has room for goes on"
    house.close()


def test_an_upload_that_stood_still_for_days_is_swept_and_makes_room(house):
    phone = house.phone()
    offer(phone, named(BIG))
    send(phone, named(BIG), BIG, 0)
    upload(phone, b"whole")
    later(house, phone, days=6)
    assert offer(phone, named(BIG)) == [Held(have=PART)]
    later(house, phone, days=8)
    assert offer(phone, named(BIG)) == [Held()]
    assert fetch(phone, named(b"whole")).content == b"whole"


def test_a_changed_or_moved_part_does_not_open(house):
    phone = house.phone()
    upload(phone, BIG)
    with house.clinic.database.unit(SCOPE, write=True) as unit:
        first = unit.connection.scalar(sa.select(blob_part.c.sealed).where(blob_part.c.n == 0))
        unit.connection.execute(sa.update(blob_part).where(blob_part.c.n == 1).values(sealed=first))
    assert fetch(phone, named(BIG)).status_code == 500
    assert fetch(phone, named(BIG), 2).content == BIG[2 * PART :]


def test_no_byte_of_a_file_rests_readable_at_the_clinic(tmp_path, sqlite_url, clock):
    house = House(sqlite_url, clock)
    house.patient()
    phone = house.phone()
    planted = b"a planted sentence of the patient " * 9000
    assert upload(phone, planted).whole
    house.close()
    folder = house.clinic.database.file.parent
    assert not [f.name for f in folder.rglob("*") if f.is_file() and b"planted sentence" in f.read_bytes()]
    assert sum(f.stat().st_size for f in folder.rglob("*")) > len(planted), "the bytes are there, sealed"


def test_the_clinic_attaches_what_its_patients_fetch(house):
    leaflet = house.clinic.attach("content", BIG, "application/pdf", "leaflet.pdf")
    assert house.clinic.attach("content", BIG, "application/pdf", "leaflet.pdf") == leaflet
    assert (leaflet.hash, leaflet.size) == (named(BIG).hash, len(BIG))
    assert fetch(house.phone(), named(BIG, "content")).content == BIG
    for data in (b"", bytes(MAX_BYTES + 1)):
        with pytest.raises(NoRoom):
            house.clinic.attach("content", data, "text/plain")
