"""Reads what people type or paste when they join: codes, invitations, passcodes."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from app.core.address import tidy_address

INVITATION = "evenkeel:enrol"
SHORTEST = 6


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


def judge_passcode(first: str, second: str) -> str:
    """What is wrong with a new passcode typed twice: "short", "same", "different", or nothing."""
    if len(first.strip()) < SHORTEST:
        return "short"
    if len(set(first.strip())) < 2:
        return "same"
    return "" if first == second else "different"
