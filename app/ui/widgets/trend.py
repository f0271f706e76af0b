"""How a value went over time: a line with its usual range behind, a sentence, and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import flet as ft
import flet_charts as fc

from app.ui.boundary import boundary
from app.ui.look import RADIUS
from app.ui.seat import this_look, this_words
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.number_line import say_ends
from app.ui.widgets.table import TableTwin
from app.ui.widgets.text import body, small

Point = tuple[date, float]
TALL = 180


@dataclass(frozen=True)
class Frame:
    """The corners of the drawing, in days and values."""

    left: float
    right: float
    bottom: float
    top: float

    def x(self, day: date) -> float:
        """Where a day stands, 0 to 1."""
        return (day.toordinal() - self.left) / (self.right - self.left)

    def y(self, value: float) -> float:
        """Where a value stands, 0 to 1."""
        return (value - self.bottom) / (self.top - self.bottom)


def frame_of(points: Sequence[Point], low: float | None, high: float | None) -> Frame:
    """A frame with room for the labels round points and range."""
    values = [value for _, value in points]
    edges = [edge for edge in (low, high) if edge is not None]
    bottom, top = min(values + edges), max(values + edges)
    days = [day.toordinal() for day, _ in points]
    tall, long = (top - bottom) or abs(top) or 1.0, (max(days) - min(days)) or 1
    under = 0.3 if min(values) - bottom < tall * 0.2 else 0.1
    over = 0.3 if top - max(values) < tall * 0.2 else 0.1
    return Frame(min(days) - long * 0.04, max(days) + long * 0.04, bottom - tall * under, top + tall * over)


def labelled(points: Sequence[Point], frame: Frame, gap: float = 0.17) -> list[tuple[int, bool]]:
    """Which points get a label, and whether it stands above: last, first, highest, lowest, unless two would touch."""
    values = [value for _, value in points]
    highest, lowest = values.index(max(values)), values.index(min(values))
    chosen: list[tuple[int, bool]] = []
    for index in (len(points) - 1, 0, highest, lowest):
        day, _ = points[index]
        near = any(abs(frame.x(day) - frame.x(points[other][0])) < gap for other, _ in chosen)
        if not near:
            chosen.append((index, index != lowest or index == highest))
    return chosen


def _line(points: Sequence[Point], colour: str, width: float) -> fc.LineChartData:
    dot = fc.ChartCirclePoint(color=colour, radius=4.5, stroke_width=0)
    return fc.LineChartData(
        points=[fc.LineChartDataPoint(day.toordinal(), value) for day, value in points],
        color=colour,
        stroke_width=width,
        rounded_stroke_cap=True,
        point=dot if len(points) <= 60 else None,
    )


def _edge(frame: Frame, value: float, **more: Any) -> fc.LineChartData:
    ends = [fc.LineChartDataPoint(x, value) for x in (frame.left, frame.right)]
    return fc.LineChartData(points=ends, color=this_look().palette.done, point=False, **more)


def _band(frame: Frame, low: float | None, high: float | None) -> list[fc.LineChartData]:
    """The usual range: filled, with a thin line at each end it has."""
    if low is None and high is None:
        return []
    tint = this_look().palette.done_tint
    fill = {"below_line_bgcolor": tint, "below_line_cutoff_y": frame.bottom if low is None else low}
    top = _edge(frame, frame.top if high is None else high, stroke_width=0 if high is None else 1, **fill)
    return [top, *([_edge(frame, low, stroke_width=1)] if low is not None else [])]


def _chart(points: Sequence[Point], frame: Frame, low: float | None, high: float | None) -> ft.Control:
    look = this_look()
    return fc.LineChart(
        data_series=[*_band(frame, low, high), _line(points, look.palette.accent, 2.5)],
        min_x=frame.left,
        max_x=frame.right,
        min_y=frame.bottom,
        max_y=frame.top,
        interactive=False,
        animation=ft.Animation(duration=look.fade, curve=ft.AnimationCurve.LINEAR),
        expand=True,
    )


def _label(point: Point, frame: Frame, above: bool, tall: float) -> ft.Control:
    look = this_look()
    line = look.size("small") * 1.4
    y = (1 - frame.y(point[1])) * tall
    top = y - line - 8 if above else y + 8
    text = small(this_words().number(point[1]), strong=True, colour=look.palette.ink)
    where = ft.Alignment(frame.x(point[0]) * 2 - 1, 0)
    return ft.Container(text, top=min(max(top, 0), tall - line), left=0, right=0, alignment=where)


def _picture(points: Sequence[Point], low: float | None, high: float | None) -> ft.Control:
    look, t = this_look(), this_words()
    tall, frame = look.px(TALL), frame_of(points, low, high)
    labels = [
        _label(points[i], frame, above, tall) for i, above in labelled(points, frame, 0.15 * look.scale)
    ]
    drawing = ft.Container(_chart(points, frame, low, high), left=0, right=0, top=0, bottom=0)
    first, last = points[0][0], points[-1][0]
    say = t.month if (first.year, first.month) != (last.year, last.month) else t.day
    ends = [ft.Container(small(say(first)), expand=True)]
    ends += (
        [ft.Container(small(say(last), text_align=ft.TextAlign.END), expand=True)] if first != last else []
    )
    parts: list[ft.Control] = [ft.Stack([drawing, *labels], height=tall), ft.Row(list(ends), spacing=12)]
    return ft.Container(
        ft.Column(parts, spacing=8, tight=True),
        padding=16,
        bgcolor=look.palette.surface,
        border=ft.Border.all(1, look.palette.line),
        border_radius=RADIUS,
    )


def say_range(low: float | None, high: float | None, unit: str) -> str:
    """The usual range in words."""
    t = this_words()
    if low is not None and high is not None:
        return t("trend.range", range=t.quantity("–".join(say_ends(low, high)), unit))
    if high is not None:
        return t("trend.range_below", high=t.quantity(high, unit))
    return t("trend.range_above", low=t.quantity(low or 0, unit))


@ft.component
@boundary
def Trend(
    points: Sequence[Point],
    unit: str,
    low: float | None = None,
    high: float | None = None,
    sentence: str = "",
) -> ft.Control:
    """A line over time, oldest point first; its name for a screen reader is the sentence."""
    shown, show = ft.use_state(False)
    t = this_words()
    if not points:
        return body(t("trend.empty"))
    ranged = low is not None or high is not None
    told = [line for line in (sentence, say_range(low, high, unit) if ranged else "") if line]
    picture = ft.Semantics(
        content=_picture(points, low, high),
        label=" ".join([t("trend.name"), *told]),
        image=True,
        exclude_semantics=True,
        container=True,
    )
    parts: list[ft.Control] = [picture]
    parts += [body(sentence)] if sentence else []
    parts += [small(told[-1])] if ranged else []
    parts.append(LinkButton(t("trend.hide" if shown else "trend.show"), lambda: show(not shown)))
    if shown:
        rows = [(t.date(day), t.quantity(value, unit)) for day, value in reversed(points)]
        parts.append(TableTwin((t("trend.when"), t("trend.value")), rows))
    return ft.Column(parts, spacing=8, tight=True)
