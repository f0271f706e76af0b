"""A story of the model as lines of text: what Hypothesis found once is kept, shortened, and played again."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Sequence
from typing import Any

from sync.models import Doc
from tests.sync.model.machine import Model

END = "teardown()"


def told_by(error: BaseException) -> list[str]:
    """The steps that led to it, as Hypothesis tells them, without the checks between them."""
    told = [line for note in getattr(error, "__notes__", ()) for line in note.splitlines()]
    steps = [line.removeprefix("state.") for line in told if line.startswith("state.")]
    return [step for step in steps if step not in (END, "everything_holds()")]


def play(steps: Sequence[str], machine: type[Model] = Model) -> None:
    """Do them one after the other on a new model, and check it after each and at its end. Raises what breaks.

    Not while an exception is handled: then the model takes its end for that of a story which failed.
    """
    random.seed(0)
    model = machine()
    for step in steps:
        name, given = read(step)
        getattr(model, name)(**given)
        model.everything_holds()
    model.teardown()


def read(step: str) -> tuple[str, dict[str, Any]]:
    """The name of a rule and its arguments; nouns go by their names."""
    call = ast.parse(step, mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    return call.func.id, {one.arg: _value(one.value) for one in call.keywords if one.arg}


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.List | ast.Tuple):
        items = [_value(item) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items)
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        return next(noun for noun in _nouns(Doc) if noun.__name__ == name)
    return ast.literal_eval(node)


def _nouns(noun: type[Doc]) -> list[type[Doc]]:
    return [one for below in noun.__subclasses__() for one in (below, *_nouns(below))]


def broken_by(steps: Sequence[str]) -> str:
    """Which invariant these steps break: "I7", or empty."""
    try:
        play(steps)
    except Exception as error:
        return number_of(error)
    return ""


def number_of(error: BaseException) -> str:
    """Which invariant speaks here."""
    found = re.match(r"(I\d+):", str(error))
    return found[1] if found else ""


def shortened(steps: Sequence[str], by: str) -> list[str]:
    """As few of them as still break the same; as they are where they do not do so by themselves."""
    kept = list(steps)
    if broken_by(kept) != by:
        return kept
    size = len(kept) // 2
    while size:
        place = 1
        while place < len(kept):
            fewer = kept[:place] + kept[place + size :]
            if broken_by(fewer) == by:
                kept = fewer
            else:
                place += size
        size //= 2
    return kept
