"""The demo: a clinic with real synthetic patients, one device enrolled for one of them, and the app.

The clinic is a process of its own. If it dies the app goes on; nothing here brings it back, so that one can see
what happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from app import headless
from app import window as app_window
from app.clinic_process import ClinicFailed, ask, free_port, is_clinic, listening, start, stop, wait_for
from app.store.hold import hold

PATIENT = "Paula Kuvalis"
PASSCODE = "246810"
PORT = 8765
OURS = ("clinic.log", "clinic.pid", "port", "ready")


def home() -> Path:
    """Where the demo keeps its clinic and its device."""
    if found := os.environ.get("EVENKEEL_DEMO"):
        return Path(found)
    from platformdirs import user_data_path

    return Path(user_data_path("evenkeel", appauthor=False)) / "demo"


def run(*, show: bool, fresh: bool, native: bool, as_json: bool) -> None:
    """Start it all, say where it is, and stop it all at the end."""
    folder = home()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    hold(folder / "device").release()
    end_leftover(folder)
    clear(folder, everything=fresh)
    device, url, port = folder / "device", f"sqlite:///{folder / 'clinic.db'}", known_port(folder)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    say("Getting the clinic ready …", as_json)
    ask("seed", "--db", url, "--json")
    process = start(url, port, folder / "clinic.log")
    (folder / "clinic.pid").write_text(str(process.pid))
    try:
        api = f"http://127.0.0.1:{port}"
        wait_for(f"{api}/v1/health", process)
        enrol_once(folder, url, api, as_json)
        facts = {"api": api, "code": PASSCODE, "profile": str(device), "db": url, "api_pid": process.pid}
        app_window.run(
            device,
            show=show,
            native=native,
            passcode=PASSCODE,
            ready=lambda app: announce({"app": app, **facts}, as_json),
        )
    finally:
        stop(process)
        (folder / "clinic.pid").unlink(missing_ok=True)


def clear(folder: Path, everything: bool) -> None:
    """Remove the old demo when asked to, and always what an interrupted first start left behind. Only our own names."""
    if everything:
        shutil.rmtree(folder / "device", ignore_errors=True)
        for file in (*folder.glob("clinic.db*"), *(folder / name for name in OURS)):
            if not file.is_dir():
                file.unlink(missing_ok=True)
    elif not (folder / "ready").exists():
        shutil.rmtree(folder / "device", ignore_errors=True)


def known_port(folder: Path) -> int:
    """The clinic's port: the same at each start, since the device remembers the address."""
    file = folder / "port"
    port = int(file.read_text()) if file.exists() else PORT
    if listening(port) and file.exists():
        raise ClinicFailed(f"another program uses port {port}; stop it, or start with --fresh")
    port = free_port() if listening(port) else port
    file.write_text(str(port))
    return port


def end_leftover(folder: Path) -> None:
    """Stop the clinic of a demo that was killed."""
    file, port = folder / "clinic.pid", folder / "port"
    if file.exists() and port.exists() and is_clinic(int(port.read_text())):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(int(file.read_text()), signal.SIGTERM)
        for _ in range(50):
            if not listening(int(port.read_text())):
                break
            time.sleep(0.1)
    file.unlink(missing_ok=True)


def enrol_once(folder: Path, url: str, api: str, as_json: bool) -> None:
    """At the first start: invite the demo patient, enrol this device, fetch the record."""
    if (folder / "ready").exists():
        return
    say("Enrolling this device and fetching the record …", as_json)
    patients = json.loads(ask("patients", "--db", url, "--json"))
    patient = next(found["id"] for found in patients if PATIENT in found["name"])
    code = json.loads(ask("invite", "--db", url, "--patient", patient, "--json"))["code"]
    asyncio.run(headless.enrol(folder / "device", api, code, PASSCODE))
    with headless.opened(folder / "device", PASSCODE) as app:
        asyncio.run(headless.sync(app))
    (folder / "ready").touch()


def say(text: str, as_json: bool) -> None:
    """What is going on; scripts read it on the other stream."""
    print(text, file=sys.stderr if as_json else sys.stdout, flush=True)


def announce(facts: dict[str, Any], as_json: bool) -> None:
    """One JSON line for scripts, or four short lines for people."""
    if as_json:
        print(json.dumps(facts), flush=True)
        return
    print(f"The app:     {facts['app']}")
    print(f"The API:     {facts['api']}/docs")
    print(f"Passcode:    {facts['code']}")
    print(f"Go offline:  Me → Work offline, or stop the clinic: kill {facts['api_pid']}", flush=True)
