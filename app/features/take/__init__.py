"""Take it with me: the whole record as a book to read, or as files that other health apps read."""

from __future__ import annotations

import flet as ft

from app.features.take.queries import INDICES
from app.features.take.screen import TakeOneScreen, TakeScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="take",
    icon=ft.Icons.LUGGAGE_OUTLINED,
    routes=(("/take", TakeScreen), ("/take/:id", TakeOneScreen)),
    indices=INDICES,
)
