"""Mending, killed at every step, or at every so many: python -m tests.mend.killed WHAT FOLDER OUT STRIDE.

For such a step that touches a file, a process of its own does WHAT to a fresh copy of FOLDER and is killed right
before that step: OUT/0, OUT/1, … The last one was left alone. SQLite's own writes are not counted; they go to files
that nobody relies on yet.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

from app.aside import asides, bring_back, drop_aside, set_aside
from app.mend import copies, put_copy_back, restore_backup, save_what_reads
from tests.mend.records import PASSCODE, PASSPHRASE, app_on, keys_of, now

STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "shutil.copyfile"}
WRITES = os.O_WRONLY | os.O_RDWR


def act(what: str, folder: Path) -> None:
    """Do it."""
    if what == "save":
        save_what_reads(folder, keys_of(folder), now)
    elif what == "put back":
        put_copy_back(folder, keys_of(folder), copies(folder)[0].name, now)
    elif what == "set aside":
        set_aside(folder, now)
    elif what == "bring back":
        bring_back(folder, asides(folder)[0].name, now)
    elif what == "drop":
        drop_aside(folder, asides(folder)[0].name)
    else:
        over, app = what == "restore over", app_on(folder)
        asyncio.run(restore_backup(app, folder / "mine", PASSPHRASE, PASSCODE, instead=over))


def killed_at(step: int, what: str, folder: Path) -> bool:
    """Do it in a process that dies before its step of this number; True when it did not come that far."""
    if child := os.fork():
        return not os.WIFSIGNALED(os.waitpid(child, 0)[1])
    steps = iter(range(step))

    def count(event: str, found: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(found[2], int) and found[2] & WRITES
        ours = bool(found) and (str(folder) in str(found[0]) or (event == "os.remove" and found[1] != -1))
        if (writes or event in STEPS) and ours and next(steps, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    act(what, folder)
    os._exit(0)


def main(what: str, source: Path, out: Path, stride: int) -> None:
    """Each such step once, and once without a kill."""
    step = 0
    while not killed_at(step, what, Path(shutil.copytree(source, out / str(step)))):
        step += stride


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
