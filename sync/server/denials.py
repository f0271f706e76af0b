"""How the gate says no: a status and a code word, never what was sent."""

from __future__ import annotations


class Deny(Exception):
    """The request is refused: `error` is the code word the device acts on; a lost device also gets its wipe order."""

    def __init__(self, status: int, error: str, order: str | None = None) -> None:
        super().__init__(error)
        self.status, self.error, self.order = status, error, order
