"""In a process of its own: runs the model and prints what broke it, as one line of JSON."""

from __future__ import annotations

import json
import re
import sys
import time

from tests.sync.model.machine import Model
from tests.sync.model.run import run


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
    try:
        run(int(sys.argv[1]), int(sys.argv[2]), machine=Counted, shrink=False)
    except Enough:
        pass
    except Exception as error:
        said = str(error).splitlines()[0] if str(error) else ""
        found = re.match(r"(I\d+):", said)
        by = found[1] if found else f"{type(error).__name__}"
    print(
        json.dumps(
            {"by": by, "examples": Counted.examples, "seconds": time.process_time() - start, "said": said}
        )
    )
