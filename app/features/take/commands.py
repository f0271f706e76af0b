"""Writing the record into a file: a book for people, or FHIR R4 for other apps. Neither is locked, and both say so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from app.context import App
from app.core.errors import RuleBroken, StoreLocked
from app.features.take.queries import chapters, count_resources, one_record, resources
from app.features.take.rules import Chapter, Item
from app.places import new_file, private_file
from app.specialty import ASSETS
from app.store import Store
from app.store.backup import Pace, Progress, Stop, said_plainly
from sync.models import Clinic, Person

if TYPE_CHECKING:
    from app.ui.strings import Words

Write = Callable[[Store, TextIO, "Words", Pace], int]
ENDINGS = {"book": ".html", "bundle": ".json", "lines": ".ndjson"}


async def take(
    app: App, what: str, place: str, t: Words, progress: Progress, stop: Stop, only: str = ""
) -> tuple[Path, int]:
    """Write the record into this folder under a name that is free. Returns where, and how many entries it holds.

    `what` is "book", "bundle" or "lines"; `only` names the one entry that a book is of.
    Raises RuleBroken, BackupStopped, StoreFull, StoreLocked, BackupError.
    """
    folder = Path(place.strip()).expanduser()
    if not (place.strip() and folder.is_dir()):
        raise RuleBroken("backup.no_folder")
    today = f"{app.now().astimezone(app.zone):%Y-%m-%d}"
    write: Write = partial(write_book, only=only) if only else WRITERS[what]
    with said_plainly(), new_file(folder, f"Evenkeel-{what}-{today}", ENDINGS[what]) as out:
        return out, await asyncio.to_thread(write_file, app, write, out, t, Pace(progress, stop))


def write_file(app: App, write: Write, out: Path, t: Words, pace: Pace) -> int:
    """Write it all, as it is at this moment; the app can be used meanwhile, and locking it stops this."""
    if not app.is_open:
        raise StoreLocked()
    store, stop = app.store.second(), pace.stop
    store.scope = app.scope
    pace.stop = lambda: not app.is_open or bool(stop and stop())
    try:
        with private_file(out) as file, store.db.atomic():
            return write(store, file, t, pace)
    finally:
        store.close()


def write_bundle(store: Store, out: TextIO, _t: Words, pace: Pace) -> int:
    """One FHIR Bundle of type collection."""
    pace.total = count_resources(store)
    out.write(
        f'{{"resourceType":"Bundle","type":"collection","timestamp":"{store.now().isoformat()}","entry":['
    )
    for resource in resources(store):
        out.write((",\n" if pace.done else "\n") + f'{{"resource":{resource}}}')
        pace.step(1)
    out.write("\n]}\n")
    return pace.done


def write_lines(store: Store, out: TextIO, _t: Words, pace: Pace) -> int:
    """A resource on each line (https://hl7.org/fhir/R4/nd-json.html)."""
    pace.total = count_resources(store)
    for resource in resources(store):
        out.write(resource + "\n")
        pace.step(1)
    return pace.done


def write_book(store: Store, out: TextIO, t: Words, pace: Pace, only: str = "") -> int:
    """A page to read and to print, in one file: nothing in it asks for anything from anywhere.

    `only` is the id of the one record it is of.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = one_record(store, only, t) if only else chapters(store, t)
    pace.total = sum(chapter.count for chapter in found)
    person = next(iter(store.find(Person)), None)
    clinic = next(iter(store.find(Clinic, scope="content")), None)
    made = Environment(
        loader=FileSystemLoader(ASSETS / "book"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template("book.html")
    said = {"t": t, "person": person, "clinic": clinic, "chapters": found, "now": store.now()}
    out.writelines(made.generate(**said, entries=lambda chapter: counted(chapter, pace)))
    return pace.done


def counted(chapter: Chapter, pace: Pace) -> Iterator[Item]:
    """The entries of a chapter; the pace hears of each."""
    for item in chapter.items():
        yield item
        pace.step(1)


WRITERS: dict[str, Write] = {"book": write_book, "bundle": write_bundle, "lines": write_lines}
