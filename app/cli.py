"""`evenkeel …`: thin. The clinic's commands run as a process of their own, so the app never carries the server.

Exit codes (the table stands in app/README.md): 0 done, 2 wrong use, 3 passcode, 4 no connection, 5 access ended,
6 too old, 7 damaged, 8 newer store, 9 in use, 10 disk full, 11 not a clinic, 12 code, 13 wait, 14 no record.
"""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from app.clinic_process import ROOT, SECRET, with_root
from app.core.errors import AppError, StoreFull
from app.rescue import RESCUE
from app.terminal import (
    an_address,
    exit_code,
    folder,
    given,
    json_option,
    passcode,
    profile_option,
    say,
    sentence,
)
from sync.protocol.errors import SyncError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="evenkeel")
@click.pass_context
def cli(context: click.Context) -> None:
    """Evenkeel: your health record, readable and writable without a signal."""
    context.obj = os.environ.pop(SECRET, None)


@cli.command()
@click.option("--server", required=True, callback=an_address, help="The clinic's address.")
@click.option("--code", required=True, help="The activation code from the clinic.")
@profile_option
@json_option
def enrol(server: str, code: str, profile: Path | None, as_json: bool) -> None:
    """Join a clinic with an activation code."""
    from app import headless

    say(asyncio.run(headless.enrol(folder(profile), server, code, passcode())), as_json)


@cli.command()
@profile_option
@json_option
def sync(profile: Path | None, as_json: bool) -> None:
    """Send what waits and fetch what is new."""
    from app import headless

    with headless.opened(folder(profile), passcode()) as app:
        say(asyncio.run(headless.sync(app)), as_json)


@cli.command()
@profile_option
@json_option
def status(profile: Path | None, as_json: bool) -> None:
    """What is on this device, in numbers."""
    from app import headless

    with headless.opened(folder(profile), passcode()) as app:
        say(headless.status(app), as_json)


@cli.command()
@profile_option
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to write.")
@click.option(
    "--as", "what", default="bundle", type=click.Choice(("bundle", "lines", "book")), help="What kind."
)
@json_option
def export(profile: Path | None, out: Path, what: str, as_json: bool) -> None:
    """Write everything as a FHIR Bundle, as NDJSON, or as a book to read. The file is not encrypted."""
    from app import headless
    from app.places import private_file

    with headless.opened(folder(profile), passcode()) as app, private_file(out) as file:
        found = headless.export(app, file, what)
    say({**found, "out": str(out)}, as_json)


@cli.command("log-mood")
@profile_option
@click.option("--score", required=True, type=click.IntRange(1, 5), help="1 very low … 5 very good.")
@click.option("--note", default="", help="Your own words.")
@json_option
def log_mood(profile: Path | None, score: int, note: str, as_json: bool) -> None:
    """Write a mood; it waits until the next sync."""
    from app import headless
    from app.features.mood import commands
    from app.store import states

    with headless.opened(folder(profile), passcode()) as app:
        entry = commands.log_mood(app, score, note)
        say({"id": entry.id, "state": states.word_of(app.store, entry.id)}, as_json)


@cli.command()
@profile_option
@json_option
def people(profile: Path | None, as_json: bool) -> None:
    """Who has a record on this device, and in which folder; any command takes that folder as --profile."""
    from app.people import People, place_of

    found = People(place_of(folder(profile))[0])
    rows = [{"id": one.id, "name": one.name, "folder": str(found.home(one.id))} for one in found.members()]
    say(
        {"people": rows}
        if as_json
        else {one["id"]: f"{one['name'] or '-'}, {one['folder']}" for one in rows},
        as_json,
    )
    if fault := found.fault():
        raise fault


@cli.command()
@profile_option
@click.option("--port", default=0, help="Where to listen; 0 finds a free port.")
@click.option("--open/--no-open", "show", default=True, help="Open a browser window.")
@click.option("--native", is_flag=True, help="A native window, where Flet's client is installed.")
def app(profile: Path | None, port: int, show: bool, native: bool) -> None:
    """Open the app on this device."""
    from app.window import run

    run(folder(profile), port=port, show=show, native=native, passcode=given())


@cli.command()
@click.option("--port", default=0, help="Where to listen; 0 finds a free port.")
@click.option("--open/--no-open", "show", default=True, help="Open a browser window.")
def gallery(port: int, show: bool) -> None:
    """Every piece of the look in every theme and text size."""
    from app.window import run_gallery

    run_gallery(port=port, show=show)


@cli.command()
@click.option("--open/--no-open", "show", default=True, help="Open a browser window.")
@click.option("--fresh", is_flag=True, help="Begin anew; the demo's old data is removed.")
@click.option("--native", is_flag=True, help="A native window, where Flet's client is installed.")
@json_option
def demo(show: bool, fresh: bool, native: bool, as_json: bool) -> None:
    """A clinic, a patient and the app on this machine, with real synthetic data."""
    from app.demo import run

    run(show=show, fresh=fresh, native=native, as_json=as_json)


def pass_on(module: str, arguments: tuple[str, ...]) -> None:
    """Run another of the project's programs in this environment, in place of this one."""
    command = [sys.executable, "-m", module, *arguments]
    sys.exit(subprocess.call(command, cwd=ROOT if module != "sync.server" else None, env=with_root()))


for command in RESCUE:
    cli.add_command(command)

EVERYTHING: dict[str, Any] = {"ignore_unknown_options": True, "help_option_names": []}


@cli.command(context_settings=EVERYTHING)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def clinic(arguments: tuple[str, ...]) -> None:
    """The clinic's end: import, serve, patients, invite, status …"""
    pass_on("sync.server", arguments)


@cli.command(context_settings=EVERYTHING)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Everything needed to trust a change."""
    pass_on("pytest", arguments)


@cli.command(context_settings=EVERYTHING)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure: bench store, bench sync, bench start (with --json)."""
    pass_on("tests.bench", arguments)


def main() -> None:
    """The command line. Errors are one plain sentence and a number."""
    try:
        cli(prog_name="evenkeel")
    except (AppError, SyncError) as error:
        click.echo(sentence(error), err=True)
        sys.exit(exit_code(error))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            click.echo(str(StoreFull()), err=True)
            sys.exit(StoreFull.exit_code)
        click.echo(f"{error.strerror or 'The file could not be used'}: {error.filename or ''}", err=True)
        sys.exit(1)
    except Exception as error:
        click.echo(f"Something unexpected happened ({type(error).__name__}). Nothing was deleted.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
