"""A keystore in memory that can be locked, emptied or spoilt, as real ones are."""

from __future__ import annotations


class Drawer:
    """Keeps secrets under names."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.broken = False

    def get_password(self, service: str, name: str) -> str | None:
        """The secret, or None."""
        self._answer()
        return self.held.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        """Keep a secret."""
        self._answer()
        self.held[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        """Forget a secret."""
        self._answer()
        del self.held[service, name]

    def _answer(self) -> None:
        if self.broken:
            raise RuntimeError("the daemon is gone")
