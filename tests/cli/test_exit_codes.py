"""The command line as a script sees it: real processes, a real server, one plain sentence and a number per failure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.clinic_process import ask, free_port, start, stop, wait_for, with_root
from app.store.hold import hold
from tests.conftest import ROSA, bundle

PASSCODE = "135790"


class Served:
    """A clinic in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.db, self.url = f"sqlite:///{folder / 'clinic.db'}", f"http://127.0.0.1:{self.port}"
        (folder / "rosa.json").write_text(bundle(ROSA))
        ask("import", str(folder / "rosa.json"), "--db", self.db, "--json")
        self.begin()

    def begin(self) -> None:
        """Start serving."""
        self.process = start(self.db, self.port, self.folder / "clinic.log")
        wait_for(f"{self.url}/v1/health", self.process)

    def code(self) -> str:
        """A fresh activation code."""
        return str(json.loads(ask("invite", "--db", self.db, "--patient", ROSA, "--json"))["code"])


def evenkeel(*arguments: str, passcode: str = PASSCODE) -> subprocess.CompletedProcess[str]:
    """Run `evenkeel …`."""
    environment = {**with_root(), "EVENKEEL_PASSCODE": passcode}
    command = [sys.executable, "-m", "app.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)


def refused(done: subprocess.CompletedProcess[str], code: int, words: str) -> None:
    """It failed with this number and one plain sentence."""
    assert done.returncode == code, done.stderr
    assert words in done.stderr and "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One clinic for all these tests."""
    served = Served(tmp_path_factory.mktemp("served"))
    yield served
    stop(served.process)


@pytest.fixture(scope="module")
def enrolled(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A device that has the record."""
    profile = tmp_path_factory.mktemp("device") / "profile"
    joined = evenkeel("enrol", "--server", served.url, "--code", served.code(), "--profile", str(profile))
    assert joined.returncode == 0, joined.stderr
    synced = evenkeel("sync", "--profile", str(profile), "--json")
    assert json.loads(synced.stdout)["received"] >= 5, synced.stderr
    return profile


@pytest.fixture
def profile(enrolled: Path, tmp_path: Path) -> Path:
    """A copy of that device's profile, to be broken."""
    return Path(shutil.copytree(enrolled, tmp_path / "profile"))


def test_a_mood_written_offline_by_a_script_reaches_the_clinic(served: Served, profile: Path) -> None:
    stop(served.process)
    logged = evenkeel("log-mood", "--score", "4", "--profile", str(profile), "--json")
    assert json.loads(logged.stdout)["state"] == "waiting"
    refused(evenkeel("sync", "--profile", str(profile)), 4, "no connection")
    served.begin()
    sent = json.loads(evenkeel("sync", "--profile", str(profile), "--json").stdout)
    assert (sent["sent"], sent["waiting"], sent["requests"]) == (1, 0, 2), (
        "a server that began anew has a new nonce"
    )
    quiet = json.loads(evenkeel("sync", "--profile", str(profile), "--json").stdout)
    assert quiet["requests"] == 1 and quiet["bytes"] < 1024


def test_export_gives_back_what_was_imported(profile: Path, tmp_path: Path) -> None:
    out = tmp_path / "bundle.json"
    assert evenkeel("export", "--profile", str(profile), "--out", str(out)).returncode == 0
    given = [entry["resource"] for entry in json.loads(bundle(ROSA))["entry"]]
    got = [entry["resource"] for entry in json.loads(out.read_text())["entry"]]
    assert sorted(map(json.dumps, got)) == sorted(map(json.dumps, given))


def test_a_wrong_passcode(profile: Path) -> None:
    refused(evenkeel("status", "--profile", str(profile), passcode="999998"), 3, "passcode is not right")
    assert evenkeel("status", "--profile", str(profile)).returncode == 0


def test_too_many_wrong_passcodes(profile: Path) -> None:
    for _ in range(3):
        evenkeel("status", "--profile", str(profile), passcode="999998")
    refused(evenkeel("status", "--profile", str(profile)), 13, "Wait")


def test_no_record_yet(tmp_path: Path) -> None:
    refused(evenkeel("status", "--profile", str(tmp_path / "none")), 14, "no record on this device")


def test_a_damaged_database(profile: Path) -> None:
    file = profile / "evenkeel.db"
    broken = b"\0" * 4096 + file.read_bytes()[4096:]
    file.write_bytes(broken)
    refused(evenkeel("status", "--profile", str(profile)), 7, "Nothing was deleted")
    assert file.read_bytes() == broken


def test_a_damaged_key_file(profile: Path) -> None:
    (profile / "vault.json").write_text("{")
    refused(evenkeel("status", "--profile", str(profile)), 7, "Nothing was deleted")


def test_a_record_from_a_newer_version(profile: Path) -> None:
    from app.main import clock
    from app.store import open_store
    from app.vault import Vault

    store = open_store(profile, Vault(profile).unlock(PASSCODE)[0], clock)
    with store.db.atomic():
        store.db["_sqlite_migrations"].insert({"migration_set": "store", "name": "later", "applied_at": ""})
    store.close()
    refused(evenkeel("status", "--profile", str(profile)), 8, "newer version")


def test_a_second_app_on_the_same_profile(profile: Path) -> None:
    held = hold(profile)
    refused(evenkeel("status", "--profile", str(profile)), 9, "already open")
    held.release()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk(profile: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "none", str(small)], check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        shutil.copytree(profile, small / "profile")
        filler = small / "filler"
        filler.write_bytes(b"\0" * max(0, shutil.disk_usage(small).free - 4096))
        refused(evenkeel("log-mood", "--score", "2", "--profile", str(small / "profile")), 10, "disk is full")
        filler.unlink()
        assert evenkeel("log-mood", "--score", "2", "--profile", str(small / "profile")).returncode == 0
    finally:
        subprocess.run(["umount", str(small)], check=False)


class Html(BaseHTTPRequestHandler):
    """A captive portal: answers everything with a page."""

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Welcome to the airport</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_an_address_that_answers_with_a_web_page(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), Html)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        done = evenkeel(
            "enrol", "--server", url, "--code", "AAAA-AAAA-AAAA-AAAAA", "--profile", str(tmp_path / "p")
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    refused(done, 11, "not an Evenkeel clinic")


def test_a_wrong_code(served: Served, tmp_path: Path) -> None:
    done = evenkeel("enrol", "--server", served.url, "--code", "AAAA-AAAA", "--profile", str(tmp_path / "p"))
    refused(done, 12, "code does not work")


def test_a_revoked_device(served: Served, profile: Path) -> None:
    devices = json.loads(ask("devices", "--db", served.db, "--patient", ROSA, "--json"))
    for device in devices:
        ask("revoke", "--db", served.db, "--device", device["id"])
    refused(evenkeel("sync", "--profile", str(profile)), 5, "ended this device's access")
    assert (
        json.loads(evenkeel("status", "--profile", str(profile), "--json").stdout)["documents"]["record"] == 4
    )


def test_a_device_reported_lost(served: Served, tmp_path: Path) -> None:
    profile = str(tmp_path / "profile")
    joined = evenkeel(
        "enrol", "--server", served.url, "--code", served.code(), "--profile", profile, "--json"
    )
    ask("lost", "--db", served.db, "--device", json.loads(joined.stdout)["device"])
    refused(evenkeel("sync", "--profile", profile), 29, "was reported lost, so its record was erased")
    refused(evenkeel("status", "--profile", profile), 14, "no record on this device yet")
    assert "erased 20" in ask("devices", "--db", served.db, "--patient", ROSA)
