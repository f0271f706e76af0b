"""Keys and locks: the only place, with the store, where keys are used. README.md says what it defends against."""

from app.vault.vault import Vault, check

__all__ = ["Vault", "check"]
