"""Longer reading, in our type."""

from __future__ import annotations

import flet as ft

from app.ui.seat import this_look


def Markdown(text: str) -> ft.Control:
    """Markdown text; links open in the system's browser."""
    look = this_look()
    palette = look.palette
    sheet = ft.MarkdownStyleSheet(
        p_text_style=look.style("body", height=1.5),
        strong_text_style=look.style("body", strong=True),
        em_text_style=look.style("body"),
        a_text_style=look.style("body", colour=palette.accent),
        h1_text_style=look.style("card", strong=True),
        h2_text_style=look.style("card", strong=True),
        h3_text_style=look.style("body", strong=True),
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
