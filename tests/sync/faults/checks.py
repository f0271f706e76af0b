"""What must be true of a device and its clinic at any moment, and what when both are at rest.

It reads both databases directly, with no help from the code that moves things between them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.store import FILE, Store, open_store, states
from app.store.integrity import check
from app.vault import Vault
from sync.protocol.wire import Verdict
from sync.server.database import Database
from sync.server.tables import applied, history, row, scope
from tests.sync.faults import files
from tests.sync.faults.device import PASSCODE
from tests.sync.faults.diary import Promises, read

DOCS = "SELECT scope, id, kind, rev, seq, version, body FROM docs WHERE deleted = 0"
UNSHOWN = """SELECT o.mid FROM outbox AS o LEFT JOIN docs AS d ON d.scope = o.scope AND d.id = o.id
    WHERE o.reason IS NULL AND o.n = (SELECT max(n) FROM outbox AS later
        WHERE later.scope = o.scope AND later.id = o.id AND later.reason IS NULL)
    AND CASE o.op WHEN 'put' THEN d.body IS NOT o.body OR d.deleted ELSE d.deleted = 0 END"""
WITH_CLINIC = ("sent", "held", "done", "refused")


@dataclass(frozen=True)
class Kept:
    """What the clinic's database holds of one patient: its rows now, every state a change made, every verdict."""

    head: int
    rows: dict[str, dict[str, Any]]
    made: dict[str, list[str]]
    verdicts: dict[str, Verdict]

    @property
    def alive(self) -> dict[str, dict[str, Any]]:
        """The documents that are not deleted."""
        return {id: one for id, one in self.rows.items() if not one["deleted"]}


def kept(url: str, of: str) -> Kept:
    """Read the clinic's database at one moment, past everything the server would say about it."""
    database = Database(url)
    if database.postgres:
        database.engine = database.engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with database.unit(of) as unit:
            run = unit.connection.execute
            head = run(sa.select(scope.c.head).where(scope.c.id == of)).scalar_one()
            rows = [dict(one) for one in run(sa.select(row).where(row.c.scope == of)).mappings()]
            old = [dict(one) for one in run(sa.select(history).where(history.c.scope == of)).mappings()]
            said = run(sa.select(applied.c.mid, applied.c.verdict).where(applied.c.scope == of)).all()
    finally:
        database.dispose()
    made: dict[str, list[str]] = {}
    for one in (*rows, *old):
        if one["mid"]:
            made.setdefault(one["mid"], []).append(one["body"])
    numbers = [one["seq"] for one in (*rows, *old)]
    assert len(set(numbers)) == len(numbers) and max(numbers, default=0) == head, (
        "a number was given twice or lost"
    )
    verdicts = {one.mid: Verdict.model_validate_json(one.verdict) for one in said}
    return Kept(head, {one["id"]: one for one in rows}, made, verdicts)


@contextlib.contextmanager
def record(folder: Path) -> Iterator[Store]:
    """The record of a device that does not run."""
    key = Vault(folder, fast=True).unlock(PASSCODE)[0]
    store = open_store(folder, key, lambda: datetime.now(UTC))
    store.scope = store.state("scope", "")
    try:
        yield store
    finally:
        store.close()


def is_whole(folder: Path) -> None:
    """Every page of the record is genuine, and they fit together."""
    report = check(folder / FILE, Vault(folder, fast=True).unlock(PASSCODE)[0])
    assert report.is_whole, report


def nothing_lost(folder: Path, url: str, of: str) -> None:
    """Each promise is kept: what was written waits or has a verdict, and no verdict was ever taken back.

    The device may be at work: its diary is read first, then its record, then the clinic, as the words travel.
    """
    promises = read(folder / "diary")
    with record(folder) as store:
        words = words_shown(store)
        waits = {one["mid"]: one for one in store.rows("SELECT mid, body FROM outbox")}
        assert store.rows(UNSHOWN) == [], "what waits is what the patient sees"
        files.none_missing(store)
    clinic = kept(url, of)
    files.none_missing_at(url, of, [one["body"] for one in clinic.alive.values()])
    for mid, said in promises.written.items():
        assert mid in waits or mid in clinic.verdicts, f"lost: {mid} was saved, and is nowhere"
        assert mid not in waits or waits[mid]["body"] == said["body"], f"changed while it waited: {mid}"
    verdicts_stand(promises, clinic)
    once_each(promises, clinic)
    nothing_claimed(words, clinic)


def verdicts_stand(promises: Promises, clinic: Kept) -> None:
    """What the clinic said of a change it still says; again, `ok` is `dup`, without a place if it was replaced."""
    for heard in promises.verdicts:
        assert heard.mid in clinic.verdicts or heard.reason == "no_access", (
            f"forgotten by the clinic: {heard.mid}"
        )
        first = clinic.verdicts[heard.mid]
        if heard.status == "dup":
            assert first.status == "ok"
            first = first.model_copy(update={"status": "dup"})
            if heard.rev is None:
                assert clinic.rows[first.id]["rev"] != first.rev, f"not replaced: {heard}"
                first = first.model_copy(update={"rev": None, "seq": None})
        assert heard == first, f"another verdict than before: {heard} and not {first}"


def once_each(promises: Promises, clinic: Kept) -> None:
    """What the clinic took is in its record once, as it was written; what it refused made nothing."""
    for mid, said in promises.written.items():
        verdict = clinic.verdicts.get(mid)
        if verdict is None:
            assert mid not in clinic.made, f"without a verdict in the record: {mid}"
        elif said["op"] == "put":
            assert verdict.status in ("ok", "conflict"), f"{mid} was refused: {verdict.reason}"
            assert clinic.made.get(mid) == [said["body"]], f"not once or not as written: {mid}"
        else:
            assert len(clinic.made.get(mid, [])) <= 1, f"deleted twice: {mid}"


def words_shown(store: Store) -> dict[str, str]:
    """The word that each document of the patient's own shows."""
    mine = store.rows(
        "SELECT id FROM docs WHERE kind IN ('mood', 'draft', 'letter') AND scope = ?", store.scope
    )
    return {one["id"]: states.word_of(store, one["id"]) for one in mine}


def nothing_claimed(words: dict[str, str], clinic: Kept) -> None:
    """No document is shown as with the clinic unless it is there, and as held only with the clinic's receipt."""
    receipts = {json.loads(one["body"])["of"] for one in clinic.rows.values() if one["kind"] == "receipt"}
    for id, word in words.items():
        assert word not in WITH_CLINIC or id in clinic.rows, f"shown as {word} and not there: {id}"
        assert word != "held" or id in receipts, f"shown as held without a receipt: {id}"


def equal(folder: Path, clinic: Kept) -> None:
    """At rest: nothing waits, and every document of the device is the clinic's, to the letter, and the other way."""
    with record(folder) as store:
        assert store.rows("SELECT mid, reason FROM outbox WHERE reason IS NULL") == []
        assert store.rows("SELECT id FROM base") == []
        mine = {one["id"]: one for one in store.rows(DOCS) if one["scope"] == store.scope}
    theirs = {id: {name: one[name] for name in next(iter(mine.values()))} for id, one in clinic.alive.items()}
    assert mine.keys() == theirs.keys(), sorted(mine.keys() ^ theirs.keys())[:9]
    differ = [id for id in mine if mine[id] != theirs[id]]
    assert not differ, differ[:9]
