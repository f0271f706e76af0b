"""Several nodes on one PostgreSQL: what one has seen, spent or ended, no other takes for new."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import pytest
import sqlalchemy as sa
from house import Clock, House, Phone, mood, rows

from sync.server.clinic import Clinic
from sync.server.denials import Deny
from sync.server.proof import Asked
from sync.server.replays import InProcess
from sync.server.tables import proof, secret


@pytest.fixture
def nodes(postgres_url, clock):
    """Two nodes, each with its own connections and memory, on one PostgreSQL."""
    pair = House(postgres_url, clock), House(postgres_url, clock)
    pair[0].patient()
    yield pair
    for one in pair:
        one.close()


class Wanderer(Phone):
    """A device whose every request reaches another node than the one before."""

    def __init__(self, nodes) -> None:
        self._nodes = cycle(nodes)
        super().__init__(nodes[0])

    @property
    def house(self):
        return next(self._nodes)

    @house.setter
    def house(self, _house):
        pass


def overheard(phone, path="/v1/sync", body=b"{}"):
    """One signed request as somebody between could have written it down."""
    headers = {"dpop": phone.proof("POST", path, phone.bearer, body)}
    return {"content": body, "headers": {**headers, "authorization": f"DPoP {phone.bearer}"}}


def test_a_request_that_one_node_has_answered_is_refused_by_the_other(nodes):
    first, second = nodes
    phone = first.phone()
    request = overheard(phone)
    assert first.call("POST", "/v1/sync", **request).status_code == 200
    again = second.call("POST", "/v1/sync", **request)
    assert (again.status_code, again.json()) == (401, {"error": "replayed"})


def test_one_request_sent_to_both_nodes_at_once_is_answered_once(nodes):
    phone = nodes[0].phone()
    for _ in range(8):
        body = b"{}"
        asked = Asked(
            "POST", "http://clinic.test/v1/token", phone.proof("POST", "/v1/token", None, body), body=body
        )
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda node, asked=asked: outcome(node, asked), nodes))
        assert sorted(answers) == ["in", "replayed"]


def outcome(node, asked):
    try:
        node.node.gate().token(asked)
    except Deny as error:
        return error.error
    return "in"


def test_what_no_nonce_can_bring_back_is_forgotten(nodes, clock):
    phone = nodes[0].phone()
    phone.sync()
    clock.pass_(hours=1)
    assert phone.call("/v1/token").status_code == 200
    with nodes[0].node.database.directory() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(proof)) == 1


def test_a_process_alone_remembers_while_it_matters_and_no_longer():
    memory = InProcess()

    def first(mark, now):
        return memory.first(mark, now, None)

    assert first("a", 1000.0) and not first("a", 1000.0) and not first("a", 1500.0)
    assert first("b", 1000.0) and first("a", 1000.0 + 3 * 300)
    assert sum(len(marks) for marks in memory._seen.values()) == 1


def test_after_a_restart_on_sqlite_an_overheard_request_is_worth_nothing(sqlite_url, clock):
    house = House(sqlite_url, clock)
    house.patient()
    phone = house.phone()
    request = overheard(phone)
    assert house.call("POST", "/v1/sync", **request).status_code == 200
    house.close()
    house = House(sqlite_url, clock)
    answer = house.call("POST", "/v1/sync", **request)
    assert (answer.status_code, answer.json()["error"]) == (401, "use_dpop_nonce")
    phone.house = house
    assert phone.sync().pages
    house.close()


def test_nodes_whose_clocks_differ_take_each_others_nonces(postgres_url):
    behind, ahead = Clock(), Clock()
    behind.pass_(minutes=3)
    ahead.pass_(minutes=7)
    nodes = House(postgres_url, behind), House(postgres_url, ahead)
    nodes[0].patient()
    phone = Wanderer(nodes)
    phone.enrol(nodes[0].clinic.invite("pa")[0])
    before = [len(one.log) for one in nodes]
    for number in range(6):
        phone.sync(mood(f"m{number}"))
    said = [
        json.loads(line)["status"]
        for one, start in zip(nodes, before, strict=True)
        for line in one.log[start:]
    ]
    assert said == [200] * 6
    for one in nodes:
        one.close()


def test_devices_that_change_nodes_with_every_request_converge(nodes):
    phone, tablet = Wanderer(nodes), Wanderer(nodes)
    for device in (phone, tablet):
        assert device.enrol(nodes[0].clinic.invite("pa")[0]).status_code == 200
    seen = {phone: {}, tablet: {}}
    for number in range(6):
        for device, name in ((phone, "p"), (tablet, "t")):
            reply = device.sync(mood(f"{name}{number}"), mood(f"{name}{number}"))
            assert [verdict.status for verdict in reply.verdicts] == ["ok", "dup"]
            seen[device] |= rows(reply)
    for device in (phone, tablet):
        seen[device] |= rows(device.sync())
        whole = rows(device.sync(cursors={"patient:pa": None, "content": None}))
        assert len([id for id in whole if id[1:].isdigit()]) == 12
        assert {id: row.rev for id, row in whole.items() if id in seen[device]} == {
            id: row.rev for id, row in seen[device].items()
        }


def test_tries_of_a_code_are_counted_over_all_nodes(nodes):
    code = nodes[0].clinic.invite("pa")[0]
    phone = Wanderer(nodes)
    for _ in range(10):
        assert phone.enrol(code[:-1] + ("0" if code[-1] != "0" else "1")).status_code == 403
    assert phone.enrol(code).json() == {"error": "bad_code"}


def test_of_sixteen_devices_on_two_nodes_with_one_code_exactly_one_wins(nodes):
    code = nodes[0].clinic.invite("pa")[0]
    body = b"{}"

    def enrol(number):
        node = nodes[number % 2]
        phone = Phone(node)
        gate = node.node.gate()
        phone.nonce = gate.proofs.nonce()
        asked = Asked(
            "POST", "http://clinic.test/v1/enrol", phone.proof("POST", "/v1/enrol", None, body), body=body
        )
        try:
            return gate.enrol(code, "phone", asked)[0]
        except Deny as error:
            return error.error

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(enrol, range(16)))
    assert len([one for one in answers if one not in ("bad_code", "busy")]) == 1
    assert len(nodes[0].clinic.devices("pa")) == 1


def test_an_ended_device_is_ended_on_every_node(nodes):
    phone = nodes[0].phone()
    phone.sync()
    nodes[1].clinic.revoke(phone.id)
    for node in nodes:
        phone.house = node
        assert phone.post({}).json()["error"] == "device_revoked"


def test_nodes_that_start_at_once_make_one_set_of_secrets(postgres_url):
    first = Clinic(postgres_url)
    with first.database.directory(write=True) as connection:
        connection.execute(sa.delete(secret))
    clinics = [Clinic(postgres_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda one: one.keys(), clinics))
    assert len({hashlib.sha256(one.pepper + one.cursor + one.orders).digest() for one in made}) == 1
    for one in (first, *clinics):
        one.dispose()
