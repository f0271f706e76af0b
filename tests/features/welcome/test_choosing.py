"""Choosing a file: the system's window says where it lies, a browser sends it, and either may fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.places import arrivals, downloads, drop_arrival, free_name
from tests.conftest import Phone
from tests.features.me.test_keys import shows, until
from tests.harness import Window

Open = Callable[..., Window]
Make = Callable[[str], Phone]


def picked(path: str | None) -> dict[str, Callable[[Any], Any]]:
    """A system that lets somebody pick this file; None: nothing."""
    file = {"id": 1, "name": "my copy.evenkeel", "size": 3, "path": path}
    return {"pick_files": lambda _: [file] if path != "" else []}


async def test_a_chosen_file_is_named_and_can_be_chosen_again(
    new_phone: Make, open_at: Open, tmp_path: Path
) -> None:
    file = tmp_path / "my copy.evenkeel"
    file.write_bytes(b"no backup at all")
    async with open_at(new_phone("new").app, answers=picked(str(file))) as window:
        await window.tap("I have a backup")
        await window.tap("Choose the file")
        await until(window, lambda: "my copy.evenkeel" in window.texts())
        assert "Choose another file" in window.buttons()
        for label, text in (("Passphrase", "three boats"), ("New passcode", "135791")):
            await window.type(label, text)
        await window.type("New one again", "135791")
        await window.submit("New one again")
        await until(window, lambda: shows(window, "not a whole backup"))
        await window.tap("Back")
        assert "Start" in window.buttons()
    assert file.exists()


async def test_nobody_need_choose(new_phone: Make, open_at: Open) -> None:
    async with open_at(new_phone("new").app, answers=picked("")) as window:
        await window.tap("I have a backup")
        await window.tap("Choose the file")
        await until(window, lambda: "Choose the file" in window.buttons())
        await window.tap("Bring it back")
        assert shows(window, "Please choose the file of your copy")


async def test_a_system_that_names_no_file_says_so(new_phone: Make, open_at: Open) -> None:
    async with open_at(new_phone("new").app, answers=picked(None)) as window:
        await window.tap("I have a backup")
        await window.tap("Choose the file")
        await until(window, lambda: shows(window, "could not be fetched"))


@pytest.mark.parametrize(
    ("label", "text", "said"),
    [
        ("Passphrase", "", "type the passphrase"),
        ("New passcode", "123", "at least 6"),
        ("New one again", "999999", "not the same"),
    ],
)
async def test_what_is_missing_is_said_at_its_field(
    new_phone: Make, open_at: Open, tmp_path: Path, label: str, text: str, said: str
) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"x")
    filled = {
        "Passphrase": "abcdef",
        "New passcode": "135791",
        "New one again": "135791",
        label: text,
    }
    async with open_at(new_phone("new").app, answers=picked(str(file))) as window:
        await window.tap("I have a backup")
        await window.tap("Choose the file")
        await until(window, lambda: "Choose another file" in window.buttons())
        for name, typed in filled.items():
            await window.type(name, typed)
        await window.tap("Bring it back")
        assert said in str(window.field(label).error)


def test_nothing_is_written_over_and_only_what_a_browser_brought_is_removed(tmp_path: Path) -> None:
    first = free_name(tmp_path, "copy", ".x")
    first.write_bytes(b"1")
    assert free_name(tmp_path, "copy", ".x").name == "copy-2.x"
    brought = arrivals() / "brought"
    brought.write_bytes(b"2")
    drop_arrival(first)
    drop_arrival(brought)
    assert first.exists() and not brought.exists() and arrivals().stat().st_mode & 0o77 == 0


def test_without_a_folder_of_downloads_there_is_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert downloads() == tmp_path
