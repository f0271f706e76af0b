"""Every piece, for eyes and for tests; `?theme=dark&scale=2&contrast=1&lang=es` sets theme, size and language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import flet as ft

from app.ui import widgets as w
from app.ui.feature import Door, Feature
from app.ui.hooks import boundary, use_action, use_app, use_typed
from app.ui.sample import SampleApp
from app.ui.seat import this_words
from app.ui.shell import open_window
from app.ui.widgets.chip import STATES

A1C = [(date(2025, 9, 2), 8.1), (date(2025, 12, 9), 8.4), (date(2026, 3, 3), 7.6), (date(2026, 6, 2), 7.2)]
RESULT = ft.Icons.SCIENCE_OUTLINED
READING = """## Reading

Take it **with food**.

- one
- two → three ✓

مرحبا · שלום · नमस्ते"""


def nothing() -> None:
    """What the gallery's buttons do."""


@ft.component
@boundary
def Switches() -> ft.Control:
    """The gallery's own settings."""
    app = use_app()
    now = app.settings

    def change(**what: Any) -> Callable[..., None]:
        return lambda *_: app.change_settings(**what)

    return w.Section(
        "Settings",
        w.Choice(
            "Text size",
            [(str(n), f"{n:.0%}", None) for n in (1.0, 1.5, 2.0)],
            str(now.text_scale),
            lambda v: app.change_settings(text_scale=float(v)),
        ),
        w.Toggle(
            "Dark", now.theme == "dark", lambda on: app.change_settings(theme="dark" if on else "light")
        ),
        w.Toggle(
            "High contrast", now.contrast, lambda on: app.change_settings(contrast=on), "Stronger lines."
        ),
        w.QuietButton("Español", change(language="es")),
        w.QuietButton("English", change(language="en")),
    )


@ft.component
@boundary
def Buttons() -> ft.Control:
    """Buttons, asking, failing."""
    broken = use_action(lambda: 1 / 0)

    def confirm() -> None:
        w.ask(
            "Cancel this visit?",
            "Your clinic gives the time to someone else.",
            "Cancel the visit",
            "Keep it",
            print,
        )

    row = ft.Row(
        [
            w.PrimaryButton("Send to clinic", confirm, ft.Icons.SEND_OUTLINED),
            w.QuietButton("Not now", confirm),
        ],
        wrap=True,
    )
    return w.Section(
        "Buttons",
        row,
        w.PrimaryButton("Send to clinic", None, disabled=True),
        w.QuietButton("Try what fails", broken.run),
        *([broken.notice] if broken.notice else []),
    )


@ft.component
@boundary
def Inputs() -> ft.Control:
    """Everything to fill in."""
    name, note, code = use_typed("Rosa"), use_typed(), use_typed()
    count, set_count = ft.use_state(3)
    when, set_when = ft.use_state("am")
    mood, set_mood = ft.use_state(None)
    options = [("am", "In the morning", ft.Icons.WB_SUNNY_OUTLINED), ("pm", "In the evening", None)]
    return w.Section(
        "Filling in",
        w.MoodFaces(mood, set_mood),
        w.Choice("When do you take it?", options, when, set_when),
        w.TextInput("Name", name, hint="As on your card"),
        w.TextInput("Note", note, multiline=True),
        w.TextInput("Passcode", code, password=True, error="Please choose at least 6 digits or letters."),
        w.Stepper("Glasses of water", count, set_count, high=12),
        w.Toggle("Remind me", True, lambda on: None, "At 9:00 every day, on this device."),
    )


def Cards() -> ft.Control:
    """Cards and state words."""
    press, later = w.PrimaryButton("Taken", nothing), w.QuietButton("Not now", nothing)
    visit = "Dr Lee. Check-in opens tomorrow."
    return w.Section(
        "Cards",
        w.Card(ft.Icons.MEDICATION_OUTLINED, "9:00 Metformin", "One tablet with food", press, later),
        w.Card(ft.Icons.EVENT_OUTLINED, "Visit Thu 11:40", visit, on_click=nothing, state="held"),
        ft.Row([w.StateChip(state) for state in STATES], wrap=True, spacing=8, run_spacing=8),
    )


def Notices() -> ft.Control:
    """What is said when something matters."""
    t = this_words()
    return w.Section(
        "Notices",
        w.Notice("info", t("failures.offline")),
        w.Notice(
            "attention", t("failures.bad_code"), w.QuietButton(t("actions.try_again"), nothing), "BadCode"
        ),
        w.Notice("urgent", t("failures.store_full")),
        w.Notice("done", "Your clinic has it. Opened by your care team 14:20."),
        w.ProgressLine("Getting your record, 120 of 400", 0.3, on_cancel=nothing),
        w.Empty(ft.Icons.INBOX_OUTLINED, "Your messages will be here. Write the first one now."),
    )


def Numbers() -> ft.Control:
    """A value and its history."""
    return w.Section(
        "Numbers",
        w.heading("Haemoglobin A1c", 3),
        w.NumberLine(7.2, 4.0, 5.6, "%", "A little above the usual range (4.0–5.6)."),
        w.heading("Potassium", 3),
        w.NumberLine(4.1, 3.5, 5.1, "mmol/L", "Inside the usual range (3.5–5.1)."),
        w.heading("CRP", 3),
        w.NumberLine(96, None, 5, "mg/L", "Far above the usual range (up to 5)."),
        w.heading("Vitamin B12", 3),
        w.NumberLine(412, None, None, "pg/mL", ""),
        w.heading("Over time", 3),
        w.Trend(A1C, "%", 4.0, 5.6, "Going down since December: 8.4 → 7.2."),
    )


def Lists() -> ft.Control:
    """Rows under headings in words."""
    today = this_words().today()
    days = [today - timedelta(days=n * 3) for n in range(60)]

    def row(day: date) -> ft.Control:
        t = this_words()
        return w.ListRow(RESULT, "Haemoglobin A1c", t.date(day), t.quantity(7.2, "%"), nothing)

    return w.Section("A list", w.DatedList(days, lambda day: day, row), w.Markdown(READING))


@ft.component
@boundary
def GalleryScreen() -> ft.Control:
    """All pieces on one page."""
    t = this_words()
    parts = [Switches(), Buttons(), Cards(), Notices(), Numbers(), Inputs(), Lists()]
    return w.Page(t("gallery.title"), w.body(t("gallery.text")), *parts)


@ft.component
@boundary
def PanesScreen() -> ft.Control:
    """A list beside its detail."""
    rows = [
        w.ListRow(RESULT, f"Result {n}", "Tue 2 June 2026", on_click=nothing, selected=n == 2)
        for n in range(1, 30)
    ]
    return w.Page(this_words()("nav.health"), w.TwoPane(w.Rows(rows), Numbers()), wide=True)


def features() -> tuple[Feature, ...]:
    """The gallery as an app of a few sections."""
    icons = {
        "today": ft.Icons.TODAY_OUTLINED,
        "health": ft.Icons.MONITOR_HEART_OUTLINED,
        "mood": ft.Icons.MOOD_OUTLINED,
        "learn": ft.Icons.MENU_BOOK_OUTLINED,
        "waiting": ft.Icons.SCHEDULE_OUTLINED,
        "me": ft.Icons.PERSON_OUTLINED,
    }
    screens = {"health": PanesScreen}
    return tuple(Feature(n, icon, ((n, screens.get(n, GalleryScreen)),)) for n, icon in icons.items())


def gallery_main(page: ft.Page) -> None:
    """One gallery window."""
    asked = dict(part.partition("=")[::2] for part in page.route.partition("?")[2].split("&"))
    app = SampleApp(
        theme=asked.get("theme", "light"),
        text_scale=float(asked.get("scale") or 1),
        contrast=asked.get("contrast") == "1",
        language=asked.get("lang", "en"),
    )
    open_window(app, features(), Door(GalleryScreen, GalleryScreen))(page)
