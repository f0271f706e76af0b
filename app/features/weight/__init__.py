"""What somebody weighs: a number to log, a quiet look back, a word when it changes quickly."""

from __future__ import annotations

import flet as ft

from app.features.weight.queries import INDICES
from app.features.weight.screen import WeightCard, WeightScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="weight",
    icon=ft.Icons.MONITOR_WEIGHT_OUTLINED,
    routes=(("/weight", WeightScreen),),
    indices=INDICES,
    card=WeightCard,
)
