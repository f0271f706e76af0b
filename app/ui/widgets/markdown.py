"""Longer reading, in our type, with headings that a screen reader can jump to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import flet as ft

from app.ui.look import BETWEEN, INSIDE
from app.ui.seat import this_look
from app.ui.widgets.text import body, heading

HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*$")
POINT = re.compile(r"^[-*][ \t]+(\S.*)$")
FENCE = re.compile(r"^ {0,3}(```|~~~)")
MARKS = re.compile(r"\\([\\`*_#<>])|[*_`]")
LINK = "]("
PASSAGE, BULLET = 0, -1


OnLink = Callable[[str], None]


def Markdown(text: str, on_link: OnLink | None = None) -> ft.Control:
    """Markdown text. Its first heading is of level 2: the page has the first.

    Links open in the system's browser, unless `on_link` is to be asked first.
    """
    shown = [_drawn(kind, said, on_link) for kind, said in parts(text)]
    return ft.Column(shown, spacing=BETWEEN - 6, tight=True)


def parts(text: str) -> Iterator[tuple[int, str]]:
    """The text in turn: a heading with its level, a point of one line as BULLET, all between them as PASSAGE."""
    held: list[str] = []
    fenced = False
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        fenced ^= bool(FENCE.match(line))
        kind, said = (PASSAGE, line) if fenced else _kind(line, following)
        if kind == PASSAGE:
            held.append(line)
            continue
        if passage := "\n".join(held).strip():
            yield PASSAGE, passage
        held = []
        yield kind, said
    if passage := "\n".join(held).strip():
        yield PASSAGE, passage


def _kind(line: str, following: str) -> tuple[int, str]:
    """What a line is by itself. A point that goes on in the next line belongs to a passage."""
    if (found := HEADING.match(line)) and LINK not in found[2]:
        return len(found[1]), found[2]
    alone = not following.strip() or HEADING.match(following) or POINT.match(following)
    if alone and (found := POINT.match(line)):
        return BULLET, found[1]
    return PASSAGE, line


def _drawn(kind: int, said: str, on_link: OnLink | None) -> ft.Control:
    if kind == PASSAGE:
        return _passage(said, on_link)
    if kind == BULLET:
        return _point(said, on_link)
    told = heading(MARKS.sub(r"\1", said), min(max(kind, 2), 6), role="card" if kind < 3 else "body")
    return ft.Container(told, padding=ft.Padding.only(top=INSIDE))


def _point(said: str, on_link: OnLink | None) -> ft.Control:
    """A point of a list: a screen reader hears its words without the dot."""
    dot = ft.Semantics(content=body("•"), exclude_semantics=True)
    held = ft.Container(_passage(said, on_link), expand=True)
    return ft.Row([dot, held], spacing=INSIDE, vertical_alignment=ft.CrossAxisAlignment.START)


def _passage(text: str, on_link: OnLink | None) -> ft.Control:
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
    # a dollar would begin a formula; in code it must stay as it is
    told = text if "`" in text else text.replace("$", "&#36;")
    return ft.Markdown(
        told,
        selectable=True,
        extension_set=ft.MarkdownExtensionSet.GITHUB_FLAVORED,
        md_style_sheet=sheet,
        auto_follow_links=on_link is None,
        on_tap_link=(lambda event: on_link(event.data)) if on_link else None,
    )
