"""Commands for the bad day: thin. What they do is in `app/mend`, which the screens use too."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.core.errors import NotEmpty
from app.terminal import folder, json_option, passcode, profile_option, say
from app.vault import check as check_strength

if TYPE_CHECKING:
    from app.context import App

file_option = click.Path(dir_okay=False, path_type=Path)


def passphrase(confirm: bool) -> str:
    """The backup's passphrase from EVENKEEL_PASSPHRASE, or typed; twice for a new one."""
    found = os.environ.pop("EVENKEEL_PASSPHRASE", None)
    said = found or str(click.prompt("Passphrase", hide_input=True, err=True, confirmation_prompt=confirm))
    if confirm:
        check_strength(said)
    return said


def shown(done: int, total: int) -> None:
    """One line on the terminal that says how far it is."""
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {total}", err=True, nl=done >= total)


@contextlib.contextmanager
def held(profile: Path | None) -> Iterator[App]:
    """The app on this profile, held and still closed; closed at the end. Raises StoreBusy."""
    from app.main import make_app
    from app.store.hold import hold

    where = folder(profile)
    lock = hold(where)
    try:
        app = make_app(where, drawn=False)
        yield app
        app.lock()
    finally:
        lock.release()


@click.command()
@click.option("--out", required=True, type=file_option, help="Where to write.")
@profile_option
@json_option
def backup(out: Path, profile: Path | None, as_json: bool) -> None:
    """Write the whole record, what waits included, into one encrypted file."""
    from app import headless, mend

    with headless.opened(folder(profile), passcode()) as app:
        counts = mend.make_backup(app, out, passphrase(confirm=True), progress=shown)
    say({"out": str(out), **counts}, as_json)


@click.command()
@click.option("--from", "source", required=True, type=file_option, help="The backup.")
@profile_option
@json_option
def restore(source: Path, profile: Path | None, as_json: bool) -> None:
    """Make a new profile from a backup. Enrol afterwards: the clinic's copy brings the rest."""
    from app import mend

    with held(profile) as app:
        if app.vault.exists:
            raise NotEmpty()
        secret = passphrase(confirm=False)
        counts = asyncio.run(mend.restore_backup(app, source, secret, passcode(), progress=shown))
    say({"profile": str(app.folder), **counts}, as_json)


@click.command()
@profile_option
@json_option
def check(profile: Path | None, as_json: bool) -> None:
    """Look at every page of the record; says the first bad one and what it held."""
    from app import mend

    with held(profile) as app:
        report = mend.look_over(app.folder, app.vault.unlock(passcode()), shown)
    first = {"page": report.first_bad[0], "held": report.first_bad[1]} if report.first_bad else None
    bad, faults = len(report.bad), len(report.faults)
    found = {
        "whole": report.is_whole,
        "pages": report.pages,
        "bad": bad,
        "first_bad": first,
        "faults": faults,
    }
    say(found, as_json)
    sys.exit(0 if report.is_whole else 7)


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="A new folder; this one stays.")
@profile_option
@json_option
def salvage(out: Path | None, profile: Path | None, as_json: bool) -> None:
    """Save what still reads of a damaged record. The damaged one goes aside, or stays where it is with --out."""
    from app import mend

    with held(profile) as app:
        keys = app.vault.unlock(passcode())
        if out:
            where, report = out, mend.save_elsewhere(app.folder, keys, out, app.now, shown)
            aside = None
        else:
            saved = mend.save_what_reads(app.folder, keys, app.now, shown)
            where, report, aside = app.folder, saved.report, saved.aside.name
    say({"profile": str(where), "saved": report.recovered, "lost": report.lost, "aside": aside}, as_json)


@click.command()
@profile_option
@json_option
def snapshots(profile: Path | None, as_json: bool) -> None:
    """The copies from before updates that are kept, newest first."""
    from app import mend

    with held(profile) as app:
        found = mend.copies(app.folder)
    say({copy.name: copy.made_at.isoformat() for copy in found}, as_json)


@click.command("put-back")
@click.argument("name")
@profile_option
@json_option
def put_back(name: str, profile: Path | None, as_json: bool) -> None:
    """Put a copy from before an update in the place of the record, which goes aside."""
    from app import mend

    with held(profile) as app:
        aside = mend.put_copy_back(app.folder, app.vault.unlock(passcode()), name, app.now, shown)
    say({"put_back": name, "aside": aside.name}, as_json)


@click.command()
@click.option("--out", required=True, type=file_option, help="Where to write.")
@click.option("--locked", is_flag=True, help="Without a code: nobody can open the copy, support included.")
@profile_option
@json_option
def support(out: Path, locked: bool, profile: Path | None, as_json: bool) -> None:
    """Write the record, encrypted as it lies, and a report for support. The code shown once opens the copy."""
    from app import mend

    with held(profile) as app:
        keys = () if locked else app.vault.unlock(passcode())
        code = mend.copy_for_support(app.folder, keys, out, app.now)
    say({"out": str(out), "code": code}, as_json)


@click.command()
@click.option("--list", "listed", is_flag=True, help="What was set aside.")
@click.option("--bring-back", help="Put this one in its place again; the present one goes aside.")
@click.option("--drop", help="Destroy the keys of this one, then its files.")
@click.option("--yes", is_flag=True, help="Do not ask before --drop.")
@profile_option
@json_option
def aside(listed: bool, bring_back: str, drop: str, yes: bool, profile: Path | None, as_json: bool) -> None:
    """Set the record aside, still encrypted, so that a new one can begin."""
    from app import mend

    if drop and not yes:
        click.confirm("Destroy this record for ever?", abort=True, err=True)
    with held(profile) as app:
        if bring_back:
            mend.bring_back(app.folder, bring_back, app.now)
        elif drop:
            mend.drop_aside(app.folder, drop, app.vault.keystore)
        elif not listed:
            mend.set_aside(app.folder, app.now)
        found = mend.asides(app.folder)
    say({one.name: "a whole record" if one.is_whole else "a database" for one in found}, as_json)


@click.command()
@profile_option
@click.confirmation_option(prompt="Erase the record on this device? What was not sent is lost for ever.")
def erase(profile: Path | None) -> None:
    """Destroy the keys, then the files, those set aside included. The clinic's copy stays with the clinic."""
    from app import settings

    with held(profile) as app:
        asyncio.run(app.erase())
        (app.folder / settings.FILE).unlink(missing_ok=True)
    click.echo("Erased. Nothing opens what may be left of the files.")


RESCUE = (backup, restore, check, salvage, snapshots, put_back, support, aside, erase)
