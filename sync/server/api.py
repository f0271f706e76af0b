"""The companion API over HTTP: enrol, token, sync, devices, health. `create_app` makes it, also for tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from sync.protocol.attachments import Fetch, Held, Offer, Offered
from sync.protocol.signing import public_half
from sync.protocol.version import OLDEST, PROTOCOL, UNSAID
from sync.protocol.wire import Exchange, Reply
from sync.server.blob_api import BlobApi
from sync.server.blobs import Caps
from sync.server.clinic import Clinic, version
from sync.server.denials import Deny
from sync.server.document import BYTES, JSON, asks, documented, says
from sync.server.errors import DatabaseError
from sync.server.exchange import packed
from sync.server.gate import Gate, utc_now
from sync.server.guard import CAP, DEADLINE, Guard
from sync.server.holding import Holding
from sync.server.journal import Journal, Write, to_stderr
from sync.server.own_devices import Devices, Named, Obeyed, OwnDevices
from sync.server.packing import unpacked
from sync.server.pieces import Pieces, Wanted
from sync.server.reception import PATIENCE, Reception
from sync.server.snapshots import Sizes

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Health(BaseModel):
    """Says that this is an Evenkeel clinic, and which conversations it speaks."""

    ok: bool = True
    service: str = "evenkeel"
    v: int = PROTOCOL
    oldest: int = OLDEST
    version: str


class Enrol(BaseModel):
    """A code from the clinic, and what the patient calls this device."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=80)
    label: Label


class Enrolled(BaseModel):
    """The device's id, the scopes it may read, and the public key that signs orders for lost devices."""

    device: str
    scopes: list[str]
    wipe_key: str


class Token(BaseModel):
    """A token for ten minutes, bound to the device's key. `wipe_key` is for those who enrolled before there was one."""

    token: str
    expires_in: int
    wipe_key: str


class Spoken(msgspec.Struct):
    """The version of an exchange, read before anything else: a newer one may have fields we do not know."""

    v: int = UNSAID


class Api:
    """The operations behind the routes."""

    def __init__(self, clinic: Clinic, gate: Gate, reception: Reception, sizes: Sizes | None = None) -> None:
        self.clinic, self.gate, self.reception = clinic, gate, reception
        self.wipe_key = public_half(gate.keys.orders)
        self.snapshots = clinic.snapshots(sizes)
        self.holding = Holding(clinic, gate, self.snapshots)

    async def health(self) -> Health:
        """Is the clinic's computer well, and which versions does it speak?"""
        return Health(version=version())

    async def enrol(self, request: Request) -> Response:
        """Turn an activation code and a signed proof into a device."""
        body = await self.reception.brief(request)
        asked, sent = self.reception.asked(request, body), Enrol.model_validate_json(body)
        label = "".join(letter for letter in sent.label if letter.isprintable()) or "device"
        async with self.reception.costly():
            id, scopes = await run_in_threadpool(self.gate.enrol, sent.code, label, asked)
        request.state.device = id
        return self.said(Enrolled(device=id, scopes=scopes, wipe_key=self.wipe_key).model_dump())

    async def token(self, request: Request) -> Response:
        """A token for the device whose key signed the proof."""
        asked = self.reception.asked(request, await self.reception.brief(request))
        text, seconds = await run_in_threadpool(self.gate.token, asked)
        return self.said({"token": text, "expires_in": seconds, "wipe_key": self.wipe_key})

    async def sync(self, request: Request) -> Response:
        """One exchange: mutations up, verdicts and pages down. One that may wait is held until there is news."""
        visitor, body = await self.reception.visitor(request)
        body = unpacked(body, request.headers.get("content-encoding", ""), CAP)
        spoken = _spoken(body)
        if spoken < OLDEST:
            return self.said({"error": "too_old", "oldest": OLDEST}, 426)
        if spoken > PROTOCOL:
            return self.said({"error": "too_new", "newest": PROTOCOL}, 426)
        asked = Exchange.model_validate_json(body)
        accepted = request.headers.get("accept-encoding", "")
        reply = await self.holding.reply(visitor, asked, request.receive)
        data, encoding = await run_in_threadpool(packed, reply, accepted)
        headers = {"vary": "accept-encoding", "dpop-nonce": self.gate.proofs.nonce()}
        if encoding:
            headers["content-encoding"] = encoding
        return Response(data, media_type=JSON, headers=headers)

    def said(self, what: dict[str, Any], status: int = 200) -> Response:
        """An answer, with a fresh nonce for the next request."""
        headers = {"dpop-nonce": self.gate.proofs.nonce()}
        return Response(msgspec.json.encode(what), status, headers, JSON)

    async def denied(self, _request: Request, error: Exception) -> Response:
        """The gate's no, with a fresh nonce for the next try."""
        assert isinstance(error, Deny)
        more = {"order": msgspec.json.decode(error.order)} if error.order else {}
        if error.error == "unknown_device":
            more["wipe_key"] = self.wipe_key
        reply = self.said({"error": error.error} | more, error.status)
        if error.status == 401:
            reply.headers["www-authenticate"] = f'DPoP error="{error.error}", algs="Ed25519 EdDSA"'
        if error.status == 429:
            reply.headers["retry-after"] = str(round(PATIENCE))
        return reply

    async def invalid(self, _request: Request, _error: Exception) -> Response:
        """A body that does not fit; nothing of it is repeated."""
        return self.said({"error": "invalid"}, 422)

    async def refused(self, _request: Request, error: Exception) -> Response:
        """What the framework refuses: no such path, wrong method, body too big or too slow."""
        assert isinstance(error, HTTPException)
        words = {404: "not_found", 405: "not_allowed"}
        ours = str(error.detail) if error.status_code in (400, 408, 413) else "refused"
        word = words.get(error.status_code, ours)
        reply = self.said({"error": word}, error.status_code)
        reply.headers.update(error.headers or {})
        return reply

    async def unwell(self, request: Request, error: Exception) -> Response:
        """The database does not do what was asked: the device tries again later, and the log says why."""
        request.state.trouble = error
        return self.said({"error": "unwell"}, 503)

    async def broken(self, _request: Request, _error: Exception) -> Response:
        """A fault of our own; the guard writes it down."""
        return self.said({"error": "unwell"}, 500)


def create_app(
    clinic: Clinic | str,
    *,
    clock: Callable[[], datetime] = utc_now,
    pepper: bytes | None = None,
    origin: str | None = None,
    hosts: Collection[str] = (),
    log: Write = to_stderr,
    cap: int = CAP,
    deadline: float = DEADLINE,
    sizes: Sizes | None = None,
    caps: Caps = Caps(),  # noqa: B008
) -> Guard:
    """The API over this clinic or database address, migrated and ready: an ASGI app.

    Proofs must name `origin`; without one, the address that was called, which must be of one of `hosts`, if given.
    `sizes` are of snapshots.
    """
    if isinstance(clinic, str):
        clinic = Clinic(clinic, clock=clock, pepper=pepper)
    clinic.migrate()
    origin = (origin or os.environ.get("EVENKEEL_ORIGIN") or "").rstrip("/")
    api = Api(clinic, clinic.gate(), Reception(clinic.gate(), origin, hosts), sizes)
    release = clinic.database.hints.release
    return Guard(_routes(api, caps), Journal(log), cap, deadline, clinic.dispose, release)


def _routes(api: Api, caps: Caps) -> FastAPI:
    app = FastAPIOffline(
        title="Evenkeel companion API", version=version(), redoc_url=None, redirect_slashes=False
    )
    pieces = Pieces(api.snapshots, api.reception, api.said)
    files = BlobApi(api.clinic, api.reception, api.said, caps)
    own = OwnDevices(api.clinic, api.reception, api.said)

    def post(path: str, does: Any, asked: dict[str, Any], said: dict[int | str, dict[str, Any]]) -> None:
        app.add_api_route(
            path, does, methods=["POST"], response_class=Response, openapi_extra=asked, responses=said
        )

    app.add_api_route("/v1/health", api.health, methods=["GET"], responses=says(Health, signed=False))
    post("/v1/enrol", api.enrol, asks(Enrol, token=False), says(Enrolled, 403, 422, 429))
    post("/v1/token", api.token, asks(token=False), says(Token))
    post("/v1/sync", api.sync, asks(Exchange), says(Reply, 422, 426))
    post("/v1/segment", pieces.segment, asks(Wanted), says(None, 404, 422, content=BYTES))
    post("/v1/devices", own.every, asks(), says(Devices))
    post("/v1/devices/end", own.end, asks(Named), says(None, 403, 404, 422))
    post("/v1/devices/lost", own.lost, asks(Named), says(None, 403, 404, 422))
    post("/v1/erased", own.erased, asks(Obeyed, token=False), says(None, 403, 422))
    post("/v1/blobs/offer", files.offer, asks(Offer), says(Offered, 422))
    post("/v1/blobs/part", files.part, asks(content=BYTES), says(Held, 422))
    post("/v1/blobs/fetch", files.fetch, asks(Fetch), says(None, 404, 422, content=BYTES))
    app.add_exception_handler(Deny, api.denied)
    app.add_exception_handler(ValidationError, api.invalid)
    app.add_exception_handler(RequestValidationError, api.invalid)
    app.add_exception_handler(DatabaseError, api.unwell)
    app.add_exception_handler(HTTPException, api.refused)
    app.add_exception_handler(Exception, api.broken)
    return documented(app)


def _spoken(body: bytes) -> int:
    try:
        return msgspec.json.decode(body, type=Spoken).v
    except (msgspec.DecodeError, RecursionError):
        raise Deny(422, "invalid") from None
