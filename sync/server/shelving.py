"""`evenkeel clinic lessons`: the clinic's own library, in and out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from sync.server.library import BUNDLED, LibraryReport, shelf, shelve, take_out
from sync.server.options import as_json as _json
from sync.server.options import db as _db
from sync.server.options import opened


@click.command("lessons")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--bundled", is_flag=True, help="Also the articles that come with Evenkeel.")
@click.option("--language", default="", help="Of texts that do not say theirs; with --remove, only that one.")
@click.option("--remove", multiple=True, metavar="ARTICLE", help="Take this article out.")
@_db
@_json
def lessons(
    paths: tuple[Path, ...], bundled: bool, language: str, remove: tuple[str, ...], db: str, as_json: bool
) -> None:
    """Put lessons into the library all patients share, from files and folders; or list what is there.

    Markdown (.md, with TOML between lines +++), JSON, MedlinePlus topics (JSON) and MedQuAD documents (XML).
    Doing it again changes nothing; a text that changed takes the place of the old one.
    """
    with opened(db, existing=not (paths or bundled)) as clinic:
        gone = sum(take_out(clinic, article, language) for article in remove)
        if paths or bundled:
            report = shelve(clinic, [*paths, *([BUNDLED] if bundled else [])], language)
            _say(report, as_json)
            sys.exit(0 if any(map(report.total, ("added", "changed", "unchanged"))) else 1)
        if remove:
            click.echo(json.dumps({"removed": gone}) if as_json else f"{gone} taken out.")
            return
        _list(shelf(clinic), as_json)


def _list(found: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        name = one["article"] or one["id"]
        click.echo(f"{name:<36} {one['language']:<3} {one['reviewed_on'] or '-':<10} {one['title']}")


def _say(report: LibraryReport, as_json: bool) -> None:
    """What went in, what is unchanged and what is wrong, file by file."""
    if as_json:
        click.echo(json.dumps(report.json(), ensure_ascii=False))
        return
    for one in report.files:
        counts = {name: getattr(one, name) for name in ("added", "changed", "unchanged")}
        click.echo(f"{one.file}: {', '.join(f'{n} {name}' for name, n in counts.items() if n) or 'nothing'}")
        for fault in one.errors:
            where = f", {fault['where']}" if fault["where"] else ""
            click.echo(f"{one.file}{where}: {fault['reason']}", err=True)
    click.echo(
        f"{len(report.files)} files: {report.total('added')} added, {report.total('changed')} changed, "
        f"{report.total('unchanged')} unchanged, {report.total('errors')} errors in {report.seconds:.1f} s"
    )
