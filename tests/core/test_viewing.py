"""A file from somebody else is read and never run; whatever it is, it gives words."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from app.core.viewing import MOST_BYTES, Shown, bytes_of, doubts, length_of, look_into, view
from app.core.viewing.bounds import TooMuch, bounded
from app.core.viewing.formats import read_pdf
from app.core.viewing.kinds import ending
from app.core.viewing.letters import PIECE, is_set, pieces
from tests.core.hostile import HOSTILE, RTF, SCRIPTS, SVG, active_pdf, packed, pdf, png, small_png

WHYS = {
    "empty",
    "too_big",
    "not_base64",
    "differs",
    "unknown",
    "damaged",
    "locked",
    "too_many_pixels",
    "too_much",
}


def told(shown: Shown) -> str:
    return "\n".join(shown.pieces)


WORLD = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.system",
    "os.exec",
)
HEARD: list[tuple[str, object]] = []
OPEN = [False]


def heard(event: str, args: tuple[object, ...]) -> None:
    """Python tells an audit hook of every way out of the process, from C as well."""
    writes = event == "open" and len(args) > 1 and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if OPEN[0] and (event in WORLD or writes):
        HEARD.append((event, args))


sys.addaudithook(heard)


@pytest.mark.parametrize("name", HOSTILE)
def test_every_hostile_file_gives_words_and_gets_nowhere(name: str) -> None:
    said, data = HOSTILE[name]
    OPEN[0] = True
    shown = view(data, said)
    OPEN[0] = False
    assert shown.why in WHYS if shown.form == "nothing" else shown.form in ("plain", "set", "rich", "pages")
    assert not HEARD


def test_the_ear_for_ways_out_works(tmp_path: Path) -> None:
    OPEN[0] = True
    (tmp_path / "x").write_text("x")
    OPEN[0] = False
    assert [event for event, _ in HEARD] == ["open"]
    HEARD.clear()


def test_a_page_keeps_its_words_and_loses_what_would_run() -> None:
    shown = view(SCRIPTS, "text/html; charset=utf-8")
    words = told(shown)
    assert shown.left_out and shown.form == "rich"
    assert "# Letter" in words and "**all is well**" in words and "&#91;A heart&#93;" in words
    assert "[six](https://clinic.example/next)" in words and "[five](https://evil.example/p)" in words
    assert "Sodium · Result: 140" in words and "![" not in words
    assert not [
        one
        for one in ("<script>alert", "<img", "<svg", "<iframe", "onerror", "refresh", "secret")
        if one in words
    ]
    assert words.count("](") == 2 and "&#91;y&#93;(javascript" in words and "&#91;x&#93;(http" in words


def test_money_in_a_page_is_no_formula() -> None:
    words = told(view(b"<p>Pay $5 or $10 [today] \\(now\\)</p><pre>$x = [1]</pre>", "text/html"))
    assert "Pay &#36;5 or &#36;10 &#91;today&#93;" in words and "$x = [1]" in words


def test_the_words_of_a_pdf_are_read_page_by_page() -> None:
    heard: list[tuple[int, int]] = []
    shown = view(pdf("One", "Two", ""), "application/pdf", lambda done, of: heard.append((done, of)))
    assert shown.form == "pages" and shown.pieces == ("One", "Two", "") and heard == [(1, 3), (2, 3), (3, 3)]


def test_a_pdf_drawn_in_splinters_is_read_as_it_stands() -> None:
    rows = "".join(
        f"BT /F1 12 Tf {72 + 90 * column} {720 - 20 * row} Td (part{row}x{column}) Tj ET "
        for column in (0, 1)
        for row in range(15)
    )
    drawn = pdf("x").replace(b"BT /F1 12 Tf 72 720 Td (x) Tj ET", rows.encode())
    assert "part3x0 part3x1" in told(
        view(drawn.replace(b"/Length 33", b"/Length %d" % len(rows)), "application/pdf")
    )


def test_a_pdf_that_would_run_something_is_only_read() -> None:
    assert view(active_pdf(), "application/pdf").pieces == ("Hello Rosa",)


def test_a_pdf_whose_table_is_broken_is_still_read() -> None:
    said, data = HOSTILE["pdf with a broken table"]
    assert view(data, said).pieces == ("Hello Rosa",)


def test_a_damaged_page_does_not_cost_the_others() -> None:
    harmed = pdf("One", "Two", "Three").replace(
        b"BT /F1 12 Tf 72 720 Td (Two) Tj ET", b"BT /F1 12 Tf (Two Tj ET" + b" " * 11
    )
    shown = view(harmed, "application/pdf")
    assert (shown.pieces[0], shown.pieces[2], len(shown.pieces)) == ("One", "Three", 3)


def test_a_pdf_of_too_much_work_shows_what_was_read() -> None:
    pages, more = read_pdf(pdf("One", *["Two"] * 99), lambda _done, _all: None, lambda: False, steps=250_000)
    assert pages[0] == "One" and len(pages) < 100 and more


def test_rtf_gives_its_words_and_nothing_of_its_objects() -> None:
    words = told(view(RTF, "application/rtf"))
    assert "Café is closed." in words and "Read on" in words
    assert "0105" not in words and "89504e47" not in words


def test_a_drawing_in_code_is_text() -> None:
    shown = view(SVG, "image/svg+xml")
    assert (shown.form, shown.kind) == ("set", "code") and shown.pieces == (SVG.decode(),)


@pytest.mark.parametrize(
    ("said", "data", "why"),
    [
        ("image/png", png(100_000, 100_000), "too_many_pixels"),
        ("image/png", png(1, 200_000), "too_many_pixels"),
        ("application/pdf", b"Hello", "differs"),
        ("application/pdf", small_png(), "differs"),
        ("text/plain", small_png(), "differs"),
        ("text/html", b"GIF89a/*<script>", "differs"),
        ("audio/mpeg", b"ID3", "unknown"),
        ("application/dicom", b"\0" * 200, "unknown"),
        ("image/png", b"\x89PNG\r\n\x1a\n", "damaged"),
        ("text/plain", b"", "empty"),
    ],
)
def test_what_is_not_shown_says_why(said: str, data: bytes, why: str) -> None:
    shown = view(data, said)
    assert (shown.form, shown.why) == ("nothing", why)


@pytest.mark.parametrize("said", ["image/png", "image/jpeg", "", "application/octet-stream"])
def test_a_picture_is_known_by_its_bytes(said: str) -> None:
    shown = view(small_png(), said)
    assert (shown.form, shown.kind, shown.size) == ("picture", "png", (40, 30))


@pytest.mark.parametrize(
    ("data", "said", "words"),
    [
        ("Días".encode(), "text/plain", "Días"),
        ("Días".encode(), "text/plain; charset=UTF-8", "Días"),
        ("Días".encode("latin-1"), 'text/plain;charset="iso-8859-1"', "Días"),
        ("Días".encode("latin-1"), "text/plain", "Días"),
        ("Días".encode("utf-16"), "text/plain; charset=utf-8", "Días"),
        ("Días".encode("utf-16-be"), "text/plain; charset=utf-16be", "Días"),
        ("Días".encode("utf-8-sig"), "text/plain", "Días"),
        (b"a\r\nb\x07\xe2\x80\xae", "text/plain; charset=utf-8", "a\nb"),
        (b"x", "text/plain; charset=punycode", "x"),
    ],
)
def test_letters_are_read_in_the_set_they_came_in(data: bytes, said: str, words: str) -> None:
    assert told(view(data, said)) == words


def test_columns_are_seen() -> None:
    assert is_set("Test        Result\nSodium      140\n") and not is_set(
        "A letter.\n\nWith    one gap.\nAnd more.\n"
    )


def test_a_long_text_comes_in_pieces_and_loses_nothing() -> None:
    lines = [f"line {number}" for number in range(5_000)]
    found = pieces("\n".join(lines))
    assert len(found) > 3 and max(map(len, found)) <= PIECE and "\n".join(found).split("\n") == lines


def test_sixty_megabytes_of_one_letter_are_not_decoded() -> None:
    data = "QUFB" * (20 << 20)
    assert length_of(data) == 60 << 20 > MOST_BYTES
    assert look_into(data, "text/plain", None, "", lambda _d, _n: None).why == "too_big"


def test_a_text_that_fits_and_is_long_is_cut_and_says_so() -> None:
    shown = view(b"A" * 5_000_000, "text/plain")
    assert shown.cut and len(told(shown).replace("\n", "")) == 1_000_000


@pytest.mark.parametrize("data", ["not base64!", "QUF*", "á"])
def test_what_is_no_base64_says_so(data: str) -> None:
    assert look_into(data, "text/plain", None, "", lambda _d, _n: None).why == "not_base64"


def test_base64_may_be_broken_into_lines_and_lack_its_end() -> None:
    assert bytes_of("SGVs\n bG8") == b"Hello"


@pytest.mark.parametrize(
    ("size", "hash", "wrong"),
    [
        (5, packed(hashlib.sha1(b"Hello").digest()), ()),
        (5, hashlib.sha256(b"Hello").hexdigest(), ()),
        (None, "", ()),
        (None, "no digest at all", ()),
        (6, "", ("size",)),
        (4, packed(hashlib.sha1(b"hello").digest()), ("size", "hash")),
    ],
)
def test_what_was_announced_is_compared(size: int | None, hash: str, wrong: tuple[str, ...]) -> None:
    assert doubts(b"Hello", size, hash) == wrong


def test_work_has_an_end() -> None:
    with pytest.raises(TooMuch), bounded(100):
        while True:
            len("x")


def test_work_nobody_waits_for_is_stopped() -> None:
    data = packed(b"<p>hello <b>you</b> " * 20_000)
    shown = look_into(data, "text/html", None, "", lambda _d, _n: None, lambda: True)
    assert (shown.form, shown.why) == ("nothing", "stopped")


@pytest.mark.parametrize(
    ("kind", "said", "end"),
    [
        ("pdf", "application/pdf", ".pdf"),
        ("jpeg", "image/png", ".jpg"),
        ("text", "text/plain", ".txt"),
        ("html", "text/html", ".html"),
        ("code", "application/fhir+json", ".txt"),
        ("differs", "application/pdf", ".bin"),
        ("other", "application/x-msdownload", ".bin"),
        ("other", "application/dicom", ".dcm"),
    ],
)
def test_a_copy_never_gets_an_ending_that_runs(kind: str, said: str, end: str) -> None:
    assert ending(kind, said) == end
