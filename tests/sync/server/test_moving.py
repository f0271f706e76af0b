"""A clinic moves to another database: no row is lost, no device notices, and the old place takes nothing any more."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from house import House, Switch, draft, mood, rows, serving

from app.features.mood.commands import log_mood
from sync.models import Person
from sync.server import moving
from sync.server.api import create_app
from sync.server.cli import main
from sync.server.clinic import Clinic
from sync.server.errors import Moved, MoveUnfinished, NotEmpty, NotTheSame
from sync.server.fence import leaving
from sync.server.tables import SECRETS, meta, row
from tests.conftest import ROSA, Wire, bundle

ROOT = Path(__file__).parents[3]
WAYS = [("sqlite", "postgres"), ("postgres", "sqlite"), ("sqlite", "sqlite")]


@pytest.fixture(params=WAYS, ids="-".join)
def pair(request, tmp_path, clock):
    """A clinic with two patients, and an empty database to move it to."""
    old, new = request.param
    here = request.getfixturevalue(f"{old}_url")
    there = f"sqlite:///{tmp_path / 'new.db'}" if new == "sqlite" else request.getfixturevalue("postgres_url")
    source, target = Clinic(here, clock=clock, fast=True), Clinic(there, clock=clock, fast=True)
    source.url, target.url = here, there
    for patient in (ROSA, "marcus"):
        (tmp_path / f"{patient}.json").write_text(bundle(patient, patient))
        source.import_paths([tmp_path / f"{patient}.json"])
    yield source, target
    source.dispose()
    target.dispose()


@pytest.fixture
def clinic(pair):
    return pair[0]


@pytest.fixture
def switch(pair):
    return Switch(create_app(pair[0], log=lambda _: None))


@pytest.fixture
def wire(switch):
    return Wire(switch)


async def test_a_device_with_a_full_outbox_does_not_notice_the_move(pair, switch, new_phone):
    source, target = pair
    phone = await new_phone("phone").enrol()
    tablet = await new_phone("tablet").enrol(label="Tablet")
    log_mood(phone.app, 4)
    await phone.sync()
    await tablet.sync()
    waiting = [log_mood(phone.app, 1 + number % 5).id for number in range(7)]
    moving.move_clinic(source, target)
    node = Clinic(serving(target.url), clock=source.clock, fast=True)
    switch.app = create_app(node, log=lambda _: None)
    outcome = await phone.sync()
    assert (outcome.reset, outcome.sent) == (0, 7)
    outcome = await tablet.sync()
    assert outcome.reset == 0
    moods = {one.id for one in tablet.store.find(mood_noun())}
    assert set(waiting) < moods and len(moods) == 8
    with target.database.unit(f"patient:{ROSA}") as unit:
        ids = list(unit.connection.scalars(sa.select(row.c.id).where(row.c.kind == "mood")))
    assert sorted(ids) == sorted(moods)
    node.dispose()


def mood_noun():
    from sync.models import MoodEntry

    return MoodEntry


def test_every_row_of_every_table_comes_along_and_so_do_epochs_and_secrets(pair):
    source, target = pair
    target.migrate()
    own = target.keys()
    for patient in (ROSA, "marcus"):
        source.invite(patient)
    before = moving._tallies(source.database)
    keys = source.keys()
    counts = moving.move_clinic(source, target)
    assert moving._tallies(target.database) == before
    assert target.keys() == keys != own
    assert (counts["code"], counts["patient"], counts["secret"]) == (2, 2, len(SECRETS)) and counts[
        "row"
    ] >= 8


def test_the_old_place_takes_nothing_any_more_and_is_not_served(pair):
    source, target = pair
    house = House(source.url, source.clock)
    phone = house.phone(ROSA)
    said = draft("d1", "before", "one", scope=f"patient:{ROSA}")
    assert phone.sync(said).verdicts[0].status == "ok"
    moving.move_clinic(source, target)
    late = phone.post({"mutations": [draft("d2", "late", "two", scope=f"patient:{ROSA}").model_dump()]})
    assert (late.status_code, late.json()) == (503, {"error": "unwell"})
    with pytest.raises(Moved):
        create_app(source)
    for command in (["status"], ["serve", "--port", "8098"], ["invite", "--patient", ROSA]):
        done = CliRunner().invoke(main, [*command, "--db", source.url])
        assert done.exit_code == 1 and "has moved to" in done.output
    with pytest.raises(Moved):
        moving.move_clinic(source, target)
    house.close()


def test_a_target_that_is_not_empty_is_refused_and_nothing_changes(pair):
    source, target = pair
    target.migrate()
    target.put("content", Person(id="p", fhir_id="x", name="n"))
    with pytest.raises(NotEmpty):
        moving.move_clinic(source, target)
    with pytest.raises(NotEmpty):
        moving.move_clinic(source, source)
    source.put("content", Person(id="p", fhir_id="x", name="n"))


def broken_insert(target):
    """A target that loses a row on its way in."""
    gone = 'BEGIN DELETE FROM "row" WHERE id = NEW.id; END'
    drop = f"CREATE TRIGGER lose AFTER INSERT ON \"row\" WHEN NEW.kind = 'person' {gone}"
    with target.database.directory(write=True) as connection:
        connection.exec_driver_sql(drop)


@pytest.fixture
def on_sqlite(tmp_path, sqlite_url, clock):
    source = Clinic(sqlite_url, clock=clock, fast=True)
    (tmp_path / "rosa.json").write_text(bundle(ROSA))
    source.import_paths([tmp_path / "rosa.json"])
    target = Clinic(f"sqlite:///{tmp_path / 'new.db'}", clock=clock, fast=True)
    target.migrate()
    yield source, target
    source.dispose()
    target.dispose()


def test_a_copy_that_differs_is_thrown_away_and_the_clinic_may_stay(on_sqlite):
    source, target = on_sqlite
    broken_insert(target)
    with pytest.raises(NotTheSame):
        moving.move_clinic(source, target)
    with target.database.directory() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(row)) == 0
    with pytest.raises(Moved):
        source.migrate()
    elsewhere = Clinic(target.database.shown.replace("new.db", "other.db"))
    with pytest.raises(MoveUnfinished):
        moving.move_clinic(source, elsewhere)
    moving.stay(source, target)
    source.put("content", Person(id="p", fhir_id="x", name="n"))
    source.migrate()
    elsewhere.dispose()


def test_cut_between_the_copy_and_the_last_word_it_is_finished_by_running_it_again(on_sqlite):
    source, target = on_sqlite
    moving.move_clinic(source, target)
    with source.database.directory(write=True) as connection:
        connection.exec_driver_sql("UPDATE move SET done = 0")
    with pytest.raises(Moved):
        moving.stay(source, target)
    target.put("content", Person(id="p", fhir_id="x", name="served already"))
    assert moving.move_clinic(source, target)["row"] >= 4
    with source.database.directory() as connection:
        assert leaving(connection).done


@pytest.mark.parametrize("key", [["scope", "id"], ["id"]])
def test_a_table_of_tomorrow_comes_along_by_itself(on_sqlite, key):
    table = sa.Table(
        "tomorrow",
        meta,
        *(sa.Column(name, sa.Text, primary_key=True) for name in key),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("flag", sa.Boolean),
    )
    try:
        for clinic in on_sqlite:
            table.create(clinic.database.engine)
        full = {"id": "a", "scope": "patient:rosa", "sealed": b"\x00\xff", "flag": True}
        said = {name: value for name, value in full.items() if name in table.c}
        with on_sqlite[0].database.directory(write=True) as connection:
            connection.execute(sa.insert(table), said)
        assert moving.move_clinic(*on_sqlite)["tomorrow"] == 1
        with on_sqlite[1].database.directory() as connection:
            assert dict(connection.execute(sa.select(table)).one()._mapping) == said
    finally:
        meta.remove(table)


@pytest.mark.slow
@pytest.mark.parametrize("to", ["sqlite", "postgres"])
def test_killed_at_any_moment_it_is_whole_in_one_place_and_can_be_run_again(
    to, sqlite_url, clock, tmp_path, request
):
    """Twelve kills: what was acknowledged is in exactly one clinic that can be served, and the next run ends it."""
    house = House(sqlite_url, clock)
    house.patient()
    phone = house.phone()
    phone.sync(*(mood(f"m{number}") for number in range(300)))
    house.clinic.put("patient:pa", *(Person(id=f"p{n}", fhir_id="x", name="n" * 500) for n in range(9000)))
    before = moving._tallies(house.clinic.database)
    there = f"sqlite:///{tmp_path / 'new.db'}" if to == "sqlite" else request.getfixturevalue("postgres_url")
    command = [sys.executable, "-m", "sync.server", "move", "--from", sqlite_url, "--to", there]
    chance = random.Random(7)
    for _ in range(12):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.4 + chance.random() * 2.4)
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            break
        assert can_be_served(sqlite_url) + can_be_served(there) <= 1
    last = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert last.returncode == 0 or "has moved to" in last.stderr, last.stderr
    target = Clinic(there, clock=clock, fast=True)
    assert moving._tallies(target.database) == before
    assert not can_be_served(sqlite_url) and can_be_served(there)
    phone.house = House(there, clock)
    assert phone.sync(mood("m0")).verdicts[0].status == "dup"
    assert not any(page.reset for page in phone.sync().pages) and "m0" in rows(phone.sync(cursors={}))
    phone.house.close()
    house.close()
    target.dispose()


def can_be_served(url):
    """True when a server would start and find patients."""
    clinic = Clinic(url)
    try:
        clinic.database.migrate()
        clinic.database.stays()
        return bool(clinic.patients())
    except Moved:
        return False
    finally:
        clinic.dispose()
