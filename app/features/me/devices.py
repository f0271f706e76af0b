"""The devices that hold this record: since when, whether they still may, and ending one that was given away or lost."""

from __future__ import annotations

import flet as ft

from app.features.me.commands import end_device, report_lost
from app.features.me.queries import list_devices
from app.ui.hooks import boundary, use_action, use_app, use_query, use_words
from app.ui.look import INSIDE
from app.ui.widgets import Empty, Frame, Page, QuietButton, ask, body, glyph, small
from sync.models import Device


@ft.component
@boundary
def DevicesScreen() -> ft.Control:
    """Every device with this record, those in use first."""
    app, t = use_app(), use_words()
    devices = use_query(lambda: list_devices(app.store), "device", "state")
    if not devices:
        return Page(t("devices.title"), Empty(ft.Icons.DEVICES_OUTLINED, t("devices.none")))
    mine = app.credentials().device
    parts = [OneDevice(device, device.id == mine, key=device.id) for device in devices]
    return Page(t("devices.title"), body(t("devices.about")), *parts)


@ft.component
@boundary
def OneDevice(device: Device, mine: bool) -> ft.Control:
    """One device; another one that still may can be ended or reported lost."""
    t = use_words()
    name = t("devices.this", name=device.label) if mine else device.label
    title = ft.Row(
        [glyph(ft.Icons.DEVICES_OUTLINED), ft.Container(body(name, strong=True), expand=True)], spacing=12
    )
    ways = [] if mine or device.revoked_at else [Ways(device)]
    return Frame(ft.Column([title, small(standing(device)), *ways], spacing=INSIDE), 16)


def standing(device: Device) -> str:
    """How the device stands with the clinic, in a sentence."""
    t = use_words()
    if device.erased_at:
        return t("devices.erased", date=t.date(device.erased_at))
    if device.lost_at:
        return t("devices.lost", date=t.date(device.lost_at))
    if device.revoked_at:
        return t("devices.ended", date=t.date(device.revoked_at))
    return t("devices.since", date=t.date(device.enrolled_at))


@ft.component
@boundary
def Ways(device: Device) -> ft.Control:
    """What can be done about another device. Both need the clinic, so both say when it cannot be reached."""
    app, t = use_app(), use_words()
    end = use_action(lambda: end_device(app, device.id))
    lost = use_action(lambda: report_lost(app, device.id))
    name = device.label
    sure_end = (
        t("devices.end_title", name=name),
        t("devices.end_text"),
        t("devices.end_yes"),
        t("devices.keep"),
    )
    sure_lost = (
        t("devices.lose_title", name=name),
        t("devices.lose_text"),
        t("devices.lose_yes"),
        t("devices.keep"),
    )
    buttons = [
        QuietButton(t("devices.lose"), lambda: ask(*sure_lost, lost.run), ft.Icons.LOCATION_OFF_OUTLINED),
        QuietButton(t("devices.end"), lambda: ask(*sure_end, end.run), ft.Icons.LINK_OFF_OUTLINED),
    ]
    named = [ft.MergeSemantics(ft.Semantics(content=button, label=name)) for button in buttons]
    notices = [action.notice for action in (end, lost) if action.notice]
    return ft.Column(
        [ft.Row(list(named), wrap=True, spacing=12, run_spacing=INSIDE), *notices], spacing=INSIDE
    )
