"""A first download in pieces on the device: one transaction each, resumed anywhere, and nothing emptied in silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.store import Store, generation, open_store
from sync.models import MoodEntry, new_id
from sync.protocol.flow import Part
from sync.protocol.head import Head, sign_head
from sync.protocol.segment import Line
from sync.protocol.signing import public_half
from sync.protocol.wire import Page, Reply, Row, Segment, Snapshot

SCOPE, KEY, SEED = "patient:rosa", b"k" * 32, b"s" * 32
NOW = datetime(2026, 6, 2, 15, tzinfo=UTC)
BODY = '{"felt_at":"2026-06-01T10:00:00Z","score":%d}'


def line(n: int, life: str = "e", score: int = 1, deleted: bool = False) -> Line:
    return (f"d{n}", "mood", f"{life}.{n}", n, deleted, 1, "{}" if deleted else BODY % score)


def row(n: int, life: str = "e") -> Row:
    return Row(id=f"d{n}", kind="mood", rev=f"{life}.{n}", seq=n, body=BODY % 1)


def cut(lines: Sequence[Line], each: int) -> list[list[Line]]:
    return [list(lines[start : start + each]) for start in range(0, len(lines), each)]


def plan(pieces: list[list[Line]], cursor: str = "c", **more: object) -> Reply:
    """The page that brings a snapshot of these pieces."""
    segments = [
        Segment(hash=f"{n:0>63}{len(cursor) % 10}", rows=len(one), size=9) for n, one in enumerate(pieces)
    ]
    page = Page(scope=SCOPE, cursor=cursor, more=True, snapshot=Snapshot(segments=segments), **more)  # type: ignore[arg-type]
    return Reply(pages=[page])


def rest(cursor: str = "c", *rows: Row, **more: object) -> Reply:
    return Reply(pages=[Page(scope=SCOPE, cursor=cursor, rows=list(rows), **more)])  # type: ignore[arg-type]


def take_in(store: Store, pieces: list[list[Line]], most: int = 99) -> None:
    """Take in the next pieces that are missing."""
    for _ in range(most):
        parts = store.missing(1)
        if not parts:
            return
        store.fill(parts[0], pieces[int(parts[0].segment.hash[:63])])


def ids(store: Store) -> set[str]:
    return {found["id"] for found in store.rows("SELECT id FROM docs WHERE deleted = 0")}


@pytest.fixture
def store() -> Store:
    store = open_store(None, KEY, lambda: NOW)
    store.scope, store.clinic_key = SCOPE, public_half(SEED)
    return store


PIECES = cut([line(n) for n in range(1, 11)], 3)


def test_progress_is_told_until_the_scope_has_caught_up(store: Store) -> None:
    assert store.catching_up() == (0, None)
    store.settle([], plan(PIECES))
    assert store.catching_up() == (0, 10) and store.cursors() == {SCOPE: None}
    take_in(store, PIECES, 2)
    assert store.catching_up() == (6, 10)
    assert [(part.done, part.total) for part in store.missing(9)] == [(6, 10), (9, 10)]
    take_in(store, PIECES)
    assert store.cursors() == {SCOPE: "c"} and store.catching_up() == (10, None)
    store.settle([], rest("c2", row(11)))
    assert store.catching_up() is None and len(ids(store)) == 11


@pytest.mark.parametrize("killed_after", range(5))
def test_killed_after_any_piece_it_goes_on_at_the_next(tmp_path: Path, killed_after: int) -> None:
    first = open_store(tmp_path, KEY, lambda: NOW)
    first.settle([], plan(PIECES))
    take_in(first, PIECES, killed_after)
    first.db.close()
    again = open_store(tmp_path, KEY, lambda: NOW)
    assert len(again.missing(9)) == len(PIECES) - killed_after
    if killed_after < len(PIECES):
        again.settle([], plan(PIECES))
        assert len(again.missing(9)) == len(PIECES) - killed_after, "the same snapshot goes on where it was"
    take_in(again, PIECES)
    again.settle([], rest())
    assert ids(again) == {f"d{n}" for n in range(1, 11)}
    again.close()


def test_a_piece_and_how_far_that_is_are_one(store: Store) -> None:
    store.settle([], plan(PIECES))
    store.db.execute("CREATE TRIGGER full BEFORE UPDATE ON scopes BEGIN SELECT RAISE(ABORT, 'disk'); END")
    with pytest.raises(Exception, match="disk"):
        take_in(store, PIECES, 1)
    store.db.execute("DROP TRIGGER full")
    assert ids(store) == set() and store.missing(1)[0].done == 0


def test_a_piece_that_is_not_the_next_changes_nothing(store: Store) -> None:
    store.settle([], plan(PIECES))
    second = store.missing(2)[1]
    other = Part("patient:other", store.missing(1)[0].segment, 0, 10)
    for part in (second, other):
        store.fill(part, PIECES[1])
    assert ids(store) == set() and store.catching_up() == (0, 10)


def test_another_snapshot_begins_anew_and_what_only_the_first_had_goes(store: Store) -> None:
    store.settle([], plan(PIECES))
    take_in(store, PIECES, 2)
    others = cut([line(n) for n in range(4, 9)], 2)
    store.settle([], plan(others, "other"))
    assert len(store.missing(9)) == len(others)
    take_in(store, others)
    store.settle([], rest("other"))
    assert ids(store) == {f"d{n}" for n in range(4, 9)}


def test_rows_instead_of_the_pieces_begin_anew_too(store: Store) -> None:
    store.settle([], plan(PIECES))
    take_in(store, PIECES, 2)
    store.settle([], rest("p", row(9)))
    assert ids(store) == {"d9"} and not store.missing(1) and store.cursors() == {SCOPE: "p"}


def test_what_waits_is_never_touched_and_lies_over_what_comes(store: Store) -> None:
    mine = MoodEntry(id=new_id(NOW), felt_at=NOW, score=5)
    store.settle([], rest("a", row(1)))
    store.put(mine)
    store.put(store.find(MoodEntry, "id = 'd1'")[0].model_copy(update={"score": 4}))
    waiting = store.pending(9)
    store.settle([], plan(PIECES, reset="epoch"))
    take_in(store, PIECES)
    store.settle([], rest())
    assert store.pending(9) == waiting
    assert {mine.id, "d1"} <= ids(store) and store.get(MoodEntry, "d1").score == 4  # type: ignore[union-attr]
    assert store.rows("SELECT rev FROM base WHERE id = 'd1'") == [{"rev": "e.1"}]


def test_a_deleted_document_in_a_piece_hides_what_an_old_verdict_would_bring_back(store: Store) -> None:
    store.settle([], rest("a", row(1)))
    store.settle([], plan([[line(1, deleted=True), line(2)]], reset="floor"))
    take_in(store, [[line(1, deleted=True), line(2)]])
    store.settle([], rest())
    assert ids(store) == {"d2"}


# --- the fail-safe


def fill_up(store: Store, count: int) -> None:
    store.settle([], rest("a", *(row(n) for n in range(1, count + 1))))


def head(rows: int, cursor: str = "c", scope: str = SCOPE, seed: bytes = SEED) -> Reply:
    return Reply(heads=[sign_head(Head(scope=scope, cursor=cursor, rows=rows), seed)])


@pytest.mark.parametrize("in_pieces", [True, False])
@pytest.mark.parametrize("left", [0, 10, 69])
def test_far_less_than_there_was_is_kept_until_the_clinic_signs(
    store: Store, left: int, in_pieces: bool
) -> None:
    fill_up(store, 100)
    if in_pieces and left:
        store.settle([], plan([[line(n) for n in range(1, left + 1)]], reset="epoch"))
        take_in(store, [[line(n) for n in range(1, left + 1)]])
        store.settle([], rest("c"))
    else:
        store.settle([], rest("c", *(row(n) for n in range(1, left + 1)), reset="epoch"))
    assert len(ids(store)) == 100 and store.doubted() == {SCOPE: 100 - left} and store.catching_up() is None
    store.settle([], head(left))
    assert len(ids(store)) == left and not store.doubted()


@pytest.mark.parametrize(("had", "left"), [(100, 70), (50, 0), (51, 36)])
def test_a_little_less_or_a_small_scope_is_believed(store: Store, had: int, left: int) -> None:
    fill_up(store, had)
    store.settle([], rest("c", *(row(n) for n in range(1, left + 1)), reset="scope"))
    assert len(ids(store)) == left and not store.doubted()


WRONG = [
    head(9),
    head(11),
    head(10, cursor="a"),
    head(10, scope="patient:other"),
    head(10, seed=b"another seed of thirty-two bytes"),
    Reply(heads=[head(10).heads[0].model_copy(update={"signature": "AAAA"})]),
    Reply(heads=[head(10).heads[0].model_copy(update={"said": head(11).heads[0].said})]),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_no_other_signature_lets_anything_go(store: Store, wrong: Reply) -> None:
    fill_up(store, 100)
    store.settle([], rest("c", *(row(n) for n in range(1, 11)), reset="epoch"))
    store.settle([], wrong)
    assert len(ids(store)) == 100
    store.clinic_key = ""
    store.settle([], head(10))
    assert len(ids(store)) == 100


def test_the_right_database_put_back_ends_the_doubt(store: Store) -> None:
    fill_up(store, 100)
    store.settle([], rest("c", reset="epoch"))
    assert store.doubted() == {SCOPE: 100}
    store.settle([], rest("d", *(row(n, "f") for n in range(1, 96)), reset="epoch"))
    assert len(ids(store)) == 95 and not store.doubted()


def test_what_waits_over_doubted_rows_keeps_what_lies_beneath(store: Store) -> None:
    fill_up(store, 100)
    store.put(store.find(MoodEntry, "id = 'd7'")[0].model_copy(update={"score": 4}))
    store.settle([], rest("c", reset="epoch"))
    assert store.rows("SELECT id, seq FROM base") == [{"id": "d7", "seq": -1}]
    store.settle([], head(0))
    assert ids(store) == {"d7"} and not store.rows("SELECT 1 FROM base")


def test_a_restored_backup_is_doubted_as_well(store: Store) -> None:
    fill_up(store, 100)
    store.db.execute("UPDATE docs SET generation = -1")
    store.db.execute("DELETE FROM scopes")
    store.settle([], rest("c", row(1)))
    assert len(ids(store)) == 100 and store.doubted() == {SCOPE: 99}


def test_the_limits_are_what_the_docs_say() -> None:
    assert (generation.SMALL, generation.BELIEVED) == (50, 0.3)
