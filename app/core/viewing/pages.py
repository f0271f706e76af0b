"""A page of HTML as Markdown: its words, headings, lists and links. Cleaned by justhtml's allow-list, on our terms.

Nothing that loads, runs, moves or asks is allowed through: no script, style, picture, frame, form or drawing. A link
keeps its address only where that is http, https, mailto or tel, whole. A table becomes lines, a row each with the
names of its columns, so that it can be read aloud and in large letters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from justhtml import SanitizationPolicy

TAGS = (
    "a abbr address article aside b blockquote br caption cite code dd del div dl dt em figcaption figure footer h1 h2"
    " h3 h4 h5 h6 header hr i img ins kbd li main ol p pre q s samp section small span strong sub sup table tbody td"
    " tfoot th thead time tr tt u ul"
)
SILENT = (
    "applet audio canvas embed frame frameset head iframe math noembed noframes noscript object script select style svg"
    " template textarea title video"
)
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
MEANT = re.compile(r"\\([\\\[\]()])|(\$)|(!)(?=\[)")
ACTIVE = re.compile(
    r"<(?:script|iframe|object|embed|svg|video|audio|form|style)\b|\son\w{3,20}\s*=|javascript:",
    re.IGNORECASE,
)


def read_page(text: str) -> tuple[str, bool]:
    """The page as Markdown, and whether something was left out: a picture, or what would have run."""
    from justhtml import JustHTML

    doc = JustHTML(text, policy=_policy())
    pictures, tables = _found(doc.root)
    for picture in pictures:
        _replace(picture, _words(f"[{picture.attrs['alt']}]" if picture.attrs.get("alt") else ""))
    for table in reversed(tables):
        _replace(table, _lines(table))
    return _said_plainly(doc.to_markdown()), bool(pictures or ACTIVE.search(text))


def _said_plainly(markdown: str) -> str:
    """Money and brackets as signs of their own: what draws Markdown takes them for formulas, and `![` for a picture."""
    parts = CODE.split(markdown)
    parts[::2] = [MEANT.sub(lambda sign: f"&#{ord(sign[0][-1])};", part) for part in parts[::2]]
    return "".join(parts)


def _found(root: Any) -> tuple[list[Any], list[Any]]:
    """The pictures, and the tables from the outermost in."""
    pictures, tables, waiting = [], [], [root]
    while waiting:
        node = waiting.pop()
        pictures += [node] if node.name == "img" else []
        tables += [node] if node.name == "table" else []
        waiting += [child for child in node.children if not child.name.startswith("#")]
    return pictures, tables


def _cells(table: Any) -> list[list[Any]]:
    """The cells of its own rows, not of those inside."""
    rows, waiting = [], list(table.children)
    while waiting:
        node = waiting.pop(0)
        if node.name in ("thead", "tbody", "tfoot"):
            waiting = [*node.children, *waiting]
        elif node.name == "tr":
            rows.append([cell for cell in node.children if cell.name in ("td", "th")])
    return rows


def _policy() -> SanitizationPolicy:
    from justhtml import SanitizationPolicy, UrlPolicy, UrlRule

    link = UrlRule(
        handling="allow",
        allowed_schemes=frozenset({"http", "https", "mailto", "tel"}),
        allow_relative=False,
        allow_fragment=False,
    )
    return SanitizationPolicy(
        allowed_tags=frozenset(TAGS.split()),
        allowed_attributes={"a": frozenset({"href"}), "img": frozenset({"alt"}), "ol": frozenset({"start"})},
        url_policy=UrlPolicy(default_handling="strip", allow_rules={("a", "href"): link}),
        drop_content_tags=frozenset(SILENT.split()),
    )


def _words(text: str) -> Any:
    from justhtml import Text

    return Text(text)


def _new(name: str) -> Any:
    from justhtml import Element

    return Element(name, {}, "html")


def _replace(old: Any, new: Any) -> None:
    if old.parent is not None:
        old.parent.replace_child(new, old)


def _lines(table: Any) -> Any:
    """A table as a list; one with a single column, as letters are laid out with, as its blocks."""
    rows = _cells(table)
    if all(len(cells) <= 1 for cells in rows):
        block = _new("div")
        for cells in rows:
            block.append_child(_moved(cells[0]) if cells else _words(""))
        return block
    names = _names(rows)
    lines = _new("ul")
    for cells in rows[1:] if names else rows:
        line = _new("li")
        line.append_child(_words(_line([cell.to_text() for cell in cells], names)))
        lines.append_child(line)
    return lines


def _moved(cell: Any) -> Any:
    block = _new("div")
    for child in list(cell.children):
        block.append_child(child)
    return block


def _names(rows: list[list[Any]]) -> list[str]:
    """The names of the columns, where the first row says them."""
    head = rows[0] if rows else []
    named = len(rows) > 1 and all(cell.name == "th" for cell in head)
    return [cell.to_text() for cell in head] if named else []


def _line(cells: list[str], names: list[str]) -> str:
    """A row: the first cell as it is, the others with the name of their column."""
    told = [
        f"{names[place]}: {said}" if 0 < place < len(names) and names[place] else said
        for place, said in enumerate(cells)
        if said
    ]
    return " · ".join(told)
