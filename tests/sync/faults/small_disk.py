"""A disk of a few hundred kilobytes of its own, to fill and to clear."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

BLOCK = 4096
needs_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="mounting a small disk needs root"
)


class Disk:
    """A small disk mounted at `place`."""

    def __init__(self, place: Path) -> None:
        self.place, self._filler = place, place / "filler"

    def fill(self, leave: int = 0) -> None:
        """Leave room for so many blocks and no more."""
        self.clear()
        with self._filler.open("wb") as file:
            room = shutil.disk_usage(self.place).free
            file.write(b"\0" * max(0, room - leave * BLOCK))

    def clear(self) -> None:
        """There is room again."""
        self._filler.unlink(missing_ok=True)


def small_disk(place: Path, size: str) -> Iterator[Disk]:
    """A fresh one; skips where mounting is not allowed."""
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
