"""Reads what people type or paste when they join: addresses, codes, invitations, passcodes."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

INVITATION = "evenkeel:enrol"
SHORTEST = 6
NEAR = ("localhost", "127.0.0.1", "[::1]")


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


def tidy_address(typed: str) -> str:
    """An address with its scheme and without a slash at the end: "clinic.org" is "https://clinic.org"."""
    said = typed.strip().rstrip("/")
    if not said or "://" in said:
        return said
    host = said.partition("/")[0].rpartition("@")[2]
    near = host.startswith(NEAR)
    return f"{'http' if near else 'https'}://{said}"


def is_address(server: str) -> bool:
    """Could this be a clinic's address? Plain http only on this very computer."""
    try:
        parts = urlsplit(server)
        host = parts.hostname or ""
    except ValueError:
        return False
    near = host in ("localhost", "127.0.0.1", "::1")
    return bool(host) and " " not in server and (parts.scheme == "https" or (parts.scheme == "http" and near))


def judge_passcode(first: str, second: str) -> str:
    """What is wrong with a new passcode typed twice: "short", "same", "different", or nothing."""
    if len(first.strip()) < SHORTEST:
        return "short"
    if len(set(first.strip())) < 2:
        return "same"
    return "" if first == second else "different"
