"""One file of the record as a page: its words or its picture, what could not be shown and why, and a copy to save."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import flet as ft

from app.core.viewing import Shown, bytes_of, look_into
from app.core.viewing.kinds import ending
from app.features.health.attached import about, away, title_of
from app.features.health.beside import Getting, Keeping, brought
from app.features.health.queries import open_file
from app.store import Store
from app.ui.failures import explain
from app.ui.hooks import boundary, use_app, use_look, use_query, use_words
from app.ui.leaving import ask_to_leave, can_open
from app.ui.saving import SaveCopy, stem_of
from app.ui.strings import isolate
from app.ui.widgets import (
    Empty,
    LinkButton,
    Markdown,
    Notice,
    Page,
    ProgressLine,
    QuietButton,
    body,
    heading,
    words,
)
from app.ui.working import Progress, Stop, use_work
from sync.fhir.files import File

AT_ONCE, PAGES_AT_ONCE = 1, 5
LARGEST = 4  # times the width of the window
MONO = "Noto Sans Mono"
CALM = ("unknown", "empty", "too_big", "locked", "too_many_pixels", "too_much", "stopped")


@ft.component
@boundary
def FileScreen() -> ft.Control:
    """The file named in the path by its record and its place there."""
    app, t = use_app(), use_words()
    named = ft.use_route_params()
    id, place = named.get("id", ""), named.get("place", "")
    file = use_query(lambda: opened(app.store, id, place), "record", "blobs", deps=[id, place])
    if file is None:
        return Page(t("file.title"), Empty(ft.Icons.DESCRIPTION_OUTLINED, t("health.gone")), back="back")
    known = body(about(file), colour=use_look().palette.quiet)
    head = [known] if about(file) else []
    if file.beside is None:
        rest = Opened(file, key=f"{id} {place}") if file.data else elsewhere(file)
        return Page(title_of(file), *head, rest, back="back")
    rest = Opened(file, key=f"{id} {place}") if file.data else Getting(file)
    return Page(title_of(file), *head, rest, Keeping(file), back="back")


def opened(store: Store, id: str, place: str) -> File | None:
    """The file at this place of a record, with its bytes where they are here."""
    file = open_file(store, id, place)
    return brought(store, file) if file else None


def elsewhere(file: File) -> ft.Control:
    """A file that is not here: where it is. Nothing fetches it but the person."""
    t = use_words()
    if not can_open(file.address):
        return Notice("info", away(file))
    leave = QuietButton(t("file.open_address"), lambda: ask_to_leave(file.address), ft.Icons.OPEN_IN_NEW)
    where = body(isolate(file.address), selectable=True)
    return ft.Column(
        [Notice("info", t("file.elsewhere")), where, ft.Row([leave], wrap=True)], spacing=16, tight=True
    )


@ft.component
@boundary
def Opened(file: File) -> ft.Control:
    """What is in it, once it is read; until then how far that is."""
    t = use_words()
    shown, show = ft.use_state(None)
    anyway, dare = ft.use_state(False)
    work = use_work()

    async def read(progress: Progress, stop: Stop) -> Shown:
        return await asyncio.to_thread(look_into, file.data, file.type, file.size, file.hash, progress, stop)

    ft.use_effect(lambda: work.run(read, show), dependencies=[file])
    if work.busy:
        return ProgressLine(t("file.opening"), work.share, work.stop)
    if work.error:
        return Notice("attention", explain(work.error, t).text)
    if shown is None:
        return ft.Container(visible=False)
    if shown.doubts and not anyway and shown.form != "nothing":
        parts = [doubted(shown, QuietButton(t("file.open_anyway"), lambda: dare(True)))]
    else:
        parts = [*([doubted(shown)] if shown.doubts else []), *said_first(shown), *content(shown, file)]
    if shown.why == "stopped":
        parts.append(ft.Row([QuietButton(t("actions.try_again"), lambda: work.run(read, show))]))
    return ft.Column([*parts, copy_of(file, shown)], spacing=16, tight=True)


def doubted(shown: Shown, action: ft.Control | None = None) -> ft.Control:
    """What about it is not as the clinic announced it."""
    t = use_words()
    return Notice("attention", " ".join(t(f"file.doubt.{one}") for one in shown.doubts), action)


def said_first(shown: Shown) -> list[ft.Control]:
    """What must be known before reading: that it is not shown, not whole, or only its words."""
    t = use_words()
    if shown.form == "nothing":
        kind = "info" if shown.why in CALM else "attention"
        return [Notice(kind, t(f"file.why.{shown.why}"))]
    notes = []
    if shown.form == "pages":
        notes.append(t("file.pdf_words" if any(shown.pieces) else "file.pdf_silent"))
    if shown.form in ("plain", "set", "rich") and not shown.pieces:
        notes.append(t("file.no_words"))
    notes += [t("file.for_computers")] if shown.kind == "code" else []
    notes += [t("file.left_out")] if shown.left_out else []
    notes += [t("file.cut")] if shown.cut else []
    return [Notice("info", " ".join(notes))] if notes else []


def content(shown: Shown, file: File) -> list[ft.Control]:
    """The file itself."""
    if shown.form == "picture":
        return [Picture(shown, file)]
    return [Pieces(shown)] if any(shown.pieces) else []


@ft.component
@boundary
def Pieces(shown: Shown) -> ft.Control:
    """Its words, a window at a time."""
    t = use_words()
    step = PAGES_AT_ONCE if shown.form == "pages" else AT_ONCE
    many, set_many = ft.use_state(step)
    parts = [one for place in range(min(many, len(shown.pieces))) for one in piece(shown, place)]
    if many < len(shown.pieces):
        parts.append(LinkButton(t("actions.show_more"), lambda: set_many(many + step), ft.Icons.EXPAND_MORE))
    return ft.Column(parts, spacing=12, tight=True)


def piece(shown: Shown, place: int) -> Sequence[ft.Control]:
    """One page or one piece of text."""
    t, told = use_words(), shown.pieces[place]
    if shown.form == "pages":
        head = heading(t("file.page", number=place + 1, count=len(shown.pieces)), 2, role="small")
        return [head, *paragraphs(told or t("file.page_silent"))]
    if shown.form == "rich":
        return [Markdown(told, ask_to_leave)]
    return [Columns(told)] if shown.form == "set" else paragraphs(told)


def paragraphs(told: str) -> list[ft.Control]:
    """Words that may be chosen and copied, a paragraph each, so that a screen reader can step through them."""
    return [body(part.strip("\n"), selectable=True) for part in told.split("\n\n") if part.strip()]


@ft.component
@boundary
def Columns(told: str) -> ft.Control:
    """Text whose columns matter: letters of one width, wider than the window where it must be, unless it is to fit."""
    t = use_words()
    fits, fit = ft.use_state(False)
    text = words(told, "body" if fits else "small", selectable=True, no_wrap=not fits)
    if not fits:
        text.style.font_family = MONO
    icon = ft.Icons.VIEW_COLUMN_OUTLINED if fits else ft.Icons.WRAP_TEXT
    turn = LinkButton(t("file.keep_columns" if fits else "file.fit"), lambda: fit(not fits), icon)
    drawn = text if fits else ft.Row([text], scroll=ft.ScrollMode.ALWAYS)
    return ft.Column([ft.Row([turn], wrap=True), drawn], spacing=8, tight=True)


@ft.component
@boundary
def Picture(shown: Shown, file: File) -> ft.Control:
    """A picture in the width of the page, or as large as it was taken; then it moves sideways."""
    t, look = use_words(), use_look()
    large, grow = ft.use_state(False)
    wide, high = shown.size
    drawn = ft.Image(
        src=shown.picture,
        width=min(wide, LARGEST * look.width) if large else min(wide, look.reading),
        fit=ft.BoxFit.CONTAIN,
        semantics_label=t("file.picture", title=title_of(file), wide=wide, high=high),
        error_content=body(t("file.why.damaged")),
    )
    if wide <= look.width - 2 * look.around:
        return drawn
    icon = ft.Icons.FIT_SCREEN_OUTLINED if large else ft.Icons.ZOOM_IN
    turn = LinkButton(t("file.fit" if large else "file.larger"), lambda: grow(not large), icon)
    parts = [ft.Row([turn], wrap=True), ft.Row([drawn], scroll=ft.ScrollMode.ALWAYS) if large else drawn]
    return ft.Column(parts, spacing=8, tight=True)


def copy_of(file: File, shown: Shown) -> ft.Control:
    """A way to save what came, byte for byte; what is no base64 as the text it is."""

    def read() -> bytes:
        return file.data.encode() if shown.why == "not_base64" else bytes_of(file.data)

    stem = stem_of(file.title, use_words()("file.name"))
    return SaveCopy(stem, ".txt" if shown.why == "not_base64" else ending(shown.kind, file.type), read)
