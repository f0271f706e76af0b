"""Several cells behind one front, without a socket."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

import httpx
from house import ORIGIN, Phone

from sync.server.cells import Cells
from sync.server.front import Front


class Street:
    """Several clinics behind one front, spoken to as one address."""

    def __init__(self, clinics, clock) -> None:
        self.clinics, self.clock, self.log = clinics, clock, []
        self.runner = asyncio.Runner()
        self.open()

    def open(self) -> None:
        """A node that starts."""
        self.front = Front(self.clinics, log=self.log.append)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.front), base_url=ORIGIN)

    def call(self, method, path, **more):
        return self.runner.run(self.client.request(method, path, **more))

    def patient(self, id, cell=None) -> None:
        """A patient where the hash says, or in a cell of choice."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "patient.json"
            path.write_text(json.dumps({"resourceType": "Patient", "id": id, "name": [{"family": id}]}))
            self.clinics[cell or Cells(self.clinics).of_patient(id)].import_paths([path])

    def code(self, id) -> str:
        return self.clinics[Cells(self.clinics).of_patient(id)].invite(id)[0]

    def phone(self, id) -> Phone:
        phone = Phone(self)
        assert phone.enrol(self.code(id)).status_code == 200
        return phone

    def close(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.close()
        for clinic in self.clinics.values():
            clinic.dispose()
