"""A copy of one file for other apps: where to, that it is not locked, and afterwards where it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import flet as ft

from app.core.errors import RuleBroken
from app.places import arrivals, downloads, new_file, write_privately
from app.store.backup import said_plainly
from app.ui.boundary import boundary
from app.ui.failures import explain
from app.ui.files import hand_over, has_folders
from app.ui.hooks import use_typed, use_words
from app.ui.widgets import FileMade, LinkButton, Notice, PrimaryButton, TextInput
from app.ui.working import Progress, Stop, use_work

LETTERS = re.compile(r"[^\w -]+")
LONGEST = 60


@dataclass(frozen=True)
class Saved:
    """A file that was saved: its name, and where it lies if that is known."""

    name: str
    where: str


def stem_of(title: str, otherwise: str) -> str:
    """A file's name from a title: letters, digits, spaces and hyphens."""
    return " ".join(LETTERS.sub(" ", title).split())[:LONGEST].strip(" -_") or otherwise


def save(place: str, stem: str, ending: str, read: Callable[[], bytes]) -> Path:
    """Write it into this folder under a name that is free. Raises RuleBroken, StoreFull, BackupError."""
    folder = Path(place.strip()).expanduser()
    if not (place.strip() and folder.is_dir()):
        raise RuleBroken("backup.no_folder")
    with said_plainly(), new_file(folder, stem, ending) as out:
        write_privately(out, read())
    return out


@ft.component
@boundary
def SaveCopy(stem: str, ending: str, read: Callable[[], bytes]) -> ft.Control:
    """A way to save a copy; `read` gives the bytes, in a thread."""
    t = use_words()
    asked, ask = ft.use_state(False)
    saved, keep = ft.use_state(None)
    gone, set_gone = ft.use_state(False)
    folder = use_typed(str(downloads()) if has_folders() else "")
    work = use_work()

    async def make(_progress: Progress, _stop: Stop) -> Saved | None:
        if has_folders():
            path = await asyncio.to_thread(save, folder.text, stem, ending, read)
            return Saved(path.name, str(path.parent))
        path = await asyncio.to_thread(save, str(arrivals()), stem, ending, read)
        try:
            return Saved(path.name, "") if await hand_over(path, t("file.save")) else None
        finally:
            path.unlink(missing_ok=True)

    def settle(found: Saved | None) -> None:
        set_gone(found is None)
        keep(found)

    if saved:
        holds = t("take.open_file")
        return FileMade(t("file.saved"), saved.name, saved.where, holds, t("file.again"), lambda: keep(None))
    if not asked:
        return ft.Row([LinkButton(t("file.save"), lambda: ask(True), ft.Icons.SAVE_ALT)], wrap=True)
    wrong = explain(work.error, t).text if work.error else ""
    at_folder = wrong if isinstance(work.error, RuleBroken) else None
    told = t("file.not_kept") if gone else "" if at_folder else wrong
    parts: list[ft.Control] = [Notice("info", f"{t('file.as_it_came')} {t('take.open_file')}")]
    if has_folders():
        hint = t("backup.folder_hint")
        parts.append(TextInput(t("backup.folder"), folder, hint, at_folder, autocorrect=False))
    parts += [Notice("attention", told)] if told else []
    press = PrimaryButton(
        t("file.save_now"), lambda: work.run(make, settle), ft.Icons.SAVE_ALT, disabled=work.busy
    )
    return ft.Column([*parts, ft.Row([press], wrap=True)], spacing=16, tight=True)
