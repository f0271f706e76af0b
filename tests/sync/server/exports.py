"""Files as other systems export them, and what the clinic keeps of them."""

from __future__ import annotations

import json

import sqlalchemy as sa

from sync.models import Record


def save(folder, name, *found):
    """A file with these resources: NDJSON by its name, otherwise one bundle or one resource."""
    path = folder / name
    if name.endswith("ndjson"):
        path.write_text("\n".join(json.dumps(one) for one in found))
    elif len(found) == 1:
        path.write_text(json.dumps(found[0]))
    else:
        entries = [{"resource": one} for one in found]
        path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    return path


def person(id, family="Ames", **more):
    return {"resourceType": "Patient", "id": id, "name": [{"family": family, "given": ["Ann"]}], **more}


def lab(id, patient=None, **more):
    about = {"subject": {"reference": f"Patient/{patient}"}} if patient else {}
    return {"resourceType": "Observation", "id": id, "code": {"text": "A1c"}, **about, **more}


def kept(clinic, scope):
    """Every live document of a scope: id → (kind, rev, body)."""
    with clinic.database.unit(scope) as unit:
        asked = sa.text('SELECT id, kind, rev, body FROM "row" WHERE scope = :s AND NOT deleted')
        return {one.id: one for one in unit.connection.execute(asked, {"s": scope})}


def records(clinic, scope):
    rows = kept(clinic, scope).values()
    return {Record.read(r.id, r.body).resource.get("id") for r in rows if r.kind == "record"}
