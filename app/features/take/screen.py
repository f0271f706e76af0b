"""Take it with me: what kind of file, where to, and afterwards where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from app.context import App
from app.core.errors import RuleBroken
from app.features.take.commands import take
from app.features.take.queries import files_away
from app.places import arrivals, downloads
from app.store.shelf import ask_for
from app.ui.failures import explain
from app.ui.files import hand_over, has_folders
from app.ui.hooks import boundary, use_action, use_app, use_query, use_typed, use_words
from app.ui.routes import go
from app.ui.strings import Words
from app.ui.widgets import (
    Choice,
    FileMade,
    LinkButton,
    ListRow,
    Notice,
    Page,
    PrimaryButton,
    ProgressLine,
    Rows,
    Section,
    TextInput,
    body,
)
from app.ui.working import Progress, Stop, Work, use_work

KINDS = ("book", "bundle", "lines")


@dataclass(frozen=True)
class Taken:
    """A file that was made: its name, where it lies if that is known, and how many entries it holds."""

    name: str
    where: str
    count: int


@ft.component
@boundary
def TakeScreen() -> ft.Control:
    """What this is, and either the form or where the file is."""
    t = use_words()
    taken, keep = ft.use_state(None)
    row = t("backup.row")
    copy = ListRow(ft.Icons.SAVE_ALT, t("backup.title"), row, on_click=lambda: go("me/backup"))
    rest = TakenPart(taken, lambda: keep(None)) if taken else AskPart(keep)
    locked = Section(t("take.locked"), body(t("take.locked_text")), Rows([copy]))
    return Page(t("take.title"), body(t("take.text")), rest, locked, back="me", key="take")


@ft.component
@boundary
def TakeOneScreen() -> ft.Control:
    """One entry of the record, to print or to save."""
    t = use_words()
    id = ft.use_route_params().get("id", "")
    taken, keep = ft.use_state(None)
    rest = TakenPart(taken, lambda: keep(None)) if taken else AskPart(keep, id)
    return Page(t("take.single"), body(t("take.single_text")), rest, back="back", key=f"take {id}")


@ft.component
@boundary
def AskPart(keep: Callable[[Taken | None], None], only: str = "") -> ft.Control:
    """The kind of file unless it is `only` one entry, the folder where there are folders, and the button."""
    app, t = use_app(), use_words()
    what, choose = ft.use_state(KINDS[0])
    folder = use_typed(str(downloads()) if has_folders() else "")
    gone, set_gone = ft.use_state(False)
    work = use_work()

    async def make(progress: Progress, stop: Stop) -> Taken | None:
        if has_folders():
            path, count = await take(app, what, folder.text, t, progress, stop, only)
            return Taken(path.name, str(path.parent), count)
        return await out_of_the_app(app, what, t, progress, stop, only)

    def settle(taken: Taken | None) -> None:
        set_gone(taken is None)
        keep(taken)

    def press() -> None:
        set_gone(False)
        work.run(make, settle)

    kinds = [(one, t(f"take.{one}"), None) for one in KINDS]
    at_folder, told = errors_of(work, t)
    fields: list[ft.Control] = []
    if not only:
        fields = [Choice(t("take.what"), kinds, what, choose), body(t(f"take.{what}_text"))]
    if has_folders():
        hint = t("backup.folder_hint")
        fields.append(TextInput(t("backup.folder"), folder, hint, at_folder, autocorrect=False))
    told = told or (t("take.not_kept") if gone else "")
    foot: list[ft.Control] = [Notice("attention", told)] if told else []
    if work.busy:
        foot = [ProgressLine(t("take.making"), work.share, work.stop)]
    else:
        foot.append(ft.Row([PrimaryButton(t("take.make"), press, ft.Icons.SAVE_ALT)], wrap=True))
    away = [] if only else [AwayPart()]
    return ft.Column([*fields, *away, Notice("info", t("take.open_file")), *foot], spacing=16, tight=True)


@ft.component
@boundary
def AwayPart() -> ft.Control:
    """How many large files are not on this device, and the way to have them fetched first."""
    app, t = use_app(), use_words()
    away = use_query(lambda: files_away(app.store), "record", "blobs", deps=[])

    def get() -> None:
        for one in away:
            ask_for(app.store, one)

    press = use_action(get)
    if not away:
        return ft.Container(visible=False)
    button = LinkButton(t("take.get_files"), press.run, ft.Icons.DOWNLOAD_OUTLINED)
    notice = Notice("info", t("take.files_away", count=len(away)), button)
    return ft.Column([part for part in (notice, press.notice) if part is not None], tight=True)


def errors_of(work: Work, t: Words) -> tuple[str | None, str]:
    """What went wrong: at the folder, or with the whole."""
    if work.error is None:
        return None, ""
    said = explain(work.error, t).text
    return (said, "") if isinstance(work.error, RuleBroken) else (None, said)


async def out_of_the_app(
    app: App, what: str, t: Words, progress: Progress, stop: Stop, only: str
) -> Taken | None:
    """A file where a phone's system keeps it; None when nobody chose a place."""
    path, count = await take(app, what, str(arrivals()), t, progress, stop, only)
    try:
        return Taken(path.name, "", count) if await hand_over(path, t("take.title")) else None
    finally:
        path.unlink(missing_ok=True)


def TakenPart(taken: Taken, again: Callable[[], None]) -> ft.Control:
    """The file is made: what it is called, where it is, what it holds."""
    t = use_words()
    holds = t("take.holds", count=taken.count)
    return FileMade(t("take.done"), taken.name, taken.where, holds, t("take.again"), again)
