"""What a document becomes where its policy lets changes of two devices meet in it: field by field.

Values keep the letters they came in, so that a number keeps its zeros. No clock is asked, only the clinic's order.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from sync.models import Policy

Fields = dict[str, msgspec.Raw]
_decoder = msgspec.json.Decoder(Fields)
MERGED = (Policy.REGISTER, Policy.MONOTONE)


def met(policy: Policy, before: str | None, now: str, said: str) -> str | None:
    """The body that results when `said` meets what is there `now`; None where that is what was said.

    `before` is what its author had read, None where nobody knows that any more.
    """
    if policy not in MERGED:
        return None
    made = registered(before, now, said) if policy is Policy.REGISTER else grown(now, said)
    return None if _known(made) == _known(said) else made


def registered(before: str | None, now: str, said: str) -> str:
    """Each field is a register of its own: what `said` changed is as it says, all else as it is now.

    Where nobody knows `before`, all that it names counts as changed, and what it does not name stays.
    """
    read, stands, new = _fields(before or "{}"), _fields(now), _fields(said)
    kept = {name: value for name, value in stands.items() if name in new or name not in read}
    changed = {name: value for name, value in new.items() if name not in read or not _same(read[name], value)}
    return _text(kept | changed)


def grown(now: str, said: str) -> str:
    """No field goes back: the greater number or text stays, yes stays yes, and anything else as it first was."""
    stands, new = _fields(now), _fields(said)
    more = {name: value for name, value in new.items() if name not in stands or _rises(stands[name], value)}
    return _text(stands | more)


def _rises(before: msgspec.Raw, after: msgspec.Raw) -> bool:
    was, then = json.loads(bytes(before)), json.loads(bytes(after))
    if was is None:
        return then is not None
    if isinstance(was, bool) or isinstance(then, bool):
        return was is False and then is True
    numbers = isinstance(was, int | float) and isinstance(then, int | float)
    texts = isinstance(was, str) and isinstance(then, str)
    return bool((numbers or texts) and then > was)


def _same(one: msgspec.Raw, other: msgspec.Raw) -> bool:
    return _canonical(json.loads(bytes(one))) == _canonical(json.loads(bytes(other)))


def _known(body: str) -> str:
    return _canonical(json.loads(body))


def _canonical(value: Any) -> str:
    """As text, because in Python 1, 1.0 and True are the same."""
    return json.dumps(value, sort_keys=True)


def _fields(body: str) -> Fields:
    return _decoder.decode(body)


def _text(fields: Fields) -> str:
    return msgspec.json.encode(fields).decode()
