"""Searched words are marked where they stand: from the beginning of a word, whatever the case and the accents."""

from __future__ import annotations

import pytest

from app.ui.marks import pieces


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Hemoglobin A1c", "hemo", ["Hemo"]),
        ("Hemoglobin A1c", "a1C hem", ["Hem", "A1c"]),
        ("Presión alta", "presion", ["Presión"]),
        ("Presion alta", "PRESIÓN", ["Presion"]),
        ("Oxyhemoglobin", "hemo", []),
        ("Glucose in blood", "in", ["in"]),
        ("Straße", "strasse", ["Straße"]),
        ("10*3/uL (x+y)", "10*3", ["10", "3"]),
        ("", "a", []),
        ("text", "", []),
        ("e\u0301cole", "école", ["e\u0301cole"]),
    ],
)
def test_words_are_marked(text: str, words: str, marked: list[str]) -> None:
    found = pieces(text, words)
    assert "".join(piece for piece, _ in found) == text
    assert "".join(piece for piece, mark in found if mark).replace("\u0301", "") == "".join(marked).replace(
        "\u0301", ""
    )
