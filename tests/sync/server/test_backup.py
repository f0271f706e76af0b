"""A backup of a clinic on SQLite: whole, of one moment, never over another file, and never a half one."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from house import House, mood

from sync.models import Person
from sync.server.backup import back_up
from sync.server.cli import main
from sync.server.clinic import Clinic
from sync.server.errors import BackupFailed, Exists

ASKED = (
    "SELECT head, (SELECT max(seq) FROM row WHERE scope = 'patient:pa') FROM scope WHERE id = 'patient:pa'"
)
ROOT = Path(__file__).parents[3]


def read(path, asked):
    connection = sqlite3.connect(path)
    found = connection.execute(asked).fetchall()
    connection.close()
    return found


def test_a_copy_made_while_others_write_is_of_one_moment(small_house, tmp_path):
    stop = threading.Event()
    writer = Clinic(small_house.url, clock=small_house.clock)

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            writer.put("patient:pa", Person(id=f"p{number}", fhir_id="x", name="n" * 300))

    thread = threading.Thread(target=write)
    thread.start()
    for number in range(5):
        path = tmp_path / f"{number}.db"
        assert back_up(small_house.clinic.database, path) == path.stat().st_size
        assert read(path, "PRAGMA integrity_check") == [("ok",)]
        head, last = read(path, ASKED)[0]
        assert head == last
    stop.set()
    thread.join()
    writer.dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == [f"{number}.db" for number in range(5)]


def test_what_was_acknowledged_before_is_in_it(small_house, tmp_path):
    phone = small_house.phone()
    phone.sync(mood())
    done = CliRunner().invoke(main, ["backup", "--db", small_house.url, "--to", str(tmp_path / "b.db")])
    assert done.exit_code == 0, done.output
    assert read(tmp_path / "b.db", "SELECT count(*) FROM row WHERE id = 'm1'") == [(1,)]


def test_a_file_that_exists_is_never_touched(small_house, tmp_path):
    there = tmp_path / "b.db"
    there.write_text("precious")
    with pytest.raises(Exists):
        back_up(small_house.clinic.database, there)
    done = CliRunner().invoke(main, ["backup", "--db", small_house.url, "--to", str(there)])
    assert (done.exit_code, there.read_text()) == (1, "precious") and "never written over" in done.output


def test_a_folder_that_is_not_there_leaves_nothing(small_house, tmp_path):
    with pytest.raises(BackupFailed):
        back_up(small_house.clinic.database, tmp_path / "no" / "b.db")
    assert list(tmp_path.iterdir()) == []


def test_postgresql_is_told_to_use_its_own_tool(postgres_url, tmp_path):
    done = CliRunner().invoke(main, ["backup", "--db", postgres_url, "--to", str(tmp_path / "b")])
    assert done.exit_code == 1 and "pg_dump" in done.output and not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_backup_killed_at_any_moment_leaves_no_file_of_that_name(sqlite_url, clock, tmp_path):
    """Ten kills: the file is whole or is not there, and the next try works."""
    house = House(sqlite_url, clock)
    house.patient()
    house.clinic.put("patient:pa", *(Person(id=f"p{n}", fhir_id="x", name="n" * 2000) for n in range(4000)))
    command = [sys.executable, "-m", "sync.server", "backup", "--db", sqlite_url, "--to"]
    began = time.monotonic()
    subprocess.run([*command, str(tmp_path / "whole.db")], cwd=ROOT, check=True, capture_output=True)
    whole = time.monotonic() - began
    for number in range(10):
        to = tmp_path / f"{number}.db"
        process = subprocess.Popen([*command, str(to)], cwd=ROOT, stdout=subprocess.DEVNULL)
        time.sleep(whole * (0.55 + number / 20))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not to.exists() or read(to, "PRAGMA integrity_check") == [("ok",)]
    left = tmp_path / ".again.db.part"
    left.write_bytes(os.urandom(5000))
    back_up(house.clinic.database, tmp_path / "again.db")
    assert read(tmp_path / "again.db", "PRAGMA integrity_check") == [("ok",)] and not left.exists()
    house.close()
