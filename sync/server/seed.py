"""Fills a database with the demo clinic: synthetic patients, a few results, lessons, and visits to come."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sync.cards.issuers import read_issuers
from sync.models import Clinic as ClinicNoun
from sync.models import Visit, derive_id
from sync.server.cards import put_cards, put_issuers
from sync.server.errors import NoDemo
from sync.server.importing import CONTENT, scope_of
from sync.server.library import shelve

if TYPE_CHECKING:
    from sync.server.clinic import Clinic

ASSETS = Path(__file__).resolve().parents[2] / "assets"
CLINIC_ID = derive_id("clinic", "demo")


def seed(clinic: Clinic, assets: Path = ASSETS) -> dict[str, Any]:
    """Load everything; what is there already is left alone."""
    demo = _read(assets / "demo" / "clinic.json")
    noun = ClinicNoun.model_validate({**demo["clinic"], "id": CLINIC_ID})
    clinic.put(CONTENT, noun)
    library = shelve(clinic, [assets / "lessons"])
    if not library.files or library.total("errors"):
        raise NoDemo("lessons")
    report = clinic.import_paths([assets / "demo" / "patients", assets / "demo" / "labs"])
    put_issuers(clinic, [read_issuers(_bytes(assets / "demo" / "issuers.json"))])
    put_cards(clinic, demo["main_patient"], assets / "demo" / "paula.smart-health-card")
    scope = scope_of(demo["main_patient"])
    for plan in demo["visits"]:
        _plan(clinic, scope, plan, ZoneInfo(noun.zone))
    return {
        "patient": demo["main_patient"],
        "patients": len(clinic.patients()),
        "lessons": sum(map(library.total, ("added", "changed", "unchanged"))),
        "visits": len(demo["visits"]),
        "import": report.json(),
    }


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_bytes(path))
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NoDemo(path.name) from None


def _plan(clinic: Clinic, scope: str, plan: dict[str, Any], zone: ZoneInfo) -> None:
    """A visit so many days from now; one that is planned already and still to come keeps its date."""
    id = derive_id("visit", "demo", plan["slug"])
    now = clinic.clock()
    held = clinic.get(scope, id)
    if held is not None and Visit.read(id, held.body).starts_at > now:
        return
    details = {name: plan[name] for name in ("minutes", "with_whom", "where", "reason", "prepare")}
    clinic.put(scope, Visit(id=id, starts_at=_moment(now, plan, zone), **details))


def _moment(now: datetime, plan: dict[str, Any], zone: ZoneInfo) -> datetime:
    """That time of day, that many days on, by the clinic's own clock."""
    day = now.astimezone(zone).date() + timedelta(days=plan["in_days"])
    return datetime.combine(day, time.fromisoformat(plan["at"]), zone)
