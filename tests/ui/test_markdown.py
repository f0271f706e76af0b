"""Longer reading: headings a screen reader can jump to, and everything else untouched between them."""

from __future__ import annotations

import pytest

from app.ui.widgets.markdown import parts

FENCED = "```\n# no heading\n```"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Only text\n\n- a\n- b", [(0, "Only text\n\n- a\n- b")]),
        ("# One\nText\n## Two ##\n\n### Three", [(1, "One"), (0, "Text"), (2, "Two"), (3, "Three")]),
        ("#hashtag and 5 # 6", [(0, "#hashtag and 5 # 6")]),
        (FENCED, [(0, FENCED)]),
    ],
)
def test_headings_stand_apart_from_what_is_between_them(text: str, found: list[tuple[int, str]]) -> None:
    assert list(parts(text)) == found
