"""The route that hands a segment of a snapshot to a device that may read its scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from sync.server.document import BYTES
from sync.server.reception import Reception
from sync.server.snapshots import Snapshots


class Wanted(BaseModel):
    """The name of a segment, as a page's snapshot gave it."""

    model_config = ConfigDict(extra="forbid")

    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class Pieces:
    """The operation behind the route."""

    def __init__(
        self,
        snapshots: Snapshots,
        reception: Reception,
        said: Callable[[dict[str, Any], int], Response],
    ) -> None:
        self.snapshots, self.reception, self.said = snapshots, reception, said

    async def segment(self, request: Request) -> Response:
        """One segment's packed bytes. 404 for one that is gone, and for one of a scope that is not granted."""
        visitor, body = await self.reception.visitor(request)
        wanted = Wanted.model_validate_json(body)
        found = await run_in_threadpool(self.snapshots.get, list(visitor.grants), wanted.hash)
        if found is None:
            return self.said({"error": "no_segment"}, 404)
        headers = {"dpop-nonce": self.reception.gate.proofs.nonce()}
        return Response(found, media_type=BYTES, headers=headers)
