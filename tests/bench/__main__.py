"""`python3 boot.py bench store|sync|health|engines|start|roundtrip [--json]`: one JSON object per benchmark."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from tests.bench import corpus, race
from tests.bench import engines as encrypted
from tests.bench import health as in_health
from tests.bench import roundtrip as round_trip
from tests.bench import server as cost
from tests.bench import start as cold_start
from tests.bench import store as on_device
from tests.bench.server import Size
from tests.bench.table import lines

json_option = click.option("--json", "as_json", is_flag=True, help="One line of JSON.")


@click.group()
def bench() -> None:
    """Measure. Ratios compare things of the same run; times are of this machine."""


def say(found: dict[str, object], as_json: bool) -> None:
    """Print what was measured."""
    print(json.dumps(found, indent=None if as_json else 2), flush=True)


@bench.command()
@click.option("--sizes", default="10000,50000", help="How many documents, separated by commas.")
@json_option
def store(sizes: str, as_json: bool) -> None:
    """The encrypted store on its own."""
    say({"bench": "store", "runs": [on_device.measure(int(n)) for n in sizes.split(",")]}, as_json)


@bench.command()
@click.option(
    "--count", "counts", multiple=True, default=(10000, 50000), help="How many documents; repeatable."
)
@click.option("--link", is_flag=True, help="Also over 100 ms and 10 Mbit/s, with the least count.")
@click.option("--rounds", default=3, help="How often everything runs, by turns; the best counts.")
@click.option("--peers", type=click.Path(path_type=Path), help="The peers' scripts, installed or not.")
@click.option("--work", type=click.Path(path_type=Path), help="A folder to keep for the next time.")
@click.option("--writes", default=corpus.WRITES, help="How many documents are written on the device.")
@json_option
def sync(
    counts: tuple[int, ...],
    link: bool,
    rounds: int,
    peers: Path | None,
    work: Path | None,
    writes: int,
    as_json: bool,
) -> None:
    """The whole path against the floor and the peers, on the same documents, in one run."""
    found = race.measure(list(counts), link=link, rounds=rounds, place=peers, work=work, writes=writes)
    print(json.dumps(found) if as_json else "\n".join(line for run in found["runs"] for line in lines(run)))
    sys.exit(
        0 if all(not sum(one["wrong"].values()) for run in found["runs"] for one in run["rounds"]) else 1
    )


@bench.command()
@click.option(
    "--engine", "kinds", multiple=True, default=("sqlite", "postgres"), help="Which databases; repeatable."
)
@click.option(
    "--large", default=100_000, help="Documents, and replaced states, of the large and the old record."
)
@click.option("--requests", default=1000, help="How many of each kind.")
@click.option("--devices", default=10_000, help="How many devices poll and wait.")
@click.option("--seconds", default=30.0, help="How long they poll.")
@json_option
def server(
    kinds: tuple[str, ...], large: int, requests: int, devices: int, seconds: float, as_json: bool
) -> None:
    """CPU per request of the clinic's server, growth with a record's size and age, and a crowd of devices."""
    small = max(1, large // 100)
    sizes = [Size("small", small), Size("large", large), Size("old", small, large)]
    runs = [cost.measure(kind, sizes, requests=requests, devices=devices, seconds=seconds) for kind in kinds]
    say({"bench": "server", "machine": race.machine(), "runs": runs}, as_json)


@bench.command()
@click.option("--size", default=20000, help="How many documents.")
@json_option
def engines(size: int, as_json: bool) -> None:
    """The encrypted database against plain SQLite."""
    say({"bench": "engines", **encrypted.measure(size)}, as_json)


@bench.command()
@click.option("--sizes", default="1000,10000,50000", help="How many documents, separated by commas.")
@json_option
def health(sizes: str, as_json: bool) -> None:
    """A search as somebody types, the sections of Health, a list, and the first picture of a screen."""
    found = in_health.measure([int(size) for size in sizes.split(",")])
    say({"bench": "health", "machine": race.machine(), **found}, as_json)


@bench.command()
@json_option
def start(as_json: bool) -> None:
    """Cold start of the app."""
    say({"bench": "start", **cold_start.measure()}, as_json)


@bench.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--db", default="", help="The clinic's database; a temporary SQLite file by default.")
@json_option
def roundtrip(paths: tuple[Path, ...], db: str, as_json: bool) -> None:
    """Import, enrol, sync and export every patient in these files; what comes out must equal what went in."""
    found = round_trip.check(paths, db, sys.stderr)
    say({"bench": "roundtrip", **found}, as_json)
    sys.exit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    bench(prog_name="evenkeel bench")
