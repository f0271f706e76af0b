"""What every command shares: the profile, the passcode, how an answer and a failure are said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from app.core.address import clean_address
from app.core.errors import AppError
from sync.protocol import errors as wrong
from sync.protocol.errors import SyncError

SYNC_CODES = {
    wrong.Offline: 4,
    wrong.Revoked: 5,
    wrong.ReportedLost: 5,
    wrong.Unauthorised: 5,
    wrong.WrongClinic: 5,
    wrong.TooOld: 6,
    wrong.TooNew: 6,
    wrong.NotTheClinic: 11,
    wrong.BadCode: 12,
    wrong.Unwell: 16,
    wrong.Erased: 29,
}
profile_option = click.option(
    "--profile", type=click.Path(file_okay=False, path_type=Path), help="Folder of the record on this device."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer with one line of JSON.")


def exit_code(error: AppError | SyncError) -> int:
    """The number that says which way it failed."""
    return error.exit_code if isinstance(error, AppError) else SYNC_CODES.get(type(error), 1)


def sentence(error: AppError | SyncError) -> str:
    """What we say of it."""
    return str(error) if isinstance(error, AppError) else " ".join((type(error).__doc__ or "").split())


def say(found: dict[str, Any], as_json: bool) -> None:
    """Print an answer, for people or for scripts."""
    lines = [json.dumps(found)] if as_json else [f"{name}: {value}" for name, value in found.items()]
    click.echo("\n".join(lines))


def passcode() -> str:
    """The passcode from EVENKEEL_PASSCODE, or typed."""
    return given() or str(click.prompt("Passcode", hide_input=True, err=True))


def given() -> str | None:
    """The passcode from EVENKEEL_PASSCODE."""
    found: str | None = click.get_current_context().obj
    return found


def an_address(context: click.Context, option: click.Parameter, typed: str) -> str:
    """A clinic's address that may be used; anything else is wrong use."""
    found = clean_address(typed)
    if found is None:
        raise click.BadParameter(
            "a clinic's address begins with https://; plain http is only for this very computer"
        )
    return found


def folder(profile: Path | None) -> Path:
    """The profile's folder."""
    from app.main import profile_folder

    return profile or profile_folder()
