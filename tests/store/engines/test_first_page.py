"""The first page holds what SQLCipher needs to prove all others; lost, it takes no other page with it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.store import FILE, open_store
from app.store.engine import engine_name
from app.store.engines.formats import PAGE, SALT, is_sealed
from app.store.salvage import salvage
from tests.store.engines.exchange import KEY, NOW, write


@pytest.mark.parametrize("renewed", [False, True])
def test_without_its_first_page_the_rows_still_come_back(tmp_path: Path, renewed: bool) -> None:
    (tmp_path / "lost").mkdir()
    store, key = open_store(tmp_path / "lost", KEY, lambda: NOW), KEY
    store.scope = "patient:rosa"
    write(store, "all")
    if renewed:
        store.rekey(key := bytes(range(7, 39)))
    store.close()
    path = tmp_path / "lost" / FILE
    whole = path.read_bytes()
    assert is_sealed(path) if engine_name() == "pages" else whole.startswith(SALT)
    path.write_bytes(random.Random(1).randbytes(PAGE) + whole[PAGE:])
    report = salvage(path, key, tmp_path / "found", lambda: NOW)
    assert report.recovered["docs"] == 21 and report.recovered["outbox"] == 20 and list(report.bad) == [1]
