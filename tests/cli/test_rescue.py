"""The bad day from the command line: back up, restore elsewhere, check, salvage, erase."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import cli
from app.core.errors import NotThere, NoVault
from app.main import make_app
from app.store import FILE
from app.store.snapshots import snapshot
from app.vault import Vault
from sync.models import MoodEntry, new_id

PASSCODE, PASSPHRASE = "correct horse", "battery staple"


def run(*arguments: str | Path, passcode: str = PASSCODE, passphrase: str = PASSPHRASE) -> Result:
    """Run one command with both secrets given."""
    secrets = {"EVENKEEL_PASSCODE": passcode, "EVENKEEL_PASSPHRASE": passphrase}
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env=secrets)


def answer(result: Result) -> dict[str, Any]:
    """What it said as JSON."""
    assert result.exit_code == 0, (result.output, result.exception)
    return dict(json.loads(result.stdout.splitlines()[-1]))


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A profile with two hundred moods that wait."""
    folder = tmp_path / "profile"
    app = make_app(folder, vault=Vault(folder, fast=True), drawn=False)
    app.enter((app.vault.create(PASSCODE),))
    app.view("patient:p")
    for number in range(200):
        now = app.now()
        app.store.put(
            MoodEntry(id=new_id(now), felt_at=now, score=1 + number % 5, note=f"note {number} " * 40)
        )
    app.lock()
    return folder


def test_a_backup_comes_back_on_a_new_device_with_everything_that_waited(
    profile: Path, tmp_path: Path
) -> None:
    file, fresh = tmp_path / "my.backup", tmp_path / "new"
    made = answer(run("backup", "--out", file, "--profile", profile, "--json"))
    assert b"note 7" not in file.read_bytes() and file.stat().st_mode & 0o077 == 0
    back = answer(run("restore", "--from", file, "--profile", fresh, "--json", passcode="a new passcode"))
    assert back["docs"] == made["docs"] == back["outbox"] == 200
    status = answer(run("status", "--profile", fresh, "--json", passcode="a new passcode"))
    assert status["waiting"] == 200 and not status["enrolled"]


def test_a_wrong_passphrase_makes_no_profile(profile: Path, tmp_path: Path) -> None:
    file, fresh = tmp_path / "my.backup", tmp_path / "new"
    answer(run("backup", "--out", file, "--profile", profile, "--json"))
    assert run("restore", "--from", file, "--profile", fresh, passphrase="not this one").exit_code
    assert not (fresh / FILE).exists() and not (fresh / "vault.json").exists()


def test_a_record_is_never_written_over(profile: Path, tmp_path: Path) -> None:
    file = tmp_path / "my.backup"
    answer(run("backup", "--out", file, "--profile", profile, "--json"))
    before = (profile / FILE).read_bytes()
    assert run("restore", "--from", file, "--profile", profile).exit_code
    assert (profile / FILE).read_bytes() == before


def test_a_damaged_page_is_named_and_the_rest_is_saved(profile: Path, tmp_path: Path) -> None:
    assert answer(run("check", "--profile", profile, "--json"))["whole"] is True
    file = profile / FILE
    whole = file.read_bytes()
    place = 4096 * (len(whole) // 4096 // 2) + 99
    file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    found = run("check", "--profile", profile, "--json")
    assert found.exit_code == 7 and json.loads(found.stdout.splitlines()[-1])["first_bad"]["page"] > 1
    damaged, out = file.read_bytes(), tmp_path / "saved"
    saved = answer(run("salvage", "--profile", profile, "--out", out, "--json"))
    assert file.read_bytes() == damaged and saved["saved"]["docs"] > 100
    assert answer(run("status", "--profile", out, "--json"))["documents"]["mood"] == saved["saved"]["docs"]


def test_a_damaged_record_is_mended_in_place_and_the_damaged_one_goes_aside(profile: Path) -> None:
    file = profile / FILE
    whole = file.read_bytes()
    file.write_bytes(whole[: 4096 * 9 + 99] + bytes([whole[4096 * 9 + 99] ^ 1]) + whole[4096 * 9 + 100 :])
    damaged = file.read_bytes()
    saved = answer(run("salvage", "--profile", profile, "--json"))
    assert (profile / saved["aside"] / FILE).read_bytes() == damaged
    assert answer(run("check", "--profile", profile, "--json"))["whole"] is True
    assert answer(run("aside", "--list", "--profile", profile, "--json")) == {saved["aside"]: "a database"}


def test_a_copy_from_before_an_update_is_listed_and_put_back(profile: Path) -> None:
    app = make_app(profile, vault=Vault(profile, fast=True), drawn=False)
    app.enter(app.vault.unlock(PASSCODE))
    snapshot(app.store.db, profile, "second")
    app.store.put(MoodEntry(id="late", felt_at=app.now(), score=1))
    app.lock()
    [name] = answer(run("snapshots", "--profile", profile, "--json"))
    assert run("put-back", "snapshot-0009-before-x.db", "--profile", profile).exit_code
    assert answer(run("put-back", name, "--profile", profile, "--json"))["aside"].startswith("aside-")
    assert answer(run("status", "--profile", profile, "--json"))["waiting"] == 200


def test_a_copy_for_support_comes_with_a_code_or_without(profile: Path, tmp_path: Path) -> None:
    made = answer(run("support", "--out", tmp_path / "s.tar", "--profile", profile, "--json"))
    assert len(made["code"].split("-")) == 7
    made = answer(run("support", "--locked", "--out", tmp_path / "s.tar", "--profile", profile, "--json"))
    assert made["code"] is None


def test_a_record_is_set_aside_brought_back_and_dropped(profile: Path) -> None:
    [name] = answer(run("aside", "--profile", profile, "--json"))
    assert isinstance(run("status", "--profile", profile).exception, NoVault)
    assert answer(run("aside", "--bring-back", name, "--profile", profile, "--json")) == {}
    assert answer(run("status", "--profile", profile, "--json"))["waiting"] == 200
    [name] = answer(run("aside", "--profile", profile, "--json"))
    assert run("aside", "--drop", name, "--profile", profile).exit_code == 1, "it asks first"
    assert answer(run("aside", "--drop", name, "--yes", "--profile", profile, "--json")) == {}
    assert isinstance(run("aside", "--drop", name, "--yes", "--profile", profile).exception, NotThere)


def test_an_erased_record_opens_with_nothing(profile: Path) -> None:
    (profile / "settings.json").write_text("{}")
    answer(run("aside", "--profile", profile, "--json"))
    app = make_app(profile, vault=Vault(profile, fast=True), drawn=False)
    app.enter((app.vault.create(PASSCODE),))
    app.lock()
    assert run("erase", "--profile", profile, "--yes").exit_code == 0
    assert {file.name for file in profile.iterdir()} <= {"lock"}
    assert run("status", "--profile", profile).exit_code
