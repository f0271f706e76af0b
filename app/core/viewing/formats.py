"""The formats that have a library: RTF, PDF, and the head of a picture. Each is read for words or size alone."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

from app.core.viewing.bounds import Stop, TooMuch, bounded
from app.core.viewing.letters import cleaned

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_PAGES, MOST_LETTERS = 300, 1_000_000
MOST_PIXELS, LONGEST_SIDE = 25_000_000, 20_000
ALL_PAGES = 40_000_000  # steps, for all of them
SHORT, MANY = 14, 20
BULLETS = re.compile("[\ue000-\uf8ff]")
Progress = Callable[[int, int], None]


class Locked(Exception):
    """It has a password that we do not know."""


class TooManyPixels(Exception):
    """Drawing it would take more memory than a phone has to give."""


def read_rtf(data: bytes) -> str:
    """The words of an RTF document; objects and pictures in it are skipped."""
    from striprtf.striprtf import rtf_to_text

    return cleaned(str(rtf_to_text(data.decode("latin-1"), errors="ignore")))


def read_pdf(data: bytes, progress: Progress, stop: Stop, steps: int = ALL_PAGES) -> tuple[list[str], bool]:
    """The words of each page, and whether some are missing. Scripts and actions are never looked at. Raises Locked."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # it quotes what it read
    pages: list[str] = []
    failed = 0
    try:
        with bounded(steps, stop):
            reader = PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise Locked
            many = len(reader.pages)
            while len(pages) < min(many, MOST_PAGES) and sum(map(len, pages)) < MOST_LETTERS:
                said = _read_page(reader, len(pages))
                failed += said is None
                pages.append(said or "")
                progress(len(pages), min(many, MOST_PAGES))
    except TooMuch:
        if not any(pages):
            raise
        return pages, True
    if pages and failed == len(pages):
        raise ValueError("no page could be read")
    return pages, bool(failed) or len(pages) < many


def _read_page(reader: PdfReader, number: int) -> str | None:
    """The words of a page; None where it is damaged, so that the others can still be read."""
    try:
        return _words(reader.pages[number])
    except Exception:
        return None


def _words(page: PageObject) -> str:
    """The words in the order they were drawn; where that comes in splinters, in the order they stand on the page."""
    told = cleaned(page.extract_text())
    lines = [len(line) for line in told.split("\n") if line.strip()]
    if len(lines) > MANY and median(lines) < SHORT:
        placed = cleaned(page.extract_text(extraction_mode="layout", layout_mode_strip_rotated=False))
        if _letters(placed) >= _letters(told):
            told = re.sub(r" {2,}", " ", placed)
    return BULLETS.sub("•", told.replace("\u00a0", " ")).strip()


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, by the head of the picture alone. Raises TooManyPixels, ValueError."""
    import imagesize

    wide, high = imagesize.get(io.BytesIO(data))
    if wide < 1 or high < 1:
        raise ValueError("no size")
    if wide * high > MOST_PIXELS or max(wide, high) > LONGEST_SIDE:
        raise TooManyPixels
    return int(wide), int(high)
