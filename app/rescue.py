"""Commands for the bad day: a backup and back again, a look at every page, what still reads, and the end of it all."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from app.core.errors import NotEmpty, StoreDamaged
from app.terminal import folder, json_option, passcode, profile_option, say
from app.vault import check as check_strength

Found = TypeVar("Found")

file_option = click.Path(dir_okay=False, path_type=Path)


def passphrase(confirm: bool) -> str:
    """The backup's passphrase from EVENKEEL_PASSPHRASE, or typed; twice for a new one."""
    found = os.environ.pop("EVENKEEL_PASSPHRASE", None)
    said = found or str(click.prompt("Passphrase", hide_input=True, err=True, confirmation_prompt=confirm))
    if confirm:
        check_strength(said)
    return said


def with_either(keys: tuple[bytes, ...], look: Callable[[bytes], Found]) -> Found:
    """What the newest key finds; during a cut-short rotation it may be the older one that fits."""
    for key in reversed(keys[1:]):
        with contextlib.suppress(StoreDamaged):
            return look(key)
    return look(keys[0])


def shown(done: int, total: int) -> None:
    """One line on the terminal that says how far it is."""
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {total}", err=True, nl=done >= total)


@click.command()
@click.option("--out", required=True, type=file_option, help="Where to write.")
@profile_option
@json_option
def backup(out: Path, profile: Path | None, as_json: bool) -> None:
    """Write the whole record, what waits included, into one encrypted file."""
    from app import headless
    from app.store.backup import save_backup
    from app.vault import keys

    with headless.opened(folder(profile), passcode()) as app:
        counts = save_backup(app.store, out, passphrase(confirm=True), keys, progress=shown)
    say({"out": str(out), **counts}, as_json)


@click.command()
@click.option("--from", "source", required=True, type=file_option, help="The backup.")
@profile_option
@json_option
def restore(source: Path, profile: Path | None, as_json: bool) -> None:
    """Make a new profile from a backup. Enrol afterwards: the clinic's copy brings the rest."""
    from app.main import make_app
    from app.store import erase_files, has_files
    from app.store.backup import check_backup, read_backup
    from app.store.hold import hold
    from app.vault import keys

    where = folder(profile)
    held, app = hold(where), make_app(where, drawn=False)
    if app.vault.exists or has_files(where):
        raise NotEmpty()
    secret = passphrase(confirm=False)
    with source.open("rb") as file:
        check_backup(file, secret, keys)
    asyncio.run(app.open_or_found(passcode()))
    try:
        with source.open("rb") as file:
            counts = read_backup(file, secret, app.store, keys, progress=shown)
    except BaseException:
        app.lock()
        app.vault.erase()
        erase_files(where)
        raise
    app.lock()
    held.release()
    say({"profile": str(where), **counts}, as_json)


@click.command()
@profile_option
@json_option
def check(profile: Path | None, as_json: bool) -> None:
    """Look at every page of the record; says the first bad one and what it held."""
    from app.main import make_app
    from app.store import FILE
    from app.store.hold import hold
    from app.store.integrity import check as look

    where = folder(profile)
    held = hold(where)
    keys = make_app(where, drawn=False).vault.unlock(passcode())
    report = with_either(keys, lambda key: look(where / FILE, key, shown))
    held.release()
    first = {"page": report.first_bad[0], "held": report.first_bad[1]} if report.first_bad else None
    say(
        {"whole": report.is_whole, "pages": report.pages, "bad": len(report.bad), "first_bad": first}, as_json
    )
    sys.exit(0 if report.is_whole else 7)


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new folder.")
@profile_option
@json_option
def salvage(out: Path, profile: Path | None, as_json: bool) -> None:
    """Save what still reads of a damaged record into a new profile with the same passcode. The damaged one stays."""
    import shutil

    from app.main import clock, make_app
    from app.store import FILE
    from app.store.hold import hold
    from app.store.salvage import salvage as rescue
    from app.vault.envelope import FILE as ENVELOPE

    where = folder(profile)
    held = hold(where)
    keys = make_app(where, drawn=False).vault.unlock(passcode())
    report = with_either(keys, lambda key: rescue(where / FILE, key, out, clock, shown))
    shutil.copy2(where / ENVELOPE, out / ENVELOPE)
    held.release()
    say({"profile": str(out), "saved": report.recovered, "lost": report.lost}, as_json)


@click.command()
@profile_option
@click.confirmation_option(prompt="Erase the record on this device? What was not sent is lost for ever.")
def erase(profile: Path | None) -> None:
    """Destroy the keys, then the files. The clinic's copy stays with the clinic."""
    from app.main import make_app
    from app.store.hold import hold

    where = folder(profile)
    held = hold(where)
    make_app(where, drawn=False).erase()
    held.release()
    click.echo("Erased. Nothing opens what may be left of the files.")


RESCUE = (backup, restore, check, salvage, erase)
