"""The clinic's operations, as plain calls: what the command line, the demo and the tests use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import argon2
import sqlalchemy as sa

from sync.models import Attachment, Doc
from sync.models.attachment import MAX_BYTES
from sync.protocol.version import PROTOCOL
from sync.server.blobs import Blobs, Caps, keep
from sync.server.codes import Codes
from sync.server.compaction import DAY_MS, DAYS, Compacted, compact
from sync.server.database import Database
from sync.server.delaying import show_due
from sync.server.errors import NoRoom, UnknownPatient
from sync.server.gate import Gate, utc_now
from sync.server.heads import vouch
from sync.server.importing import Importer, Report, files_in
from sync.server.keys import Keys, load_keys
from sync.server.ledger import Held, Ledger, new_epoch
from sync.server.register import Register, moment
from sync.server.snapshots import Sizes, Snapshots
from sync.server.tables import device, patient, row


class Clinic:
    """One clinic and its database."""

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        pepper: bytes | None = None,
        fast: bool = False,
        hints: str | None = None,
    ) -> None:
        self.database = Database(url, hints)
        self.clock, self._pepper = clock, pepper
        self.codes = Codes(self.database, cheap() if fast else argon2.PasswordHasher())
        self.register = Register(self.database, clock, self.put)
        self._gate: Gate | None = None

    def migrate(self) -> None:
        """Bring the database to this version, with the secrets that every node shares."""
        self.database.stays()
        self.database.migrate()
        self.keys()

    def take_in_hand(self) -> None:
        """As PostgreSQL's administrator: make the roles and hand them the tables, and make the secrets."""
        self.database.own()
        self.keys()

    def gate(self) -> Gate:
        """The gate in front of this clinic's records: one for as long as the clinic is open."""
        if self._gate is None:
            self._gate = Gate(self.database, self.keys(), self.clock, self.codes)
        return self._gate

    def keys(self) -> Keys:
        """The clinic's secrets, made where they are missing."""
        return load_keys(self.database, self._pepper)

    def import_paths(
        self, paths: Sequence[Path | str], progress: Callable[[Iterable[Path]], Iterable[Path]] = iter
    ) -> Report:
        """Import files and folders."""
        files = files_in(Path(path) for path in paths)
        return Importer(self.database, self._now_ms(), self.keys().blobs).run(progress(files))

    def patients(self) -> list[dict[str, Any]]:
        """Every patient with name and number of records."""
        with self.database.directory() as connection:
            people = connection.execute(sa.select(patient).order_by(patient.c.name, patient.c.id)).all()
        return [{"id": p.id, "name": p.name, "records": self._count(p.scope, "record")} for p in people]

    def invite(self, patient_id: str) -> tuple[str, datetime]:
        """An activation code for a patient, and when it expires."""
        with self.database.directory() as connection:
            if connection.execute(sa.select(patient).where(patient.c.id == patient_id)).first() is None:
                raise UnknownPatient(patient_id)
        return self.codes.issue(patient_id, self.clock())

    def put(self, scope: str, *docs: Doc) -> bool:
        """Write what the clinic says. What is there already is left alone; True when anything was new."""
        self.database.begin(scope)
        with self.database.unit(scope, write=True) as unit:
            ledger = Ledger(unit, self._now_ms())
            ledger.load(doc.id for doc in docs)
            start = ledger.head
            for doc in docs:
                held, body = ledger.get(doc.id), doc.body()
                if held is None or held.deleted or (held.kind, held.body) != (doc.kind, body):
                    ledger.put(doc.id, doc.kind, body, doc.version)
            ledger.close()
            return bool(ledger.head != start)

    def attach(self, scope: str, data: bytes, type: str, name: str = "") -> Attachment:
        """Keep a file in a scope, for a document that will name it. Raises NoRoom where it does not fit."""
        if not 0 < len(data) <= MAX_BYTES:
            raise NoRoom("too_big" if data else "empty")
        named = Attachment(hash=hashlib.sha256(data).hexdigest(), size=len(data), type=type, name=name)
        self.database.begin(scope)
        secret = self.keys().blobs
        with self.database.unit(scope, write=True) as unit:
            keep(Blobs(unit, secret, Caps(), self._now_ms()), named, data)
        return named

    def get(self, scope: str, id: str) -> Held | None:
        """A document as the clinic holds it."""
        with self.database.unit(scope) as unit:
            asked = sa.select(*(row.c[name] for name in Held.__slots__))
            found = unit.connection.execute(asked.where(row.c.scope == scope, row.c.id == id)).first()
            return Held(*found) if found else None

    def devices(self, patient_id: str) -> list[dict[str, Any]]:
        """The devices that hold a patient's record, ended ones too."""
        return self.register.of([self.scope_of(patient_id)])

    def revoke(self, device_id: str) -> None:
        """End a device's access at once; its patients see that it was ended."""
        self.register.revoke(device_id)

    def mark_lost(self, device_id: str) -> None:
        """A device was reported lost: end its access, and let it erase the record when it next asks."""
        self.register.mark_lost(device_id, self.keys().orders)

    def mark_found(self, device_id: str) -> bool:
        """It was found: withdraw the order; its access stays ended. False when it has erased the record already."""
        return self.register.withdraw(device_id)

    def status(self) -> dict[str, Any]:
        """How the clinic's database is."""
        with self.database.directory() as connection:
            people = connection.scalar(sa.select(sa.func.count()).select_from(patient))
            asked = sa.select(sa.func.count(), sa.func.max(device.c.seen_ms))
            devices, seen = connection.execute(asked.where(device.c.revoked_ms.is_(None))).one()
        last = moment(seen)
        return {
            "database": self.database.shown,
            "schema": self.database.revision(),
            "patients": people,
            "documents": sum(self._count(scope) for scope in self.database.scopes()),
            "devices": devices,
            "last_sync_at": last.isoformat() if last else None,
            "version": version(),
            "protocol": PROTOCOL,
        }

    def snapshots(self, sizes: Sizes | None = None) -> Snapshots:
        """What hands first downloads out in pieces. Make one for as long as the clinic is open."""
        return Snapshots(self.database, self.keys().pepper, self.clock, sizes)

    def compact(self, days: int = DAYS) -> Compacted:
        """Forget deletions and verdicts older than this; devices that were away for longer begin anew."""
        return compact(self.database, self._now_ms() - days * DAY_MS)

    def show_due(self) -> int:
        """Show the results whose patients asked for them later, and whose time has come. Returns how many."""
        return show_due(self.database, self._now_ms())

    def confirm(self, patient_id: str | None = None) -> list[str]:
        """A person says that these records are right as they are: devices may let go of what is not in them.

        The scopes of one patient, or all. Returns those of which nobody had said so since a backup was put back.
        """
        return vouch(self.database, self.scope_of(patient_id) if patient_id is not None else None)

    def restored(self) -> int:
        """After a backup was put back: give every scope a new epoch, so that devices begin anew."""
        scopes = self.database.scopes()
        for scope in scopes:
            with self.database.unit(scope, write=True) as unit:
                new_epoch(unit)
        return len(scopes)

    def seed(self) -> dict[str, Any]:
        """Fill the database with the demo clinic; doing it again changes nothing."""
        from sync.server.seed import seed

        return seed(self)

    def dispose(self) -> None:
        """Close the database."""
        self.database.dispose()

    def _count(self, scope: str, kind: str | None = None) -> int:
        asked = sa.select(sa.func.count()).select_from(row).where(row.c.scope == scope)
        if kind is not None:
            asked = asked.where(row.c.kind == kind)
        with self.database.unit(scope) as unit:
            return unit.connection.scalar(asked.where(row.c.deleted.is_(False))) or 0

    def scope_of(self, patient_id: str) -> str:
        """The scope of a patient. Raises UnknownPatient."""
        with self.database.directory() as connection:
            found: str | None = connection.scalar(
                sa.select(patient.c.scope).where(patient.c.id == patient_id)
            )
        if found is None:
            raise UnknownPatient(patient_id)
        return found

    def born_on(self, patient_id: str) -> date | None:
        """The birth date of a patient, where it is known."""
        with self.database.directory() as connection:
            found = connection.scalar(sa.select(patient.c.born).where(patient.c.id == patient_id))
        return date.fromisoformat(found) if found else None

    def _now_ms(self) -> int:
        return int(self.clock().timestamp() * 1000)


def cheap() -> argon2.PasswordHasher:
    """A hasher that costs nothing and protects nothing: for tests."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def version() -> str:
    """The version of this installation."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("evenkeel")
    except PackageNotFoundError:
        return "0.1.0"
