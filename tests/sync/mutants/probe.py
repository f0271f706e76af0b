"""In a process of its own: runs the model and prints what broke it, as one line of JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from tests.sync.model.machine import Model
from tests.sync.model.nouns import known_to_the_clinic
from tests.sync.model.run import run
from tests.sync.mutants.script import broken_by, number_of, shortened, told_by


class Enough(Exception):
    """As many scripts as were wanted."""


class Counted(Model):
    """The model, counting the scripts it was given. It has enough after `wanted`: the number that a run is planned for
    decides which scripts come, so who wants the first of them plans for as many all the same."""

    examples, wanted = 0, sys.maxsize

    def __init__(self) -> None:
        type(self).examples += 1
        if self.examples > self.wanted:
            raise Enough()
        super().__init__()


def main() -> None:
    """Examples, steps and, where not all of them are wanted, how many are the arguments."""
    Counted.wanted = int(sys.argv[3]) if len(sys.argv) > 3 else sys.maxsize
    start, by, said = time.process_time(), "", ""
    told: list[str] = []
    try:
        run(int(sys.argv[1]), int(sys.argv[2]), machine=Counted, shrink=False)
    except Exception as error:
        if Counted.examples > Counted.wanted:
            return tell("", Counted.wanted, start, "", [])
        said = str(error).splitlines()[0] if str(error) else ""
        by, told = number_of(error) or type(error).__name__, told_by(error)
    with known_to_the_clinic():
        tell(by, Counted.examples, start, said, shortened(told, by))


def tell(by: str, examples: int, start: float, said: str, script: list[str]) -> None:
    """One line of JSON."""
    found = {"by": by, "examples": examples, "said": said, "script": script}
    print(json.dumps(found | {"seconds": time.process_time() - start}))


def replay() -> None:
    """Play the scripts that are named, and say what each of them breaks."""
    with known_to_the_clinic():
        print(json.dumps({file: broken_by(Path(file).read_text().splitlines()) for file in sys.argv[1:]}))
