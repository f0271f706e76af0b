"""Attachments over HTTP: offer, send a part, fetch. What a device may not reach looks like what is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from sync.protocol.attachments import Blob, Fetch, Held, Offer, Part, read_part
from sync.server.blobs import Blobs, Caps
from sync.server.clinic import Clinic
from sync.server.database import Unit
from sync.server.denials import Deny
from sync.server.document import BYTES
from sync.server.gate import Visitor
from sync.server.reception import Reception


class BlobApi:
    """The operations behind the routes. `reception` knows who asks, `said` makes an answer."""

    def __init__(
        self,
        clinic: Clinic,
        reception: Reception,
        said: Callable[[dict[str, Any]], Response],
        caps: Caps,
    ) -> None:
        self.clinic, self.reception, self.said, self.caps = clinic, reception, said, caps

    async def offer(self, request: Request) -> Response:
        """Say which attachments this device would send; hear how many bytes of each are here already."""
        visitor, body = await self.reception.visitor(request)
        sent = Offer.model_validate_json(body)
        held = await run_in_threadpool(self._offered, visitor, sent.blobs)
        return self.said({"blobs": [one.model_dump(exclude_defaults=True) for one in held]})

    async def part(self, request: Request) -> Response:
        """Send the next part of an attachment: `{"blob": {"scope", "hash", "size"}, "n"}`, a newline, its bytes."""
        visitor, body = await self.reception.visitor(request)
        part = read_part(body)
        held = await run_in_threadpool(self._taken, visitor, part)
        return self.said(held.model_dump(exclude_defaults=True))

    async def fetch(self, request: Request) -> Response:
        """Fetch parts of an attachment that is whole; at most so many at once."""
        visitor, body = await self.reception.visitor(request)
        sent = Fetch.model_validate_json(body)
        data = await run_in_threadpool(self._read, visitor, sent)
        if data is None:
            raise Deny(404, "no_blob")
        return Response(data, media_type=BYTES, headers={"dpop-nonce": self.reception.gate.proofs.nonce()})

    def _offered(self, visitor: Visitor, offered: list[Blob]) -> list[Held]:
        held: dict[Blob, Held] = {}
        for scope in dict.fromkeys(one.scope for one in offered):
            mine = [one for one in offered if one.scope == scope]
            if not visitor.may_write(scope):
                held |= dict.fromkeys(mine, Held(refused="no_access"))
                continue
            with self.clinic.database.unit(scope, write=True) as unit:
                blobs = self._blobs(unit)
                blobs.sweep()
                held |= {one: blobs.offer(one, visitor.device) for one in mine}
        return [held[one] for one in offered]

    def _taken(self, visitor: Visitor, part: Part) -> Held:
        scope = part.head.blob.scope
        if not visitor.may_write(scope):
            return Held(refused="no_access")
        with self.clinic.database.unit(scope, write=True) as unit:
            return self._blobs(unit).take(part)

    def _read(self, visitor: Visitor, sent: Fetch) -> bytes | None:
        if sent.scope not in visitor.grants:
            return None
        with self.clinic.database.unit(sent.scope) as unit:
            return self._blobs(unit).read(sent.hash, sent.n, sent.count)

    def _blobs(self, unit: Unit) -> Blobs:
        now_ms = int(self.clinic.clock().timestamp() * 1000)
        return Blobs(unit, self.reception.gate.keys.blobs, self.caps, now_ms)
