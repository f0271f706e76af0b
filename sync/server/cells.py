"""Cells: several databases that know nothing of each other, each with patients of its own. The way past one machine.

Where a new patient belongs is computed (rendezvous hashing): no table to keep, and one more cell takes about 1/n of
them. Where a known patient or device is, the cells themselves know: they are asked, so adding a cell moves nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from sync.server.clinic import Clinic
from sync.server.codes import LOCATOR, tidy
from sync.server.errors import DatabaseError, Unreachable
from sync.server.tables import code, device, patient


def cell_of(scope: str, names: Sequence[str]) -> str:
    """The cell where a new scope belongs: the same answer for the same names in any order."""
    return max(names, key=lambda name: hashlib.sha256(f"{scope}\x1f{name}".encode()).digest())


@dataclass(frozen=True)
class Found:
    """The name of the cell that knows it, or None; `sure` is False when a cell could not be asked."""

    cell: str | None
    sure: bool


class Cells:
    """The clinics behind one address, by name."""

    def __init__(self, clinics: Mapping[str, Clinic]) -> None:
        self.clinics = dict(clinics)

    def of_device(self, thumb: str) -> Found:
        """The cell that knows a device's key."""
        return self._holding(sa.select(device.c.id).where(device.c.thumb == thumb))

    def of_code(self, typed: str) -> Found:
        """The cell that issued an activation code, by its first letters, which are no secret."""
        return self._holding(sa.select(code.c.locator).where(code.c.locator == tidy(typed)[:LOCATOR]))

    def of_patient(self, id: str) -> str:
        """The cell that has a patient, or where a new one belongs. Raises Unreachable rather than guess."""
        found = self._holding(sa.select(patient.c.id).where(patient.c.id == id))
        if found.cell is None and not found.sure:
            raise Unreachable("one of the cells")
        return found.cell or cell_of(f"patient:{id}", list(self.clinics))

    def _holding(self, asked: sa.Select[tuple[str]]) -> Found:
        sure = True
        for name, clinic in self.clinics.items():
            try:
                with clinic.database.directory() as connection:
                    if connection.scalar(asked) is not None:
                        return Found(name, True)
            except DatabaseError:
                sure = False
        return Found(None, sure)
