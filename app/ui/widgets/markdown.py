"""Longer reading, in our type, with headings that a screen reader can jump to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import flet as ft

from app.ui.look import BETWEEN
from app.ui.seat import this_look
from app.ui.widgets.text import heading

HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*$")
FENCE = re.compile(r"^ {0,3}(```|~~~)")
MARKS = re.compile(r"\\([\\`*_#<>])|[*_`]")


def Markdown(text: str) -> ft.Control:
    """Markdown text; links open in the system's browser. Its first heading is of level 2: the page has the first."""
    shown = [
        heading(MARKS.sub(r"\1", said), min(max(level, 2), 6), role="card" if level < 3 else "body")
        if level
        else _passage(said)
        for level, said in parts(text)
    ]
    return ft.Column(shown, spacing=BETWEEN - 4, tight=True)


def parts(text: str) -> Iterator[tuple[int, str]]:
    """The text in turn: a heading with its level, or with 0 what stands between two of them."""
    held: list[str] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        found = None if fenced else HEADING.match(line)
        if found is None:
            held.append(line)
            continue
        if passage := "\n".join(held).strip():
            yield 0, passage
        held = []
        yield len(found[1]), found[2]
    if passage := "\n".join(held).strip():
        yield 0, passage


def _passage(text: str) -> ft.Control:
    look = this_look()
    palette = look.palette
    sheet = ft.MarkdownStyleSheet(
        p_text_style=look.style("body", height=1.5),
        strong_text_style=look.style("body", strong=True),
        em_text_style=look.style("body"),
        a_text_style=look.style("body", colour=palette.accent),
        list_bullet_text_style=look.style("body"),
        table_head_text_style=look.style("small", strong=True),
        table_body_text_style=look.style("small"),
        blockquote_text_style=look.style("body", colour=palette.quiet),
        block_spacing=14,
        list_indent=look.px(24),
    )
    return ft.Markdown(
        text,
        selectable=True,
        extension_set=ft.MarkdownExtensionSet.GITHUB_FLAVORED,
        md_style_sheet=sheet,
        auto_follow_links=True,
    )
