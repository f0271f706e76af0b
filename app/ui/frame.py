"""What stands round a screen: whose record it is, its rail or its tab bar; and the table of every feature's routes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import flet as ft

from app.ui.bars import MENU, Rail, TabBar
from app.ui.boundary import boundary
from app.ui.feature import Feature, Screen
from app.ui.menu import MenuScreen, NowhereScreen
from app.ui.routes import HOME, clean, in_order, remember, section_of
from app.ui.seat import this_seat
from app.ui.widgets.person import PersonStrip


def _mount(screen: Screen) -> ft.Control:
    """A screen keyed by its path, so that one record's state never shows on another."""
    path = clean(ft.context.page.route or "")
    return screen(key=path) if getattr(screen, "__is_component__", False) else screen()


def _home(features: Sequence[Feature]) -> Screen:
    table = {clean(path): screen for feature in features for path, screen in feature.routes}
    return table.get(HOME) or next(iter(table.values()), NowhereScreen)


def routes_of(features: Sequence[Feature]) -> list[ft.Route]:
    """Every route of every feature, under one frame."""
    table = [(clean(path), screen) for feature in features for path, screen in feature.routes]
    table += [(MENU, MenuScreen), (":rest*", NowhereScreen)]
    found = [ft.Route(path=path, component=partial(_mount, screen)) for path, screen in table]
    home = ft.Route(index=True, component=partial(_mount, _home(features)))
    return [ft.Route(component=Outlet, outlet=True, children=[home, *found])]


@ft.component
@boundary
def Outlet() -> ft.Control:
    """The screen of the current path, in its frame."""
    path = ft.use_route_location()
    remember(path)
    use_arrival(clean(path) or HOME)
    return Around(ft.use_route_outlet(), section_of(path))


def use_arrival(place: str) -> None:
    """Whoever walks on to another screen has seen whose record was opened."""
    home, came_at = this_seat().home, ft.use_ref(place)

    def walk() -> None:
        if place != came_at.current:
            home.settle()

    ft.use_effect(walk, dependencies=[place])


def Around(screen: ft.Control, section: str) -> ft.Control:
    """A screen with its rail or its tab bar. Both have a place at any width, so that a resize remounts nothing."""
    seat = this_seat()
    profile, wide = seat.app.profile, seat.look.kind == "desktop"
    rail = Rail(in_order(seat.features, profile.rail), section) if wide else None
    tabs = None if wide else TabBar(in_order(seat.features, profile.tabs), section)
    shared = seat.home.is_shared
    held = ft.SafeArea(
        ft.Container(screen, expand=True),
        expand=True,
        avoid_intrusions_top=not shared,
        avoid_intrusions_bottom=False,
    )
    row = ft.Row(
        [ft.Container(rail), held],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    whose = PersonStrip() if shared else None
    return ft.Column([ft.Container(whose), row, ft.Container(tabs)], spacing=0, expand=True)
