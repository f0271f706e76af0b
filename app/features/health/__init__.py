"""The health record: results, readings, medicines and all the rest, in the patient's words."""

from __future__ import annotations

import flet as ft

from app.features.health.file import FileScreen
from app.features.health.queries import INDICES
from app.features.health.record import RecordScreen
from app.features.health.result import ResultCard
from app.features.health.screen import HealthScreen, SearchScreen, SectionScreen
from app.features.health.timing import SortScreen, TimingScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="health",
    icon=ft.Icons.MONITOR_HEART_OUTLINED,
    routes=(
        ("/health", HealthScreen),
        ("/health/search", SearchScreen),
        ("/health/list/:section", SectionScreen),
        ("/health/record/:id", RecordScreen),
        ("/health/timing", TimingScreen),
        ("/health/timing/:sort", SortScreen),
        ("/health/file/:id/:place", FileScreen),
    ),
    indices=INDICES,
    card=ResultCard,
    find="health/search",
)
