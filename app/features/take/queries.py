"""What is taken along: every record as it came, and everything that was written here, also what waits to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.features.take.rules import Chapter, Item, lines_of, say_moment
from app.store import Store
from app.store.references import name_of
from app.store.shelf import where, whole
from app.ui.measured import say_amount, say_name
from sync.cards.card import open_card
from sync.cards.refused import Refused
from sync.fhir.apart import put_back
from sync.fhir.own import resource_of
from sync.fhir.shape import text
from sync.fhir.view import view
from sync.models import KINDS, Attachment, Category, HealthCard, Person, Policy, attachments_in

if TYPE_CHECKING:
    from app.ui.strings import Words

OURS = "scope = ? AND deleted = 0"
SERVERS = [kind for kind, noun in KINDS.items() if noun.policy is Policy.SERVER]
OF_THE_CLINIC = f"FROM docs WHERE kind = 'record' AND {OURS}"
OF_ONES_OWN = f"FROM docs WHERE {OURS} AND kind NOT IN ({', '.join('?' * len(SERVERS))})"
COUNTS = f"SELECT body ->> 'category' AS c, count(*) AS n {OF_THE_CLINIC} GROUP BY 1"
READ = f"""SELECT body ->> 'type' AS type, body ->> 'title' AS title, body ->> 'when' AS "when",
    body ->> 'status' AS status, body -> '$.resource' AS resource {OF_THE_CLINIC}"""
SECTION = f"{READ} AND body ->> 'category' = ? ORDER BY body ->> 'when' DESC, n"
RECORD = f"{READ} AND id = ?"
LISTED = "json_array_length(body, '$.attachments')"
INDICES = {"record_files": f"docs (scope, {LISTED}) WHERE kind = 'record' AND deleted = 0"}
HEAVY = f"SELECT json_object('attachments', body -> '$.attachments') {OF_THE_CLINIC} AND {LISTED} > 0"
LAST = (Category.FORM, Category.BILL, Category.PERSON, Category.OTHER)
ORDER = [*(one for one in Category if one not in LAST), *LAST]
ASKED = f"""SELECT body ->> 'title', body ->> 'asked_at', coalesce(body ->> 'note', ''),
    (SELECT r.body ->> 'reason' FROM docs AS r WHERE r.kind = 'receipt' AND r.body ->> 'of' = docs.id
     ORDER BY r.seq DESC LIMIT 1)
    FROM docs WHERE kind = ? AND {OURS} ORDER BY body ->> 'asked_at' DESC"""


def resources(store: Store) -> Iterator[str]:
    """Every resource of the person in view as JSON text: the clinic's to the letter, then what was written here."""
    for (resource,) in store.db.execute(
        f"SELECT body -> '$.resource' {OF_THE_CLINIC} ORDER BY n", [store.scope]
    ):
        yield with_files(store, resource)
    people = store.find(Person)
    patient = people[0].fhir_id if people else store.scope.partition(":")[2]
    own = store.db.execute(f"SELECT id, kind, body {OF_ONES_OWN} ORDER BY n", [store.scope, *SERVERS])
    for id, kind, body in own:
        yield json.dumps(resource_of(id, kind, body, patient), ensure_ascii=False, separators=(",", ":"))


def with_files(store: Store, resource: str) -> str:
    """A resource's text with those of its large files in it that are on this device; others stay named."""
    return put_back(resource, lambda hash: whole(store, hash))[0]


def files_away(store: Store) -> list[Attachment]:
    """The large files of the record that are not on this device."""
    named = [one for (body,) in store.db.execute(HEAVY, [store.scope]) for one in attachments_in(body)]
    return [one for one in dict.fromkeys(named) if where(store, one) != "here"]


def count_resources(store: Store) -> int:
    """How many there are."""
    (clinics,) = store.rows(f"SELECT count(*) AS n {OF_THE_CLINIC}", store.scope)
    (own,) = store.rows(f"SELECT count(*) AS n {OF_ONES_OWN}", store.scope, *SERVERS)
    return int(clinics["n"]) + int(own["n"])


def one_record(store: Store, id: str, t: Words) -> list[Chapter]:
    """A book of one record: nothing, where it is not here any more."""
    rows = store.rows(f"SELECT body ->> 'category' AS c FROM docs WHERE id = ? AND {OURS}", id, store.scope)
    if not rows:
        return []
    category = rows[0]["c"] if rows[0]["c"] in ORDER else Category.OTHER
    return [Chapter("record", t(f"health.section.{category}"), 1, lambda: of_record(store, id, t))]


def chapters(store: Store, t: Words) -> list[Chapter]:
    """The parts of the book that hold something: what somebody wrote first, then the record by section."""
    found = {row["c"]: int(row["n"]) for row in store.rows(COUNTS, store.scope)}
    named = [(one, t(f"health.section.{one}")) for one in ORDER if one in found]
    named += [(one, t("health.section.other")) for one in sorted(found.keys() - set(ORDER))]
    parts = [Chapter(one, title, found[one], lambda one=one: section(store, one, t)) for one, title in named]
    moods = Chapter("mood", t("take.moods"), _count(store, "mood"), lambda: moods_of(store, t))
    measured = _count(store, "reading") + _count(store, "weight")
    readings = Chapter("reading", t("take.readings"), measured, lambda: readings_of(store, t))
    doses = Chapter("taken", t("take.doses"), _count(store, "taken"), lambda: doses_of(store, t))
    refills, questions = asked(store, "refill", t), asked(store, "question", t)
    cards = Chapter("cards", t("take.cards"), _count(store, "health-card"), lambda: cards_of(store, t))
    own = (moods, readings, doses, refills, questions, cards)
    return [*(one for one in own if one.count), *parts]


def asked(store: Store, kind: str, t: Words) -> Chapter:
    """What was asked of the clinic."""
    return Chapter(kind, t(f"take.{kind}s"), _count(store, kind), lambda: asked_of(store, kind, t))


def _count(store: Store, kind: str) -> int:
    return int(
        store.rows(f"SELECT count(*) AS n FROM docs WHERE kind = ? AND {OURS}", kind, store.scope)[0]["n"]
    )


def section(store: Store, category: str, t: Words) -> Iterator[Item]:
    """The records of one section, newest first."""
    yield from items(store, SECTION, [store.scope, category], t)


def of_record(store: Store, id: str, t: Words) -> Iterator[Item]:
    """One record."""
    yield from items(store, RECORD, [store.scope, id], t)


def items(store: Store, sql: str, values: list[str], t: Words) -> Iterator[Item]:
    """Records as they read on paper."""
    known: dict[str, str] = {}

    def named(link: dict[str, Any]) -> str:
        """Each reference is looked up once: thousands of records name the same few people."""
        key = text(link.get("display")) or text(link.get("reference"))
        if key not in known:
            known[key] = name_of(store, link)
        return known[key]

    for type, title, when, status, said in store.db.execute(sql, values):
        resource = json.loads(with_files(store, said), parse_float=Decimal)
        yield Item(title, say_moment(when, t), tuple(lines_of(type, title, status, resource, named, t)))


def moods_of(store: Store, t: Words) -> Iterator[Item]:
    """Every mood with its note, newest first."""
    sql = f"""SELECT body ->> 'felt_at', body ->> 'score', coalesce(body ->> 'note', '') FROM docs
        WHERE kind = 'mood' AND {OURS} ORDER BY body ->> 'felt_at' DESC"""
    for at, score, note in store.db.execute(sql, [store.scope]):
        yield Item(t(f"mood_faces.{score}"), say_moment(at, t), (note,) if note else ())


def readings_of(store: Store, t: Words) -> Iterator[Item]:
    """Every reading as it was typed, and every weight of an earlier version, newest first."""
    sql = f"""SELECT body, coalesce(body ->> 'measured_at', body ->> 'weighed_at') AS at FROM docs
        WHERE kind IN ('reading', 'weight') AND {OURS} ORDER BY at DESC"""
    for body, at in store.db.execute(sql, [store.scope]):
        fields = json.loads(body)
        note = fields.get("note", "")
        if "grams" in fields:
            kilos = {"value": Decimal(fields["grams"]) / 1000}
            pounds, said = (say_amount("weight", kilos, "kg", t, unit) for unit in ("[lb_av]", "kg"))
            yield Item(f"{say_name('weight', t)}: {pounds} ({said})", say_moment(at, t))
        else:
            values = {part: Decimal(value) for part, value in fields["values"].items()}
            said = say_amount(fields["what"], values, fields["unit"], t)
            name = say_name(fields["what"], t)
            yield Item(f"{name}: {said}", say_moment(at, t), (note,) if note else ())


def doses_of(store: Store, t: Words) -> Iterator[Item]:
    """Every dose that was logged, newest first."""
    sql = f"""SELECT body ->> 'title', body ->> 'taken_at', body ->> 'how' FROM docs
        WHERE kind = 'taken' AND {OURS} ORDER BY body ->> 'taken_at' DESC"""
    for title, at, how in store.db.execute(sql, [store.scope]):
        yield Item(title, say_moment(at, t), (t(f"taken.how.{how}"),))


def asked_of(store: Store, kind: str, t: Words) -> Iterator[Item]:
    """Everything of this kind that was asked of the clinic, newest first: the note, and what the clinic wrote."""
    for title, at, note, said in store.db.execute(ASKED, [kind, store.scope]):
        lines = (note, t("refill.said", text=said) if said else "")
        yield Item(title, say_moment(at, t), tuple(line for line in lines if line))


def cards_of(store: Store, t: Words) -> Iterator[Item]:
    """Every health card with whom it names and what is on it. Paper proves nothing, so none is called verified."""
    for card in store.find(HealthCard, order="n"):
        opened = open_card(card.jws)
        if isinstance(opened, Refused):
            yield Item(t("cards.single"), say_moment(card.added_at.isoformat(), t), (t("cards.unread"),))
            continue
        lines = [t("take.card_signed", who=opened.iss)]
        for resource in opened.resources:
            thin = view(resource)
            lines += lines_of(
                thin.type, thin.title, thin.status, resource, lambda link: text(link.get("display")), t
            )
        yield Item(t("cards.single"), say_moment(opened.issued_at.isoformat(), t), tuple(lines))
