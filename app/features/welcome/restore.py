"""A record from a backup: a file, its passphrase, a new passcode; then it is there, also without the clinic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import flet as ft

from app.core.errors import BackupWrongPassphrase, WeakPasscode
from app.features.welcome.commands import restore
from app.features.welcome.opening import column
from app.features.welcome.rules import find_missing
from app.ui.failures import explain
from app.ui.files import Chosen, choose_file, has_folders
from app.ui.hooks import Typed, boundary, use_app, use_typed, use_words
from app.ui.widgets import (
    LinkButton,
    ListRow,
    Notice,
    PrimaryButton,
    ProgressLine,
    QuietButton,
    Rows,
    TextInput,
    body,
)
from app.ui.working import Work, use_work

Errors = dict[str, str]


@ft.component
@boundary
def RestoreForm(leave: Callable[[], None]) -> ft.Control:
    """Everything that a restore needs, on one page; what was wrong is said at its field."""
    app, t = use_app(), use_words()
    chosen, choose = ft.use_state(None)
    path, phrase, new, again = use_typed(), use_typed(), use_typed(), use_typed()
    missing, tell = ft.use_state(("", ""))
    work = use_work()

    def press() -> None:
        source = chosen.path if chosen else Path(path.text.strip()).expanduser()
        there = bool(chosen or path.text.strip())
        wrong = find_missing(there, there and source.is_file(), phrase.text, new.text, again.text)
        tell(wrong)
        if not wrong[0]:
            given = (source, phrase.text, new.text)
            work.run(lambda progress, stop: restore(app, *given, progress, stop), lambda _: None)

    if work.busy:
        return column(ProgressLine(t("restore.doing"), work.share, work.stop))
    errors = {missing[0]: t(missing[1])} if missing[0] else errors_of(work)
    kept = [Notice("info", t("restore.aside"))] if app.vault.exists else []
    return column(
        body(t("restore.text")),
        *kept,
        FilePart(chosen, choose, path, errors.get("file", "")),
        TextInput(t("restore.phrase"), phrase, error=errors.get("phrase"), password=True),
        TextInput(t("restore.new"), new, t("welcome.passcode_hint"), errors.get("new"), password=True),
        TextInput(t("restore.again"), again, error=errors.get("again"), password=True, on_submit=press),
        ft.Row(
            [PrimaryButton(t("restore.do"), press), QuietButton(t("actions.back"), lambda: leave())],
            wrap=True,
            spacing=12,
            run_spacing=8,
        ),
    )


def errors_of(work: Work) -> Errors:
    """What went wrong, at the field it belongs to: most of it is about the file."""
    if work.error is None:
        return {}
    said = explain(work.error, use_words()).text
    if isinstance(work.error, BackupWrongPassphrase):
        return {"phrase": said}
    return {"new" if isinstance(work.error, WeakPasscode) else "file": said}


@ft.component
@boundary
def FilePart(
    chosen: Chosen | None, choose: Callable[[Chosen | None], None], path: Typed, error: str
) -> ft.Control:
    """The file: chosen in a window of the system, or typed where there are folders."""
    t, page = use_words(), ft.context.page
    typing, set_typing = ft.use_state(False)
    state, tell = ft.use_state("")

    async def wait() -> None:
        try:
            found = await choose_file(t("restore.choose"))
        except Exception:  # whatever the system's picker does, the path can still be typed
            tell("not_come")
            return set_typing(has_folders())
        tell("")
        if found:
            set_typing(False)
            choose(found)

    def ask() -> None:
        tell("coming")
        page.run_task(wait)

    def turn() -> None:
        choose(None)
        set_typing(True)

    if state == "coming":
        return ProgressLine(t("restore.coming"), None, lambda: tell(""))
    parts: list[ft.Control] = [PathField(path, error)] if typing else [NamedFile(chosen)] if chosen else []
    label = t("restore.other" if chosen else "restore.choose")
    buttons = [QuietButton(label, ask, ft.Icons.FOLDER_OPEN_OUTLINED)]
    if has_folders() and not typing:
        buttons.append(LinkButton(t("restore.type"), turn))
    parts.append(ft.Row(list(buttons), wrap=True, spacing=12, run_spacing=8))
    told = t("restore.not_come") if state else ("" if typing else error)
    return column(*parts, *([Notice("attention", told)] if told else []))


def PathField(path: Typed, error: str) -> ft.Control:
    """Where the file is, typed."""
    t = use_words()
    return TextInput(t("restore.path"), path, t("restore.path_hint"), error or None, autocorrect=False)


def NamedFile(chosen: Chosen) -> ft.Control:
    """The file that was chosen."""
    return Rows([ListRow(ft.Icons.INSERT_DRIVE_FILE_OUTLINED, chosen.name, use_words()("restore.chosen"))])
