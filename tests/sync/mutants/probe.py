"""In a process of its own: runs the model and prints what broke it, as one line of JSON."""

from __future__ import annotations

import json
import re
import sys
import time

from tests.sync.model.machine import Model
from tests.sync.model.run import run


class Counted(Model):
    """The model, counting the scripts it was given."""

    examples = 0

    def __init__(self) -> None:
        type(self).examples += 1
        super().__init__()


def main() -> None:
    """Examples and steps are the arguments."""
    start, by, said = time.process_time(), "", ""
    try:
        run(int(sys.argv[1]), int(sys.argv[2]), machine=Counted, shrink=False)
    except Exception as error:
        said = str(error).splitlines()[0] if str(error) else ""
        found = re.match(r"(I\d+):", said)
        by = found[1] if found else f"{type(error).__name__}"
    print(
        json.dumps(
            {"by": by, "examples": Counted.examples, "seconds": time.process_time() - start, "said": said}
        )
    )
