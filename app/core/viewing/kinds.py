"""What a file is: what its sender says, and what its first bytes say. Only what both agree on is opened."""

from __future__ import annotations

import re

SIGNS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("jpeg", re.compile(rb"\xff\xd8\xff")),
    ("gif", re.compile(rb"GIF8[79]a")),
    ("webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("rtf", re.compile(rb"\s{0,64}\{\\rtf")),
    ("pdf", re.compile(rb".{0,1019}?%PDF-", re.DOTALL)),
)
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\0\0\xfe\xff")
WIDE = ("utf-16", "utf16", "utf-32", "utf32")
PICTURES = ("png", "jpeg", "gif", "webp")
SAID = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/rtf": "rtf",
    "application/xhtml+xml": "html",
    "application/json": "code",
    "application/xml": "code",
    "application/txt": "text",
    "image/jpg": "jpeg",
    "image/pjpeg": "jpeg",
    "image/svg+xml": "code",
    "text/html": "html",
    "text/rtf": "rtf",
    "text/richtext": "rtf",
    "text/xml": "code",
    "text/csv": "code",
    **{f"image/{name}": name for name in PICTURES},
}
VAGUE = ("", "application/octet-stream", "binary/octet-stream", "application/unknown")
TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE)
ENDINGS = {
    "application/dicom": ".dcm", "application/json": ".json", "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/xml": ".xml", "application/zip": ".zip", "audio/mpeg": ".mp3", "audio/wav": ".wav",
    "image/svg+xml": ".svg", "image/tiff": ".tif", "text/csv": ".csv", "text/xml": ".xml", "video/mp4": ".mp4",
}  # fmt: skip
OF_KIND = {"jpeg": ".jpg", "text": ".txt", "code": ".txt"}


def media_type(said: str) -> str:
    """The media type without its parameters, in small letters."""
    found = TYPE.match(said)
    return found[1].lower() if found else ""


def charset(said: str) -> str:
    """The character set that a media type names."""
    found = CHARSET.search(said)
    return found[1].lower() if found else ""


def said_kind(said: str) -> str:
    """What its sender calls it: pdf, rtf, html, code, text, a picture's name; "" unsaid, "other" not for showing."""
    type = media_type(said)
    if type in VAGUE:
        return ""
    if type in SAID:
        return SAID[type]
    if type.endswith(("+xml", "+json")):
        return "code"
    return "text" if type.startswith("text/") else "other"


def true_kind(data: bytes) -> str:
    """What the bytes are: pdf, rtf, a picture's name, text, or "other"."""
    for kind, sign in SIGNS:
        if sign.match(data):
            return kind
    return "text" if data.startswith(MARKS) or b"\0" not in data[:65536] else "other"


def kind_of(data: bytes, said: str) -> str:
    """What it is opened as; "other" where it cannot be shown, "differs" where it is not what its sender says."""
    told, true = said_kind(said), true_kind(data)
    if true == "other" and charset(said).startswith(WIDE):
        true = "text"
    if told in ("", true) or (told in PICTURES and true in PICTURES):
        return true
    if told in ("html", "code") and true == "text":
        return told
    return "other" if told == "other" else "differs"


def ending(kind: str, said: str) -> str:
    """How the name of a copy ends. The bytes decide; never one that a system would run."""
    if kind in ("pdf", "rtf", "html", *PICTURES):
        return OF_KIND.get(kind, f".{kind}")
    return ENDINGS.get(media_type(said)) or OF_KIND.get(kind, ".bin")
