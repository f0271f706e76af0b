"""A record written on a desktop opens on a phone that carries SQLite3 Multiple Ciphers, and the other way round."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.store.engines import environments, exchange


def side(engine: str, folder: Path, what: str, name: str = "-") -> dict[str, Any]:
    """Let one engine do its part in a process of its own."""
    part = ["-m", exchange.__name__, str(folder), what, name]
    if engine == "sqlcipher":
        said = subprocess.run(
            [sys.executable, *part], cwd=environments.ROOT, stdout=subprocess.PIPE, check=True
        )
        found: dict[str, Any] = json.loads(said.stdout)
    else:
        found = json.loads(environments.run(engine, *part))
    assert found.pop("engine") == engine
    assert found.pop("integrity") == ["ok"] and found.pop("ciphers") == []
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), [("sqlcipher", "mc"), ("mc", "sqlcipher")])
def test_a_record_travels_between_engines(tmp_path: Path, first: str, second: str) -> None:
    side(first, tmp_path, "make", "one")
    assert (tmp_path / "evenkeel.db-wal").stat().st_size, "the other engine takes in a log it did not write"
    both = side(second, tmp_path, "add", "two")
    assert both["moods"] == ["one", "two"] and both["found"] == ["lesson-one", "lesson-two"]
    assert (both["count"], both["waiting"], both["json"]) == (40, 40, 8)
    assert side(first, tmp_path, "check") == side(second, tmp_path, "check") == both
    assert not (tmp_path / "evenkeel.db-wal").exists()
