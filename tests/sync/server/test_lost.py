"""A device reported lost: the clinic's signed order, who may report one, and the device's last word."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner
from house import Phone, rows

from sync.protocol.order import SignedOrder, WipeOrder, read_order
from sync.protocol.signing import public_half
from sync.server.cli import main
from sync.server.clinic import Clinic
from sync.server.database import Database
from sync.server.schema import alembic


def error(answer):
    return answer.status_code, answer.json()["error"]


def order_in(answer, house):
    signed = SignedOrder.model_validate(answer.json()["order"])
    return read_order(signed, public_half(house.clinic.keys().orders))


def standing(house, id, patient="pa"):
    found = next(one for one in house.clinic.devices(patient) if one["id"] == id)
    return {name for name in ("revoked_at", "lost_at", "erased_at") if found[name]}


def own(phone, path, body=None):
    return phone.call(f"/v1/devices{path}", body or {}, phone.bearer)


def test_a_lost_device_is_refused_with_a_signed_order_for_itself(house):
    phone, other = house.phone(), house.phone()
    house.clinic.mark_lost(phone.id)
    answers = [phone.post({}), phone.call("/v1/token")]
    assert [error(answer) for answer in answers] == [(401, "device_revoked")] * 2
    orders = {order_in(answer, house) for answer in answers}
    assert len(orders) == 1
    order = orders.pop()
    assert (order.device, order.key) == (phone.id, phone.key.thumbprint())
    assert order.ordered_at.startswith("2026-11-23")
    assert "lost_at" in rows(other.sync())[phone.id].body
    assert standing(house, phone.id) == {"revoked_at", "lost_at"} and not standing(house, other.id)


def test_a_device_that_was_only_ended_gets_no_order(house):
    phone = house.phone()
    house.clinic.revoke(phone.id)
    assert phone.post({}).json() == {"error": "device_revoked"}
    house.clinic.mark_lost(phone.id)
    assert order_in(phone.post({}), house)


def test_reporting_it_twice_keeps_the_first_order(house):
    phone = house.phone()
    house.clinic.mark_lost(phone.id)
    first = phone.post({}).json()["order"]
    house.clock.pass_(days=1)
    house.clinic.mark_lost(phone.id)
    assert phone.post({}).json()["order"] == first


def test_enrolling_again_brings_no_order(house):
    phone = house.phone()
    house.clinic.mark_lost(phone.id)
    again = phone.enrol(house.clinic.invite("pa")[0])
    assert again.json() == {"error": "device_revoked"}


def test_a_found_device_is_told_nothing_any_more_and_stays_ended(house):
    phone = house.phone()
    house.clinic.mark_lost(phone.id)
    assert house.clinic.mark_found(phone.id)
    assert phone.post({}).json() == {"error": "device_revoked"}
    assert standing(house, phone.id) == {"revoked_at"}


def test_the_key_that_signs_is_the_same_on_every_node_and_given_at_enrolment(house):
    phone = Phone(house)
    given = phone.enrol(house.clinic.invite("pa")[0]).json()["wipe_key"]
    node = Clinic(house.url, fast=True)
    assert given == public_half(node.keys().orders) == phone.call("/v1/token").json()["wipe_key"]
    assert node.keys().orders.hex() not in repr(node.keys())
    node.dispose()


@pytest.mark.parametrize("change", ["device", "key", "nonce"])
def test_an_order_with_a_changed_word_is_none(small_house, change):
    phone = small_house.phone()
    small_house.clinic.mark_lost(phone.id)
    signed = SignedOrder.model_validate(phone.post({}).json()["order"])
    pinned = public_half(small_house.clinic.keys().orders)
    order = read_order(signed, pinned)
    changed = order.model_copy(update={change: "x" * 20}).model_dump_json()
    assert read_order(signed.model_copy(update={"said": changed}), pinned) is None
    assert isinstance(order, WipeOrder)


@pytest.mark.parametrize("pinned", ["", "?", "AAAA", public_half(b"another seed of thirty-two bytes")])
def test_no_other_key_makes_an_order(small_house, pinned):
    phone = small_house.phone()
    small_house.clinic.mark_lost(phone.id)
    assert read_order(SignedOrder.model_validate(phone.post({}).json()["order"]), pinned) is None


# --- the device's last word


def test_the_device_says_that_it_erased_and_everybody_sees_it(house):
    phone, other = house.phone(), house.phone()
    house.clinic.mark_lost(phone.id)
    nonce = order_in(phone.post({}), house).nonce
    assert phone.call("/v1/erased", {"order": nonce}).status_code == 200
    assert standing(house, phone.id) == {"revoked_at", "lost_at", "erased_at"}
    assert "erased_at" in rows(other.sync())[phone.id].body
    said = house.clinic.devices("pa")
    house.clock.pass_(days=1)
    phone.call("/v1/erased", {"order": nonce})
    assert house.clinic.devices("pa") == said
    assert house.clinic.mark_found(phone.id) is False


def test_nobody_else_can_say_it_for_the_device(house):
    phone, other = house.phone(), house.phone()
    house.clinic.mark_lost(phone.id)
    nonce = order_in(phone.post({}), house).nonce
    assert error(other.call("/v1/erased", {"order": nonce})) == (403, "no_order")
    assert error(Phone(house).call("/v1/erased", {"order": nonce})) == (401, "unknown_device")
    assert error(phone.call("/v1/erased", {"order": "x"})) == (403, "no_order")
    assert "erased_at" not in standing(house, phone.id) | standing(house, other.id)


# --- one's own devices, from one of them


def test_the_lost_phone_is_reported_from_the_tablet(house):
    phone, tablet = house.phone(), house.phone()
    assert {one["id"] for one in own(tablet, "").json()["devices"]} == {phone.id, tablet.id}
    assert own(tablet, "/lost", {"device": phone.id}).json() == {}
    assert order_in(phone.post({}), house)
    assert standing(house, phone.id) == {"revoked_at", "lost_at"}
    assert own(tablet, "").status_code == 200


def test_a_device_is_ended_from_another_and_keeps_what_is_on_it(house):
    phone, tablet = house.phone(), house.phone()
    assert own(tablet, "/end", {"device": phone.id}).json() == {}
    assert phone.post({}).json() == {"error": "device_revoked"}
    assert standing(house, phone.id) == {"revoked_at"}


@pytest.mark.parametrize("verb", ["/end", "/lost"])
def test_another_patients_device_is_not_there(house, verb):
    house.patient("pb", "Baker")
    mine, theirs = house.phone("pa"), house.phone("pb")
    for id in (theirs.id, "no-such-device"):
        assert error(own(mine, verb, {"device": id})) == (404, "not_found")
    assert theirs.post({}).status_code == 200 and not standing(house, theirs.id, "pb")
    assert [one["id"] for one in own(mine, "").json()["devices"]] == [mine.id]


@pytest.mark.parametrize("verb", ["/end", "/lost"])
def test_a_device_with_somebody_elses_record_on_it_is_the_clinics_to_end(house, verb):
    house.patient("pb", "Baker")
    mine, family = house.phone("pa"), house.phone("pa")
    family.enrol(house.clinic.invite("pb")[0])
    assert error(own(mine, verb, {"device": family.id})) == (403, "others_too")
    assert family.post({}).status_code == 200
    assert own(family, verb, {"device": mine.id}).status_code == 200


@pytest.mark.parametrize("grant", ["scopes = 'read'", "until_ms = 1"])
def test_a_device_that_may_only_look_or_no_longer_may_ends_nothing(house, grant):
    guest, phone = house.phone(), house.phone()
    with house.clinic.database.directory(write=True) as connection:
        connection.execute(sa.text(f"UPDATE access SET {grant} WHERE device = :d"), {"d": guest.id})
    assert own(guest, "").json() == {"devices": []}
    assert error(own(guest, "/lost", {"device": phone.id})) == (404, "not_found")
    assert phone.post({}).status_code == 200


@pytest.mark.parametrize("path", ["", "/end", "/lost"])
def test_without_the_devices_own_token_and_key_nothing_is_said_or_done(house, path):
    phone, thief = house.phone(), Phone(house)
    thief.bearer = phone.bearer
    assert error(own(thief, path, {"device": phone.id})) == (401, "invalid_token")
    assert error(phone.call(f"/v1/devices{path}", {"device": phone.id})) == (401, "invalid_token")
    house.clinic.revoke(phone.id)
    assert error(own(phone, path, {"device": phone.id})) == (401, "device_revoked")


def test_a_body_that_does_not_fit_ends_nothing(small_house):
    phone = small_house.phone()
    for body in ({}, {"device": ""}, {"device": phone.id, "more": 1}, {"device": 7}):
        assert error(own(phone, "/lost", body or {"x": 1})) == (422, "invalid")
    assert not standing(small_house, phone.id)


# --- the clinic's commands, and a clinic from before


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments], prog_name="evenkeel clinic")


def test_the_commands_report_list_and_withdraw(small_house):
    phone, url = small_house.phone(), small_house.url
    assert "erase its record" in run("lost", "--db", url, "--device", phone.id).stdout
    assert "reported lost 20" in run("devices", "--db", url, "--patient", "pa").stdout
    listed = json.loads(run("devices", "--db", url, "--patient", "pa", "--json").stdout)[0]
    assert listed["lost_at"] and listed["erased_at"] is None
    nonce = order_in(phone.post({}), small_house).nonce
    assert "new code" in run("found", "--db", url, "--device", phone.id).stdout
    assert "order" not in phone.post({}).json()
    run("lost", "--db", url, "--device", phone.id)
    assert order_in(phone.post({}), small_house).nonce != nonce
    phone.call("/v1/erased", {"order": order_in(phone.post({}), small_house).nonce})
    assert "erased 20" in run("devices", "--db", url, "--patient", "pa").stdout
    late = run("found", "--db", url, "--device", phone.id)
    assert (late.exit_code, "already" in late.stderr) == (1, True)
    assert "no device" in run("lost", "--db", url, "--device", "x").stderr


def test_a_database_from_before_keeps_its_devices_and_can_report_them(db_url, clock):
    database, config = Database(db_url), alembic()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        made = "INSERT INTO device VALUES ('d', 'thumb', 'Old phone', 1, NULL, NULL)"
        connection.exec_driver_sql(made)
        connection.exec_driver_sql("INSERT INTO access VALUES ('d', 'patient:old', 'read write', NULL)")
    database.dispose()
    clinic = Clinic(db_url, clock=clock, fast=True)
    clinic.migrate()
    clinic.mark_lost("d")
    [found] = clinic.register.of(["patient:old"])
    assert (found["label"], bool(found["lost_at"]), found["erased_at"]) == ("Old phone", True, None)
    clinic.dispose()
