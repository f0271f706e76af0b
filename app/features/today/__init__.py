"""Home: what there is to do and to know today, and nothing else."""

from __future__ import annotations

import flet as ft

from app.features.today.queries import INDICES
from app.features.today.screen import TodayScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="today",
    icon=ft.Icons.WB_SUNNY_OUTLINED,
    routes=(("/today", TodayScreen),),
    indices=INDICES,
)
