"""When the record does not open though the passcode may be right: what it is, and every way out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flet as ft

from app import mend
from app.context import App
from app.features.welcome.aside import StartAgain
from app.features.welcome.commands import (
    Way,
    copy_for_support,
    look_over,
    put_copy_back,
    save_what_reads,
    way_of,
)
from app.features.welcome.found import ForSupport, Looked, PutBack, Rescued
from app.features.welcome.opening import Opening, column
from app.features.welcome.restore import RestoreForm
from app.features.welcome.rules import Trouble
from app.places import downloads
from app.ui.failures import explain
from app.ui.hooks import boundary, use_app, use_words
from app.ui.widgets import (
    LinkButton,
    ListRow,
    Notice,
    PrimaryButton,
    ProgressLine,
    Rows,
    Section,
    heading,
)
from app.ui.working import Job, Work, use_work

ICONS = {
    "look": ft.Icons.SEARCH,
    "save": ft.Icons.HEALING_OUTLINED,
    "old": ft.Icons.HISTORY,
    "restore": ft.Icons.SETTINGS_BACKUP_RESTORE,
    "support": ft.Icons.SUPPORT_AGENT_OUTLINED,
    "again": ft.Icons.RESTART_ALT,
}
TITLES = {"save": "saved_done", "support": "support_title"}
DURING = {"look": "looking", "save": "saving", "old": "putting", "support": "supporting"}


@dataclass(frozen=True)
class Step:
    """The way that was taken, and what it found."""

    name: str = ""
    found: Any = None


@ft.component
@boundary
def MendPart(trouble: Trouble, opening: Opening) -> ft.Control:
    """What is wrong, Try again, and the other ways; each says what it will do, and none deletes anything."""
    app, t = use_app(), use_words()
    step, turn = ft.use_state(Step())
    work = use_work()

    def back() -> None:
        work.forget()
        turn(Step())

    def reopen() -> None:
        back()
        opening.run(*opening.last)

    def take(name: str) -> None:
        turn(Step(name))
        if name in DURING:
            work.run(job_of(app, name, opening), lambda found: turn(Step(name, found)))

    if step.name in DURING and work.busy:
        stop = work.stop if step.name in ("look", "save") else None
        line = ProgressLine(t(f"mend.{DURING[step.name]}"), work.share, stop)
        return column(heading(t(f"mend.{step.name}"), 1), line)
    if step.name == "restore":
        return column(heading(t("restore.title"), 1), RestoreForm(back))
    if step.name == "again":
        return column(heading(t("aside.title"), 1), StartAgain(back))
    if step.found is not None:
        title = t(f"mend.{TITLES.get(step.name, step.name)}")
        on = after(step, trouble, take, reopen)
        return column(heading(title, 1), SHOWN[step.name](step.found), *on, *back_to(step, back))
    title = t(f"mend.{trouble.name}_title")
    return column(heading(title, 1), *said(trouble, work, step), *ways(app, trouble, opening, take))


SHOWN: dict[str, Callable[[Any], ft.Control]] = {
    "look": Looked,
    "save": Rescued,
    "old": PutBack,
    "support": ForSupport,
}


def job_of(app: App, name: str, opening: Opening) -> Job:
    """The work behind a way. The keys are taken anew by the way that was tried last."""
    command, _, *given = opening.last
    way = way_of(command, *given)
    return {
        "look": lambda progress, stop: look_over(app, way, progress, stop),
        "save": lambda progress, stop: save_what_reads(app, way, progress, stop),
        "old": lambda progress, stop: put_newest_back(app, way, progress),
        "support": lambda progress, stop: for_support(app, way),
    }[name]


async def put_newest_back(app: App, way: Way, progress: mend.Progress) -> mend.Copy:
    """Put the newest copy back; says which it was."""
    newest = mend.copies(app.folder)[0]
    await put_copy_back(app, way, newest.name, progress)
    return newest


async def for_support(app: App, way: Way) -> tuple[Path, str | None]:
    """The copy for support, with a code wherever the keys can be had."""
    return await copy_for_support(app, way, downloads())


def said(trouble: Trouble, work: Work, step: Step) -> list[ft.Control]:
    """What is wrong; and what went wrong with the way that was tried."""
    t = use_words()
    parts: list[ft.Control] = [Notice("attention", t(f"mend.{trouble.name}_text"))]
    if work.error:
        told = explain(work.error, t)
        unreadable = step.name in ("look", "save") and type(work.error).__name__ == "StoreDamaged"
        text = t("mend.unreadable") if unreadable else told.text
        parts.append(Notice(told.kind, text, details=told.details))
    return parts


def ways(app: App, trouble: Trouble, opening: Opening, take: Callable[[str], None]) -> list[ft.Control]:
    """Try again first; then the ways that this trouble has here."""
    t = use_words()
    if opening.busy:
        return [ProgressLine(t("lock.opening"))]
    again = PrimaryButton(t("actions.try_again"), lambda: opening.run(*opening.last), ft.Icons.REFRESH)
    older = mend.copies(app.folder)
    rows = []
    for name in trouble.ways:
        if name == "old" and not older:
            continue
        text = t("mend.old_text", date=t.date(older[0].made_at)) if name == "old" else t(f"mend.{name}_text")
        rows.append(
            ListRow(ICONS[name], t(f"mend.{name}"), text, on_click=lambda _, way=name: take(way), key=name)
        )
    back = LinkButton(t("mend.back"), opening.forget, ft.Icons.ARROW_BACK)
    return [ft.Row([again], wrap=True), Section(t("mend.others"), Rows(rows)), ft.Row([back], wrap=True)]


def back_to(step: Step, back: Callable[[], None]) -> list[ft.Control]:
    """The other ways, where the record is still in trouble."""
    if step.name in ("save", "old"):
        return []
    return [ft.Row([LinkButton(use_words()("mend.all_ways"), back, ft.Icons.ARROW_BACK)], wrap=True)]


def after(
    step: Step, trouble: Trouble, take: Callable[[str], None], reopen: Callable[[], None]
) -> list[ft.Control]:
    """What is most likely wanted next: save what a look found damaged, or open what is in place again."""
    t = use_words()
    if step.name == "look" and not step.found.is_whole and "save" in trouble.ways:
        next_ = PrimaryButton(t("mend.save"), lambda: take("save"), ICONS["save"])
    elif step.name == "support":
        return []
    else:
        next_ = PrimaryButton(t("mend.open"), reopen, ft.Icons.LOCK_OPEN_OUTLINED)
    return [ft.Row([next_], wrap=True)]
