"""SQLite's b-trees as they lie in pages (sqlite.org/fileformat2.html): nodes, cells, records, and who owns a page."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.store.raw import Pages

INDEX, TABLE, INDEX_LEAF, TABLE_LEAF = 2, 5, 10, 13
KINDS = {INDEX, TABLE, INDEX_LEAF, TABLE_LEAF}
FREE = "(free)"
INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
Record = tuple[Any, ...]


@dataclass(frozen=True)
class Cell:
    """One entry of a node. What does not fit goes on in a chain of overflow pages."""

    rowid: int
    size: int
    local: bytes
    overflow: int


@dataclass(frozen=True)
class Node:
    """One page of a tree."""

    kind: int
    children: list[int]
    cells: list[Cell]


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where the next thing begins."""
    value = 0
    for index in range(8):
        byte = data[at + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >> 63 else value, at + 9


def node_of(page: bytes | None, number: int, usable: int) -> Node | None:
    """The tree node on this page, or None when it holds something else."""
    start = 100 if number == 1 else 0
    if page is None or page[start] not in KINDS:
        return None
    kind, count = page[start], int.from_bytes(page[start + 3 : start + 5], "big")
    inner = kind in (INDEX, TABLE)
    first = start + (12 if inner else 8)
    children = [int.from_bytes(page[start + 8 : start + 12], "big")] if inner else []
    cells = []
    try:
        for (at,) in struct.iter_unpack(">H", page[first : first + 2 * count]):
            if inner:
                children.append(int.from_bytes(page[at : at + 4], "big"))
                at += 4
            if kind != TABLE:
                cells.append(cell_of(page, at, kind, usable))
    except IndexError:
        return None
    return Node(kind, children, cells)


def cell_of(page: bytes, at: int, kind: int, usable: int) -> Cell:
    """The cell that begins here."""
    size, at = varint(page, at)
    rowid, at = varint(page, at) if kind == TABLE_LEAF else (0, at)
    most = usable - 35 if kind == TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    here = size
    if size > most:
        least = (usable - 12) * 32 // 255 - 23
        here = least + (size - least) % (usable - 4)
        here = here if here <= most else least
    more = int.from_bytes(page[at + here : at + here + 4], "big") if here < size else 0
    return Cell(rowid, size, page[at : at + here], more)


def chain(pages: Pages, cell: Cell) -> Iterator[int]:
    """The overflow pages of a cell, as far as they can be followed."""
    number, left = cell.overflow, cell.size - len(cell.local)
    while number and left > 0:
        yield number
        left -= pages.usable - 4
        page = pages.get(number)
        number = int.from_bytes(page[:4], "big") if page else 0


def record_of(pages: Pages, cell: Cell) -> Record | None:
    """The values of a cell, or None when a part of it is lost."""
    data = cell.local
    for number in chain(pages, cell):
        if (page := pages.get(number)) is None:
            return None
        data += page[4 : pages.usable]
    try:
        return values(data[: cell.size]) if len(data) >= cell.size else None
    except (IndexError, UnicodeDecodeError, struct.error):
        return None


def values(data: bytes) -> Record:
    """A record's values."""
    end, at = varint(data, 0)
    body, found = end, []
    while at < end:
        kind, at = varint(data, at)
        length = INTEGERS.get(kind, 8 if kind == 7 else (kind - 12) // 2 if kind >= 12 else 0)
        found.append(value_of(kind, data[body : body + length]))
        body += length
    return tuple(found)


def value_of(kind: int, data: bytes) -> Any:
    """One value of a record."""
    if kind in INTEGERS:
        return int.from_bytes(data, "big", signed=True)
    if kind >= 12:
        return data.decode() if kind % 2 else data
    return struct.unpack(">d", data)[0] if kind == 7 else {0: None, 8: 0, 9: 1}[kind]


def rows_on(pages: Pages, number: int, node: Node) -> Iterator[tuple[int, Record]]:
    """The whole records that begin on this page, each with its rowid (0 in an index)."""
    for cell in node.cells:
        if (record := record_of(pages, cell)) is not None:
            yield cell.rowid, record


def owners(pages: Pages) -> dict[int, str]:
    """Which table or index each page belongs to, as far as the pages that still read can tell."""
    found: dict[int, str] = {}
    claim(pages, 1, "sqlite_master", found)
    for number in [number for number, name in found.items() if name == "sqlite_master"]:
        if node := node_of(pages.get(number), number, pages.usable):
            for _rowid, record in rows_on(pages, number, node):
                if len(record) == 5 and isinstance(record[3], int) and record[3] > 1:
                    claim(pages, record[3], str(record[1]), found)
    free(pages, found)
    return found


def claim(pages: Pages, root: int, name: str, found: dict[int, str]) -> None:
    """Note all pages of one tree."""
    waiting = [root]
    while waiting:
        number = waiting.pop()
        if number in found or not 0 < number <= pages.count:
            continue
        found[number] = name
        if node := node_of(pages.get(number), number, pages.usable):
            waiting += node.children
            found |= {more: name for cell in node.cells for more in chain(pages, cell)}


def free(pages: Pages, found: dict[int, str]) -> None:
    """Note the pages that hold nothing."""
    page = pages.get(1)
    trunk = int.from_bytes(page[32:36], "big") if page else 0
    while trunk and trunk not in found:
        found[trunk] = FREE
        page = pages.get(trunk) or bytes(8)
        count = min(int.from_bytes(page[4:8], "big"), pages.usable // 4 - 2)
        found |= {leaf: FREE for (leaf,) in struct.iter_unpack(">I", page[8 : 8 + 4 * count])}
        trunk = int.from_bytes(page[:4], "big")
