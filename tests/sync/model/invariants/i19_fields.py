"""I19: where changes of two devices meet in one document, each keeps its fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from tests.sync.model.desk import Version
from tests.sync.model.nouns import Progress, Setting
from tests.sync.model.truth import Written
from tests.sync.model.world import World

Fields = dict[str, Any]


def each_field_by_itself(world: World) -> None:
    """A register's field changes only by somebody who changed it, and a field that only grows never goes back.

    One who does not know what the clinic had, because a backup was put back meanwhile, means all fields; and a device
    may replace what it said itself.
    """
    book, last, said_by = world.book(), {}, {}
    known = {one.rev for one in book.versions} | {one.mid for one in book.versions} | {None}
    for author, one in outcomes(world, book.versions):
        key = one.scope, one.id
        before, last[key] = last.get(key), None if one.deleted else json.loads(one.body)
        if author and not before and not one.deleted:
            said_by.update(dict.fromkeys(((key, name) for name in last[key]), author.device))
        if author and before and not one.deleted:
            if author.kind == Setting.kind:
                changed = {name for name in {*before, *last[key]} if before.get(name) != last[key].get(name)}
                meant = intended(author) | {
                    name for name in changed if said_by.get((key, name)) == author.device
                }
                assert changed <= meant or not known.issuperset(author.base), (
                    f"I19: change {author.number} took {sorted(changed - meant)} of {one.id} from somebody else"
                )
                said_by.update(dict.fromkeys(((key, name) for name in changed), author.device))
            elif author.kind == Progress.kind:
                back = [name for name in ("text", "done") if last[key][name] < before[name]]
                assert not back, f"I19: change {author.number} set {back} of {one.id} back"


def outcomes(world: World, versions: Sequence[Version]) -> Iterator[tuple[Written | None, Version]]:
    """Each change with what it led to: what was said, or what the clinic made of it and of what stood there."""
    for one, after in zip_longest(versions, versions[1:]):
        author = world.truth.written.get(one.mid or "")
        is_met = after and after.mid is None and (after.scope, after.id) == (one.scope, one.id)
        if author and is_met and after.seq == one.seq + 1 and not after.deleted:
            yield author, after
        elif author or one.mid is None:
            yield author, one


def intended(author: Written) -> set[str]:
    """The fields in which a change differs from what its author had read."""
    upon, said = json.loads(author.upon), json.loads(author.body)
    return {name for name in {*upon, *said} if upon.get(name) != said.get(name)}
