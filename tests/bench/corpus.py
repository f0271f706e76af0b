"""The documents that everybody in a benchmark syncs: `python -m tests.bench.corpus FOLDER WRITES COUNT…`.

Real synthetic patients where the development data lies beside the checkout, else the bundled ones cloned. A document is
a line `{"id","type","patient","resource"}`; the order is that of a hash, so the first thousand look like all.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "patients"
PATIENT = "bench"
CHANGES, WRITES, LONGEST = 10, 1000, 100_000
Line = dict[str, Any]


def docs_file(folder: Path, count: int) -> Path:
    """The file of the first `count` documents; `changes-10` and `mutations-1000` lie beside it."""
    return folder / f"docs-{count}.ndjson"


def changes_file(folder: Path) -> Path:
    """Ten documents as the clinic changes them."""
    return folder / "changes-10.ndjson"


def writes_file(folder: Path) -> Path:
    """What is written on the device: four fifths edits, one fifth new. The name is the peers', whatever the number."""
    return folder / "mutations-1000.ndjson"


def read(file: Path) -> Iterator[Line]:
    """The documents of a file, one at a time."""
    with file.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def named(found: Iterable[Any], patient: str) -> Iterator[tuple[str, str]]:
    """Each resource's name and line."""
    for resource in found:
        if "id" in resource:
            id = f"{resource['resourceType']}.{resource['id']}"
            yield (
                id,
                compact(
                    {"id": id, "type": resource["resourceType"], "patient": patient, "resource": resource}
                ),
            )


def compact(line: Line) -> str:
    """One line of JSON."""
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False)


def every(data: Path, count: int) -> dict[str, str]:
    """All lines by name; made ones where there are no files or not enough."""
    from tests.bench.documents import lines
    from tests.bench.roundtrip import resources

    found: dict[str, str] = {}
    for file in sorted(data.rglob("*.json*")) if data.exists() else ():
        if file.name not in ("MANIFEST.json", "meta.json"):
            held = list(resources(file))
            who = next((one["id"] for one in held if one["resourceType"] == "Patient"), "")
            found.update(named(held, who))
    if len(found) < count:
        found = dict(named(map(json.loads, lines(count)), "bench"))
    return found


def edited(text: str, number: int, mark: str) -> Line:
    """The document with another `meta`."""
    line: Line = json.loads(text)
    stamp = {"lastUpdated": f"2026-01-01T00:00:{number % 60:02}.{number:04}Z", "source": f"#{mark}"}
    line["resource"]["meta"] = {**line["resource"].get("meta", {}), **stamp}
    return line


def created(text: str, number: int) -> Line:
    """A new document that looks like this one."""
    line = edited(text, number, "new")
    id = hashlib.sha256(f"new{number}{line['id']}".encode()).hexdigest()[:32]
    line["resource"]["id"] = id
    return {**line, "id": f"{line['type']}.{id}"}


def write(file: Path, texts: Iterable[str]) -> None:
    """A file of lines, each ended."""
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(text + "\n" for text in texts)


def prepare(folder: Path, counts: list[int], writes: int = WRITES, data: Path = DATA) -> None:
    """Write the documents, ten changes and the device's writes. What is there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"counts": counts, "writes": writes}
    meta = folder / "meta.json"
    if meta.exists() and json.loads(meta.read_text())["asked"] == wanted:
        return
    found = every(data, max(counts))
    order = sorted(found, key=lambda id: hashlib.sha256(id.encode()).digest())
    for count in counts:
        write(docs_file(folder, count), (found[id] for id in order[:count]))
    short = [found[id] for id in order[: min(counts)] if len(found[id]) < LONGEST]
    edits = short[CHANGES : CHANGES + writes * 4 // 5]
    observed = [text for text in short if '"type":"Observation"' in text][: writes // 5]
    write(
        changes_file(folder), (compact(edited(text, n, "clinic")) for n, text in enumerate(short[:CHANGES]))
    )
    made = [edited(text, n, "device") for n, text in enumerate(edits)]
    made += [created(text, n) for n, text in enumerate(observed)]
    write(writes_file(folder), map(compact, made))
    bytes_of = {str(count): docs_file(folder, count).stat().st_size for count in counts}
    sizes = {"available": len(found), "bytes": bytes_of, "writes": len(made)}
    meta.write_text(json.dumps({"asked": wanted, **sizes}))


def run(folder: Path, writes: int, counts: list[int]) -> None:
    """The same in a process of its own: a parent that stays small leaves its children's peaks alone."""
    from app.clinic_process import with_root

    command = [sys.executable, "-m", __name__, str(folder), str(writes), *map(str, counts)]
    subprocess.run(command, env=with_root(), check=True)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), [int(count) for count in sys.argv[3:]], int(sys.argv[2]))
