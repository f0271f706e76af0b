"""Commands for who keeps the database: bring it to this version, set up its roles, copy, move, vouch, forget."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from sync.server import moving
from sync.server import roles as who
from sync.server.backup import back_up
from sync.server.cells import Cells
from sync.server.clinic import Clinic
from sync.server.compaction import DAYS
from sync.server.errors import NotPostgres
from sync.server.options import as_json as _json
from sync.server.options import cells as _cells
from sync.server.options import db as _db
from sync.server.options import opened, plain


@click.command()
@_db
def migrate(db: str) -> None:
    """Bring the tables to this version. On PostgreSQL: as evenkeel_owner, before the nodes start."""
    with opened(db, existing=False) as clinic:
        click.echo(f"The database is at version {clinic.database.revision()}.")


@click.command()
@_db
@click.option("--sql", is_flag=True, help="Only print the statements that need an administrator.")
def roles(db: str, sql: bool) -> None:
    """Set up PostgreSQL's roles: evenkeel_owner migrates, evenkeel_api serves, evenkeel_backup reads for pg_dump.

    Needs an administrator of the server, once and after a hand-made change. Doing it again changes nothing. The roles
    have no passwords: give them some with psql's \\password, or let the server know them by certificate or socket.
    """
    with plain():
        clinic = Clinic(db)
        try:
            if not clinic.database.postgres:
                raise NotPostgres(clinic.database.shown)
            if sql:
                click.echo(";\n".join(who.creation(clinic.database.name)) + ";")
                return
            clinic.take_in_hand()
        finally:
            clinic.dispose()
    click.echo(f"{who.OWNER} owns the tables, {who.API} serves, {who.BACKUP} is for pg_dump.")


@click.command()
@_db
@click.option("--to", required=True, metavar="FILE", type=click.Path(path_type=Path))
def backup(db: str, to: Path) -> None:
    """Copy a clinic on SQLite into a new file, while it serves. The records in it are in the clear."""
    with opened(db) as clinic:
        size = back_up(clinic.database, to)
    click.echo(f"{to}: {size} bytes.")


@click.command()
@click.option("--from", "source", required=True, metavar="URL", help="The clinic as it is.")
@click.option(
    "--to", "target", required=True, metavar="URL", help="An empty database; on PostgreSQL as its owner."
)
@click.option("--stay", is_flag=True, help="Give up a move to this address that did not finish.")
def move(source: str, target: str, stay: bool) -> None:
    """Move a clinic to another database: SQLite to PostgreSQL, or any other way. Devices do not notice.

    Stop its server first. If this is cut short, run it again.
    """
    with plain(), _pair(source, target) as (old, new):
        if stay:
            moving.stay(old, new)
            click.echo(f"The clinic stays at {old.database.shown}.")
            return
        moved = moving.move_clinic(old, new, lambda table: click.echo(f"{table} …", err=True))
        click.echo(", ".join(f"{table} {rows}" for table, rows in moved.items()))
        click.echo(
            f"The clinic is at {new.database.shown} now. Keep the old one until you have a backup of the new."
        )


@contextlib.contextmanager
def _pair(source: str, target: str) -> Iterator[tuple[Clinic, Clinic]]:
    with contextlib.ExitStack() as stack:
        clinics = [Clinic(one) for one in (source, target)]
        for one in clinics:
            stack.callback(one.dispose)
        yield clinics[0], clinics[1]


@click.command()
@click.argument("patients", nargs=-1, required=True)
@_cells
def cell(patients: tuple[str, ...], cells: dict[str, str]) -> None:
    """Say which cell has a patient, or where a new one belongs: there the patient is imported and invited."""
    if not cells:
        raise click.UsageError("Missing option '--cell'.")
    clinics = {name: Clinic(url) for name, url in cells.items()}
    with plain(), contextlib.ExitStack() as stack:
        for one in clinics.values():
            stack.callback(one.dispose)
        for patient in patients:
            click.echo(f"{patient} {Cells(clinics).of_patient(patient)}")


@click.command()
@_db
@click.option("--patient", metavar="ID", help="Only this patient's record.")
def confirm(db: str, patient: str | None) -> None:
    """Say that records are right as they are, after a backup was put back: devices let go of what is not in them."""
    with opened(db) as clinic:
        said = clinic.confirm(patient)
    click.echo(f"{len(said)} scopes are confirmed as they are.")


@click.command()
@_db
@click.option("--days", type=click.IntRange(1), default=DAYS, show_default=True, help="What is older, goes.")
@_json
def compact(db: str, days: int, as_json: bool) -> None:
    """Forget deletions and verdicts that no device can still need. A clinic that is served does so every day."""
    with opened(db) as clinic:
        done = clinic.compact(days)
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    click.echo(f"{done.deletions} deletions and {done.verdicts} verdicts forgotten in {done.scopes} scopes.")
