"""How somebody feels: two taps to say it, and a quiet look back."""

from __future__ import annotations

import flet as ft

from app.features.mood.note import NoteScreen
from app.features.mood.queries import INDICES
from app.features.mood.screen import MoodCard, MoodScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="mood",
    icon=ft.Icons.MOOD_OUTLINED,
    routes=(("/mood", MoodScreen), ("/mood/note/:id", NoteScreen)),
    indices=INDICES,
    card=MoodCard,
)
