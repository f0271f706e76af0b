"""What the clinic did not take: sent again once access is back, kept as a file, or shown fifty at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.context import App
from app.core.errors import BackupError
from app.features.mood.commands import log_mood
from app.features.waiting import keeping
from app.features.waiting.commands import keep_words, send_again
from app.features.waiting.queries import waiting_items
from sync.models import MoodEntry
from sync.protocol.wire import Reply, Verdict
from sync.server.tables import access
from tests.conftest import Phone
from tests.features.me.test_keys import until
from tests.harness import Window

Open = Callable[..., Window]


def refuse(app: App, reason: str) -> None:
    """The clinic's computer says no to everything that waits."""
    waiting = app.store.pending(99)
    verdicts = [Verdict(mid=m.mid, status="rejected", id=m.id, reason=reason) for m in waiting]
    app.store.settle(waiting, Reply(verdicts=verdicts))


async def test_what_was_left_when_access_ended_is_sent_once_it_is_back(phone: Phone, open_at: Open) -> None:
    await phone.sync()
    entry = log_mood(phone.app, 2, "Written in the lift.")
    scope = phone.app.scope
    with phone.clinic.database.directory(write=True) as connection:
        connection.execute(sa.delete(access).where(access.c.scope == scope))
    await phone.sync()
    assert [item.word for item in waiting_items(phone.store)] == ["needs-you"]
    assert phone.store.find(MoodEntry) == []
    await phone.enrol()
    async with open_at(phone.app, "/waiting") as window:
        await window.tap("Send again")
        assert "Waiting to send" in window.texts()
    assert [mood.id for mood in phone.store.find(MoodEntry)] == [entry.id]
    await phone.sync()
    held = phone.clinic.get(scope, entry.id)
    assert held and "Written in the lift." in held.body and waiting_items(phone.store) == []


def test_only_an_ended_access_is_sent_again(empty_app: App) -> None:
    log_mood(empty_app, 4)
    refuse(empty_app, "invalid")
    send_again(empty_app, waiting_items(empty_app.store)[0].mid)
    assert [item.word for item in waiting_items(empty_app.store)] == ["needs-you"]
    assert not empty_app.store.pending(9)


async def test_the_words_are_kept_in_a_file_after_asking(
    empty_app: App, open_at: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "Downloads").mkdir()
    log_mood(empty_app, 4, "My own words.")
    refuse(empty_app, "exists")
    async with open_at(empty_app, "/waiting") as window:
        window.on_a_computer()
        await window.tap("Save a copy of these")
        assert not list((tmp_path / "Downloads").iterdir())
        await window.tap("Yes, save it")
        await window.until("Saved: ")
    (file,) = (tmp_path / "Downloads").iterdir()
    written = file.read_text(encoding="utf-8")
    assert "note: My own words." in written and "already has another version" in written
    assert len(waiting_items(empty_app.store)) == 1


async def test_a_phone_where_nobody_chose_a_place_claims_nothing(
    empty_app: App, open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(keeping, "keep_words", lambda *to: made.append(keep_words(*to)) or made[-1])
    log_mood(empty_app, 4, "My own words.")
    refuse(empty_app, "exists")
    async with open_at(empty_app, "/waiting") as window:
        await window.tap("Save a copy of these")
        await window.tap("Yes, save it")
        await until(window, lambda: made and not made[0].exists())
        assert not any(text.startswith("Saved") for text in window.texts())


def test_a_place_that_cannot_be_written_says_so_and_leaves_no_file(empty_app: App, tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        keep_words(empty_app, "words", tmp_path / "nowhere")
    assert not list(tmp_path.glob("*.txt"))


async def test_a_thousand_things_are_shown_fifty_at_a_time(empty_app: App, open_at: Open) -> None:
    for _ in range(120):
        log_mood(empty_app, 3)
    async with open_at(empty_app, "/waiting") as window:
        assert window.texts().count("Undo") == 50
        await window.tap("Show more")
        assert window.texts().count("Undo") == 100
