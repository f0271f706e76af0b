"""No way in: a record set aside, locked and whole, and a new beginning; and the way back to what was set aside."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app import mend
from app.features.welcome.commands import bring_back, drop, start_again
from app.features.welcome.opening import column
from app.ui.hooks import boundary, use_action, use_app, use_words
from app.ui.look import INSIDE
from app.ui.widgets import Notice, PrimaryButton, ProgressLine, QuietButton, Section, ask, body, small


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
    dropping = use_action(lambda: drop(app, aside.name))
    notice = bringing.notice or dropping.notice

    def press() -> None:
        last = t("aside.drop_last")
        ask(t("aside.drop_title"), last, t("aside.drop_yes"), t("aside.drop_no"), dropping.run)

    if bringing.busy or dropping.busy:
        rest: ft.Control = ProgressLine(t("aside.bringing"))
    elif erasing:
        no = QuietButton(t("aside.drop_no"), lambda: set_erasing(False), autofocus=True)
        yes = QuietButton(t("aside.drop"), press)
        rest = Notice("urgent", t("aside.drop_text"), ft.Row([no, yes], wrap=True, spacing=12))
    else:
        back = QuietButton(t("aside.bring"), bringing.run, ft.Icons.UNDO)
        drop_ = QuietButton(t("aside.drop"), lambda: set_erasing(True), ft.Icons.DELETE_OUTLINE)
        rest = ft.Row([back, drop_], wrap=True, spacing=12, run_spacing=INSIDE)
    about = [body(t("aside.older_text", date=t.date(aside.made_at)))]
    about += [small(t("aside.older_swap"))] if app.vault.exists else []
    title = t("aside.older" if aside.is_whole else "aside.damaged")
    return Section(title, *about, *([notice] if notice else []), rest)
