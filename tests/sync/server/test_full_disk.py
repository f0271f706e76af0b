"""The clinic's disk is full: a clear no, nothing acknowledged is lost, and it works again when there is room."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from house import House, draft, rows

from sync.server.cli import main

BIG = "x" * 60_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


def test_a_full_disk_is_said_plainly_and_costs_nothing_that_was_acknowledged(small_disk, sqlite_url, clock):
    path = small_disk / "c.db"
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), path)
    house = House(f"sqlite:///{path}", clock)
    house.patient()
    phone = house.phone()
    taken = [
        f"d{n}" for n in range(4) if phone.sync(draft(f"d{n}", BIG, f"mid{n}")).verdicts[0].status == "ok"
    ]
    ballast = fill(small_disk)
    refused = []
    for number in range(4, 60):
        mutation = draft(f"d{number}", BIG, f"mid{number}")
        answer = phone.post({"cursors": phone.cursors, "mutations": [mutation.model_dump()]})
        if answer.status_code == 200:
            taken.append(mutation.id)
            continue
        assert (answer.status_code, answer.json()) == (503, {"error": "unwell"})
        refused.append(mutation)
        if len(refused) == 3:
            break
    assert len(refused) == 3 and len(taken) >= 4
    said = [json.loads(line) for line in house.log if "trouble" in line]
    assert said[-1]["trouble"] == "Unwritable" and "free space" in said[-1]["says"]
    assert BIG[:100] not in "".join(house.log)
    ballast.unlink()
    for mutation in refused:
        assert phone.sync(mutation).verdicts[0].status == "ok"
    whole = rows(phone.sync(cursors={"patient:pa": None, "content": None}))
    assert {*taken, *(one.id for one in refused)} <= set(whole)
    with house.clinic.database.directory() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    house.close()


def test_a_backup_onto_a_full_disk_leaves_no_half_file(small_disk, sqlite_url):
    fill(small_disk)
    done = CliRunner().invoke(main, ["backup", "--db", sqlite_url, "--to", str(small_disk / "b.db")])
    assert done.exit_code == 1 and "could not be written" in done.output
    assert [one.name for one in small_disk.iterdir()] == ["ballast"]
