"""What the Health screens read. Lists take a few fields by SQL; only an opened record is parsed whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.store import Store
from app.store.search import find as find_words
from sync.fhir.shape import dicts, first, label, text
from sync.fhir.value import Measure, pressure, read_components, read_measure, read_when, say_measure
from sync.models import Lesson, derive_id

INDICES = {
    "record_when": "docs (scope, body ->> 'category', body ->> 'when') WHERE kind = 'record'",
    "record_code": "docs (scope, body ->> 'code', body ->> 'when') WHERE kind = 'record'",
}
SECTIONS = (
    "result", "reading", "medicine", "condition", "allergy", "vaccine", "visit", "procedure",
    "note", "plan", "survey", "form", "bill", "person", "other",
)  # fmt: skip
OURS = "kind = 'record' AND scope = ? AND deleted = 0"
SOUND = "body ->> 'status' NOT IN ('entered-in-error', 'cancelled')"
LINE = """id, body ->> 'type' AS type, body ->> 'category' AS category, body ->> 'title' AS title,
    body ->> 'code' AS code, body ->> 'when' AS "when", body ->> 'status' AS status, seq,
    body -> '$.resource.valueQuantity' AS quantity, body -> '$.resource.component' AS component,
    coalesce(body ->> '$.resource.valueCodeableConcept.text',
        body ->> '$.resource.valueCodeableConcept.coding[0].display', body ->> '$.resource.valueString') AS told,
    coalesce(body ->> '$.resource.dosageInstruction[0].text', body ->> '$.resource.dosage[0].text',
        body ->> '$.resource.dosage.text') AS dose"""
PRESSURES = ("http://loinc.org|85354-9", "http://loinc.org|55284-4")
RESULT = f"{OURS} AND body ->> 'category' = 'result'"
SEEN = "results_seen"
Mark = tuple[int, int, str]
NOTHING: Mark = (0, 0, "")
# a clinic restored from a backup counts anew: numbers of another generation say nothing, so the date must
LATER = "CASE WHEN generation = ? THEN seq > ? ELSE body ->> 'when' > ? END"


@dataclass(frozen=True)
class Line:
    """A record as a list shows it."""

    id: str
    type: str
    category: str
    title: str
    code: str = ""
    when: str = ""
    status: str = ""
    value: str = ""
    unit: str = ""
    dose: str = ""
    seq: int = 0

    @property
    def moment(self) -> date | datetime | None:
        """When it was, if that is known: a day, or a moment on some clock."""
        return read_when(self.when)[0]


@dataclass(frozen=True)
class Entry:
    """An opened record: its line, and the resource as the clinic gave it, numbers exact."""

    line: Line
    resource: dict[str, Any] = field(repr=False)


# --- lists


def count_sections(store: Store) -> dict[str, int]:
    """How many records each section holds."""
    sql = (
        f"SELECT body ->> 'category' AS c, count(*) AS n FROM docs WHERE {OURS} GROUP BY body ->> 'category'"
    )
    found = {row["c"] if row["c"] in SECTIONS else "other": row["n"] for row in store.rows(sql, store.scope)}
    return {section: found[section] for section in SECTIONS if section in found}


def list_section(store: Store, section: str, limit: int) -> list[Line]:
    """The newest records of a section; in conditions and medicines what is current comes first."""
    current = "body ->> 'status' IN ('active', 'recurrence', 'relapse', 'in-progress') DESC,"
    order = f"""{current if section in ("condition", "medicine", "allergy", "plan") else ""}
        body ->> 'when' DESC, body ->> 'type' = 'DiagnosticReport' DESC, n"""
    sql = f"SELECT {LINE} FROM docs WHERE {OURS} AND body ->> 'category' = ? ORDER BY {order} LIMIT ?"
    return [_line(row) for row in store.rows(sql, store.scope, section, limit)]


def list_readings(store: Store) -> list[Line]:
    """The latest of each kind of reading; the old and the new code of a blood pressure are one kind."""
    sql = f"""SELECT max(body ->> 'when'), {LINE} FROM docs
        WHERE {OURS} AND body ->> 'category' = 'reading' 
        GROUP BY CASE WHEN body ->> 'code' IN (?, ?) THEN 'pressure' ELSE body ->> 'code' END ORDER BY title"""
    return [_line(row) for row in store.rows(sql, store.scope, *PRESSURES)]


def search(store: Store, words: str) -> list[Line]:
    """Records with all these words, best first."""
    ids = [row["id"] for row in find_words(store.db, store.scope, words) if row["kind"] == "record"]
    holes = ", ".join("?" * len(ids))
    rows = store.rows(f"SELECT {LINE} FROM docs WHERE {OURS} AND id IN ({holes})", store.scope, *ids)
    return sorted((_line(row) for row in rows), key=lambda line: ids.index(line.id))


def _line(row: dict[str, Any]) -> Line:
    measure = read_measure(_piece(row["quantity"]))
    value, unit = (say_measure(measure), measure.unit) if measure else (row["told"] or "", "")
    if not value:
        value, unit = pressure(list(read_components({"component": _piece(row["component"])})))
    fields = {
        name: row[name] or ""
        for name in ("id", "type", "category", "title", "code", "when", "status", "dose")
    }
    return Line(**fields, value=value, unit=unit, seq=row["seq"] or 0)


def _piece(said: str | None) -> Any:
    return json.loads(said, parse_float=Decimal) if said else None


# --- one record


def open_record(store: Store, id: str) -> Entry | None:
    """One record as a whole."""
    rows = store.rows(
        f"SELECT {LINE}, body -> '$.resource' AS resource FROM docs WHERE {OURS} AND id = ?", store.scope, id
    )
    return Entry(_line(rows[0]), _piece(rows[0]["resource"]) or {}) if rows else None


def comments(store: Store, entry: Entry) -> list[tuple[str, str]]:
    """What the clinician wrote about it, and who: on the result itself, or as the conclusion of its report."""
    notes = [(text(n.get("text")), _author(store, n)) for n in dicts(entry.resource.get("note"))]
    sources = [entry.resource, *_reports_on(store, entry)]
    ended = [(text(r.get("conclusion")), label(first(r.get("performer")))) for r in sources]
    return [item for item in [*notes, *ended] if item[0]]


def _author(store: Store, note: dict[str, Any]) -> str:
    return text(note.get("authorString")) or name_of(store, first(note.get("authorReference")))


def _reports_on(store: Store, entry: Entry) -> Iterator[dict[str, Any]]:
    if entry.line.type != "Observation" or not entry.line.when:
        return
    sql = f"""SELECT body -> '$.resource' AS resource FROM docs WHERE {OURS} AND body ->> 'category' = 'result'
        AND body ->> 'when' = ? AND body ->> 'type' = 'DiagnosticReport'"""
    mine = text(entry.resource.get("id"))
    for row in store.rows(sql, store.scope, entry.line.when):
        report = _piece(row["resource"])
        if mine and any(_tail(link) == mine for link in dicts(report.get("result"))):
            yield report


def members(store: Store, entry: Entry) -> list[Line]:
    """The single results inside a report or a panel, in the report's order."""
    links = [*dicts(entry.resource.get("result")), *dicts(entry.resource.get("hasMember"))]
    ids = [derive_id("record", "Observation", _tail(link)) for link in links]
    holes = ", ".join("?" * len(ids))
    rows = store.rows(f"SELECT {LINE} FROM docs WHERE {OURS} AND id IN ({holes})", store.scope, *ids)
    return sorted((_line(row) for row in rows), key=lambda line: ids.index(line.id))


def _tail(link: dict[str, Any]) -> str:
    said = text(link.get("reference")).partition("/_history")[0]
    return said.rpartition("/")[2].rpartition(":")[2]


def name_of(store: Store, link: dict[str, Any]) -> str:
    """What a reference points at, by name: its own words, or the title of the record it means."""
    if said := text(link.get("display")):
        return said
    for kind in ("Practitioner", "Organization", "Location", "Patient", "Condition", "Encounter"):
        if found := open_record(store, derive_id("record", kind, _tail(link))):
            return found.line.title
    return ""


# --- over time


def series(store: Store, entry: Entry, unit: str, code: str = "") -> list[tuple[date, Decimal]]:
    """The same measure over time in the same unit. `code` picks a component. What was a mistake is left out."""
    if not entry.line.code:
        return []
    codes = PRESSURES if entry.line.code in PRESSURES else (entry.line.code,)
    holes = ", ".join("?" * len(codes))
    sql = f"SELECT {LINE} FROM docs WHERE {OURS} AND {SOUND} AND body ->> 'code' IN ({holes}) ORDER BY body ->> 'when'"
    found = []
    for row in store.rows(sql, store.scope, *codes):
        moment, measure = read_when(row["when"] or "")[0], _measure(row, code)
        if moment and measure and measure.unit == unit and not measure.comparator:
            found.append((moment.date() if isinstance(moment, datetime) else moment, measure.value))
    return found


def _measure(row: dict[str, Any], code: str) -> Measure | None:
    if own := read_measure(_piece(row["quantity"])):
        return own
    parts = read_components({"component": _piece(row["component"])})
    return next((part.measure for part in parts if part.code == code), None)


def lesson_on(store: Store, code: str, language: str) -> Lesson | None:
    """The lesson that explains this code, in the patient's language."""
    has = "body ->> 'language' = ? AND EXISTS (SELECT 1 FROM json_each(body, '$.topics') WHERE value = ?)"
    found = store.find(Lesson, has, language, code, scope="content", limit=1) if code else []
    return found[0] if found else None


# --- what is new


def newest_unseen(store: Store) -> tuple[Line | None, int]:
    """The newest result the patient was not shown yet, and on how many other days there are such.

    Before the first look the whole record is new: then only the newest counts.
    """
    seen = last_seen(store)
    new = f"{OURS} AND body ->> 'category' = 'result' AND {SOUND} AND {LATER}"
    newest = "ORDER BY body ->> 'when' DESC, body ->> 'type' = 'DiagnosticReport' DESC LIMIT 1"
    mark = (store.scope, *(seen or NOTHING))
    rows = store.rows(f"SELECT {LINE} FROM docs WHERE {new} {newest}", *mark)
    if not rows or seen is None:
        return (_line(rows[0]) if rows else None), 0
    days = f"SELECT count(DISTINCT substr(body ->> 'when', 1, 10)) AS n FROM docs WHERE {new}"
    return _line(rows[0]), int(store.rows(days, *mark)[0]["n"]) - 1


def last_seen(store: Store) -> Mark | None:
    """Up to where this person's results were shown."""
    kept = store.state(SEEN)
    found = kept.get(store.scope) if isinstance(kept, dict) else None
    return (int(found[0]), int(found[1]), str(found[2])) if found else None


def last_result(store: Store) -> Mark:
    """The last result that arrived: the clinic's count of the feed, its number in it, and the newest date of all."""
    sql = f"""SELECT generation, max(seq) AS n, (SELECT max(body ->> 'when') FROM docs WHERE {RESULT}) AS newest
        FROM docs WHERE {RESULT} AND seq IS NOT NULL GROUP BY generation ORDER BY generation DESC LIMIT 1"""
    rows = store.rows(sql, store.scope, store.scope)
    return (rows[0]["generation"], rows[0]["n"], rows[0]["newest"] or "") if rows else NOTHING
