"""A large file that the clinic keeps beside the record: whether it is here, getting it, and keeping it here."""

from __future__ import annotations

import base64
from dataclasses import replace

import flet as ft

from app.store import shelf
from app.store.store import Store
from app.ui.hooks import boundary, use_action, use_app, use_query, use_words
from app.ui.widgets import Notice, PrimaryButton, ProgressLine, Toggle
from sync.fhir.files import File


def brought(store: Store, file: File) -> File:
    """The file with its bytes in it where they are on this device."""
    if file.data or file.beside is None:
        return file
    data = shelf.whole(store, file.beside.hash)
    return replace(file, data=base64.b64encode(data).decode()) if data is not None else file


def stands(store: Store, file: File) -> str:
    """Where its bytes are; empty for a file that is no such one."""
    return shelf.where(store, file.beside) if file.beside and not file.data else ""


@ft.component
@boundary
def Getting(file: File) -> ft.Control:
    """A file that is not here yet: why, how far it is, and the way to have it fetched."""
    app, t = use_app(), use_words()
    named = file.beside
    assert named is not None
    word = use_query(lambda: shelf.where(app.store, named), "blobs", deps=[named.hash])
    share, _kept = use_query(lambda: shelf.came(app.store, named), "blobs", deps=[named.hash])
    get = use_action(lambda: shelf.ask_for(app.store, named))
    if word == "coming":
        waits = Notice("waiting", t("file.beside.coming"))
        return ft.Column([waits, ProgressLine(t("file.beside.share"), share)], spacing=16, tight=True)
    button = PrimaryButton(t("file.beside.get"), get.run, ft.Icons.DOWNLOAD_OUTLINED)
    told = Notice("attention" if word == "damaged" else "info", t(f"file.beside.{word}"))
    parts = [told, get.notice, ft.Row([button], wrap=True)]
    return ft.Column([part for part in parts if part is not None], spacing=16, tight=True)


@ft.component
@boundary
def Keeping(file: File) -> ft.Control:
    """Whether it stays on this device when room is wanted."""
    app, t = use_app(), use_words()
    named = file.beside
    assert named is not None
    _share, kept = use_query(lambda: shelf.came(app.store, named), "blobs", deps=[named.hash])
    keep = use_action(lambda on: shelf.keep(app.store, named, on))
    toggle = Toggle(t("file.beside.keep"), kept, keep.run, t("file.beside.keep_text"))
    return ft.Column([part for part in (toggle, keep.notice) if part is not None], tight=True)
