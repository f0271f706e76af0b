"""The cards in what somebody brings: a `.smart-health-card` file, the bare text of a card, or the text of its codes."""

from __future__ import annotations

import json
import re
from typing import Any

from sync.cards.numeric import SCHEME, join
from sync.cards.refused import Refused
from sync.models.card import MAX_JWS

MAX_BYTES = 1 << 20
MOST = 50
JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
LINK = re.compile(r"(?:https?://\S{0,2000}#)?shlink:/", re.IGNORECASE)

Found = str | Refused
"""The text of a card (a compact JWS, not opened yet), or why it is none."""


def cards_in(brought: bytes | str) -> list[Found]:
    """Every card in a file or in pasted text, each by itself. White space round it is nobody's fault."""
    if len(brought) > MAX_BYTES:
        return [Refused("too_long")]
    try:
        text = brought if isinstance(brought, str) else brought.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [Refused("text")]
    text = text.strip()
    if not text:
        return [Refused("empty")]
    if LINK.match(text):
        return [Refused("link")]
    if text.startswith("{"):
        return _in_file(text)
    return [_in_words(text)]


def _in_file(text: str) -> list[Found]:
    try:
        fields: Any = json.loads(text)
    except (ValueError, RecursionError):
        return [Refused("json")]
    listed = fields.get("verifiableCredential") if isinstance(fields, dict) else None
    if not isinstance(listed, list) or not listed:
        return [Refused("file")]
    if len(listed) > MOST:
        return [Refused("too_long")]
    return [_bare(one.strip()) if isinstance(one, str) else Refused("file") for one in listed]


def _in_words(text: str) -> Found:
    words = text.split()
    if words[0].lower().startswith("shc:"):
        joined = join([_plain(word) for word in words])
        return joined if isinstance(joined, Refused) else _bare(joined)
    return _bare("".join(words))


def _plain(word: str) -> str:
    """A scanner may write the scheme in capitals."""
    return SCHEME + word[len(SCHEME) :] if word.lower().startswith(SCHEME) else word


def _bare(text: str) -> Found:
    if len(text) > MAX_JWS:
        return Refused("too_long")
    return text if JWS.fullmatch(text) else Refused("text")
