"""Health cards: signed records on a page of codes, checked here without a network, and shown again to be scanned."""

from __future__ import annotations

import flet as ft

from app.features.cards.code import CodeScreen
from app.features.cards.page import CardScreen
from app.features.cards.screen import CardsScreen
from app.ui.feature import Feature

FEATURE = Feature(
    name="cards",
    icon=ft.Icons.QR_CODE_2_OUTLINED,
    routes=(("/cards", CardsScreen), ("/cards/:id", CardScreen), ("/cards/:id/code", CodeScreen)),
)
