"""Who waits at a real server, over real sockets: a crowd that is told, and a server that stops while they wait."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clinic_process import free_port, wait_for
from sync.models import Clinic as Place
from sync.server.clinic import Clinic
from tests.bench.crowd import holding, make_crowd, polling

ROOT = Path(__file__).parents[3]


@contextlib.contextmanager
def served(url: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The API of this database in a process of its own: its address, and the process."""
    port = free_port()
    command = [sys.executable, "-m", "sync.server", "serve", "--db", url, "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, env={**os.environ})
    try:
        wait_for(f"http://127.0.0.1:{port}/v1/health", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def filled(url: str, folder: Path) -> Clinic:
    """A clinic with one patient."""
    file = folder / "patient.json"
    file.write_text(json.dumps({"resourceType": "Patient", "id": "pa", "name": [{"family": "Ames"}]}))
    clinic = Clinic(url, fast=True)
    clinic.import_paths([file])
    return clinic


def publish(clinic: Clinic) -> None:
    """The clinic says something to everybody, from another process than the one that serves."""
    clinic.put("content", Place(id="place", name="Elm Street Clinic"))


@pytest.mark.slow
def test_two_nodes_tell_each_others_crowds(postgres_url, tmp_path):
    clinic = filled(postgres_url, tmp_path)
    with served(postgres_url) as (one, _), served(postgres_url) as (two, _):
        here, there = make_crowd(postgres_url, 20), make_crowd(postgres_url, 20)

        waiting = threading.Barrier(2)  # nothing is said before both crowds wait

        def say() -> None:
            waiting.wait(30)
            publish(clinic)

        async def both():
            return await asyncio.gather(
                holding(one, here, say), holding(two, there, lambda: waiting.wait(30))
            )

        for found in asyncio.run(both()):
            assert (found["waited"], found["heard"]) == (20, 20)
            assert found["last_s"] < 15
    clinic.dispose()


@pytest.mark.slow
def test_a_crowd_waits_on_one_node_and_hears_the_news(sqlite_url, tmp_path):
    clinic = filled(sqlite_url, tmp_path)
    with served(sqlite_url) as (address, _):
        crowd = make_crowd(sqlite_url, 1000)
        found = asyncio.run(holding(address, crowd, lambda: publish(clinic)))
        assert (found["waited"], found["heard"]) == (1000, 1000)
        asked = asyncio.run(polling(address, crowd[:50], every=0.5, seconds=2))
        assert asked["exchanges"] >= 50 and not asked["failed"]
    clinic.dispose()


def test_a_server_told_to_stop_answers_who_waits(sqlite_url, tmp_path):
    filled(sqlite_url, tmp_path).dispose()
    with served(sqlite_url) as (address, process):
        crowd = make_crowd(sqlite_url, 5)
        began = time.monotonic()
        found = asyncio.run(holding(address, crowd, lambda: process.send_signal(signal.SIGTERM), wait=25))
        assert (found["waited"], found["heard"]) == (5, 0)
        assert process.wait(10) == 0 and time.monotonic() - began < 20
