"""What the Health screens read. Lists take a few fields by SQL; only an opened record is parsed whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.features.health.rules import Entry, Hit, Line, piece, read_line
from app.store import Store
from app.store.observed import BY_CODE, SOUND, observed
from app.store.references import name_of, tail
from app.store.search import PICKED
from app.store.search import find as find_words
from app.store.states import word_of
from sync.fhir.files import File, files_in
from sync.fhir.shape import dicts, first, label, text
from sync.fhir.value import Measure, read_components, read_measure, read_when
from sync.models import (
    HealthCard,
    HeldResults,
    Question,
    Receipt,
    Refill,
    ResultTiming,
    ShowResults,
    Taken,
    derive_id,
)
from sync.models.timing import HELD, TIMING, HeldGroup

INDICES = {
    "record_when": "docs (scope, body ->> 'category', body ->> 'when') WHERE kind = 'record' AND deleted = 0",
    "record_code": BY_CODE,
    "taken_medicine": "docs (scope, body ->> 'medicine', body ->> 'taken_at') WHERE kind = 'taken'",
}
SECTIONS = (
    "result", "reading", "medicine", "condition", "allergy", "vaccine", "visit", "procedure",
    "note", "plan", "survey", "form", "bill", "person", "other",
)  # fmt: skip
OURS = "kind = 'record' AND scope = ? AND deleted = 0"
LINE = """docs.id, body ->> 'type' AS type, body ->> 'category' AS category, body ->> 'title' AS title,
    body ->> 'code' AS code, body ->> 'when' AS "when", body ->> 'status' AS status, seq,
    body -> '$.resource.valueQuantity' AS quantity, body -> '$.resource.component' AS component,
    coalesce(body ->> '$.resource.valueCodeableConcept.text',
        body ->> '$.resource.valueCodeableConcept.coding[0].display', body ->> '$.resource.valueString') AS told,
    coalesce(body ->> '$.resource.dosageInstruction[0].text', body ->> '$.resource.dosage[0].text',
        body ->> '$.resource.dosage.text') AS dose"""
PRESSURES = ("http://loinc.org|85354-9", "http://loinc.org|55284-4")
DOSES_OF = "body ->> 'medicine' = ?"
MOST = 50
KINDS = ("record", "lesson", "mood", "reading")
READ = "kind = 'record' AND scope = ?1 AND deleted = 0 AND body ->> 'category' = 'reading'"
LATEST = f"""WITH RECURSIVE codes (code) AS (
        SELECT min(body ->> 'code') FROM docs WHERE {READ}
        UNION ALL SELECT (SELECT min(body ->> 'code') FROM docs WHERE {READ} AND body ->> 'code' > codes.code)
        FROM codes WHERE codes.code IS NOT NULL)
    SELECT {LINE} FROM codes CROSS JOIN docs ON n = (SELECT n FROM docs
        WHERE {READ} AND body ->> 'code' = codes.code ORDER BY body ->> 'when' DESC LIMIT 1)"""
RESULT = f"{OURS} AND body ->> 'category' = 'result'"
SEEN = "results_seen"
Mark = tuple[int, int, str]
NOTHING: Mark = (0, 0, "")
# a clinic restored from a backup counts anew: numbers of another generation say nothing, so the date must
LATER = "CASE WHEN generation = ? THEN seq > ? ELSE body ->> 'when' > ? END"
UNSEEN = f"{RESULT} AND {SOUND} AND {LATER}"


# --- lists


def count_sections(store: Store) -> dict[str, int]:
    """How many records each section holds."""
    sql = (
        f"SELECT body ->> 'category' AS c, count(*) AS n FROM docs WHERE {OURS} GROUP BY body ->> 'category'"
    )
    found = {row["c"] if row["c"] in SECTIONS else "other": row["n"] for row in store.rows(sql, store.scope)}
    return {section: found[section] for section in SECTIONS if section in found}


def count_cards(store: Store) -> int:
    """How many health cards there are."""
    sql = f"SELECT count(*) AS n FROM docs WHERE kind = '{HealthCard.kind}' AND scope = ? AND deleted = 0"
    return int(store.rows(sql, store.scope)[0]["n"])


def list_section(store: Store, section: str, limit: int) -> list[Line]:
    """The newest records of a section; in conditions and medicines what is current comes first."""
    current = "body ->> 'status' IN ('active', 'recurrence', 'relapse', 'in-progress') DESC,"
    order = f"""{current if section in ("condition", "medicine", "allergy", "plan") else ""}
        body ->> 'when' DESC, body ->> 'type' = 'DiagnosticReport' DESC, n"""
    sql = f"SELECT {LINE} FROM docs WHERE {OURS} AND body ->> 'category' = ? ORDER BY {order} LIMIT ?"
    return [read_line(row) for row in store.rows(sql, store.scope, section, limit)]


def list_readings(store: Store) -> list[Line]:
    """The latest of each kind of reading, by name. The index is asked for the next code, never for every reading."""
    found = [read_line(row) for row in store.rows(LATEST, store.scope)]
    pressures = [line for line in found if line.code in PRESSURES]
    late = {line.id for line in sorted(pressures, key=lambda line: line.when)[:-1]}
    return sorted((line for line in found if line.id not in late), key=lambda line: line.title)


def search(store: Store, words: str, language: str, limit: int = MOST) -> list[Hit]:
    """Everything here with all these words, best first: records, lessons, visits, and what was written here."""
    found = find_words(store.db, store.scope, words, KINDS, limit, language)
    ids = [row["id"] for row in found if row["kind"] == "record"]
    lines = {line.id: line for line in _picked(store, ids)}
    return [Hit(**row, line=lines.get(row["id"])) for row in found]


def _picked(store: Store, ids: list[str]) -> list[Line]:
    """These records, in this order."""
    sql = f"SELECT {LINE} {PICKED} WHERE {OURS}"
    return [read_line(row) for row in store.rows(sql, json.dumps(ids), store.scope, store.scope)]


# --- one record


def open_record(store: Store, id: str) -> Entry | None:
    """One record as a whole."""
    rows = store.rows(
        f"SELECT {LINE}, body -> '$.resource' AS resource FROM docs WHERE {OURS} AND id = ?", store.scope, id
    )
    return Entry(read_line(rows[0]), piece(rows[0]["resource"]) or {}) if rows else None


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
        report = piece(row["resource"])
        if mine and any(tail(link) == mine for link in dicts(report.get("result"))):
            yield report


def members(store: Store, entry: Entry) -> list[Line]:
    """The single results inside a report or a panel, in the report's order."""
    links = [*dicts(entry.resource.get("result")), *dicts(entry.resource.get("hasMember"))]
    return _picked(store, [derive_id("record", "Observation", tail(link)) for link in links])


def list_files(store: Store, entry: Entry) -> list[File]:
    """The files that this record carries or points at; what a reference means is found where it is on this device."""
    return files_in(entry.resource, lambda type, id: _resource(store, derive_id("record", type, id)))


def _resource(store: Store, id: str) -> dict[str, Any] | None:
    rows = store.rows(
        f"SELECT body -> '$.resource' AS resource FROM docs WHERE {OURS} AND id = ?", store.scope, id
    )
    return piece(rows[0]["resource"]) if rows else None


def open_file(store: Store, id: str, place: str) -> File | None:
    """The file at this place in the list of a record's files."""
    entry = open_record(store, id)
    found = list_files(store, entry) if entry else []
    return found[int(place)] if place.isdecimal() and int(place) < len(found) else None


# --- asking for more


def last_refill(store: Store, medicine: str) -> tuple[Refill, str, str] | None:
    """The last time more of this medicine was asked for, how far that has come, and what the clinic said of it."""
    found = store.find(Refill, "body ->> 'medicine' = ?", medicine, order="n DESC", limit=1)
    return (found[0], *_said(store, found[0].id)) if found else None


def last_questions(store: Store, about: str, limit: int = 5) -> list[tuple[Question, str, str]]:
    """What was asked about this record, newest first, how far each has come, and what the clinic said to it."""
    found = store.find(Question, "body ->> 'about' = ?", about, order="n DESC", limit=limit)
    return [(one, *_said(store, one.id)) for one in found]


def _said(store: Store, asked: str) -> tuple[str, str]:
    said = store.find(Receipt, "body ->> 'of' = ?", asked, order="seq DESC", limit=1)
    return word_of(store, asked), said[0].reason if said else ""


# --- when results appear


def chosen_timing(store: Store) -> tuple[ResultTiming, str]:
    """When this person wants to see results, and how far that has come; the word is empty before any choice."""
    chosen = store.get(ResultTiming, TIMING)
    return chosen or ResultTiming(id=TIMING), word_of(store, TIMING) if chosen else ""


def held_results(store: Store) -> tuple[list[HeldGroup], bool]:
    """What the clinic holds as this person asked, by sort; and whether they have asked to see it now."""
    said = store.get(HeldResults, HELD)
    asked = store.find(ShowResults, "1", order="n DESC", limit=1)
    on_its_way = bool(asked) and word_of(store, asked[0].id) in ("waiting", "device")
    return (said.groups if said else []), on_its_way


def last_doses(store: Store, medicine: str, limit: int) -> list[Taken]:
    """The last doses of this medicine that were logged, newest first."""
    return store.find(Taken, DOSES_OF, medicine, order="body ->> 'taken_at' DESC, n DESC", limit=limit)


# --- what it is for, how to take it


def purposes(store: Store, entry: Entry) -> list[str]:
    """What a medicine is for, in the clinic's words: its reasons, and the conditions it names."""
    said = [label(reason) for reason in dicts(entry.resource.get("reasonCode"))]
    said += [name_of(store, link) for link in dicts(entry.resource.get("reasonReference"))]
    return list(dict.fromkeys(one for one in said if one))


def doses(entry: Entry) -> list[dict[str, Any]]:
    """Every instruction on how to take it."""
    return [*dicts(entry.resource.get("dosageInstruction")), *dicts(entry.resource.get("dosage"))]


# --- over time


def series(store: Store, entry: Entry, unit: str, code: str = "") -> list[tuple[date, Decimal]]:
    """The same measure over time in the same unit. `code` picks a component. What was a mistake is left out."""
    if not entry.line.code:
        return []
    codes = PRESSURES if entry.line.code in PRESSURES else (entry.line.code,)
    rows = observed(store, codes, LINE, (entry.line.category,))
    found = []
    for row in reversed(rows):
        moment, measure = read_when(row["when"] or "")[0], _measure(row, code)
        if moment and measure and measure.unit == unit and not measure.comparator:
            found.append((moment.date() if isinstance(moment, datetime) else moment, measure.value))
    return found


def _measure(row: dict[str, Any], code: str) -> Measure | None:
    if own := read_measure(piece(row["quantity"])):
        return own
    parts = read_components({"component": piece(row["component"])})
    return next((part.measure for part in parts if part.code == code), None)


# --- what is new


def newest_unseen(store: Store) -> tuple[Line | None, int]:
    """The newest result the patient was not shown yet, and on how many other days there are such."""
    found = list_unseen(store, 1)
    if not found or last_seen(store) is None:
        return (found[0] if found else None), 0
    days = f"SELECT count(DISTINCT substr(body ->> 'when', 1, 10)) AS n FROM docs WHERE {UNSEEN}"
    return found[0], int(store.rows(days, store.scope, *(last_seen(store) or NOTHING))[0]["n"]) - 1


def list_unseen(store: Store, limit: int) -> list[Line]:
    """The newest results that the patient was not shown yet.

    Before the first look the whole record is new: then only the newest counts.
    """
    seen = last_seen(store)
    newest = "ORDER BY body ->> 'when' DESC, body ->> 'type' = 'DiagnosticReport' DESC LIMIT ?"
    sql = f"SELECT {LINE} FROM docs WHERE {UNSEEN} {newest}"
    rows = store.rows(sql, store.scope, *(seen or NOTHING), limit if seen else min(limit, 1))
    return [read_line(row) for row in rows]


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
