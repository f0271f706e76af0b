"""The command line from inside: what it hands on, what it says when nobody expected it, what it leaves behind."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app import cli, headless
from app.clinic_process import with_root


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Call `evenkeel …` in this process: the exit code and what it said of a failure."""

    def run(*arguments: str) -> tuple[Any, str]:
        monkeypatch.setattr(sys, "argv", ["evenkeel", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, capsys.readouterr().err

    monkeypatch.setenv("EVENKEEL_PASSCODE", "135790")
    return run


@contextmanager
def nothing_opened(folder: Path, passcode: str) -> Iterator[str]:
    """In place of the real app."""
    yield passcode


def failing(error: Exception) -> Any:
    """Something that raises this."""

    def fail(*_: Any) -> Any:
        raise error

    return fail


def test_the_passcode_is_read_once_and_handed_to_no_other_program(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "EVENKEEL_PASSCODE" not in with_root()
    seen: list[Any] = []
    monkeypatch.setattr(headless, "opened", nothing_opened)
    monkeypatch.setattr(headless, "status", lambda app: seen.append((app, dict(os.environ))) or {})
    assert call("status")[0] == 0
    passcode, environment = seen[0]
    assert passcode == "135790" and "EVENKEEL_PASSCODE" not in environment


def test_what_nobody_expected_is_one_plain_sentence(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headless, "opened", failing(ValueError("Rosa slept badly")))
    assert call("status") == (1, "Something unexpected happened (ValueError). Nothing was deleted.\n")


@pytest.mark.parametrize("server", ["http://clinic.org", "https://me@clinic.org", "https://", "ftp://c.org"])
def test_an_address_that_will_not_do_is_wrong_use(call: Any, server: str) -> None:
    code, said = call("enrol", "--server", server, "--code", "AAAA")
    assert code == 2 and "https://" in said


@pytest.mark.parametrize("typed", ["localhost:8000/", "http://localhost:8000"])
def test_an_address_is_completed(call: Any, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    seen: list[str] = []

    async def enrol(folder: Path, server: str, code: str, passcode: str) -> dict[str, Any]:
        seen.append(server)
        return {}

    monkeypatch.setattr(headless, "enrol", enrol)
    assert call("enrol", "--server", typed, "--code", "AAAA")[0] == 0
    assert seen == ["http://localhost:8000"]


def test_an_export_is_for_its_owner_s_eyes(
    call: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "record.json"
    monkeypatch.setattr(headless, "opened", nothing_opened)
    monkeypatch.setattr(headless, "export", lambda app, file, what: {"entries": file.write("{}")})
    assert call("export", "--out", str(out))[0] == 0
    assert out.read_text() == "{}" and out.stat().st_mode & 0o777 == 0o600


def test_an_export_that_failed_leaves_the_old_one_and_nothing_else(
    call: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "record.json"
    out.write_text("old")
    monkeypatch.setattr(headless, "opened", nothing_opened)
    monkeypatch.setattr(headless, "export", failing(OSError(errno.ENOSPC, "No space left on device")))
    code, said = call("export", "--out", str(out))
    assert code == 10 and said.startswith("The disk is full.") and "Traceback" not in said
    assert out.read_text() == "old" and list(tmp_path.iterdir()) == [out]
