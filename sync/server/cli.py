"""`evenkeel clinic …`: the clinic's commands. Errors are one line on stderr, never a traceback."""

from __future__ import annotations

import ipaddress
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import click

from sync.server.cards import card, issuers
from sync.server.clinic import version
from sync.server.errors import ClinicError
from sync.server.hints import Mode
from sync.server.keeping import backup, cell, compact, confirm, migrate, move, roles
from sync.server.options import as_json as _json
from sync.server.options import cells as _cells
from sync.server.options import db as _db
from sync.server.options import opened as _opened
from sync.server.pull.command import pull
from sync.server.requests import answer, requests
from sync.server.shelving import lessons


def _print(what: Any) -> None:
    click.echo(json.dumps(what, ensure_ascii=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="evenkeel clinic")
def main() -> None:
    """The clinic's end: its database and the API that patients' devices speak with."""


@main.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@_db
@_json
def import_(paths: tuple[Path, ...], db: str, as_json: bool) -> None:
    """Import FHIR files and folders. Doing it again changes nothing."""
    with _opened(db, existing=False) as clinic:
        report = clinic.import_paths(paths, iter if as_json else _bar)
    if as_json:
        _print(report.json())
    else:
        for fault in report.errors:
            where = f", {fault['where']}" if fault["where"] else ""
            click.echo(f"{fault['file']}{where}: {fault['reason']}", err=True)
        click.echo(
            f"{report.files} files, {report.resources} resources: {report.added} added, "
            f"{report.changed} changed, {report.unchanged} unchanged, {len(report.errors)} errors "
            f"in {report.seconds:.1f} s" + (f"; {report.held} held, as patients asked" if report.held else "")
        )
    sys.exit(0 if report.useful() else 1)


def _bar(files: Iterable[Path]) -> Iterator[Path]:
    with click.progressbar(list(files), label="Importing", file=sys.stderr) as bar:
        yield from bar


@main.command()
@click.option("--db", "db", envvar="EVENKEEL_DB", metavar="URL", help="sqlite:///… or postgresql://…")
@_cells
@click.option("--port", type=click.IntRange(1, 65535), required=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--origin",
    envvar="EVENKEEL_ORIGIN",
    metavar="URL",
    help="The address devices call: https://clinic.example",
)
@click.option(
    "--hints",
    envvar="EVENKEEL_HINTS",
    type=click.Choice(get_args(Mode)),
    default="auto",
    show_default=True,
    help="Tell waiting devices of news: from every process, from this one, or not at all.",
)
def serve(
    db: str | None, cells: dict[str, str], port: int, host: str, origin: str | None, hints: str
) -> None:
    """Serve the API until stopped: of one database, or of several cells."""
    if not cells and not db:
        raise click.UsageError("Missing option '--db' or '--cell'.")
    if not origin and not _loopback(host):
        raise click.UsageError(f"Beyond this computer ({host}), --origin or EVENKEEL_ORIGIN must be set.")
    if origin and not origin.startswith(("https://", "http://")):
        raise click.UsageError("The origin must begin with https:// (or http://).")
    from sync.server import serving

    try:
        if cells:
            serving.serve_cells(cells, host, port, origin, hints)
        elif db:
            serving.serve(db, host, port, origin, hints)
    except (ClinicError, serving.PortTaken) as error:
        raise click.ClickException(str(error)) from None


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@main.command()
@_db
@_json
def patients(db: str, as_json: bool) -> None:
    """List the patients."""
    with _opened(db) as clinic:
        found = clinic.patients()
    if as_json:
        _print(found)
        return
    for one in found:
        click.echo(f"{one['id']:<38} {one['records']:>7}  {one['name']}")


@main.command()
@_db
@click.option("--patient", required=True, metavar="ID")
@_json
def invite(db: str, patient: str, as_json: bool) -> None:
    """Make an activation code for a patient's next device."""
    with _opened(db) as clinic:
        code, expires = clinic.invite(patient)
    if as_json:
        _print({"code": code, "expires": expires.isoformat()})
        return
    import segno

    click.echo(f"Code:    {code}\nExpires: {expires:%Y-%m-%d %H:%M} UTC\n")
    segno.make(f"evenkeel:enrol?code={code}", micro=False).terminal(compact=True)


@main.command()
@_db
@_json
def status(db: str, as_json: bool) -> None:
    """Show how the database is."""
    with _opened(db) as clinic:
        found = clinic.status()
    if as_json:
        _print(found)
        return
    for name, value in found.items():
        click.echo(f"{name.replace('_', ' '):<14} {value if value is not None else '-'}")


@main.command()
@_db
@_json
def seed(db: str, as_json: bool) -> None:
    """Load the demo clinic. Doing it again changes nothing."""
    with _opened(db, existing=False) as clinic:
        done = clinic.seed()
    _print(done) if as_json else click.echo(
        f"Demo clinic ready: {done['patients']} patients, {done['lessons']} lessons."
    )


@main.command()
@_db
@click.option("--patient", required=True, metavar="ID")
@_json
def devices(db: str, patient: str, as_json: bool) -> None:
    """List the devices that hold a patient's record."""
    with _opened(db) as clinic:
        found = clinic.devices(patient)
    if as_json:
        _print(found)
        return
    for one in found:
        click.echo(f"{one['id']}  {one['enrolled_at']}  {_standing(one)}  {one['label']}")


def _standing(one: dict[str, Any]) -> str:
    """How a device stands, for people."""
    words = {"erased_at": "erased", "lost_at": "reported lost", "revoked_at": "ended"}
    return ", ".join(f"{word} {one[name]}" for name, word in words.items() if one[name]) or "active"


@main.command()
@_db
@click.option("--device", required=True, metavar="ID")
def revoke(db: str, device: str) -> None:
    """End a device's access at once."""
    with _opened(db) as clinic:
        clinic.revoke(device)
    click.echo(f"Device {device} may no longer sync.")


@main.command()
@_db
@click.option("--device", required=True, metavar="ID")
def lost(db: str, device: str) -> None:
    """End a lost device's access, and have it erase its record when it next asks."""
    with _opened(db) as clinic:
        clinic.mark_lost(device)
    click.echo(f"Device {device} may no longer sync, and is told to erase its record when it next asks.")


@main.command()
@_db
@click.option("--device", required=True, metavar="ID")
def found(db: str, device: str) -> None:
    """Withdraw the order for a device that was found. It may come back with a new code."""
    with _opened(db) as clinic:
        in_time = clinic.mark_found(device)
    if not in_time:
        raise click.ClickException(f"Device {device} has erased its record already.")
    click.echo(f"Device {device} is not told to erase anything any more. It needs a new code to sync again.")


@main.command()
@_db
def restored(db: str) -> None:
    """Run once after putting back a backup: devices then compare everything anew."""
    with _opened(db) as clinic:
        count = clinic.restored()
    click.echo(f"{count} scopes have a new epoch.")


for command in (
    answer,
    backup,
    card,
    cell,
    compact,
    confirm,
    issuers,
    lessons,
    migrate,
    move,
    pull,
    requests,
    roles,
):
    main.add_command(command)
