"""The clinic with its API but no socket, and a device that speaks with it as one would over the network."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwk, jws

from sync.models import MoodEntry, derive_id
from sync.protocol.wire import Base, Mutation, Reply
from sync.server.api import create_app
from sync.server.clinic import Clinic
from sync.server.keys import b64
from sync.server.replays import InProcess

ORIGIN = "http://clinic.test"
DEMO = Path(__file__).parents[3] / "assets" / "demo"
PAULA = "f82f5556-260e-4ddd-83a0-9a93e0139732"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


def serving(url: str) -> str:
    """The same database for the role that serves: on PostgreSQL it may do less than the owner."""
    return url.replace("evenkeel_owner:@", "evenkeel_api:@")


class Switch:
    """An address behind which the clinic may be exchanged for another."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, *asgi: Any) -> None:
        await self.app(*asgi)


class House:
    """The clinic, its API without a socket, and its log. The API works as a node would, under the serving role."""

    def __init__(self, url: str, clock: Clock, **limits: Any) -> None:
        self.url, self.clock, self.log = url, clock, []
        self.clinic = Clinic(url, clock=clock, fast=True)
        self.node = self.clinic if url == serving(url) else Clinic(serving(url), clock=clock, fast=True)
        self.app = create_app(self.node, log=self.log.append, **limits)
        self.runner = asyncio.Runner()
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=ORIGIN)

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.runner.run(self.client.request(method, path, **more))

    def patient(self, id: str = "pa", family: str = "Ames") -> str:
        """A patient who came by import; their scope."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "patient.json"
            path.write_text(json.dumps({"resourceType": "Patient", "id": id, "name": [{"family": family}]}))
            self.clinic.import_paths([path])
        return f"patient:{id}"

    def phone(self, patient: str = "pa") -> Phone:
        """A device enrolled for this patient."""
        phone = Phone(self)
        phone.enrol(self.clinic.invite(patient)[0])
        return phone

    def close(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.close()
        self.clinic.dispose()
        self.node.dispose()


class Phone:
    """A device: a key, a nonce, a token, and how far it is in each scope."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.key = jwk.OKPKey.generate_key("Ed25519")
        self.nonce, self.bearer, self.id = "", "", ""
        self.cursors: dict[str, str | None] = {}

    def proof(self, method: str, path: str, token: str | None = None, body: bytes = b"", **over: Any) -> str:
        claims = {
            "jti": secrets.token_hex(8),
            "htm": method,
            "htu": ORIGIN + path,
            "iat": 1,
            "nonce": self.nonce,
            "bh": b64(hashlib.sha256(body).digest()),
        }
        if token:
            claims["ath"] = b64(hashlib.sha256(token.encode()).digest())
        public = self.key.as_dict(private=False)
        head = {"typ": "dpop+jwt", "alg": "Ed25519", "jwk": {n: public[n] for n in ("kty", "crv", "x")}}
        said = json.dumps(claims | over).encode()
        return jws.serialize_compact(head, said, self.key, algorithms=["Ed25519"])

    def call(self, path: str, body: Any = None, token: str | None = None, **more: Any) -> httpx.Response:
        """A signed request; a stale nonce is renewed once, as every client does. Bytes go as they are."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        for _ in range(2):
            headers = {"dpop": self.proof("POST", path, token, data), **more.get("headers", {})}
            if token:
                headers["authorization"] = f"DPoP {token}"
            answer = self.house.call("POST", path, content=data, headers=headers)
            self.nonce = answer.headers.get("dpop-nonce", self.nonce)
            if answer.status_code != 401 or answer.json().get("error") != "use_dpop_nonce":
                break
        return answer

    def enrol(self, code: str, label: str = "phone") -> httpx.Response:
        answer = self.call("/v1/enrol", {"code": code, "label": label})
        if answer.status_code == 200:
            self.id = answer.json()["device"]
            self.bearer = self.call("/v1/token").json()["token"]
        return answer

    def post(self, exchange: dict[str, Any] | bytes, **headers: str) -> httpx.Response:
        return self.call("/v1/sync", exchange, self.bearer, headers=headers)

    def sync(self, *mutations: Mutation, limit: int = 2 << 20, cursors: Any = None, v: int = 1) -> Reply:
        """One exchange, cursors kept."""
        asked = self.cursors if cursors is None else cursors
        said = {"cursors": asked, "mutations": [m.model_dump() for m in mutations], "limit": limit, "v": v}
        answer = self.post(said)
        assert answer.status_code == 200, answer.text
        reply = Reply.model_validate_json(answer.content)
        self.cursors.update({page.scope: page.cursor for page in reply.pages})
        return reply


def remembered(house: House) -> int:
    """How many proofs the clinic remembers."""
    memory = house.node.gate().proofs.replays
    if isinstance(memory, InProcess):
        return sum(len(marks) for marks in memory._seen.values())
    with house.node.database.directory() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM proof").scalar_one()


def mood(id: str = "m1", score: int = 4, mid: str = "", scope: str = "patient:pa", **more: Any) -> Mutation:
    """A mood as a device sends it."""
    noun = MoodEntry(id=id, felt_at=datetime(2026, 11, 23, 8, tzinfo=UTC), score=score)
    fields = {"mid": mid or f"mid-{id}", "scope": scope, "kind": "mood", "id": id, "body": noun.body()}
    return Mutation(**(fields | more))


def draft(id: str, text: str, mid: str, base: Base | None = None, **more: Any) -> Mutation:
    """A document of a kind that this clinic does not know yet."""
    fields = {
        "mid": mid,
        "scope": "patient:pa",
        "kind": "draft",
        "id": id,
        "body": json.dumps({"text": text}),
    }
    return Mutation(**(fields | {"base": base or Base()} | more))


def rows(reply: Reply, scope: str = "patient:pa") -> dict[str, Any]:
    """The rows of a scope in a reply, by id."""
    return {row.id: row for page in reply.pages if page.scope == scope for row in page.rows}


def receipt_of(id: str) -> str:
    return derive_id("receipt", id)
