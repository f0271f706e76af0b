"""The attachments as screens and the conversation reach them: attach, read, ask for, keep, and what is on its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from app.core.errors import NotThere
from app.store import blobs
from app.store.errors import plainly
from app.store.store import Store
from sync.models import Attachment
from sync.protocol.attachments import Blob, Held

Where = Literal["here", "coming", "away", "absent", "damaged"]


def where(store: Store, named: Attachment, scope: str | None = None) -> Where:
    """Where its bytes are: `absent` at the clinic too, at the moment; `damaged` on the way, so ask again."""
    row = _row(store, named.hash, scope or store.scope)
    if row is None:
        return "away"
    if row["whole"]:
        return "here"
    if row["refused"] == "absent":
        return "absent"
    if row["wanted"]:
        return "coming"
    return "damaged" if row["refused"] == "damaged" else "away"


def read(store: Store, named: Attachment, scope: str | None = None) -> Iterator[bytes]:
    """Its bytes, a part at a time. Raises NotThere when not all of it is on this device."""
    scope = scope or store.scope
    row = _row(store, named.hash, scope)
    if row is None or not row["whole"]:
        raise NotThere()
    with plainly(store.folder), store.db.atomic():
        store.db.execute("UPDATE blobs SET at = ? WHERE n = ?", [store.now().isoformat(), row["n"]])
    return _read(store, Blob(scope=scope, hash=named.hash, size=named.size))


def _read(store: Store, blob: Blob) -> Iterator[bytes]:
    for n in range(blob.parts):
        with plainly(store.folder):
            data = blobs.part(store.db, blob.scope, blob.hash, n)
        if len(data) != blob.length(n):
            raise NotThere()
        yield data


def whole(store: Store, hash: str, scope: str | None = None) -> bytes | None:
    """All its bytes at once; None while not all of it is on this device."""
    scope = scope or store.scope
    row = _row(store, hash, scope)
    if row is None or not row["whole"]:
        return None
    return b"".join(_read(store, Blob(scope=scope, hash=hash, size=row["size"])))


def came(store: Store, named: Attachment, scope: str | None = None) -> tuple[float, bool]:
    """How much of it is here, from 0 to 1; and whether it is to be kept."""
    row = _row(store, named.hash, scope or store.scope)
    return (row["have"] / row["size"], bool(row["kept"])) if row else (0.0, False)


def ask_for(store: Store, named: Attachment, scope: str | None = None, *, later: bool = False) -> None:
    """Have it fetched: now, whatever the connection costs; or `later`, when a big one costs nothing."""
    _want(store, named, scope, "wanted = CASE whole WHEN 1 THEN 0 ELSE max(wanted, ?) END", 1 if later else 2)


def keep(store: Store, named: Attachment, kept: bool = True, scope: str | None = None) -> None:
    """Keep it on this device, fetching it when that costs nothing; or let it go when room is wanted."""
    _want(
        store, named, scope, "kept = ?, wanted = CASE WHEN whole THEN 0 ELSE max(wanted, kept) END", int(kept)
    )
    if kept:
        ask_for(store, named, scope, later=True)


def _want(store: Store, named: Attachment, scope: str | None, change: str, value: int) -> None:
    scope = scope or store.scope
    with plainly(store.folder), store.db.atomic():
        blobs.note(store.db, named, scope, store.now().isoformat(), 1)
        store.db.execute(
            f"UPDATE blobs SET {change} WHERE scope = ? AND hash = ?", [value, scope, named.hash]
        )
    store.announce({"blobs", "written"})


def held_back(store: Store) -> dict[str, str]:
    """Changes that wait for an attachment, by mid: `going`, `absent` (its bytes are not here), `full`, `too_big`."""
    found: dict[str, str] = {}
    for row in store.rows(blobs.WAITING):
        why = (
            row["refused"] if row["refused"] in ("full", "too_big") else "going" if row["whole"] else "absent"
        )
        found[row["mid"]] = why if found.get(row["mid"], "going") == "going" else found[row["mid"]]
    return found


def _row(store: Store, hash: str, scope: str) -> dict[str, Any] | None:
    rows = store.rows("SELECT * FROM blobs WHERE scope = ? AND hash = ?", scope, hash)
    return rows[0] if rows else None


class Shelf:
    """The device's side of `sync.protocol.attachments.Shelf`. Every method is one transaction."""

    def __init__(self, store: Store, budget: int = blobs.BUDGET) -> None:
        self.store, self.budget = store, budget

    def unsent(self) -> Sequence[Blob]:
        """What the clinic must have and has not said that it has, in the order it was attached."""
        with plainly(self.store.folder):
            return blobs.unsent(self.store.db)

    def wanted(self) -> Sequence[tuple[Blob, bool]]:
        """What is to be fetched, and whether somebody asked for it now; those first."""
        sql = "SELECT scope, hash, size, wanted FROM blobs WHERE wanted > 0 AND whole = 0 ORDER BY wanted DESC, n"
        rows = self.store.rows(sql)
        return [(Blob(scope=r["scope"], hash=r["hash"], size=r["size"]), r["wanted"] > 1) for r in rows]

    def have(self, blob: Blob) -> int:
        """How many bytes of it are on this device."""
        row = _row(self.store, blob.hash, blob.scope)
        return int(row["have"]) if row else 0

    def part(self, blob: Blob, n: int) -> bytes:
        """One part's bytes."""
        with plainly(self.store.folder):
            return blobs.part(self.store.db, blob.scope, blob.hash, n)

    def heard(self, blob: Blob, held: Held) -> None:
        """What the clinic said of it: once it holds it, the changes that name it may go."""
        row = _row(self.store, blob.hash, blob.scope)
        if row is None or (not held.whole and row["refused"] == held.refused):
            return
        there = (1, self.store.now().isoformat()) if held.whole else (row["there"], row["there_at"])
        self._change(blob, "refused = ?, there = ?, there_at = ?", held.refused, *there)
        self.store.announce({"outbox", "blobs"})

    def take(self, blob: Blob, n: int, data: bytes) -> None:
        """Keep parts that came down."""
        with plainly(self.store.folder), self.store.db.atomic():
            blobs.take(self.store.db, blob, n, data)

    def finish(self, blob: Blob) -> bool:
        """Prove what came; then make room for it."""
        with plainly(self.store.folder), self.store.db.atomic():
            right = blobs.finish(self.store.db, blob, self.store.now().isoformat())
            blobs.make_room(self.store.db, self.store.now(), self.budget)
        self.store.announce({"blobs"})
        return right

    def absent(self, blob: Blob) -> None:
        """The clinic does not have it at the moment; it is asked for again with the next conversation."""
        if (row := _row(self.store, blob.hash, blob.scope)) and row["refused"] != "absent":
            self._change(blob, "refused = ?", "absent")
            self.store.announce({"blobs"})

    def _change(self, blob: Blob, change: str, *values: Any) -> None:
        with plainly(self.store.folder), self.store.db.atomic():
            sql = f"UPDATE blobs SET {change} WHERE scope = ? AND hash = ?"
            self.store.db.execute(sql, [*values, blob.scope, blob.hash])
