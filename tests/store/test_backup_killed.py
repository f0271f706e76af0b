"""Killed at any moment, a backup is the older one or whole; a restore and a migration are nothing or everything."""

from __future__ import annotations

import contextlib
import random
import shutil
from pathlib import Path

import pytest

from app.core.errors import StoreNewer
from app.store import open_store, schema
from app.store.backup import check_backup, save_backup
from app.store.snapshots import snapshots
from tests.store.killed import FAST, FILE, KEY, PASSPHRASE, have_more, kill, killed, many
from tests.store.old.make import now

ROUNDS = [4, pytest.param(40, marks=pytest.mark.slow)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_killed_while_backing_up_the_older_backup_is_still_there(tmp_path: Path, rounds: int) -> None:
    store = open_store(tmp_path, KEY, now)
    many(store, 3000)
    store.close()
    for moment in killed(rounds, "backup", tmp_path):
        with (tmp_path / FILE).open("rb") as file:
            assert check_backup(file, PASSPHRASE, FAST)["docs"] == 3000, moment
    whole = open_store(tmp_path, KEY, now)
    assert whole.rows("SELECT count(*) AS n FROM docs") == [{"n": 3000}]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_killed_while_restoring_there_is_nothing_or_everything(tmp_path: Path, rounds: int) -> None:
    store = open_store(None, KEY, now)
    many(store, 3000)
    save_backup(store, tmp_path / FILE, PASSPHRASE, FAST)
    for moment in killed(rounds, "restore", tmp_path):
        store = open_store(tmp_path, KEY, now)
        assert store.rows("SELECT count(*) AS n FROM docs")[0]["n"] in (0, 3000), moment
        assert store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store.close()
        for file in tmp_path.glob("evenkeel.db*"):
            file.unlink()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_killed_while_migrating_it_is_the_old_record_or_the_new_one(
    tmp_path: Path, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whole").mkdir()
    store = open_store(tmp_path / "whole", KEY, now)
    many(store, 3000)
    store.close()
    chance, real = random.Random(rounds), schema.migrations
    for turn in range(rounds):
        folder = tmp_path / f"{turn}"
        shutil.copytree(tmp_path / "whole", folder)
        kill("migrate", folder, moment := chance.uniform(0, 0.5))
        with contextlib.suppress(StoreNewer):
            store = open_store(folder, KEY, now)
            assert store.rows("SELECT count(*) AS n FROM docs WHERE body GLOB '*NOTE*'") == [{"n": 0}], moment
            store.close()
        with monkeypatch.context() as patch:
            patch.setattr(schema, "migrations", have_more(real))
            store = open_store(folder, KEY, now)
        said = store.rows("SELECT count(*) AS n FROM docs WHERE colour IS NOT NULL AND body GLOB '*NOTE*'")
        assert said == [{"n": 3000}], moment
        assert store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store.close()
        assert [file.name for file in snapshots(folder)] == ["snapshot-0001-before-colours.db"]
        shutil.rmtree(folder)
