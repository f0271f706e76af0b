"""The clinic's server as a process of its own: the app starts and asks it, and never imports it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from app.core.errors import AppError

ROOT = Path(__file__).resolve().parent.parent
WAIT = 60.0
SECRET = "EVENKEEL_PASSCODE"


class ClinicFailed(AppError):
    """The clinic's server said: {0}"""


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    """True when somebody listens on this port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def with_root() -> dict[str, str]:
    """The environment, with the project's own code to be found, and without the passcode."""
    known = os.environ.get("PYTHONPATH", "")
    given = {name: value for name, value in os.environ.items() if name != SECRET}
    return {**given, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), known)))}


def command(*arguments: str) -> list[str]:
    """The clinic's command line in this environment."""
    return [sys.executable, "-m", "sync.server", *arguments]


def ask(*arguments: str) -> str:
    """Run one of the clinic's commands; its answer as text. Raises ClinicFailed with its own words."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, env=with_root(), check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines()
        raise ClinicFailed(words[-1] if words else f"no answer to {arguments[0]}")
    return done.stdout


def start(url: str, port: int, log: Path) -> subprocess.Popen[bytes]:
    """The API, writing its log to a file. In a session of its own, so that Ctrl-C reaches us first."""
    with log.open("ab") as file:
        return subprocess.Popen(
            command("serve", "--db", url, "--port", str(port)),
            stdout=file,
            stderr=file,
            env=with_root(),
            start_new_session=True,
        )


def is_clinic(port: int) -> bool:
    """True when it is an Evenkeel clinic that listens there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/health", timeout=2) as answer:
            return bool(json.load(answer)["service"] == "evenkeel")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the API answers. Raises ClinicFailed when it stops or stays silent."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ClinicFailed("it stopped; clinic.log beside its database says why")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise ClinicFailed("no answer")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and everything it started."""
    signal_all(process, signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        signal_all(process, signal.SIGKILL)


def signal_all(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal the whole group where there are groups."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        os.killpg(process.pid, number)
    else:
        process.terminate()
