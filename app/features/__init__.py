"""Everything a patient does, in the order of the rail. Adding a task: a folder, and its line here."""

from __future__ import annotations

from app.features import cards, health, learn, me, mood, readings, take, today, waiting, welcome
from app.features.welcome import WELCOME
from app.ui.feature import Feature

FEATURES: tuple[Feature, ...] = (
    today.FEATURE,
    health.FEATURE,
    cards.FEATURE,
    mood.FEATURE,
    readings.FEATURE,
    learn.FEATURE,
    waiting.FEATURE,
    me.FEATURE,
    take.FEATURE,
    welcome.FEATURE,
)

__all__ = ["FEATURES", "WELCOME"]
