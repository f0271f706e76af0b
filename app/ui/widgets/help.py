"""Help, in the same corner everywhere: crisis numbers that need no network, the clinic's phone, and how-to."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import flet as ft

from app.ui.boundary import boundary
from app.ui.hooks import use_app, use_covered, use_query, use_words
from app.ui.look import BETWEEN
from app.ui.seat import this_look
from app.ui.widgets.buttons import LinkButton, QuietButton
from app.ui.widgets.lists import ListRow, Rows
from app.ui.widgets.text import body, heading, small
from sync.models import Clinic

NUMBERS = Path(__file__).parents[3] / "assets" / "profiles" / "help.json"
ICONS = {
    "call": ft.Icons.CALL_OUTLINED,
    "text": ft.Icons.SMS_OUTLINED,
    "chat": ft.Icons.CHAT_OUTLINED,
    "video": ft.Icons.VIDEO_CALL_OUTLINED,
    "emergency": ft.Icons.EMERGENCY_OUTLINED,
}


@cache
def crisis_lines() -> tuple[dict[str, Any], ...]:
    """The lines to call or text in a crisis, from the bundle; never fetched."""
    return tuple(json.loads(NUMBERS.read_text(encoding="utf-8"))["crisis"])


async def open_link(link: str) -> None:
    """Call, text or open something outside the app."""
    await ft.UrlLauncher().launch_url(link)


def CrisisRow(line: dict[str, Any]) -> ft.Control:
    """One crisis line: what to do, and what it is for."""
    t, key = use_words(), f"help.crisis.{line['name']}"
    link = line.get("link")

    async def reach() -> None:
        await open_link(link)

    return ListRow(ICONS[line["way"]], t(f"{key}.do"), t(f"{key}.for"), on_click=reach if link else None)


@ft.component
@boundary
def ClinicPart() -> ft.Control:
    """The clinic's own phone and hours, as far as they are known."""
    app, t = use_app(), use_words()
    found = use_query(lambda: app.store.find(Clinic, scope="content", limit=1), "clinic")
    clinic = found[0] if found else None
    if clinic is None or not clinic.phone:
        return small(t("help.clinic_unknown"))

    async def call() -> None:
        await open_link(f"tel:{''.join(c for c in clinic.phone if c.isdigit() or c == '+')}")

    hours = " · ".join(clinic.hours)
    return Rows(
        [ListRow(ft.Icons.CALL_OUTLINED, t("help.call_clinic", phone=clinic.phone), hours, on_click=call)]
    )


def _parts(t: Any) -> list[ft.Control]:
    tips = [body(t(f"help.tips.{name}")) for name in ("send", "language", "privacy")]
    return [
        heading(t("help.crisis_title"), 2),
        body(t("help.crisis_text")),
        Rows([CrisisRow(line) for line in crisis_lines()]),
        heading(t("help.clinic_title"), 2),
        ClinicPart() if use_app().is_open else small(t("help.clinic_unknown")),
        heading(t("help.tips_title"), 2),
        *tips,
    ]


def HelpSheet(close: Any, covered: bool) -> ft.BottomSheet:
    """Everything under Help, in one sheet that scrolls; nothing while the window is covered."""
    t, look = use_words(), this_look()
    head = ft.Row(
        [heading(t("help.title"), 1, expand=True), QuietButton(t("actions.close"), close, autofocus=True)]
    )
    inner = ft.Column([head, *_parts(t)], spacing=BETWEEN, scroll=ft.ScrollMode.AUTO, expand=True)
    inner.visible = not covered
    frame = ft.Container(inner, padding=look.around, width=look.reading + 2 * look.around)
    return ft.BottomSheet(
        frame, scrollable=True, bgcolor=look.palette.paper, on_dismiss=close, fullscreen=look.kind == "phone"
    )


@ft.component
@boundary
def HelpButton() -> ft.Control:
    """Opens Help."""
    open_, set_open = ft.use_state(False)
    t = use_words()
    covered = use_covered()
    ft.use_dialog(HelpSheet(lambda: set_open(False), covered) if open_ else None)
    return LinkButton(t("nav.help"), lambda: set_open(True), ft.Icons.HELP_OUTLINE)
