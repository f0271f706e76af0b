"""Files that a person brings or takes along.

The app's process runs on the computer whose screen shows it, also behind a browser; so a file to take along is written
to a folder there, and its size does not matter. A phone's system has no such folders: it is asked where to keep the
file. A browser does not say where a chosen file lies: it sends the bytes, in pieces, into a private folder.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path

import flet as ft

from app.places import arrivals

PATIENCE = 600


@dataclass(frozen=True)
class Chosen:
    """A file that was chosen: what the person calls it, and where it lies now."""

    name: str
    path: Path


def has_folders() -> bool:
    """Can a person find a folder on this device? On a phone its system is asked instead."""
    page = ft.context.page
    return bool(page.web or page.platform is None or not page.platform.is_mobile())


async def choose_file(title: str) -> Chosen | None:
    """Ask for a file. None when nobody chose one. Raises OSError when it did not arrive."""
    arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def hear(event: ft.FilePickerUploadEvent) -> None:
        if not arrived.done() and (event.error or event.progress == 1.0):
            arrived.set_result(event.error or "")

    page, picker = ft.context.page, ft.FilePicker(on_upload=hear)
    picked = await picker.pick_files(dialog_title=title, cancel_upload_on_window_blur=False)
    if not picked or picked[0].path:
        return Chosen(picked[0].name, Path(picked[0].path)) if picked else None
    if not page.web:
        raise OSError("the system named no file")
    name = secrets.token_hex(8)
    url = page.get_upload_url(name, PATIENCE)
    await picker.upload([ft.FilePickerUploadFile(upload_url=url, id=picked[0].id, name=picked[0].name)])
    if await asyncio.wait_for(arrived, PATIENCE):
        raise OSError("the file did not arrive")
    return Chosen(picked[0].name, arrivals() / name)


async def hand_over(path: Path, title: str) -> bool:
    """Ask a phone's system where to keep this file. False when nobody chose a place."""
    data = await asyncio.to_thread(path.read_bytes)
    return bool(await ft.FilePicker().save_file(dialog_title=title, file_name=path.name, src_bytes=data))
