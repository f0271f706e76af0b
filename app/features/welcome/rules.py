"""Reads what people type or paste when they join: codes, invitations, passcodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from app.core.address import tidy_address
from app.core.errors import (
    AppError,
    MigrationFailed,
    NotThere,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNewer,
    VaultDamaged,
)

INVITATION = "evenkeel:enrol"
SHORTEST = 6
TABLES = frozenset({"docs", "base", "outbox", "sent", "blobs", "state", "scopes"})
TROUBLES: dict[type[AppError], tuple[str, tuple[str, ...]]] = {
    StoreDamaged: ("store_damaged", ("look", "save", "old", "restore", "support", "again")),
    NotThere: ("store_damaged", ("restore", "old", "support", "again")),
    VaultDamaged: ("vault_damaged", ("restore", "support", "again")),
    MigrationFailed: ("migration_failed", ("old", "look", "save", "restore", "support")),
    StoreNewer: ("store_newer", ("old", "restore", "support")),
    StoreFull: ("store_full", ("support",)),
    StoreBusy: ("store_busy", ("support",)),
    StoreError: ("store", ("look", "save", "old", "restore", "support")),
}


@dataclass(frozen=True)
class Trouble:
    """Why a record does not open though the passcode may be right, and the ways out of it."""

    name: str
    ways: tuple[str, ...]


def trouble_of(error: Exception | None) -> Trouble | None:
    """The trouble behind an error; None for one that a field can say, as a wrong passcode."""
    found = TROUBLES.get(type(error)) if isinstance(error, AppError) else None
    return Trouble(*found) if found else None


@dataclass(frozen=True)
class Invitation:
    """What the clinic gave: its address, where it was said, and the code."""

    server: str = ""
    code: str = ""


def read_invitation(typed: str) -> Invitation:
    """An invitation from its text (`evenkeel:enrol?server=…&code=…`), or the code alone."""
    said = typed.strip()
    if not said.lower().startswith(INVITATION):
        return Invitation(code=tidy_code(said))
    asked = parse_qs(said.partition("?")[2].partition("#")[0])
    server = next(iter(asked.get("server", [])), "")
    return Invitation(tidy_address(server), tidy_code(next(iter(asked.get("code", [])), "")))


def tidy_code(typed: str) -> str:
    """A code in capitals, without the spaces that pasting adds."""
    return "".join(typed.upper().split())


def count_by_name(kinds: Mapping[str, int], known: Callable[[str], bool]) -> dict[str, int]:
    """How many of each kind that has a name; the others together as "other". Kinds with nothing are left out."""
    found: dict[str, int] = {}
    for kind, count in kinds.items():
        name = kind if known(kind) else "other"
        found[name] = found.get(name, 0) + count
    return {name: count for name, count in found.items() if count}


def name_owner(owner: str) -> str:
    """What a bad page held, as a name that has words: a table, an index, the search index, or nothing known."""
    if owner in TABLES:
        return owner
    if owner == "parts":
        return "blobs"
    if owner.startswith("sqlite_") and not owner.startswith("sqlite_auto"):
        return "schema"
    return "unknown" if owner == "unknown" else "search" if owner.startswith("search") else "index"


def find_missing(named: bool, there: bool, phrase: str, first: str, second: str) -> tuple[str, str]:
    """The field of a restore that will not do, and what it says; two empty words when all will."""
    if not there:
        return "file", "restore.absent" if named else "restore.missing"
    if not phrase.strip():
        return "phrase", "restore.phrase_missing"
    if wrong := judge_passcode(first, second):
        return "again" if wrong == "different" else "new", f"welcome.passcode_{wrong}"
    return "", ""


def judge_passcode(first: str, second: str) -> str:
    """What is wrong with a new passcode typed twice: "short", "same", "different", or nothing."""
    if len(first.strip()) < SHORTEST:
        return "short"
    if len(set(first.strip())) < 2:
        return "same"
    return "" if first == second else "different"
