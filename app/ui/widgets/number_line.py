"""A value on a line with its usual range: a picture and a sentence that say the same, without red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import flet as ft

from app.ui.look import BETWEEN, RADIUS
from app.ui.seat import this_look, this_words
from app.ui.widgets.text import body, number, small, words

BAND = 14
MARK = 22


@dataclass(frozen=True)
class Span:
    """Where things stand on the line, as fractions of its width; `broken` when the value is off the scale."""

    low: float
    high: float
    value: float
    broken: bool
    inside: bool


def place(value: float, low: float | None, high: float | None) -> Span:
    """Draw to scale until twice the range on either side, and broken beyond."""
    bottom = low if low is not None else min(0.0, value, high or 0.0)
    top = high if high is not None else max(value, bottom) * 1.25 or 1.0
    width = (top - bottom) or abs(top) or 1.0
    inside = (low is None or value >= low) and (high is None or value <= high)
    reach = max(width, 1e-9)
    left, right = bottom - reach * 0.5, top + reach * 0.5
    if value < left:
        left = max(value - reach * 0.25, bottom - 2 * reach)
    if value > right:
        right = min(value + reach * 0.25, top + 2 * reach)
    broken = not left <= value <= right
    total = right - left

    def at(x: float) -> float:
        return min(max((x - left) / total, 0.0), 1.0)

    spot = 0.03 if broken and value < left else 0.97 if broken else at(value)
    return Span(
        at(bottom) if low is not None else 0.0, at(top) if high is not None else 1.0, spot, broken, inside
    )


def _slices(*weights: float) -> list[int]:
    return [max(round(weight * 1000), 0) for weight in weights]


def _spread(parts: Sequence[tuple[float, ft.Control | None]]) -> ft.Control:
    cells = [ft.Container(part, expand=n) for (w, part) in parts if (n := _slices(w)[0]) > 0]
    return ft.Row(cells, spacing=0)


def _stroke(thick: float, **more: Any) -> ft.Control:
    return ft.Container(height=thick / 3, bgcolor=this_look().palette.line, border_radius=thick, **more)


def _tail(thick: float, broken: bool, first: bool) -> ft.Control:
    if not broken:
        return _stroke(thick)
    long, short = _stroke(thick, expand=5), _stroke(thick, expand=2)
    return ft.Row([short, long] if first else [long, short], spacing=10)


def _bar(span: Span, thick: float) -> ft.Control:
    palette = this_look().palette
    usual = ft.Container(
        height=thick, bgcolor=palette.done_tint, border=ft.Border.all(2, palette.done), border_radius=thick
    )
    below, above = span.broken and span.value < 0.5, span.broken and span.value > 0.5
    return _spread(
        [
            (span.low, _tail(thick, below, True)),
            (span.high - span.low, usual),
            (1 - span.high, _tail(thick, above, False)),
        ]
    )


def _at(span: Span, content: ft.Control, height: float | None = None) -> ft.Control:
    return ft.Container(content, alignment=ft.Alignment(span.value * 2 - 1, 0), height=height)


def _picture(span: Span, said: str) -> ft.Control:
    """The label, and under it the mark on the line: a circle inside the range, a triangle outside."""
    look = this_look()
    size = look.px(MARK)
    mark = words("●" if span.inside else "▲", strong=True)
    mark.style.size, mark.style.height = size * (0.9 if span.inside else 1), 1
    line = ft.Container(_bar(span, look.px(BAND)), height=size * 1.2, alignment=ft.Alignment.CENTER)
    label = _at(span, small(said, strong=True, colour=look.palette.ink))
    return ft.Column([label, ft.Stack([line, _at(span, mark, size * 1.2)])], spacing=2, tight=True)


def _ends(span: Span, low: str, high: str) -> ft.Control:
    middle = max(span.high - span.low, min(0.12 * this_look().scale + 0.1, 1))
    before = min(span.low, 1 - middle)
    inner = ft.Row([small(low), small(high)], alignment=ft.MainAxisAlignment.SPACE_BETWEEN)
    return _spread([(before, None), (middle, inner), (1 - middle - before, None)])


def say_ends(*numbers: float | None) -> list[str]:
    """Numbers with as many decimals as the finest of them: 4.0 and 5.6; "" for what is not there."""
    given = [Decimal(str(n)).normalize() for n in numbers if n is not None]
    places = min(max((-int(n.as_tuple().exponent) for n in given), default=0), 3)
    return ["" if n is None else f"{n:,.{max(places, 0)}f}" for n in numbers]


def NumberLine(
    value: float, low: float | None, high: float | None, unit: str, sentence: str, *, written: str = ""
) -> ft.Control:
    """The value on its usual range, with the sentence under it. Without a range, the value alone.

    `written` is the value as the lab wrote it: "6.0", "<0.5".
    """
    t, look = this_words(), this_look()
    said = t.quantity(written or t.number(value), unit)
    if low is None and high is None:
        return ft.Column([number(said), body(sentence or t("number_line.no_range"))], spacing=4, tight=True)
    span = place(value, low, high)
    first, last, _ = say_ends(low, high, value)
    picture = ft.Column([_picture(span, said), _ends(span, first, last)], spacing=2, tight=True)
    picture.controls += [small(t("number_line.far"))] if span.broken else []
    frame = ft.Container(
        picture,
        padding=ft.Padding.symmetric(vertical=BETWEEN, horizontal=BETWEEN),
        bgcolor=look.palette.surface,
        border=ft.Border.all(1, look.palette.line),
        border_radius=RADIUS,
    )
    name = t("number_line.name", value=said, sentence=sentence)
    seen = ft.Semantics(content=frame, label=name, image=True, exclude_semantics=True, container=True)
    return ft.Column([number(said), seen, body(sentence)], spacing=10, tight=True)
