"""Files as nobody should send them, made here byte by byte: each must give words, and nothing in it may run."""

from __future__ import annotations

import base64
import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"
SCRIPTS = b"""<html><head><meta http-equiv="refresh" content="0;url=http://evil.example/"><base href="http://evil.example/">
<title>x</title><style>p{background:url(http://evil.example/a.png)}</style><script>alert(1)</script></head>
<body onload="alert(2)"><h1>Letter</h1><p onclick="x()" style="background:url(http://evil.example/b.png)">Dear Rosa,
<b>all is well</b>. ![x](http://evil.example/c.png) [y](javascript:alert(3))</p>
<img src="http://evil.example/d.png" onerror="alert(4)" alt="A heart"><iframe src="http://evil.example/"></iframe>
<svg onload="alert(5)"><script>alert(6)</script></svg><object data="http://evil.example/"></object>
<a href="javascript:alert(7)">one</a> <a href=" java&#10;script:alert(8)">two</a> <a href="data:text/html,x">three</a>
<a href="vbscript:x">four</a> <a href="//evil.example/p">five</a> <a href="https://clinic.example/next">six</a>
<form action="http://evil.example/"><input value="secret"><button>Send</button></form>
<math><mtext><table><mglyph><style><img src=x onerror=alert(9)></style></mglyph></table></mtext></math>
<noscript><p title="</noscript><img src=x onerror=alert(10)>"></noscript>&lt;script&gt;shown&lt;/script&gt;
<table><tr><th>Test</th><th>Result</th></tr><tr><td>Sodium</td><td>140</td></tr></table></body></html>"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script><text>Hi</text></svg>'
RTF = rb"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}Caf\'e9 is closed.\par
{\object\objemb{\*\objclass Package}{\*\objdata 0105000002000000}}{\pict\pngblip 89504e47}
{\field{\*\fldinst HYPERLINK "http://evil.example/"}{\fldrslt Read on}}}"""


def pdf(*pages: str, catalog: str = "", first: str = "") -> bytes:
    """A PDF with these words on its pages; `catalog` and `first` add entries to the catalog and to the first page."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for place, said in enumerate(pages):
        text = f"BT /F1 12 Tf 72 720 Td ({said}) Tj ET" if said else ""
        own = first if not place else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * place} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> {own} >>"
        )
        objects.append(f"<< /Length {len(text)} >>\nstream\n{text}\nendstream")
    return written(objects)


def written(objects: list[str]) -> bytes:
    """Objects as a file with its table of places."""
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer << /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def active_pdf() -> bytes:
    """A PDF that wants to run a script and to start a program when it is opened."""
    return pdf(
        "Hello Rosa",
        catalog="/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> "
        "/AA << /WC << /S /Launch /F (cmd.exe) >> >>",
        first="/AA << /O << /S /URI /URI (http://evil.example/) >> >>",
    )


def swelling_pdf() -> bytes:
    """A page whose few bytes unpack to a gigabyte."""
    engine = zlib.compressobj(9)
    packed = b"".join(engine.compress(b" " * (1 << 20)) for _ in range(1024)) + engine.flush()
    whole = pdf("x")
    at, end = whole.index(b"<< /Length"), whole.index(b"endstream")
    return (
        whole[:at]
        + b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed)
        + packed
        + b"\n"
        + whole[end:]
    )


def png(wide: int, high: int, rows: bytes = b"") -> bytes:
    """A PNG that claims this size, whatever is in it."""
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows or b"\0" * 64)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(said)) + name + said + struct.pack(">I", zlib.crc32(name + said))
        for name, said in parts
    )
    return PNG + b"".join(chunks)


def small_png(wide: int = 40, high: int = 30) -> bytes:
    """An honest picture in one colour."""
    return png(wide, high, (b"\0" + b"\x0a\x50\x54" * wide) * high)


def packed(data: bytes) -> str:
    """Bytes as an Attachment carries them."""
    return base64.b64encode(data).decode()


HOSTILE: dict[str, tuple[str, bytes]] = {
    "html with everything": ("text/html", SCRIPTS),
    "html without end": ("text/html", b"<div>" * 8_000 + b"deep"),
    "html of tables": ("text/html", b"<table><tr><td>" * 600),
    "html of lists": ("text/html", b"<ul><li>x" * 600),
    "pdf that runs": ("application/pdf", active_pdf()),
    "pdf with a broken table": ("application/pdf", active_pdf().replace(b"startxref\n", b"startxref\n99")),
    "pdf cut short": ("application/pdf", active_pdf()[:300]),
    "pdf of brackets": ("application/pdf", written(["<< /Type /Catalog /Pages " + "[" * 50_000, "null"])),
    "pdf in a circle": (
        "application/pdf",
        written(
            ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 99999999 >>"]
        ),
    ),
    "pdf that swells": ("application/pdf", swelling_pdf()),
    "pdf with nothing": ("application/pdf", b"%PDF-1.7"),
    "rtf with objects": ("application/rtf", RTF),
    "rtf of brackets": ("text/rtf", b"{\\rtf1" + b"{" * 100_000),
    "rtf with an odd number": ("text/rtf", b"{\\rtf1 \\u99999999999999? \\uc999999999 x}"),
    "svg": ("image/svg+xml", SVG),
    "png of a hundred thousand": ("image/png", png(100_000, 100_000)),
    "png of nothing": ("image/png", PNG),
    "gif cut short": ("image/gif", b"GIF89a"),
    "jpeg cut short": ("image/jpeg", b"\xff\xd8\xff\xe0\x00\x10"),
    "webp cut short": ("image/webp", b"RIFF\0\0\0\0WEBP"),
    "utf-16": ("text/plain", "Buenos días".encode("utf-16")),
    "utf-16 as said": ("text/plain; charset=utf-16le", "Buenos días".encode("utf-16-le")),
    "an odd charset": ("text/plain; charset=zlib", b"x"),
    "half a letter": ("text/plain; charset=utf-8", b"caf\xc3"),
    "polyglot": ("text/html", b"GIF89a/*<script>alert(1)</script>*/"),
    "pdf that is a page": ("application/pdf", b"<html><script>alert(1)</script>"),
    "program": ("text/plain", b"MZ\x90\0\3\0\0\0"),
    "nothing": ("text/plain", b""),
    "no type": ("", b"\0\1\2"),
    "odd type": ("../../etc/passwd", b"x"),
}
