"""Joining a clinic the first time, and opening the record every time after."""

from __future__ import annotations

from app.features.welcome.lock import LockScreen
from app.features.welcome.screen import WelcomeScreen
from app.ui.feature import Door

WELCOME = Door(welcome=WelcomeScreen, lock=LockScreen)
