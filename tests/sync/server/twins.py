"""Two patients with planted words, the operations as the document declares them, and a digest of all that is kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from house import House, Phone, draft, mood

from sync.server.tables import SCOPED, meta

CANARIES = ("Zebulon", "canary-note", "canary-label")

FILE = b"canary-note in a file of B's"


@dataclass(frozen=True)
class Operation:
    """One operation of the API."""

    method: str
    path: str
    signed: bool
    token: bool
    asks: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """The path with something in each of its places."""
        return "/".join("x" if part.startswith("{") else part for part in self.path.split("/"))


def operations(house: House) -> list[Operation]:
    """Every operation, from the document that the API gives of itself."""
    document, found = house.call("GET", "/openapi.json").json(), []
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            names = {name for one in said.get("security", ()) for name in one}
            content = said.get("requestBody", {}).get("content", {})
            fields = tuple(content.get("application/json", {}).get("schema", {}).get("required", ()))
            found.append(
                Operation(method.upper(), path, "proof" in names, "token" in names, tuple(content), fields)
            )
    return found


def twins(house: House) -> tuple[Phone, Phone]:
    """A's phone and B's phone. B has words everywhere that A must never see."""
    house.patient("pb", "Zebulon")
    a = house.phone("pa")
    b = Phone(house)
    b.enrol(house.clinic.invite("pb")[0], "canary-label")
    noted = json.loads(mood().body) | {"note": "canary-note"}
    b.sync(
        mood("canary-doc", scope="patient:pb", mid="canary-mid", body=json.dumps(noted)),
        draft("canary-doc2", "canary-note", "canary-mid2", scope="patient:pb", kind="canary-kind"),
    )
    a.sync()
    b.sync()
    segments(b, "patient:pb")
    house.clinic.attach("patient:pb", FILE, "text/plain")
    return a, b


def segments(phone: Phone, scope: str) -> list[str]:
    """The names of the segments of a scope's snapshot, as a first download with tiny pages hears them."""
    pages = phone.post({"v": 2, "limit": 1}).json()["pages"]
    return [part["hash"] for page in pages if page["scope"] == scope for part in page["snapshot"]["segments"]]


def digest(house: House, but: tuple[str, ...] = ()) -> dict[str, str]:
    """A fingerprint of every table. `but` names tables or `table.column`s that may change.

    Which proofs of known devices were seen is no part of it: that they are remembered is what protects the rest.
    """
    but = (*but, "proof")
    found: dict[str, list[Any]] = {table.name: [] for table in meta.sorted_tables if table.name not in but}
    for scope in house.clinic.database.scopes():
        with house.clinic.database.unit(scope) as unit:
            for table in (one for one in meta.sorted_tables if one.name in SCOPED and "scope" in one.c):
                mine = sa.select(table).where(table.c.scope == scope)
                found[table.name] += unit.connection.execute(mine).all()
    with house.clinic.database.directory() as connection:
        for table in (one for one in meta.sorted_tables if one.name not in (*SCOPED, *but)):
            kept = [column for column in table.c if f"{table.name}.{column.name}" not in but]
            found[table.name] += connection.execute(sa.select(*kept)).all()
    return {name: _print(rows) for name, rows in found.items()}


def _print(rows: list[Any]) -> str:
    return hashlib.sha256("\n".join(sorted(repr(tuple(row)) for row in rows)).encode()).hexdigest()


def leaks(house: House, *answers: Any) -> list[str]:
    """Planted words that an answer or the log lets out."""
    said = "\n".join([*house.log, *(one.text + str(one.headers) for one in answers)])
    return [word for word in CANARIES if word in said]
