"""What the clinic's commands have in common: the database they open, and how they say what went wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import click

from sync.server.clinic import Clinic
from sync.server.errors import ClinicError

db = click.option(
    "--db", "db", envvar="EVENKEEL_DB", required=True, metavar="URL", help="sqlite:///… or postgresql://…"
)
as_json = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")


def _named(_context: Any, _option: Any, given: tuple[str, ...]) -> dict[str, str]:
    found = dict(one.partition("=")[::2] for one in given)
    if not all(found) or not all(found.values()) or len(found) != len(given):
        raise click.BadParameter("give each cell once, as NAME=URL")
    return found


cells = click.option(
    "--cell", "cells", multiple=True, metavar="NAME=URL", callback=_named,
    help="A cell by its name, once for each; the names decide who is where, so they never change.",
)  # fmt: skip


@contextlib.contextmanager
def opened(db: str, existing: bool = True) -> Iterator[Clinic]:
    """The clinic at this address; what goes wrong is one line on stderr, never a traceback."""
    with plain():
        clinic = Clinic(db)
        try:
            if existing:
                clinic.database.require()
            clinic.migrate()
            yield clinic
        finally:
            clinic.dispose()


@contextlib.contextmanager
def plain() -> Iterator[None]:
    """Say an error of the clinic in its own sentence."""
    try:
        yield
    except ClinicError as error:
        raise click.ClickException(str(error)) from None
