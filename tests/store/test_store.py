"""The store: one write path, nothing lost, and the words that only evidence advances."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from app.core.errors import ReadOnly, StoreDamaged, StoreFull, StoreNewer, TooLong
from app.store import Store, open_store, states
from app.store.search import find
from sync.models import Doc, Lesson, MoodEntry, Person, Policy, Receipt, Word, new_id
from sync.protocol.wire import MAX_BODY, Mutation, Page, Reply, Row, Verdict

SCOPE = "patient:rosa"
NOW = datetime(2026, 6, 2, 15, tzinfo=UTC)
KEY = b"k" * 32


def now() -> datetime:
    return NOW


class Paper(Doc):
    """Words without end."""

    kind: ClassVar[str] = "paper"
    policy: ClassVar[Policy] = Policy.KEEP_BOTH

    words: str


@pytest.fixture
def store() -> Store:
    store = open_store(None, KEY, now)
    store.scope = SCOPE
    return store


def mood(score: int = 3, note: str = "") -> MoodEntry:
    return MoodEntry(id=new_id(NOW), felt_at=NOW, score=score, note=note)


def page(*rows: Row, cursor: str = "c", **more: object) -> Reply:
    return Reply(pages=[Page(scope=SCOPE, rows=list(rows), cursor=cursor, **more)])  # type: ignore[arg-type]


def row(id: str, seq: int, score: int = 1, kind: str = "mood", deleted: bool = False) -> Row:
    body = f'{{"felt_at":"2026-06-01T10:00:00Z","score":{score},"colour":"blue"}}'
    return Row(id=id, kind=kind, rev=f"e.{seq}", seq=seq, body="{}" if deleted else body, deleted=deleted)


def accepted(mutation: Mutation, seq: int, status: str = "ok", **more: object) -> Verdict:
    return Verdict(mid=mutation.mid, status=status, id=mutation.id, rev=f"e.{seq}", seq=seq, **more)  # type: ignore[arg-type]


def scores(store: Store) -> list[int]:
    return sorted(entry.score for entry in store.find(MoodEntry))


def test_a_put_is_a_document_and_an_outbox_row_or_neither(store: Store) -> None:
    store.db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    with pytest.raises(Exception, match="full"):
        store.put(mood())
    assert scores(store) == [] and store.pending(9) == []


def test_listeners_hear_their_kinds_and_no_others(store: Store) -> None:
    heard: list[frozenset[str]] = []
    stop = store.listen({"mood"}, heard.append)
    store.put(mood())
    store.keep(language="es")
    stop()
    store.put(mood())
    assert heard == [frozenset({"mood"})]


def test_what_the_clinic_owns_cannot_be_written_here(store: Store) -> None:
    with pytest.raises(ReadOnly):
        store.put(Person(id="p", fhir_id="rosa", name="Rosa"))


def test_what_no_exchange_could_carry_is_said_at_once_and_not_saved(store: Store) -> None:
    bare = len(Paper(id="p", words="").body())
    store.put(Paper(id="p", words="x" * (MAX_BODY - bare)))
    with pytest.raises(TooLong):
        store.put(Paper(id="p", words="x" * (MAX_BODY - bare + 1)))
    assert [len(one.body) for one in store.pending(9)] == [MAX_BODY]
    Mutation.model_validate(store.pending(9)[0].model_dump())


def test_the_words_advance_only_on_evidence(store: Store) -> None:
    entry = mood()
    assert states.word_of(store, entry.id) == "device"
    store.put(entry)
    assert states.word_of(store, entry.id) == "waiting"
    sent = store.pending(9)
    store.settle(sent, Reply(verdicts=[accepted(sent[0], 1)]))
    assert states.word_of(store, entry.id) == "sent"
    receipt = Receipt(id="r", of=entry.id, word=Word.HELD, at=NOW)
    store.settle([], page(Row(id="r", kind="receipt", rev="e.2", seq=2, body=receipt.body())))
    assert states.word_of(store, entry.id) == "held"


def test_an_edit_made_while_the_first_version_travels_stays_queued(store: Store) -> None:
    entry = mood(2)
    store.put(entry)
    sent = store.pending(9)
    store.put(entry.model_copy(update={"score": 5}))
    store.settle(sent, Reply(verdicts=[accepted(sent[0], 1)]))
    assert scores(store) == [5]
    assert [m.base.after for m in store.pending(9)] == [sent[0].mid]


def test_a_refused_change_is_set_aside_and_blocks_nothing(store: Store) -> None:
    first, second = mood(1), mood(2)
    store.put(first)
    store.put(second)
    sent = store.pending(9)
    refused = Verdict(mid=sent[0].mid, status="rejected", id=first.id, reason="invalid")
    store.settle(sent, Reply(verdicts=[refused, accepted(sent[1], 1)]))
    assert scores(store) == [2] and store.pending(9) == []
    assert [(w["word"], w["reason"]) for w in states.waiting(store)] == [("needs-you", "invalid")]


def test_an_old_verdict_never_overwrites_a_newer_row(store: Store) -> None:
    entry = mood(2)
    store.put(entry)
    sent = store.pending(9)
    store.settle([], page(row(entry.id, 9, score=4)))
    store.settle(sent, Reply(verdicts=[accepted(sent[0], 3, "dup")]))
    assert scores(store) == [4]
    store.settle(sent, Reply(verdicts=[accepted(sent[0], 3, "dup")]))
    assert scores(store) == [4]


def test_the_patients_unsent_words_lie_over_the_clinics_row(store: Store) -> None:
    store.settle([], page(row("m", 1, score=1)))
    entry = store.find(MoodEntry)[0]
    store.put(entry.model_copy(update={"score": 5}))
    store.settle([], page(row("m", 2, score=3), cursor="d"))
    assert scores(store) == [5]
    states.undo(store, store.pending(1)[0].mid)
    assert scores(store) == [3]


def test_unknown_fields_survive_an_edit(store: Store) -> None:
    store.settle([], page(row("m", 1)))
    store.put(store.find(MoodEntry)[0].model_copy(update={"score": 2}))
    assert '"colour":"blue"' in store.pending(1)[0].body


def test_an_unknown_kind_is_kept_to_the_byte(store: Store) -> None:
    body = '{"b":1.50,"a":[]}'
    store.settle([], page(Row(id="x", kind="hologram", rev="e.1", seq=1, body=body)))
    assert store.rows("SELECT body FROM docs WHERE kind = 'hologram'") == [{"body": body}]


def test_a_reset_replaces_the_clinics_rows_and_keeps_what_waits(store: Store) -> None:
    store.settle([], page(row("old", 1), row("both", 2)))
    entry = mood(5)
    store.put(entry)
    store.settle([], page(row("both", 1, score=2), cursor="n1", reset="epoch", more=True))
    assert len(store.find(MoodEntry)) == 3, "until the scope is caught up, everything stays readable"
    store.settle([], page(row("new", 2, score=4), cursor="n2"))
    assert scores(store) == [2, 4, 5] and len(store.pending(9)) == 1


def test_a_scope_that_ended_is_gone_and_what_was_not_sent_waits_for_the_patient(store: Store) -> None:
    store.settle([], page(row("m", 1)))
    store.put(mood(5))
    store.settle([], Reply(ended=[SCOPE]))
    assert scores(store) == [] and dict(store.cursors()) == {}
    assert [w["reason"] for w in states.waiting(store)] == ["access_ended"]


def test_a_deleted_row_is_gone_and_a_local_deletion_waits(store: Store) -> None:
    store.settle([], page(row("a", 1), row("b", 2)))
    store.settle([], page(row("a", 3, deleted=True)))
    store.delete(store.find(MoodEntry)[0])
    assert scores(store) == [] and store.pending(1)[0].op == "delete"


def test_one_exchange_carries_about_a_million_letters_and_at_least_one_change(store: Store) -> None:
    for _ in range(8):
        store.put(Paper(id=new_id(NOW), words="x" * 190_000))
    sent = store.pending(500)
    assert len(sent) == 5 and sum(len(one.body) for one in sent) < 1 << 20
    store.settle(sent, Reply(verdicts=[accepted(one, n) for n, one in enumerate(sent, 1)]))
    assert len(store.pending(500)) == 3


def test_undo_of_a_change_under_way_sends_a_deletion_behind_it(store: Store) -> None:
    entry = mood()
    store.put(entry)
    store.leave(store.pending(9))
    states.undo(store, store.pending(9)[0].mid)
    assert scores(store) == [] and [m.op for m in store.pending(9)] == ["put", "delete"]


def test_search_finds_words_without_accents_and_forgets_what_is_deleted(store: Store) -> None:
    lesson = Lesson(id="l", title="Presión alta", text="Coma menos sal.", language="es")
    reply = Page(
        scope="content", cursor="c", rows=[Row(id="l", kind="lesson", rev="e.1", seq=1, body=lesson.body())]
    )
    store.settle([], Reply(pages=[reply]))
    assert [hit["title"] for hit in find(store.db, SCOPE, "presion sal")] == ["Presión alta"]
    assert find(store.db, SCOPE, 'a "quoted* OR') == []
    gone = Row(id="l", kind="lesson", rev="e.2", seq=2, deleted=True)
    store.settle([], Reply(pages=[reply.model_copy(update={"rows": [gone]})]))
    assert find(store.db, SCOPE, "presion") == []


def test_feature_views_follow_their_text(tmp_path: Path) -> None:
    for text in ("SELECT 1 AS a", "SELECT 2 AS a"):
        store = open_store(tmp_path, KEY, now, {"mine": text}, {"mine_index": "docs (rev)"})
        found = store.rows("SELECT a FROM mine")
        store.close()
    assert found == [{"a": 2}]
    for views, names in ((None, ["mine", "mine_index"]), ({}, [])):
        store = open_store(tmp_path, KEY, now, views, views)
        assert [
            row["name"] for row in store.rows("SELECT name FROM views WHERE name <> 'search' ORDER BY name")
        ] == names
        store.close()


# --- what goes wrong says so, and nothing is deleted


def prepared(folder: Path) -> Path:
    store = open_store(folder, KEY, now)
    store.scope = SCOPE
    store.put(mood(4, "planted sentence"))
    store.close()
    return folder / "evenkeel.db"


def test_a_wrong_key_says_so_and_changes_nothing(tmp_path: Path) -> None:
    before = prepared(tmp_path).read_bytes()
    with pytest.raises(StoreDamaged):
        open_store(tmp_path, b"x" * 32, now)
    assert (tmp_path / "evenkeel.db").read_bytes() == before


@pytest.mark.parametrize("damage", ["flip", "cut", "text"])
def test_a_damaged_file_says_so_and_is_still_there(tmp_path: Path, damage: str) -> None:
    file = prepared(tmp_path)
    whole = file.read_bytes()
    broken = {
        "flip": whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
        "cut": whole[: len(whole) // 3],
        "text": b"SQLite format 3\0" + whole[16:],
    }[damage]
    file.write_bytes(broken)
    with pytest.raises(StoreDamaged):
        open_store(tmp_path, KEY, now).find(MoodEntry, scope=SCOPE)
    assert file.read_bytes() == broken


def test_a_store_from_the_future_is_left_alone(tmp_path: Path) -> None:
    prepared(tmp_path)
    store = open_store(tmp_path, KEY, now)
    with store.db.atomic():
        store.db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('store', 'later', '')"
        )
    store.close()
    with pytest.raises(StoreNewer):
        open_store(tmp_path, KEY, now)


def test_a_full_disk_loses_nothing_and_works_again_with_space(store: Store) -> None:
    store.put(mood(1))
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        for _ in range(200):
            store.put(mood(2, "x" * 1900))
    kept = len(scores(store))
    assert kept == len(store.pending(500)) >= 1
    store.db.execute("PRAGMA max_page_count = 100000")
    store.put(mood(3))
    assert len(scores(store)) == kept + 1


def test_nothing_readable_rests_on_the_disk(tmp_path: Path) -> None:
    prepared(tmp_path)
    for file in tmp_path.iterdir():
        assert b"planted" not in file.read_bytes(), file.name
