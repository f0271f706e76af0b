"""The patient's own page: who they are, how the app looks, what opens it, their devices, and what this app is."""

from __future__ import annotations

import flet as ft

from app.features.me.about import AboutScreen
from app.features.me.backup import BackupScreen
from app.features.me.devices import DevicesScreen
from app.features.me.keys import KeysScreen
from app.features.me.screen import MeScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="me",
    icon=ft.Icons.PERSON_OUTLINED,
    routes=(
        ("/me", MeScreen),
        ("/me/about", AboutScreen),
        ("/me/keys", KeysScreen),
        ("/me/backup", BackupScreen),
        ("/me/devices", DevicesScreen),
    ),
)
