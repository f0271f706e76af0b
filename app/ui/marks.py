"""Where the words that somebody searched for stand in a text, whatever their case and accents."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str) -> tuple[str, list[int]]:
    """The text without case and accents, and for each of its letters where it came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for plain in unicodedata.normalize("NFKD", letter).casefold():
            if not unicodedata.combining(plain):
                letters.append(plain)
                places.append(place)
    return "".join(letters), places


def pieces(text: str, words: str) -> list[tuple[str, bool]]:
    """The text cut into pieces, each with whether it is one of the words; a word counts from its beginning."""
    folded, places = fold(text)
    wanted = [re.escape(fold(word)[0]) for word in re.findall(r"\w+", words)]
    if not wanted or not folded:
        return [(text, False)] if text else []
    marks = [False] * len(text)
    for match in re.finditer(rf"\b(?:{'|'.join(sorted(wanted, key=len, reverse=True))})", folded):
        for place in places[match.start() : match.end()]:
            marks[place] = True
    found: list[tuple[str, bool]] = []
    for letter, mark in zip(text, marks, strict=True):
        if found and found[-1][1] == mark:
            found[-1] = (found[-1][0] + letter, mark)
        else:
            found.append((letter, mark))
    return found
