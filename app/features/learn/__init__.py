"""The library: short texts to read, also without a connection."""

from __future__ import annotations

import flet as ft

from app.features.learn.lesson import LessonScreen
from app.features.learn.screen import LearnScreen
from app.store.library import INDICES
from app.ui.feature import Feature

FEATURE = Feature(
    name="learn",
    icon=ft.Icons.MENU_BOOK_OUTLINED,
    routes=(("/learn", LearnScreen), ("/learn/:id", LessonScreen)),
    indices=INDICES,
)
