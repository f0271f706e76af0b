"""What needs APSW, or APSW with ciphers, is left out where it is not installed."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


def left_out() -> list[str]:
    """The files that cannot run here."""
    if not importlib.util.find_spec("apsw"):
        return ["test_face.py", "test_pages.py", "test_moving.py"]
    import apsw

    return [] if hasattr(apsw, "mc_version") else ["test_moving.py"]


collect_ignore = left_out()


@pytest.fixture
def swift() -> Iterator[Path]:
    """A folder in memory where there is one: files are opened by the thousand, and nobody cuts the power."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)
