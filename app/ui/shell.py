"""The root: who may come in, what the window looks like, which keys do what, and the last resort."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import flet as ft

from app.household import alone_or_all
from app.ui.boundary import boundary
from app.ui.failures import Failure, explain, hush_logs
from app.ui.feature import Door, Feature
from app.ui.frame import routes_of
from app.ui.hooks import use_heard
from app.ui.look import Look, choose_palette
from app.ui.phone import look_out, meet
from app.ui.rest import AWAY, hides, rest_of, watch
from app.ui.routes import HOME, back, clean, go, in_order
from app.ui.seat import Seat, find_seat, take_seat, this_seat
from app.ui.strings import Words
from app.ui.theme import dress

if TYPE_CHECKING:
    from app.context import App
    from app.household import Household

STEP = 40


def make_look(app: App, page: ft.Page) -> Look:
    """The look for this app's settings in this window; wide windows count in steps, so that few repaint."""
    settings, width = app.settings, page.width or 390
    palette = choose_palette(
        settings.theme, settings.contrast, page.platform_brightness == ft.Brightness.DARK
    )
    return Look(palette, settings.text_scale, width // STEP * STEP if width > 640 else width, settings.motion)


def make_words(app: App) -> Words:
    """The words for this app's language, clock and zone."""
    return Words(app.settings.language, app.now, app.zone)


def settle_in(home: Household, features: Sequence[Feature]) -> Seat:
    """The seat of the current window at the record in view, brought up to date with its settings."""
    page, app = ft.context.page, home.app
    look, words = make_look(app, page), make_words(app)
    seat = find_seat()
    if seat is None or seat.app is not app:
        if seat:
            seat.take_back()
            seat.close()
        seat = Seat(home, app, look, words, rest_of(app, app.now()), tuple(features), path=page.route or "/")
        take_seat(page, seat)
        meet(page, app)
        seat.hold(look_out(page, app))
    seat.rest.follow(app.settings.lock_away, app.settings.lock_idle)
    if seat.look != look or page.theme is None:
        dress(page, look)
        page.schedule_update()
    seat.look, seat.words, seat.features = look, words, tuple(features)
    return seat


def press_key(key: str) -> None:
    """Esc goes back; 1 to 9 show the sections of the rail and "/" the search, unless somebody is typing."""
    seat = this_seat()
    seat.poke()
    if seat.app.locked or not seat.app.has_record:
        return
    if key == "Escape":
        back()
    elif key.removeprefix("Numpad ") in tuple("123456789") and not seat.typing:
        found = in_order(seat.features, seat.app.profile.rail)
        index = int(key[-1]) - 1
        if index < len(found):
            go(found[index].name)
    elif key == "/" and not seat.typing:
        for place in (feature.find for feature in seat.features if feature.find):
            go(place)


async def leave(event: ft.Event[ft.View]) -> None:
    """The system's back gesture: one screen back, or out of the app from Today."""
    home = clean(this_seat().path) in ("", HOME)
    await event.control.confirm_pop(home)
    if not home:
        back()


def Sorry(failure: Failure, close: Callable[[], None], covered: bool) -> ft.AlertDialog:
    """The last resort: something failed while answering a tap. Nothing stands in it while the window is covered."""
    from app.ui.widgets import Notice, QuietButton

    t, look = this_seat().words, this_seat().look
    notice = Notice(failure.kind, failure.text, details=failure.details)
    button = ft.Row(
        [QuietButton(t("actions.close"), close, autofocus=True)], alignment=ft.MainAxisAlignment.END
    )
    said = ft.Column([notice, button], spacing=16, tight=True, visible=not covered)
    content = ft.Container(said, width=look.px(420))
    return ft.AlertDialog(content=content, content_padding=16, inset_padding=16, on_dismiss=close)


@ft.component
def Shell(home: Household, features: Sequence[Feature], door: Door) -> list[ft.View]:
    """The whole window: welcome, lock, or the record in its frame."""
    page, app = ft.context.page, home.app
    _, repaint = ft.use_state(0)
    failure, set_failure = ft.use_state(None)
    covered, seat_cover = ft.use_state(False)
    seat = settle_in(home, features)
    use_heard(home.listen, deps=[home.turn])
    use_heard(app.listen, deps=[home.turn])

    def again() -> None:
        if home.app is not app or make_look(app, page) != seat.look:
            repaint(lambda n: n + 1)

    use_turns(seat, again)
    use_questions(seat)
    seat.refit, seat.cover = again, seat_cover
    seat.alert = lambda error: set_failure(explain(error, seat.words))
    ft.use_dialog(Sorry(failure, lambda: set_failure(None), covered) if failure else None)
    paper = seat.look.palette.paper
    inside = Inside(app, home.scene, tuple(features), door, key=f"turn-{home.turn}")
    layers = [ft.Container(inside, expand=True)]
    layers += [ft.Container(bgcolor=paper, left=0, right=0, top=0, bottom=0, key="cover")] if covered else []
    stack = ft.Stack(layers, expand=True, fit=ft.StackFit.EXPAND)
    view = ft.View(controls=[stack], padding=0, spacing=0, bgcolor=paper)
    view.can_pop, view.on_confirm_pop = False, leave
    return [view]


def use_turns(seat: Seat, again: Callable[[], None]) -> None:
    """With another record in view: keep an eye on it, begin at today, and look whether it was passed on meanwhile."""
    turn = seat.home.turn
    first = ft.use_ref(turn)

    def arrive() -> None:
        if first.current != turn:
            guard(seat)
            go(HOME)
            again()

    ft.use_effect(arrive, dependencies=[turn])


def use_questions(seat: Seat) -> None:
    """What was asked about a record goes when that is locked or opened."""
    subject = seat.subject
    before = ft.use_ref(subject)

    def look() -> None:
        if before.current != subject:
            before.current = subject
            seat.take_back()

    ft.use_effect(look, dependencies=list(subject))


@ft.component
@boundary
def Inside(app: App, scene: str, features: Sequence[Feature], door: Door) -> ft.Control:
    """Whose record, where that is asked; welcome where there is nothing, the lock while locked, else the record."""
    if scene and door.people and not app.is_open:
        return ft.Container(door.people(), expand=True, key=scene)
    if not app.has_record:
        return ft.Container(door.welcome(), expand=True, key="welcome")
    if app.locked:
        return ft.Container(door.lock(), expand=True, key="lock")
    return ft.Container(ft.Router(routes_of(features)), expand=True, key="record")


def change_life(state: ft.AppLifecycleState) -> None:
    """Out of sight, in sight again: cover the screen, and lock a record that was away for too long."""
    seat, page = this_seat(), ft.context.page
    seat.hide(hides(state, page.platform))
    if state in AWAY:
        seat.rest.leave(seat, seat.app.now())
    elif state != ft.AppLifecycleState.INACTIVE and seat.rest.come_back(seat, seat.app.now()):
        lock_if_open(seat.app)
    seat.app.consider(seen=seat.rest.in_sight)


def lock_if_open(app: App) -> None:
    """Lock a record that is open."""
    if app.has_record and not app.locked:
        app.lock()


def guard(seat: Seat) -> None:
    """Keep an eye on a record left alone, for as long as this window lives."""
    if seat.rest.enter(seat, seat.app.now()):
        lock_if_open(seat.app)
    task = asyncio.ensure_future(watch(seat.rest, seat.app.now, lambda: lock_if_open(seat.app)))
    seat.hold(task.cancel)
    seat.hold(lambda: forget(seat))


def forget(seat: Seat) -> None:
    """A window is gone; those that are left may all be out of sight."""
    seat.rest.forget(seat)
    seat.app.consider(seen=seat.rest.in_sight)


def hear_window(page: ft.Page) -> None:
    """Hear of size, brightness, keys and the end. The client is told at the first paint, so it is asked before."""
    page.on_resize = page.on_platform_brightness_change = lambda _: this_seat().refit()
    page.on_keyboard_event = lambda event: press_key(event.key)
    page.on_close = lambda _: this_seat().close()
    page.on_app_lifecycle_state_change = lambda event: change_life(event.state)


def last_resort(page: ft.Page) -> None:
    """An error in a handler never shows its text and never takes the app away."""

    def tell(_: str) -> None:
        seat = find_seat()
        if seat is not None:
            seat.alert(sys.exc_info()[1])

    page.session.error = tell


def open_window(shown: App | Household, features: Sequence[Feature], door: Door) -> Callable[[ft.Page], None]:
    """What Flet calls for each window or browser tab."""
    home = alone_or_all(shown)

    def main(page: ft.Page) -> None:
        hush_logs()
        last_resort(page)
        page.title = "Evenkeel"
        hear_window(page)
        guard(settle_in(home, features))
        page.render_views(Shell, home, tuple(features), door)

    return main
