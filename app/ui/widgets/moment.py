"""When something was: now, until somebody says that it was earlier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import flet as ft

from app.ui.boundary import boundary
from app.ui.seat import this_look, this_seat, this_words
from app.ui.widgets.buttons import LinkButton, QuietButton
from app.ui.widgets.text import body

LONG_AGO = timedelta(days=365 * 5)
LARGE = 1.5
NOON = timedelta(hours=12)


def day_in(picked: date, zone: tzinfo) -> date:
    """The day somebody picked. A calendar sends the midnight that began it on the clock of its window."""
    if not isinstance(picked, datetime):
        return picked
    return ((picked + NOON).astimezone(zone) if picked.tzinfo else picked).date()


def at_clock(day: date, clock: time, zone: tzinfo) -> datetime:
    """A moment on the patient's own clock, as it is kept."""
    return datetime.combine(day, clock.replace(tzinfo=None), tzinfo=zone).astimezone(UTC)


@ft.component
@boundary
def MomentField(moment: datetime | None, on_change: Callable[[datetime | None], Any]) -> ft.Control:
    """None is now. "It was earlier" opens a day and a time, each a button that leads to a picker."""
    app, t = this_seat().app, this_words()
    if moment is None:
        earlier = LinkButton(t("moment.earlier"), lambda: on_change(app.now()), ft.Icons.HISTORY)
        return ft.Row([body(t("moment.now")), earlier], wrap=True, spacing=12, run_spacing=4)
    local = t.local(moment)

    def pick_day(picked: date) -> None:
        on_change(at_clock(day_in(picked, app.zone), local.time(), app.zone))

    def pick_time(picked: time) -> None:
        on_change(at_clock(local.date(), picked, app.zone))

    buttons = [
        QuietButton(
            t("moment.day", day=t.day(moment)), lambda: ask_day(local, pick_day), ft.Icons.CALENDAR_MONTH
        ),
        QuietButton(
            t("moment.time", time=t.time(moment)), lambda: ask_time(local, pick_time), ft.Icons.SCHEDULE
        ),
        LinkButton(t("moment.back"), lambda: on_change(None), ft.Icons.UNDO),
    ]
    return ft.Row(list(buttons), wrap=True, spacing=12, run_spacing=8)


def ask_day(local: datetime, picked: Callable[[date], Any]) -> None:
    """A calendar, up to today."""
    t = this_words()
    today = t.local(this_seat().app.now()).replace(hour=12, minute=0)
    show(
        ft.DatePicker(
            value=min(local.replace(hour=12), today),
            current_date=today,
            first_date=today - LONG_AGO,
            last_date=today,
            help_text=t("moment.pick_day"),
            locale=ft.Locale(t.language),
            cancel_text=t("actions.cancel"),
            confirm_text=t("moment.choose"),
            on_change=lambda event: picked(event.control.value),
        )
    )


def ask_time(local: datetime, picked: Callable[[time], Any]) -> None:
    """A clock; in large text, where the numbers of its dial would touch, two fields."""
    t, large = this_words(), this_look().scale >= LARGE
    show(
        ft.TimePicker(
            value=local.time().replace(second=0, microsecond=0),
            help_text=t("moment.pick_time"),
            entry_mode=ft.TimePickerEntryMode.INPUT_ONLY if large else ft.TimePickerEntryMode.DIAL,
            hour_format=ft.TimePickerHourFormat.H24,
            locale=ft.Locale(t.language),
            cancel_text=t("actions.cancel"),
            confirm_text=t("moment.choose"),
            on_change=lambda event: picked(event.control.value),
        )
    )


def show(picker: ft.DatePicker | ft.TimePicker) -> None:
    """Show it until it is answered; locking the record takes it away."""
    seat = this_seat()

    def close() -> None:
        forget()
        picker.open = False
        picker.update()

    def forget(*_: Any) -> None:
        if close in seat.asked:
            seat.asked.remove(close)

    picker.on_dismiss = forget
    seat.asked.append(close)
    ft.context.page.show_dialog(picker)
