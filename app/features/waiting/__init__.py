"""What waits to be sent, what needs the patient, and what the clinic has."""

from __future__ import annotations

import flet as ft

from app.features.waiting.screen import WaitingScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="waiting",
    icon=ft.Icons.OUTBOX_OUTLINED,
    routes=(("/waiting", WaitingScreen),),
)
