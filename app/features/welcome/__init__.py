"""Joining a clinic the first time, and opening the record every time after."""

from __future__ import annotations

import flet as ft

from app.features.welcome.joining import JoinScreen
from app.features.welcome.lock import LockScreen
from app.features.welcome.people import PeopleScreen
from app.features.welcome.screen import WelcomeScreen
from app.ui.feature import Door, Feature

WELCOME = Door(welcome=WelcomeScreen, lock=LockScreen, people=PeopleScreen)
FEATURE = Feature(name="welcome", icon=ft.Icons.LINK_OUTLINED, routes=(("/welcome", JoinScreen),))
