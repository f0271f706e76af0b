"""What a device was promised, on the disk before it goes on: each write that returned, each verdict it heard.

The device's process appends to it and is killed at any moment; the test reads it. A promise without its line was
never made, as far as anybody can say.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync.protocol.wire import Reply, Verdict


class Diary:
    """One device's file of promises."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, **said: Any) -> None:
        """Add one line; it is on the disk when this returns."""
        os.write(self._file, json.dumps(said).encode() + b"\n")
        os.fsync(self._file)

    def wrote(self, mid: str, id: str, op: str, body: str) -> None:
        """The store has said yes to a write."""
        self.note(mid=mid, id=id, op=op, body=body)

    def heard(self, reply: Reply) -> None:
        """The clinic has given verdicts."""
        for verdict in reply.verdicts:
            self.note(verdict=verdict.model_dump(exclude_none=True))


@dataclass
class Promises:
    """Everything one device was promised so far, by mutation."""

    written: dict[str, dict[str, str]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)


def read(path: Path) -> Promises:
    """The promises in a diary; what is behind the last newline was never noted."""
    found = Promises()
    for line in path.read_text().split("\n")[:-1] if path.exists() else ():
        said = json.loads(line)
        if "verdict" in said:
            found.verdicts.append(Verdict(**said["verdict"]))
        else:
            found.written[said["mid"]] = said
    return found
