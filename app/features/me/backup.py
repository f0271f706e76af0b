"""Keep a copy: the whole record in one locked file, for the day when this device is lost or broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import flet as ft

from app.context import App
from app.core.errors import RuleBroken, WeakPasscode
from app.features.me.commands import keep_copy, note_copy
from app.mend import Counts
from app.places import arrivals, downloads
from app.ui.failures import explain
from app.ui.files import hand_over, has_folders
from app.ui.hooks import boundary, use_app, use_query, use_typed, use_words
from app.ui.widgets import (
    FileMade,
    Notice,
    Page,
    PrimaryButton,
    ProgressLine,
    Section,
    TextInput,
    body,
)
from app.ui.working import Progress, Stop, Work, use_work


@dataclass(frozen=True)
class Made:
    """A copy that was made: its name, where it lies if that is known, and how many rows of each table it holds."""

    name: str
    where: str
    counts: Counts


@ft.component
@boundary
def BackupScreen() -> ft.Control:
    """What a copy holds, a passphrase twice, and where to put it; afterwards, where it is."""
    app, t = use_app(), use_words()
    last = use_query(lambda: app.store.state("last_backup_at"), "state")
    made, keep = ft.use_state(None)
    when = t("backup.last", date=t.date(datetime.fromisoformat(last))) if last else t("backup.never")
    rest = MadePart(made, lambda: keep(None)) if made else MakePart(keep)
    return Page(t("backup.title"), body(t("backup.text")), body(when), rest, back="me", key="backup")


@ft.component
@boundary
def MakePart(keep: Callable[[Made | None], None]) -> ft.Control:
    """The passphrase twice, the folder where there are folders, and the button."""
    app, t = use_app(), use_words()
    first, second = use_typed(), use_typed()
    folder = use_typed(str(downloads()) if has_folders() else "")
    gone, set_gone = ft.use_state(False)
    work = use_work()

    async def make(progress: Progress, stop: Stop) -> Made | None:
        typed = (first.text, second.text)
        if has_folders():
            return await into_folder(app, folder.text, *typed, progress, stop)
        return await out_of_the_app(app, *typed, progress, stop)

    def settle(made: Made | None) -> None:
        set_gone(made is None)
        keep(made)

    def press() -> None:
        set_gone(False)
        work.run(make, settle)

    errors = errors_of(work)
    fields = [
        TextInput(t("backup.phrase"), first, t("backup.phrase_hint"), errors.get("first"), password=True),
        TextInput(t("backup.again"), second, error=errors.get("second"), password=True, on_submit=press),
    ]
    if has_folders():
        hint = t("backup.folder_hint")
        fields.append(TextInput(t("backup.folder"), folder, hint, errors.get("folder"), autocorrect=False))
    told = errors.get("all") or (t("backup.not_kept") if gone else "")
    foot: list[ft.Control] = [Notice("attention", told)] if told else []
    if work.busy:
        foot = [ProgressLine(t("backup.making"), work.share, work.stop)]
    else:
        foot.append(ft.Row([PrimaryButton(t("backup.make"), press, ft.Icons.SAVE_ALT)], wrap=True))
    return Section(t("backup.phrase_title"), body(t("backup.phrase_text")), *fields, *foot)


async def into_folder(app: App, place: str, first: str, second: str, progress: Progress, stop: Stop) -> Made:
    """A copy in this folder."""
    path, counts = await keep_copy(app, place, first, second, progress, stop)
    note_copy(app)
    return Made(path.name, str(path.parent), counts)


async def out_of_the_app(app: App, first: str, second: str, progress: Progress, stop: Stop) -> Made | None:
    """A copy where a phone's system keeps it; None when nobody chose a place."""
    path, counts = await keep_copy(app, str(arrivals()), first, second, progress, stop)
    try:
        if not await hand_over(path, use_words()("backup.title")):
            return None
    finally:
        path.unlink(missing_ok=True)
    note_copy(app)
    return Made(path.name, "", counts)


def errors_of(work: Work) -> dict[str, str]:
    """What went wrong, at the field it belongs to."""
    if work.error is None:
        return {}
    field = {"backup.different": "second", "backup.no_folder": "folder"}.get(
        str(next(iter(work.error.args), ""))
    )
    if isinstance(work.error, WeakPasscode):
        field = "first"
    known = isinstance(work.error, RuleBroken | WeakPasscode) and field
    return {field if known and field else "all": explain(work.error, use_words()).text}


def MadePart(made: Made, again: Callable[[], None]) -> ft.Control:
    """The copy is made: what it is called, where it is, what it holds."""
    t = use_words()
    holds = t("backup.holds", count=made.counts.get("docs", 0))
    waits = t("backup.waits", count=made.counts.get("outbox", 0))
    return FileMade(t("backup.done"), made.name, made.where, f"{holds} {waits}", t("backup.again_do"), again)
