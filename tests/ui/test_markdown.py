"""Longer reading: headings a screen reader can jump to, and everything else untouched between them."""

from __future__ import annotations

import pytest

from app.ui.widgets.markdown import BULLET, parts

FENCED = "```\n# no heading\n```"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (
            "Some text:\n- **a**\n* b\n\nMore",
            [(0, "Some text:"), (BULLET, "**a**"), (BULLET, "b"), (0, "More")],
        ),
        ("- a\n  - b\n- c\n", [(0, "- a\n  - b"), (BULLET, "c")]),
        ("- a\nthat goes on", [(0, "- a\nthat goes on")]),
        ("1. a\n2. b", [(0, "1. a\n2. b")]),
        ("# One\nText\n## Two ##\n\n### Three", [(1, "One"), (0, "Text"), (2, "Two"), (3, "Three")]),
        ("#hashtag and 5 # 6", [(0, "#hashtag and 5 # 6")]),
        (FENCED, [(0, FENCED)]),
        ("## [Read](https://clinic.test)", [(0, "## [Read](https://clinic.test)")]),
    ],
)
def test_headings_and_points_stand_apart_from_what_is_between_them(
    text: str, found: list[tuple[int, str]]
) -> None:
    assert list(parts(text)) == found
