"""`evenkeel clinic pull`: its options, its configuration file, and what it says."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sync.server.options import as_json as _json
from sync.server.options import db as _db
from sync.server.options import opened, plain
from sync.server.pull.address import ID, TYPE

if TYPE_CHECKING:
    from sync.server.pull.report import Report
    from sync.server.pull.smart import Client

KEY = "EVENKEEL_FHIR_KEY"
INTERRUPTED = 130


def _settings(context: click.Context, _option: Any, path: Path | None) -> None:
    """Options from a file: any of this command's, by name. What the command line says goes before."""
    if path is None:
        return
    try:
        said = {name.replace("-", "_"): value for name, value in tomllib.loads(path.read_text()).items()}
    except (OSError, ValueError):
        raise click.BadParameter(f"{path} is no TOML file that can be read") from None
    options = {option.name: option for option in context.command.params}
    for name in said:
        if name not in options or name in ("config", "help"):
            raise click.BadParameter(f"{path}: there is no option {name}")
        if options[name].multiple and isinstance(said[name], str):
            said[name] = [said[name]]
        if name in ("key", "ca"):
            said[name] = str(path.parent / str(said[name]))
    context.default_map = said


def _fitting(form: re.Pattern[str]) -> Any:
    def check(_context: Any, _option: Any, given: Any) -> Any:
        for one in given if isinstance(given, tuple) else [given] if given else []:
            if not form.fullmatch(one):
                raise click.BadParameter("not a name that FHIR knows")
        return given

    return check


@click.command()
@_db
@click.option("--config", is_eager=True, expose_value=False, callback=_settings, metavar="FILE",
              type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="These options from a TOML file: fhir = \"https://…\", client_id = …, key = …")  # fmt: skip
@click.option(
    "--fhir", envvar="EVENKEEL_FHIR", required=True, metavar="URL", help="The FHIR R4 server's address."
)
@click.option("--type", "type", multiple=True, callback=_fitting(TYPE), metavar="TYPE",
              help="Only this type, and the patients; again for more.")  # fmt: skip
@click.option("--patient", callback=_fitting(ID), metavar="ID", help="Only this patient's record.")
@click.option("--again", is_flag=True, help="Everything, not only what is new since the last time.")
@click.option("--count", type=click.IntRange(1, 5000), default=100, show_default=True, help="Entries a page.")
@click.option(
    "--max-page", type=click.IntRange(1, 2048), default=64, show_default=True, help="Megabytes a page."
)
@click.option(
    "--client-id", envvar="EVENKEEL_FHIR_CLIENT_ID", metavar="ID", help="The server's name for this clinic."
)
@click.option("--key", envvar=f"{KEY}_FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=f"A file with the private key, JWK or PEM; or the key itself in {KEY}.")  # fmt: skip
@click.option(
    "--scope", multiple=True, metavar="SCOPE", help="What to ask for; everything readable by default."
)
@click.option("--allow", multiple=True, metavar="ORIGIN", help="Another origin that pages may lead to.")
@click.option(
    "--ca", type=click.Path(exists=True, dir_okay=False), help="A certificate authority to trust instead."
)
@click.option("--insecure-http", is_flag=True, help="Allow http beyond this computer. For tests only.")
@_json
def pull(db: str, as_json: bool, **said: Any) -> None:
    """Take FHIR R4 from a live server. Doing it again brings only what is new, and changes nothing else.

    Interrupted, it keeps what came and goes on there the next time.
    """
    report = _pulled(db, said, _quiet if as_json else _say)
    if as_json:
        click.echo(json.dumps(report.json(), ensure_ascii=False))
    else:
        for one in report.errors:
            click.echo(": ".join(p for p in (one["url"], one["where"], one["reason"]) if p), err=True)
        click.echo("\n".join(report.words()))
    sys.exit(INTERRUPTED if report.interrupted else 0 if report.whole() else 1)


def _quiet(_words: str) -> None:
    """A script reads the report alone."""


def _say(words: str) -> None:
    click.echo(words, err=True)


def _pulled(db: str, said: Mapping[str, Any], say: Callable[[str], None]) -> Report:
    from sync.server.pull.address import Bounds
    from sync.server.pull.peer import Manners, Peer, open_client
    from sync.server.pull.smart import Tokens
    from sync.server.pull.walk import Walk, Wish

    wish = Wish(said["type"], said["patient"] or "", said["count"], said["again"])
    manners = Manners(bytes=said["max_page"] << 20, say=say)
    with plain(), contextlib.ExitStack() as stack:
        who = _client(said)
        bounds = Bounds.around(said["fhir"], said["allow"], said["insecure_http"])
        http = stack.enter_context(open_client(said["ca"]))
        open_peer = Peer(bounds, http, manners=manners)
        tokens = Tokens(who, open_peer, said["insecure_http"]) if who else None
        clinic = stack.enter_context(opened(db, existing=False))
        now_ms = int(clinic.clock().timestamp() * 1000)
        peer = Peer(bounds, http, tokens, manners)
        return Walk(clinic.database, peer, wish, now_ms, say, clinic.keys().blobs).run()


def _client(said: Mapping[str, Any]) -> Client | None:
    """Who signs in, where a client id is given. The key is read from a file or the environment, and nowhere else."""
    from sync.server.pull.smart import read_client

    path, id = said["key"], said["client_id"]
    inside = os.environ.get(KEY, "")
    if not id and not path:
        return None
    if not id or not (path or inside):
        raise click.UsageError(f"To sign in, both --client-id and --key (or {KEY}) are needed.")
    if not path:
        return read_client(id, inside.encode(), KEY, said["scope"])
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        click.echo(f"Warning: others on this computer can read {path}.", err=True)
    return read_client(id, path.read_bytes(), str(path), said["scope"])
