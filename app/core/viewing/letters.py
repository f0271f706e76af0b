"""Bytes as letters: the character set that was named, or the one they show by themselves."""

from __future__ import annotations

import codecs
import re

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
KNOWN = re.compile(
    r"utf-?8|utf-?(16|32)([bl]e)?|(us-)?ascii|iso[-_]?8859-\d{1,2}|latin-?1|windows-125\d|cp\d{3,4}|koi8-[ru]"
    r"|macroman|shift[-_]jis|euc-(jp|kr)|iso-2022-jp|gb2312|gbk|gb18030|big5"
)
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufeff\u202a-\u202e\u2066-\u2069]")
COLUMNS = re.compile(r"\S(?: {3,}|\t)\S")
PIECE, MOST = 12_000, 1_000_000


def decode(data: bytes, named: str = "") -> str:
    """The text. A byte order mark wins over a name, a name over a guess; what fits nowhere becomes U+FFFD."""
    marked = next((name for mark, name in MARKS if data.startswith(mark)), "")
    name = marked or (named if KNOWN.fullmatch(named) else "")
    if name:
        return cleaned(data.decode(name, "replace"))
    try:
        return cleaned(data.decode())
    except UnicodeDecodeError:
        return cleaned(data.decode("cp1252", "replace"))


def cleaned(text: str) -> str:
    """Without what cannot be seen and could mislead: control characters, and marks that turn the direction round."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n"))


def is_set(text: str) -> bool:
    """Do columns matter, as in a table made of spaces?"""
    lines = [line for line in text[:MOST].split("\n") if line.strip()]
    columns = sum(1 for line in lines if COLUMNS.search(line))
    return columns > 1 and columns * 5 >= len(lines)


def pieces(text: str, size: int = PIECE) -> tuple[str, ...]:
    """A text in pieces of at most so many letters, cut between lines where there are any."""
    found, at = [], 0
    while at < len(text):
        end = min(at + size, len(text))
        line = text.rfind("\n", at, end) if end < len(text) else -1
        end = line + 1 if line > at else end
        found.append(text[at:end].strip("\n"))
        at = end
    return tuple(one for one in found if one.strip())
