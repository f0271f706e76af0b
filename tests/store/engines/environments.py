"""Virtual environments for the engines that this one does not carry, made once from their hashed locks."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / "build" / "out" / "engines"
LOCKS = {"mc": "mc", "pages": "phone"}


def python(engine: str) -> Path:
    """The interpreter of the environment with this engine."""
    lock = ROOT / "build" / "locks" / f"{LOCKS[engine]}.txt"
    known = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = CACHE / f"{engine}-{known}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / f"{engine}.lock"):
        if not (folder / "ready").exists():
            make(folder, lock)
            (folder / "ready").touch()
    return interpreter(folder)


def interpreter(folder: Path) -> Path:
    """Where an environment keeps its Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make(folder: Path, lock: Path) -> None:
    """With uv where there is one, else as every Python can."""
    if uv := shutil.which("uv"):
        subprocess.check_call([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
        install = [uv, "pip", "install", "--quiet", "--python", str(interpreter(folder))]
    else:
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", str(folder)])
        install = [str(interpreter(folder)), "-m", "pip", "install", "--quiet"]
    subprocess.check_call([*install, "--require-hashes", "-r", str(lock)])


def run(engine: str, *arguments: str) -> str:
    """Run that environment's Python in the project, with its engine; what it said. Fails with what it said."""
    outside = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV"))}
    done = subprocess.run(
        [str(python(engine)), *arguments],
        cwd=ROOT,
        env=outside | {"EVENKEEL_ENGINE": engine},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout
