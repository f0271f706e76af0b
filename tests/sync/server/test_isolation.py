"""Two patients: nothing of one ever reaches the other, whatever is asked, on either database."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from house import Phone, mood, rows

from sync.server.database import Database
from sync.server.ledger import Ledger

SECRETS = ("Zebulon", "a-secret-note")


@pytest.fixture
def two(house):
    """A's phone and B's phone; B has things that A must never see."""
    house.patient("pb", "Zebulon")
    a, b = house.phone("pa"), house.phone("pb")
    noted = mood().body.replace('"note":""', '"note":"a-secret-note"')
    b.sync(mood("mb", scope="patient:pb", mid="mid-mb", body=noted))
    a.sync()
    b.sync()
    return a, b


def state_of(house, scope="patient:pb"):
    with house.clinic.database.unit(scope) as unit:
        asked = 'SELECT id, rev, seq, deleted, body FROM "row" WHERE scope = :s ORDER BY seq'
        return [tuple(one) for one in unit.connection.execute(sa.text(asked), {"s": scope})]


def attempts(a, b):
    """Everything A might send to get at B."""
    yield {"cursors": {"patient:pb": None}}
    yield {"cursors": {"patient:pb": b.cursors["patient:pb"]}}
    yield {"cursors": {"patient:pa": b.cursors["patient:pb"]}}
    yield {"mutations": [mood("x", scope="patient:pb").model_dump()]}
    yield {"mutations": [mood("mb", scope="patient:pb", op="delete").model_dump()]}
    yield {"mutations": [mood("mb", mid="mid-mb", scope="patient:pb").model_dump()]}
    yield {"mutations": [mood("mb", mid="mid-mb", scope="clinic").model_dump()]}


def test_no_exchange_of_a_shows_or_changes_anything_of_b(house, two):
    a, b = two
    before = state_of(house)
    for asked in attempts(a, b):
        answer = a.post(asked)
        assert answer.status_code == 200
        assert not any(secret in answer.text for secret in SECRETS)
        assert {page["scope"] for page in answer.json()["pages"]} == {"patient:pa", "content"}
        assert state_of(house) == before


def test_the_same_ids_in_two_scopes_are_two_documents(house, two):
    a, b = two
    assert a.sync(mood("mb", score=1, mid="mid-mb")).verdicts[0].status == "ok"
    assert json.loads(rows(b.sync(cursors={}), "patient:pb")["mb"].body)["note"] == "a-secret-note"


def operations(house):
    document = house.call("GET", "/openapi.json").json()
    for path, methods in document["paths"].items():
        for method in methods:
            yield method.upper(), path


def test_every_operation_refuses_strangers_thieves_and_broken_tokens(house, two):
    a, b = two
    before = state_of(house)
    body = json.dumps({"cursors": {"patient:pb": None}, "code": "x", "label": "y"}).encode()
    for method, path in operations(house):
        if path == "/v1/health":
            continue
        stranger = Phone(house)
        stranger.nonce = b.nonce
        for bearer, prover in (("", stranger), (b.bearer, stranger), ("x", a), (b.bearer, a)):
            proof = prover.proof(method, path, bearer or None, body)
            headers = {"authorization": f"DPoP {bearer}", "dpop": proof}
            answer = house.call(method, path, content=body, headers=headers)
            own = path == "/v1/token" and prover is a
            assert answer.status_code in ((200,) if own else (401, 403, 422)), (method, path)
            assert not any(secret in answer.text for secret in SECRETS)
    assert state_of(house) == before


def test_a_token_of_one_device_opens_only_its_own_patients(house, two):
    a, _ = two
    a.bearer = a.call("/v1/token").json()["token"]
    assert {page.scope for page in a.sync().pages} == {"patient:pa", "content"}


@pytest.fixture
def bound(postgres_url):
    """PostgreSQL under a role that row security binds."""
    database = Database(postgres_url)
    for scope in ("patient:a", "patient:b"):
        database.begin(scope)
        with database.unit(scope, write=True) as unit:
            ledger = Ledger(unit, 0)
            ledger.put(f"doc-{scope}", "mood", "{}")
            ledger.close()
    yield database
    database.dispose()


def count(connection):
    return connection.exec_driver_sql('SELECT count(*) FROM "row"').scalar_one()


def test_without_a_scope_postgresql_shows_nothing(bound):
    with bound.directory() as connection:
        role = connection.exec_driver_sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert role.scalar_one() is False
        assert count(connection) == 0


def test_in_a_scope_postgresql_shows_that_scope_and_forgets_it_afterwards(bound):
    with bound.unit("patient:a") as unit:
        assert count(unit.connection) == 1
    for _ in range(12):
        with bound.directory() as connection:
            assert count(connection) == 0


@pytest.mark.parametrize("table", ["row", "history", "applied"])
def test_every_scope_table_is_guarded_even_from_its_owner(bound, table):
    with bound.directory() as connection:
        asked = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s"
        assert tuple(connection.exec_driver_sql(asked, (table,)).one()) == (True, True)


def test_postgresql_refuses_a_row_for_another_scope(bound):
    with pytest.raises(sa.exc.ProgrammingError), bound.engine.begin() as connection:
        connection.exec_driver_sql("SELECT set_config('app.scope', 'patient:a', true)")
        connection.exec_driver_sql(
            "INSERT INTO \"row\" VALUES ('patient:b', 'x', 'mood', 'r', 99, false, 1, '{}', NULL, NULL, 0)"
        )


def test_an_update_across_scopes_touches_nothing(bound):
    with bound.unit("patient:a", write=True) as unit:
        changed = unit.connection.exec_driver_sql("UPDATE \"row\" SET body = 'x' WHERE scope = 'patient:b'")
        assert changed.rowcount == 0
