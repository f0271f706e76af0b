"""A card as the codes that others scan: black on white in every theme, with the quiet border that scanners need."""

from __future__ import annotations

import io
from collections.abc import Callable

import flet as ft

from app.features.cards.telling import say_holds
from app.ui.hooks import boundary, use_app, use_look, use_query, use_words
from app.ui.widgets import Empty, Page, QuietButton, body
from sync.cards.card import Card, open_card
from sync.cards.numeric import SCHEME, codes_of
from sync.models import HealthCard

QUIET, DOTS, WIDEST = 4, 8, 480


@ft.component
@boundary
def CodeScreen() -> ft.Control:
    """The code of the card named in the path, on a page of its own, so that nothing pushes it out of sight."""
    app, t = use_app(), use_words()
    id = ft.use_route_params().get("id", "")
    kept = use_query(lambda: app.store.get(HealthCard, id), HealthCard.kind)
    card = open_card(kept.jws) if kept else None
    if not isinstance(card, Card):
        gone = t("cards.unread" if kept else "cards.gone")
        return Page(t("cards.title"), Empty(ft.Icons.QR_CODE_2_OUTLINED, gone), back="cards")
    return CodePage(card, key=f"code {id}")


@ft.component
@boundary
def CodePage(card: Card) -> ft.Control:
    """The code, as large as fits; of several, one at a time with the way to the others."""
    t = use_words()
    place, turn = ft.use_state(0)
    codes = ft.use_memo(lambda: codes_of(card.jws), [card.jws])
    picture = ft.use_memo(lambda: draw(codes[place]), [card.jws, place])
    label = t("cards.code_label", what=say_holds(card))
    if len(codes) == 1:
        return Page(t("cards.code_title"), Picture(*picture, label), body(t("cards.show_text")), back="back")
    which = t("cards.code_part", place=place + 1, count=len(codes))
    shown = Picture(*picture, f"{label} {which}")
    texts = [body(t("cards.code_many")), body(t("cards.show_text"))]
    return Page(which, shown, Turn(place, len(codes), turn), *texts, back="back")


def Turn(place: int, many: int, turn: Callable[[int], None]) -> ft.Control:
    """Back and on between the codes of one card."""
    t = use_words()
    back = QuietButton(t("cards.code_before"), lambda: turn((place - 1) % many), ft.Icons.CHEVRON_LEFT)
    on = QuietButton(t("cards.code_next"), lambda: turn((place + 1) % many), ft.Icons.CHEVRON_RIGHT)
    return ft.Row([back, on], wrap=True, spacing=12, run_spacing=8)


def Picture(data: bytes, squares: int, label: str) -> ft.Control:
    """A code on white, each of its squares whole or half pixels wide; the screen reader hears what it is."""
    look = use_look()
    width = fitting(min(look.width - 2 * look.around, WIDEST), squares)
    image = ft.Image(
        src=data,
        width=width,
        height=width,
        fit=ft.BoxFit.CONTAIN,
        filter_quality=ft.FilterQuality.NONE,
        exclude_from_semantics=True,
    )
    return ft.Semantics(content=ft.Container(image, bgcolor=ft.Colors.WHITE), label=label, image=True)


def fitting(room: float, squares: int) -> float:
    """The widest that a code of so many squares across may be in this room without uneven squares."""
    return max(2 * room // squares, 1) * squares / 2


def draw(code: str) -> tuple[bytes, int]:
    """The code as a PNG, and its squares across. The scheme is bytes, the rest digits: a fifth smaller than bytes."""
    import segno
    from segno import consts

    head, digits = code[: code.rindex("/") + 1], code[code.rindex("/") + 1 :]
    assert head.startswith(SCHEME)
    segments = [(head, consts.MODE_BYTE), (digits, consts.MODE_NUMERIC)]
    made = segno.make(segments, error="L", boost_error=False, micro=False)
    out = io.BytesIO()
    made.save(out, kind="png", scale=DOTS, border=QUIET)
    return out.getvalue(), made.symbol_size(border=QUIET)[0]
