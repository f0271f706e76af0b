"""Things to fill in: text, yes or no, and small numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui.boundary import boundary
from app.ui.hooks import Typed
from app.ui.look import BETWEEN, INSIDE, RADIUS, TARGET
from app.ui.seat import this_look, this_seat, this_words
from app.ui.widgets.buttons import Press, sides
from app.ui.widgets.text import body, glyph, small, words


def _borders(error: str | None) -> dict[ft.ControlState, ft.InputBorder]:
    palette = this_look().palette

    def line(colour: str, width: float) -> ft.InputBorder:
        return ft.OutlineInputBorder(side=ft.BorderSide(width, colour), border_radius=RADIUS)

    rest = palette.urgent if error else palette.quiet
    return {ft.ControlState.FOCUSED: line(palette.accent, 3), ft.ControlState.DEFAULT: line(rest, 1)}


def _watch(typing: bool) -> Callable[[], None]:
    """While somebody types, the keys 1 to 9 belong to the field."""
    seat = this_seat()

    def tell() -> None:
        seat.typing = typing
        seat.poke()

    return tell


def _reveal(shown: bool, flip: Callable[[], None]) -> ft.Control:
    label = this_words()("actions.hide_typed" if shown else "actions.show_typed")
    icon = ft.Icons.VISIBILITY_OFF_OUTLINED if shown else ft.Icons.VISIBILITY_OUTLINED
    style = ft.ButtonStyle(side=sides(ft.Colors.TRANSPARENT))
    return ft.IconButton(glyph(icon, label=label), on_click=flip, width=TARGET, height=TARGET, style=style)


def _styles() -> dict[str, Any]:
    look = this_look()
    quiet = look.palette.quiet
    floats = look.style("body", colour=quiet)
    floats.size = look.px(14 / 0.75)  # Flutter shows a floating label at three quarters
    return {
        "text_style": look.style("body"),
        "label_style": floats,
        "hint_style": look.style("body", colour=quiet),
        "helper_style": look.style("small", colour=quiet),
        "helper_max_lines": 4,
        "error_style": look.style("small", colour=look.palette.urgent),
        "error_max_lines": 4,
        "filled": True,
        "fill_color": look.palette.surface,
        "content_padding": ft.Padding.symmetric(vertical=14, horizontal=BETWEEN),
        "enable_ime_personalized_learning": False,
    }


def _hear(typed: Typed, on_typed: Callable[[str], Any] | None) -> Callable[[ft.ControlEvent], None]:
    """Keep what is typed, and tell whoever follows it letter by letter, as a search does."""

    def keep(event: ft.ControlEvent) -> None:
        typed.keep(event)
        if on_typed:
            on_typed(typed.text)

    return keep


@ft.component
@boundary
def TextInput(
    label: str,
    typed: Typed,
    hint: str = "",
    error: str | None = None,
    multiline: bool = False,
    password: bool = False,
    on_submit: Press = None,
    on_typed: Callable[[str], Any] | None = None,
    **more: Any,
) -> ft.Control:
    """A text field; `hint` stands under it. What is typed is read from `typed.text` on save, or as it comes."""
    shown, show = ft.use_state(False)
    sent = ft.use_ref(None)
    fresh, sent.current = sent.current != typed.version, typed.version
    more.setdefault("width", this_look().reading)
    more.setdefault("min_lines", 3 if multiline else None)
    field = ft.TextField(
        label=label,
        value=typed.text if fresh else None,
        on_change=_hear(typed, on_typed),
        on_submit=on_submit,
        on_focus=_watch(True),
        on_blur=_watch(False),
        multiline=multiline,
        max_lines=12 if multiline else 1,
        password=password and not shown,
        suffix_icon=_reveal(shown, lambda: show(not shown)) if password else None,
        helper=hint or None,
        error=error,
        border=_borders(error),
        **_styles(),
        **more,
    )
    return ft.Container(
        field
    )  # Flet freezes a component's outermost control, and a frozen field cannot repaint


def Toggle(
    label: str, value: bool, on_change: Callable[[bool], Any], sentence: str = "", *, disabled: bool = False
) -> ft.Control:
    """A switch that acts at once; the sentence says what it does."""
    palette = this_look().palette
    switch = ft.Switch(
        value=value,
        scale=min(this_look().scale, 1.2),
        disabled=disabled,
        on_change=lambda event: on_change(event.control.value),
        active_track_color=palette.accent,
        thumb_color={ft.ControlState.SELECTED: palette.on_accent, ft.ControlState.DEFAULT: palette.quiet},
        inactive_track_color=palette.surface,
        track_outline_color={
            ft.ControlState.FOCUSED: palette.ink,
            ft.ControlState.SELECTED: palette.accent,
            ft.ControlState.DEFAULT: palette.quiet,
        },
    )
    told = ft.Column(
        [body(label), *([small(sentence)] if sentence else [])], spacing=2, expand=True, tight=True
    )
    row = ft.Row([told, switch], spacing=BETWEEN)
    return ft.MergeSemantics(ft.Container(row, padding=ft.Padding.symmetric(vertical=INSIDE)))


def _step(icon: ft.IconData, label: str, press: Press, off: bool) -> ft.Control:
    look = this_look()
    palette = look.palette
    colour = palette.line if off else palette.accent
    side = max(TARGET, look.px(40))
    return ft.IconButton(
        glyph(icon, 26, colour=colour, label=label),
        on_click=press,
        disabled=off,
        width=side,
        height=side,
        style=ft.ButtonStyle(side=sides(palette.quiet), bgcolor=palette.surface),
    )


def Stepper(
    label: str,
    value: int,
    on_change: Callable[[int], Any],
    *,
    low: int = 0,
    high: int = 10,
    step: int = 1,
    unit: str = "",
) -> ft.Control:
    """A small number: less, the number, more."""
    t = this_words()
    less = _step(
        ft.Icons.REMOVE, t("actions.less", what=label), lambda: on_change(value - step), value - step < low
    )
    more = _step(
        ft.Icons.ADD, t("actions.more", what=label), lambda: on_change(value + step), value + step > high
    )
    said = words(t.quantity(value, unit), "card", strong=True, text_align=ft.TextAlign.CENTER)
    told = ft.Semantics(content=said, label=label, live_region=True)
    width = this_look().px(64 if not unit else 110)
    row = ft.Row([less, ft.Container(told, width=width, alignment=ft.Alignment.CENTER), more], spacing=INSIDE)
    return ft.Column([body(label), row], spacing=INSIDE, tight=True)
