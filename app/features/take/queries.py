"""What is taken along: every record as it came, and everything that was written here, also what waits to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.features.take.rules import Chapter, Item, lines_of, say_when
from app.store import Store
from app.store.search import PICKED
from app.ui.telling import NameOf
from sync.fhir.own import resource_of
from sync.fhir.shape import text
from sync.models import KINDS, Category, Person, Policy, derive_id

if TYPE_CHECKING:
    from app.ui.strings import Words

OURS = "scope = ? AND deleted = 0"
RECORDS = f"SELECT body -> '$.resource' AS resource FROM docs WHERE kind = 'record' AND {OURS} ORDER BY n"
OWN = f"SELECT id, kind, body FROM docs WHERE {OURS} AND kind NOT IN ({{holes}}) ORDER BY n"
COUNTS = (
    f"SELECT body ->> 'category' AS c, count(*) AS n FROM docs WHERE kind = 'record' AND {OURS} GROUP BY 1"
)
READ = f"""SELECT body ->> 'type' AS type, body ->> 'title' AS title, body ->> 'when' AS "when",
    body ->> 'status' AS status, body -> '$.resource' AS resource FROM docs WHERE kind = 'record' AND {OURS}"""
SECTION = f"{READ} AND body ->> 'category' = ? ORDER BY body ->> 'when' DESC, n"
RECORD = f"{READ} AND id = ?"
SERVERS = [kind for kind, noun in KINDS.items() if noun.policy is Policy.SERVER]
POINTED_AT = ("Practitioner", "Organization", "Location", "Patient", "Condition", "Encounter", "Medication")
LAST = (Category.FORM, Category.BILL, Category.PERSON, Category.OTHER)
ORDER = [*(one for one in Category if one not in LAST), *LAST]


def resources(store: Store) -> Iterator[str]:
    """Every resource of the person in view as JSON text: the clinic's to the letter, then what was written here."""
    for (resource,) in store.db.execute(RECORDS, [store.scope]):
        yield resource
    people = store.find(Person)
    patient = people[0].fhir_id if people else store.scope.partition(":")[2]
    for id, kind, body in store.db.execute(OWN.format(holes=holes()), [store.scope, *SERVERS]):
        yield json.dumps(resource_of(id, kind, body, patient), ensure_ascii=False, separators=(",", ":"))


def count_resources(store: Store) -> int:
    """How many there are."""
    records = RECORDS.replace("body -> '$.resource' AS resource", "count(*) AS n")
    own = OWN.format(holes=holes()).replace("id, kind, body", "count(*) AS n")
    found = [store.rows(records, store.scope), store.rows(own, store.scope, *SERVERS)]
    return sum(int(rows[0]["n"]) for rows in found)


def holes() -> str:
    """A question mark for each kind that is the clinic's own."""
    return ", ".join("?" * len(SERVERS))


def one_record(store: Store, id: str, t: Words) -> list[Chapter]:
    """A book of one record: nothing, where it is not here any more."""
    rows = store.rows(f"SELECT body ->> 'category' AS c FROM docs WHERE id = ? AND {OURS}", id, store.scope)
    name = f"health.section.{rows[0]['c']}" if rows else ""
    return [Chapter("record", t(name), 1, lambda: of_record(store, id, t))] if rows else []


def chapters(store: Store, t: Words) -> list[Chapter]:
    """The parts of the book that hold something: what somebody wrote first, then the record by section."""
    found = {row["c"]: int(row["n"]) for row in store.rows(COUNTS, store.scope)}
    parts = [
        Chapter(one, t(f"health.section.{one}"), found[one], lambda one=one: section(store, one, t))
        for one in ORDER
        if one in found
    ]
    moods = Chapter("mood", t("take.moods"), _count(store, "mood"), lambda: moods_of(store, t))
    weights = Chapter("weight", t("take.weights"), _count(store, "weight"), lambda: weights_of(store, t))
    refills = Chapter("refill", t("take.refills"), _count(store, "refill"), lambda: refills_of(store, t))
    return [*(one for one in (moods, weights, refills) if one.count), *parts]


def _count(store: Store, kind: str) -> int:
    return int(
        store.rows(f"SELECT count(*) AS n FROM docs WHERE kind = ? AND {OURS}", kind, store.scope)[0]["n"]
    )


def section(store: Store, category: Category, t: Words) -> Iterator[Item]:
    """The records of one section, newest first."""
    yield from items(store, SECTION, [store.scope, category], t)


def of_record(store: Store, id: str, t: Words) -> Iterator[Item]:
    """One record."""
    yield from items(store, RECORD, [store.scope, id], t)


def items(store: Store, sql: str, values: list[str], t: Words) -> Iterator[Item]:
    """Records as they read on paper."""
    name_of = namer(store)
    for type, title, when, status, said in store.db.execute(sql, values):
        resource = json.loads(said, parse_float=Decimal)
        yield Item(title, say_when(when, t), tuple(lines_of(type, title, status, resource, name_of, t)))


def namer(store: Store) -> NameOf:
    """What a reference points at, by name: its own words, or the title of the record it means. Each is read once."""
    known: dict[str, str] = {}

    def name_of(link: dict[str, Any]) -> str:
        if said := text(link.get("display")):
            return said
        reference = text(link.get("reference")).partition("/_history")[0]
        if reference not in known:
            tail = reference.rpartition("/")[2].rpartition(":")[2]
            ids = json.dumps([derive_id("record", kind, tail) for kind in POINTED_AT])
            rows = store.rows(
                f"SELECT body ->> 'title' AS title {PICKED} WHERE deleted = 0", ids, store.scope
            )
            known[reference] = rows[0]["title"] if rows else ""
        return known[reference]

    return name_of


def moods_of(store: Store, t: Words) -> Iterator[Item]:
    """Every mood with its note, newest first."""
    sql = f"""SELECT body ->> 'felt_at', body ->> 'score', coalesce(body ->> 'note', '') FROM docs
        WHERE kind = 'mood' AND {OURS} ORDER BY body ->> 'felt_at' DESC"""
    for at, score, note in store.db.execute(sql, [store.scope]):
        yield Item(t(f"mood_faces.{score}"), say_when(at, t), (note,) if note else ())


def weights_of(store: Store, t: Words) -> Iterator[Item]:
    """Every weight, newest first."""
    sql = f"""SELECT body ->> 'weighed_at', body ->> 'grams' FROM docs
        WHERE kind = 'weight' AND {OURS} ORDER BY body ->> 'weighed_at' DESC"""
    for at, grams in store.db.execute(sql, [store.scope]):
        pounds, kilos = (
            t.quantity(round(Decimal(grams) / one, 1), unit)
            for unit, one in (("lb", Decimal("453.59237")), ("kg", Decimal(1000)))
        )
        yield Item(f"{pounds} ({kilos})", say_when(at, t))


def refills_of(store: Store, t: Words) -> Iterator[Item]:
    """Every request for a refill with its note, newest first."""
    sql = f"""SELECT body ->> 'title', body ->> 'asked_at', coalesce(body ->> 'note', '') FROM docs
        WHERE kind = 'refill' AND {OURS} ORDER BY body ->> 'asked_at' DESC"""
    for title, at, note in store.db.execute(sql, [store.scope]):
        yield Item(title, say_when(at, t), (note,) if note else ())
