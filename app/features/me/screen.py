"""Me: person, looks, connection, devices, lock."""

from __future__ import annotations

import flet as ft

from app.features.me.commands import lock_now, set_up
from app.features.me.people import PeoplePart
from app.features.me.queries import find_clinic
from app.ui.bars import section_name
from app.ui.hooks import boundary, use_app, use_home, use_query, use_words
from app.ui.routes import go, in_order
from app.ui.seat import this_seat
from app.ui.widgets import (
    Choice,
    Empty,
    Frame,
    ListRow,
    Page,
    QuietButton,
    Rows,
    Section,
    Toggle,
    body,
    small,
)

LANGUAGES = (("en", "English"), ("es", "Español"))
THEMES = ("light", "dark", "system")
SIZES = (100, 125, 150, 175, 200)


@ft.component
@boundary
def MeScreen() -> ft.Control:
    """Everything about this person and this device."""
    app, t = use_app(), use_words()
    about = ListRow(ft.Icons.INFO_OUTLINED, t("me.about"), on_click=lambda: go("me/about"))
    keys = ListRow(ft.Icons.KEY_OUTLINED, t("keys.title"), t("keys.row"), on_click=lambda: go("me/keys"))
    row = t("backup.row")
    copy = ListRow(ft.Icons.SAVE_ALT, t("backup.title"), row, on_click=lambda: go("me/backup"))
    row = t("take.row")
    along = ListRow(ft.Icons.LUGGAGE_OUTLINED, t("take.title"), row, on_click=lambda: go("take"))
    row = t("devices.row")
    devices = ListRow(ft.Icons.DEVICES_OUTLINED, t("devices.title"), row, on_click=lambda: go("me/devices"))
    lock = QuietButton(t("me.lock_now"), lambda: lock_now(app), ft.Icons.LOCK_OUTLINED)
    return Page(
        t("me.title"),
        PersonPart(),
        ft.Row([lock]),
        Rows([keys, copy, along, devices]),
        sections(),
        PeoplePart() if use_home().can_grow else None,
        LooksPart(),
        OfflinePart(),
        Rows([about]),
    )


def sections() -> ft.Control | None:
    """Where there is no rail: the sections that have no tab either."""
    seat = this_seat()
    names = [name for name in seat.app.profile.rail if name not in seat.app.profile.tabs]
    found = in_order(seat.features, names)
    if seat.look.kind == "desktop" or not found:
        return None
    return Rows([ListRow(f.icon, section_name(f), on_click=lambda _, name=f.name: go(name)) for f in found])


@ft.component
@boundary
def PersonPart() -> ft.Control:
    """Whose record this is, and at which clinic."""
    app, t = use_app(), use_words()
    person = use_query(lambda: app.person, "person", "state")
    clinic = use_query(lambda: find_clinic(app.store), "clinic")
    if person is None:
        return Empty(ft.Icons.PERSON_OUTLINED, t("me.nobody_yet"))
    born = t("me.born", date=t.date(person.born_on)) if person.born_on else ""
    rows = [ListRow(ft.Icons.PERSON_OUTLINED, person.name, born)]
    if clinic:
        rows.append(ListRow(ft.Icons.LOCAL_HOSPITAL_OUTLINED, clinic.name, clinic.phone))
    return Rows(rows)


@ft.component
@boundary
def LooksPart() -> ft.Control:
    """Language, text size, colours and motion. Everything acts at once and is its own preview."""
    app, t = use_app(), use_words()
    looks = app.settings
    size = str(min(SIZES, key=lambda percent: abs(percent / 100 - looks.text_scale)))
    sizes = [(str(percent), t("me.percent", percent=percent), None) for percent in SIZES]
    themes = [(name, t(f"me.theme_{name}"), None) for name in THEMES]
    return Section(
        t("me.looks"),
        Choice(
            t("me.language"),
            [(*pair, None) for pair in LANGUAGES],
            looks.language,
            lambda v: set_up(app, language=v),
        ),
        Choice(t("me.size"), sizes, size, lambda value: set_up(app, text_scale=int(value) / 100)),
        Frame(ft.Column([small(t("me.preview")), body(t("me.preview_text"))], spacing=4), 16),
        Choice(t("me.theme"), themes, looks.theme, lambda value: set_up(app, theme=value)),
        Toggle(t("me.contrast"), looks.contrast, lambda on: set_up(app, contrast=on), t("me.contrast_text")),
        Toggle(t("me.still"), not looks.motion, lambda on: set_up(app, motion=not on), t("me.still_text")),
    )


@ft.component
@boundary
def OfflinePart() -> ft.Control:
    """Working offline on purpose."""
    app, t = use_app(), use_words()
    switch = Toggle(
        t("me.offline"), app.settings.offline, lambda on: set_up(app, offline=on), t("me.offline_text")
    )
    return Section(t("me.connection"), switch)
