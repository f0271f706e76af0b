"""Whatever still reads of a damaged database, written into a new one. The damaged file is only ever read.

Rows are taken from every page that proves genuine, reachable or not: where the way to a page is lost, the shape of
its rows says which table they are of. What was not sent yet comes first, in a transaction of its own. Cursors stay
behind, and rows count as unconfirmed, so that the clinic sends its part of the record again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import Any

from sqlite_utils import Database

from app.core.errors import NotEmpty
from app.store import Store, blobs, btree, erase_files, open_store
from app.store.backup import TABLES, doubt
from app.store.btree import Record
from app.store.errors import plainly
from app.store.integrity import UNKNOWN, bad_pages
from app.store.overlay import LAST, LAY
from app.store.raw import Pages

BATCH = 500
STORED: dict[str, type] = {"TEXT": str, "INTEGER": int, "BLOB": bytes}
WITHOUT_DOC = """SELECT DISTINCT scope, id FROM outbox WHERE reason IS NULL AND NOT EXISTS
    (SELECT 1 FROM docs WHERE docs.scope = outbox.scope AND docs.id = outbox.id)"""


@dataclass(frozen=True)
class Report:
    """How much came back. `lost` counts what the indices still name: documents by kind, unsent changes as `outbox`."""

    recovered: dict[str, int]
    kinds: dict[str, int]
    lost: dict[str, int]
    bad: dict[int, str]


@dataclass(frozen=True)
class Shape:
    """What a row of a table looks like in a page: a column that is the rowid is stored as nothing."""

    table: str
    by_rowid: bool
    columns: list[str]
    types: list[type]


def shape_of(db: Database, table: str) -> Shape:
    """The shape of one of today's tables."""
    sql = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
    by_rowid = "WITHOUT ROWID" not in sql
    columns, types = [], []
    for _cid, name, kind, not_null, _default, is_key in db.execute(f"PRAGMA table_info({table})").fetchall():
        columns.append(name)
        is_rowid = by_rowid and is_key and kind == "INTEGER"
        types.append(NoneType if is_rowid else STORED[kind] if not_null or is_key else object)
    return Shape(table, by_rowid, columns, types)


def salvage(
    path: Path,
    key: bytes,
    out_folder: Path,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Fill a new store in `out_folder`, under the same key, from what still reads at `path`.

    Raises NotEmpty when anything is there already, StoreDamaged when not one page can be read with this key,
    StoreFull.
    """
    if out_folder.exists() and any(out_folder.iterdir()):
        raise NotEmpty()
    with Pages(path, key) as pages:
        out_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            store = open_store(out_folder, key, now)
            try:
                with plainly(out_folder):
                    return fill(store, pages, btree.owners(pages), progress)
            finally:
                store.close()
        except BaseException:
            erase_files(out_folder)
            raise


def fill(
    store: Store, pages: Pages, held: dict[int, str], progress: Callable[[int, int], None] | None
) -> Report:
    """Outbox first, then the rest; then count."""
    shapes = [shape_of(store.db, table) for table in TABLES]
    for first in (True, False):
        with store.db.atomic():
            move(store, pages, held, [shape for shape in shapes if (shape.table == "outbox") is first])
    with store.db.atomic():
        blobs.recount(store.db)
        doubt(store.db)
        for scope, id in store.db.execute(WITHOUT_DOC).fetchall():
            _mid, op, kind, body, version = store.db.execute(LAST, [scope, id]).fetchone()
            store.db.execute(LAY, [scope, id, kind, body, version, int(op == "delete")])
    bad = {number: held.get(number, UNKNOWN) for number in bad_pages(pages, progress)}
    count = "SELECT count(*) FROM {}"
    recovered = {table: store.db.execute(count.format(table)).fetchone()[0] for table in TABLES}
    kinds = dict(store.db.execute("SELECT kind, count(*) FROM docs GROUP BY kind").fetchall())
    return Report(recovered, kinds, lost(store, pages, held), bad)


def move(store: Store, pages: Pages, held: dict[int, str], shapes: list[Shape]) -> None:
    """Put all rows of these tables that still read into the new store."""
    waiting: dict[str, list[Record]] = {shape.table: [] for shape in shapes}
    for shape, record in rows(pages, held, shapes):
        waiting[shape.table].append(record)
        if len(waiting[shape.table]) == BATCH:
            insert(store.db, shape, waiting[shape.table])
    for shape in shapes:
        insert(store.db, shape, waiting[shape.table])


def insert(db: Database, shape: Shape, found: list[Record]) -> None:
    """Insert these rows and forget them. A row from before a column was added is filled with the column's default."""
    by_length: dict[int, list[Record]] = {}
    for record in found:
        by_length.setdefault(len(record), []).append(record)
    for length, same in by_length.items():
        names, marks = ", ".join(shape.columns[:length]), ", ".join("?" * length)
        db.conn.executemany(f"INSERT OR IGNORE INTO {shape.table} ({names}) VALUES ({marks})", same)
    found.clear()


def rows(pages: Pages, held: dict[int, str], shapes: list[Shape]) -> Iterator[tuple[Shape, Record]]:
    """Every whole row of these tables. The rowid stands in the column that is one."""
    by_name = {shape.table: shape for shape in shapes}
    for number in range(1, pages.count + 1):
        owner = held.get(number)
        if owner and owner not in by_name:
            continue
        if node := btree.node_of(pages.get(number), number, pages.usable):
            for rowid, record in btree.rows_on(pages, number, node):
                shape = by_name[owner] if owner else guess(record, node.kind, shapes)
                if shape:
                    yield shape, (rowid, *record[1:]) if shape.types[0] is NoneType else record


def guess(record: Record, kind: int, shapes: list[Shape]) -> Shape | None:
    """The table a row is of, when its page does not say."""
    for shape in shapes:
        alike = shape.by_rowid == (kind == btree.TABLE_LEAF) and len(record) == len(shape.types)
        if alike and all(isinstance(value, one) for value, one in zip(record, shape.types, strict=True)):
            return shape if shape.table != "state" or is_json(record[1]) else None
    return None


def is_json(text: Any) -> bool:
    """True for a value of the state table."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def lost(store: Store, pages: Pages, held: dict[int, str]) -> dict[str, int]:
    """Rows that an index still names and that did not come back, nor through the change that waits for them."""
    ids = entries(pages, held, "sqlite_autoindex_docs_1")
    kinds = entries(pages, held, "docs_kind")
    have = {n: (scope, id) for n, scope, id in store.db.execute("SELECT n, scope, id FROM docs")}
    whole = set(have.values())
    missing = Counter(
        kinds.get(n, (UNKNOWN,))[0]
        for n in kinds.keys() | ids.keys()
        if (ids[n][:2] not in whole if n in ids else n not in have)
    )
    queued = entries(pages, held, "outbox_doc") | entries(pages, held, "sqlite_autoindex_outbox_1")
    missing["outbox"] = len(queued.keys() - {row[0] for row in store.db.execute("SELECT n FROM outbox")})
    return {kind: number for kind, number in missing.items() if number}


def entries(pages: Pages, held: dict[int, str], index: str) -> dict[int, Record]:
    """What an index still says, by the row it points to."""
    found: dict[int, Record] = {}
    for number in [number for number, name in held.items() if name == index]:
        if node := btree.node_of(pages.get(number), number, pages.usable):
            found |= {record[-1]: record for _rowid, record in btree.rows_on(pages, number, node)}
    return found
