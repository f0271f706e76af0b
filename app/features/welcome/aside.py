"""No way in: a record set aside, locked and whole, and a new beginning; and the way back to what was set aside."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app import mend
from app.features.welcome.commands import bring_back, drop, start_again
from app.features.welcome.opening import column
from app.ui.hooks import boundary, use_action, use_app, use_typed, use_words
from app.ui.look import INSIDE
from app.ui.widgets import (
    Notice,
    PrimaryButton,
    ProgressLine,
    QuietButton,
    Section,
    TextInput,
    ask,
    body,
    small,
)


@ft.component
@boundary
def StartAgain(leave: Callable[[], None]) -> ft.Control:
    """What starting again means; then it asks once more. The safe way has the focus."""
    app, t = use_app(), use_words()
    doing = use_action(lambda: start_again(app))

    def press() -> None:
        ask(t("aside.ask_title"), t("aside.ask_text"), t("aside.ask_yes"), t("aside.ask_no"), doing.run)

    buttons = ft.Row(
        [QuietButton(t("aside.no"), lambda: leave(), autofocus=True), PrimaryButton(t("aside.do"), press)],
        wrap=True,
        spacing=12,
        run_spacing=INSIDE,
    )
    means = [t(f"aside.{name}") for name in ("stays", "clinic", "unsent", "later")]
    return column(
        body(t("aside.text")),
        Notice("info", "\n".join(means)),
        *([doing.notice] if doing.notice else []),
        ProgressLine(t("aside.doing")) if doing.busy else buttons,
    )


@ft.component
@boundary
def OlderRecords(after: Callable[[], None] | None = None) -> ft.Control:
    """What was set aside on this device; nothing where there is nothing. `after` one was brought back."""
    app = use_app()
    return column(*(OlderRecord(aside, after, key=aside.name) for aside in mend.asides(app.folder)))


@ft.component
@boundary
def OlderRecord(aside: mend.Aside, after: Callable[[], None] | None) -> ft.Control:
    """One record that was set aside: bring it back, or erase it for good, which asks twice."""
    app, t = use_app(), use_words()
    erasing, set_erasing = ft.use_state(False)

    async def bring() -> None:
        await bring_back(app, aside.name)
        if after:
            after()

    bringing = use_action(bring)
    free, until = app.now() >= aside.free_at, t.date(aside.free_at)
    if bringing.busy:
        rest: ft.Control = ProgressLine(t("aside.bringing"))
    elif erasing:
        rest = EraseForGood(aside, lambda: set_erasing(False))
    else:
        ways = [QuietButton(t("aside.bring"), bringing.run, ft.Icons.UNDO)]
        if free or aside.is_whole:
            ways.append(QuietButton(t("aside.drop"), lambda: set_erasing(True), ft.Icons.DELETE_OUTLINE))
        rest = ft.Row(list(ways), wrap=True, spacing=12, run_spacing=INSIDE)
    about = [body(t("aside.older_text", date=t.date(aside.made_at)))]
    about += [small(t("aside.older_swap"))] if app.vault.exists else []
    about += [] if free or aside.is_whole else [small(t("aside.kept_until", date=until))]
    title = t("aside.older" if aside.is_whole else "aside.damaged")
    return Section(title, *about, *([bringing.notice] if bringing.notice else []), rest)


@ft.component
@boundary
def EraseForGood(aside: mend.Aside, leave: Callable[[], None]) -> ft.Control:
    """What erasing means, and the passcode of a record that was set aside within the week; then it asks once more."""
    app, t, typed = use_app(), use_words(), use_typed()
    missing, tell = ft.use_state(False)
    dropping = use_action(lambda: drop(app, aside.name, typed.text))
    free = app.now() >= aside.free_at

    def press() -> None:
        tell(not free and not typed.text.strip())
        if free or typed.text.strip():
            last = t("aside.drop_last")
            ask(t("aside.drop_title"), last, t("aside.drop_yes"), t("aside.drop_no"), dropping.run)

    if dropping.busy:
        return ProgressLine(t("aside.dropping"))
    no = QuietButton(t("aside.drop_no"), leave, autofocus=free)
    buttons = ft.Row([no, QuietButton(t("aside.drop"), press)], wrap=True, spacing=12, run_spacing=INSIDE)
    if free:
        return column(
            *([dropping.notice] if dropping.notice else []), Notice("urgent", t("aside.drop_text"), buttons)
        )
    error = t("lock.missing") if missing else None
    return column(
        Notice("urgent", t("aside.drop_text")),
        body(t("aside.own_text", date=t.date(aside.free_at))),
        TextInput(t("aside.own"), typed, error=error, password=True, autofocus=True, on_submit=press),
        *([dropping.notice] if dropping.notice else []),
        buttons,
    )
