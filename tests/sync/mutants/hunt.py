"""Runs the model against a copy of the tree with one mistake in it, and says which invariant caught it, and when.

    python -m tests.sync.mutants.hunt                    every mistake, two at a time
    python -m tests.sync.mutants.hunt lww stale-verdict  only these

What caught it is kept in `scripts/`, shortened, and played again by `test_mutants.py`. At last nothing is planted,
for as many examples as the hardest one took: then nothing may be found.
Exit code 1 when one survives.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sync.mutants.planted import MISTAKES, Mistake

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("app", "sync", "tests")
AT_ONCE = 2
LONGEST = 3600
PROBE = "from tests.sync.mutants.probe import {0}; {0}()"
SCRIPTS = Path(__file__).with_name("scripts")

NOTHING = Mistake("nothing", "nothing", ())


@dataclass(frozen=True)
class Catch:
    """What became of a mistake: `by` is the invariant that broke, empty when it survived."""

    mistake: str
    by: str
    examples: int
    seconds: float
    said: str
    script: list[str] = field(default_factory=list)


def broken(text: str, mistake: Mistake, part: str) -> str:
    """The text with the mistake in it. Raises ValueError where the code to be changed does not stand exactly once."""
    for where, old, new in mistake.changes:
        if where == part:
            if text.count(old) != 1:
                raise ValueError(f"{mistake.name}: {text.count(old)} places in {where} for: {old}")
            text = text.replace(old, new)
    return text


def plant(mistake: Mistake, root: Path) -> None:
    """Copy the tree to `root` and plant the mistake there."""
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__", "*.db", ".hypothesis")
        shutil.copytree(ROOT / part, root / part, ignore=ignored)
    for where in {where for where, _old, _new in mistake.changes}:
        file = root / where
        file.write_text(broken(file.read_text(), mistake, where))


def hunt(mistake: Mistake, first: int | None = None) -> Catch:
    """Run the model against one mistake, in a process of its own; only the `first` scripts, where that is given."""
    wanted = [str(mistake.examples), str(mistake.steps), *([str(first)] if first else [])]
    return Catch(mistake.name, **probed(mistake, "main", wanted))


def replay(mistake: Mistake, scripts: Sequence[Path]) -> dict[str, str]:
    """Play scripts against one mistake: for each which invariant it breaks, if any."""
    found = probed(mistake, "replay", [str(one) for one in scripts])
    return {Path(file).stem: by for file, by in found.items()}


def probed(mistake: Mistake, what: str, wanted: list[str]) -> dict[str, Any]:
    """What a function of the probe prints on a tree with the mistake in it, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        plant(mistake, Path(folder))
        done = subprocess.run(
            [sys.executable, "-c", PROBE.format(what), *wanted], cwd=folder, capture_output=True, text=True,
            timeout=LONGEST, env=os.environ | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{mistake.name}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def keep(catch: Catch) -> None:
    """The script of what was caught, beside the others."""
    if catch.by.startswith("I"):
        SCRIPTS.mkdir(exist_ok=True)
        (SCRIPTS / f"{catch.mistake}.txt").write_text("\n".join(catch.script) + "\n")


def tell(catch: Catch) -> None:
    """One line."""
    line = f"{catch.by or 'SURVIVED':<9} {catch.examples:>6} examples {catch.seconds:>7.1f} s"
    print(f"{catch.mistake:<24} {line}  {catch.said[:60]}", flush=True)


def main() -> int:
    """Print a line for each mistake."""
    wanted = [one for one in MISTAKES if one.name in sys.argv[1:] or not sys.argv[1:]]
    caught: list[Catch] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in as_completed(pool.submit(hunt, one) for one in wanted):
            caught.append(done.result())
            tell(caught[-1])
            keep(caught[-1])
    control = hunt(NOTHING, max(one.examples for one in caught))
    tell(control)
    return 1 if control.by or not all(one.by for one in caught) else 0


if __name__ == "__main__":
    sys.exit(main())
