"""What somebody measures: two taps and a number, a look back beside the clinic's own, a word where it matters."""

from __future__ import annotations

from app.features.readings.one import ChangeScreen, MeasureScreen
from app.features.readings.queries import INDICES
from app.features.readings.screen import ICON, ReadingsCard, ReadingsScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="readings",
    icon=ICON,
    routes=(
        ("/readings", ReadingsScreen),
        ("/readings/:what", MeasureScreen),
        ("/readings/:what/:id", ChangeScreen),
    ),
    indices=INDICES,
    card=ReadingsCard,
)
