"""The files that came with a record: a row each, with what it is and where."""

from __future__ import annotations

import flet as ft

from app.core.viewing import length_of
from app.features.health.beside import stands
from app.features.health.queries import list_files
from app.features.health.rows import say_when
from app.features.health.rules import Entry
from app.store import Store
from app.ui.hooks import boundary, use_app, use_query, use_words
from app.ui.leaving import can_open, place_of
from app.ui.routes import go
from app.ui.telling import file_word, say_file
from app.ui.widgets import ListRow, Rows, Section
from sync.fhir.files import File

ICONS = {
    "pdf": ft.Icons.PICTURE_AS_PDF_OUTLINED,
    "picture": ft.Icons.IMAGE_OUTLINED,
    "sound": ft.Icons.AUDIO_FILE_OUTLINED,
    "video": ft.Icons.VIDEO_FILE_OUTLINED,
    "scan": ft.Icons.IMAGE_OUTLINED,
    "code": ft.Icons.CODE,
    "other": ft.Icons.INSERT_DRIVE_FILE_OUTLINED,
}
THOUSAND, MILLION = 1000, 1_000_000


@ft.component
@boundary
def Attachments(entry: Entry) -> ft.Control:
    """Every file that the record carries or points at; nothing where there is none."""
    app, t = use_app(), use_words()
    found = use_query(lambda: listed(app.store, entry), "record", "blobs", deps=[entry.line.id])
    if not found:
        return ft.Container(visible=False)
    rows = [file_row(entry, place, *one) for place, one in enumerate(found)]
    return Section(t("file.files", count=len(found)), Rows(rows))


def listed(store: Store, entry: Entry) -> list[tuple[File, str]]:
    """The files of a record, and where those are that the clinic keeps beside it."""
    return [(file, stands(store, file)) for file in list_files(store, entry)]


def file_row(entry: Entry, place: int, file: File, stands: str) -> ft.Control:
    """One file: what it is called, and what is known of it before it is opened."""
    t = use_words()
    icon = ICONS.get(file_word(file.type), ft.Icons.DESCRIPTION_OUTLINED)
    there = t(f"file.beside.row.{'here' if stands == 'here' else 'away'}") if stands else away(file)
    lines = [about(file), *([there] if not file.data else [])]
    told = "\n".join(line for line in lines if line)
    return ListRow(icon, title_of(file), told, on_click=lambda: go(f"health/file/{entry.line.id}/{place}"))


def title_of(file: File) -> str:
    """Its own title, or the word for what it is."""
    return file.title or say_file(file.type, use_words())


def about(file: File) -> str:
    """What it is, how big, from when and in which language."""
    t = use_words()
    kind = say_file(file.type, t) if file.title else ""
    language = f"file.language.{file.language.partition('-')[0].lower()}"
    known = [
        kind,
        say_size(size_of(file)),
        say_when(file.made),
        t(language) if t.has(language) else file.language,
    ]
    return " · ".join(part for part in known if part)


def size_of(file: File) -> int:
    """The bytes that are here, or that it is said to have."""
    if file.data:
        return length_of(file.data)
    return file.beside.size if file.beside else file.size or 0


def say_size(size: int) -> str:
    """A number of bytes as people say it: "129 KB", "1.2 MB"."""
    t = use_words()
    if not size:
        return ""
    if size >= MILLION:
        return t.quantity(round(size / MILLION, 1), "MB")
    return t.quantity(max(1, round(size / THOUSAND)), "KB")


def away(file: File) -> str:
    """Where it is, when it is not here."""
    t = use_words()
    return t("file.kept_at", place=place_of(file.address)) if can_open(file.address) else t("file.not_here")
