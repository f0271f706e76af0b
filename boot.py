#!/usr/bin/env python3
"""One command on a fresh machine: makes the environment from the hashed locks, then runs `evenkeel`.

    python3 boot.py demo        the clinic, a patient and the app, with real synthetic data
    python3 boot.py test        everything needed to trust a change
    python3 boot.py ARGS…       evenkeel ARGS… in that environment

Only Python 3.11 or newer is needed. Uses `uv` when it is on the PATH (seconds), plain venv and pip when not.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCKS = {"run": ROOT / "build" / "locks" / "run.txt", "dev": ROOT / "build" / "locks" / "dev.txt"}
NEED_DEV = {"test", "bench"}
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def main(arguments):
    """Make the environment where it is missing or old, then become evenkeel."""
    if sys.version_info < (3, 11):
        sys.exit(f"Evenkeel needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    name = "dev" if arguments[:1] and arguments[0] in NEED_DEV else "run"
    try:
        make(name)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"The environment could not be made: {error}\nRun the same command again to go on.")
    become([str(PYTHON), "-m", "app.cli", *arguments])


def make(name):
    """Install one lock's packages, unless they are there."""
    if current(name):
        return
    started, lock = time.monotonic(), LOCKS[name]
    count = sum(1 for line in lock.read_text().splitlines() if "==" in line)
    note(f"Making the environment ({count} packages, in {ENVIRONMENT.name}/) …")
    if not with_uv(lock):
        with_pip(lock)
    (ENVIRONMENT / f".{name}.sha256").write_text(digest(lock))
    note(f"Ready in {time.monotonic() - started:.0f} s.")


def current(name):
    """True when the environment holds this lock, or the larger one that contains it."""
    stamps = {key: ENVIRONMENT / f".{key}.sha256" for key in (name, "dev")}
    return PYTHON.exists() and any(
        stamp.exists() and stamp.read_text() == digest(LOCKS[key]) for key, stamp in stamps.items()
    )


def digest(lock):
    """What a lock's content is known by."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def with_uv(lock):
    """The fast way; False where there is no uv, or it cannot reach what pip may."""
    uv = shutil.which("uv")
    if not uv:
        return False
    try:
        if not PYTHON.exists():
            make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)]
            subprocess.check_call(make, **QUIET)
        install = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            str(PYTHON),
            "--require-hashes",
            "-r",
            str(lock),
        ]
        subprocess.check_call(install, **QUIET)
    except (subprocess.CalledProcessError, OSError):
        return False
    return True


def with_pip(lock):
    """The way that every Python has."""
    note("Without uv pip does it: about half a minute.")
    if not PYTHON.exists() or subprocess.call([str(PYTHON), "-m", "pip", "--version"], **QUIET):
        import venv

        venv.create(ENVIRONMENT, with_pip=True, clear=True)
    install = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    install += ["--require-hashes", "--no-deps", "-r", str(lock)]
    pip = subprocess.Popen(install, stdout=subprocess.PIPE, text=True)
    for done, _line in enumerate((line for line in pip.stdout if line.startswith("Collecting")), 1):
        print(f"\r  {done} packages", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if pip.wait():
        raise subprocess.CalledProcessError(pip.returncode, "pip install")


def become(command):
    """Run the program in place of this one, with the project's code to be found."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    environment = {**os.environ, "PYTHONPATH": path}
    if os.name == "nt":
        sys.exit(subprocess.call(command, env=environment))
    os.execve(command[0], command, environment)


def note(text):
    """Say what is going on, beside the program's own output."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
