"""A small FHIR server on a real socket: pages, increments, $everything, tokens, and every way to be difficult.

`turns` is False for one that gives no second page; `more` is how many it counts beyond what it shows.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

REFERRERS = ("subject", "patient", "beneficiary")


class Reply:
    """An answer made up for one request."""

    def __init__(self, status: int = 200, body: Any = None, cut: int | None = None, **headers: str) -> None:
        self.status, self.cut = status, cut
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.body = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()


class Desk:
    """The token endpoint: knows one public key, takes each statement once, and counts what it gave."""

    def __init__(self, algorithm: str = "ES384", lives: int = 300) -> None:
        self.key: Any = ECKey.generate_key("P-384")
        self.algorithm, self.lives, self.id = algorithm, lives, "evenkeel-clinic"
        self.now: Callable[[], float] = time.time
        self.good: set[str] = set()
        self.given: list[str] = []
        self.used: set[str] = set()
        self.statements: list[dict[str, Any]] = []
        self.scopes: list[str] = []

    def give(self, form: dict[str, list[str]], here: str) -> Reply:
        """A token, or the reason why not."""
        try:
            claims = jwt.decode(form["client_assertion"][0], self.key, algorithms=[self.algorithm]).claims
        except (JoseError, ValueError, KeyError):
            return Reply(400, {"error": "invalid_client"})
        now = self.now()
        right = (
            claims["iss"] == claims["sub"] == self.id
            and claims["aud"] == here
            and now < claims["exp"] <= now + 300
            and form["grant_type"] == ["client_credentials"]
            and form["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
        )
        if not right or claims["jti"] in self.used:
            return Reply(400, {"error": "invalid_client"})
        self.used.add(claims["jti"])
        self.statements.append(claims)
        self.scopes += form["scope"]
        self.given.append(secrets.token_urlsafe(16))
        self.good.add(self.given[-1])
        return Reply(200, {"access_token": self.given[-1], "token_type": "bearer", "expires_in": self.lives})


class Hospital:
    """The server and what it holds. `clock` is its own; `plans` answer before it does; `asked` is what it heard."""

    def __init__(self, desk: Desk | None = None, everything: bool = True, size: int = 50) -> None:
        self.held: dict[tuple[str, str], dict[str, Any]] = {}
        self.clock = lambda: datetime.now(UTC)
        self.desk, self.everything, self.size = desk, everything, size
        self.plans: list[tuple[str, Reply | Callable[[str], Reply | None]]] = []
        self.asked: list[str] = []
        self.tokens: list[str] = []
        self.extra: dict[str, list[Any]] = {}
        self.version = "4.0.1"
        self.turns, self.more = True, 0
        self._pages: dict[str, tuple[str, list[Any]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.origin}/fhir"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def put(self, *resources: dict[str, Any], ago: float = 0) -> None:
        """Hold these, each stamped with the server's time some minutes `ago`."""
        at = self.clock() - timedelta(minutes=ago)
        for one in resources:
            meta = {**one.get("meta", {}), "lastUpdated": at.isoformat(timespec="milliseconds")}
            self.held[one["resourceType"], one["id"]] = {**one, "meta": meta}

    def plan(self, part: str, *answers: Reply | Callable[[str], Reply | None]) -> None:
        """Answer requests whose address has this part with these, each once, in order."""
        self.plans += [(part, one) for one in answers]

    def searches(self, type: str) -> list[str]:
        """The searches for this type that it heard."""
        return [one for one in self.asked if one.split("?")[0] == f"/fhir/{type}"]

    def answer(self, path: str, token: str) -> Reply:
        """What it says to a request."""
        self.asked.append(path)
        self.tokens.append(token)
        for index, (part, planned) in enumerate(self.plans):
            if part in path:
                del self.plans[index]
                said = planned if isinstance(planned, Reply) else planned(path)
                if said is not None:
                    return said
                break
        if path.endswith("smart-configuration"):
            return Reply(200, self._smart()) if self.desk else Reply(404)
        if self.desk and token.removeprefix("Bearer ") not in self.desk.good:
            return Reply(401, {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]})
        return self._found(path)

    def _smart(self) -> dict[str, Any]:
        return {
            "token_endpoint": f"{self.origin}/token",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
            "capabilities": ["client-confidential-asymmetric", "permission-v2"],
        }

    def _found(self, path: str) -> Reply:
        parts, query = urlsplit(path), parse_qs(urlsplit(path).query)
        place = parts.path.removeprefix("/fhir").strip("/").split("/")
        if place == ["metadata"]:
            return Reply(200, self._capabilities())
        if "page" in query:
            rest = self._pages.pop(query["page"][0], None)
            return Reply(410) if rest is None else self._page(*rest)
        if len(place) == 3 and place[2] == "$everything":
            return self._page(place[2], self._since(self._of(place[1]), query.get("_since")))
        if len(place) == 3:
            return self._page(
                place[2], [one for one in self._of(place[1]) if one["resourceType"] == place[2]]
            )
        return self._page(place[0], self._searched(place[0], query), int(query.get("_count", ["100"])[0]))

    def _searched(self, type: str, query: dict[str, list[str]]) -> list[Any]:
        found = [one for (kind, _), one in sorted(self.held.items()) if kind == type]
        if "_id" in query:
            found = [one for one in found if one["id"] in query["_id"][0].split(",")]
        for name in ("patient", "subject"):
            if name in query:
                found = [one for one in found if _about(one, query[name][0].removeprefix("Patient/"))]
        since = query.get("_lastUpdated")
        return self._since(found, [since[0].removeprefix("ge")] if since else None)

    def _of(self, patient: str) -> list[Any]:
        """A patient's compartment, and what is shared."""
        first = [one for key, one in self.held.items() if key == ("Patient", patient)]
        rest = [one for (kind, _), one in sorted(self.held.items()) if kind != "Patient"]
        return first + [one for one in rest if _about(one, patient) or not any(n in one for n in REFERRERS)]

    def _since(self, found: list[Any], since: list[str] | None) -> list[Any]:
        if not since:
            return found
        at = datetime.fromisoformat(since[0])
        return [one for one in found if datetime.fromisoformat(one["meta"]["lastUpdated"]) >= at]

    def _page(self, name: str, found: list[Any], count: int = 100) -> Reply:
        extra = [{"resource": one} if "resourceType" in str(one) else one for one in self.extra.pop(name, [])]
        total = {"total": len(found) + self.more} if self.more else {}
        if not self.turns:
            found = found[:count]
        now, rest = (found[: self.size], found[self.size :]) if self.turns else (found, [])
        links = [{"relation": "self", "url": f"{self.url}/{name}"}]
        if rest:
            token = secrets.token_hex(6)
            self._pages[token] = (name, rest)
            links.append({"relation": "next", "url": f"{self.url}?page={token}"})
        entries = [self._entry(one) for one in now] + extra
        return Reply(200, {
            "resourceType": "Bundle", "type": "searchset", "meta": {"lastUpdated": self.clock().isoformat()},
            "link": links, "entry": entries, **total,
        })  # fmt: skip

    def _entry(self, one: dict[str, Any]) -> dict[str, Any]:
        return {"fullUrl": f"{self.url}/{one['resourceType']}/{one['id']}", "resource": one}

    def _capabilities(self) -> dict[str, Any]:
        types = sorted({kind for kind, _ in self.held} | {"Patient", "Observation"})
        resources: list[dict[str, Any]] = [
            {"type": one, "interaction": [{"code": "search-type"}], "searchParam": [{"name": "patient"}]}
            for one in types
        ]
        for one in resources:
            if one["type"] == "Patient" and self.everything:
                one["operation"] = [{"name": "everything", "definition": "http://x/Patient-everything"}]
        rest = [{"mode": "server", "resource": resources}]
        return {"resourceType": "CapabilityStatement", "fhirVersion": self.version, "rest": rest}


def _about(one: dict[str, Any], patient: str) -> bool:
    ends = (f"Patient/{patient}", f"urn:uuid:{patient}")
    return any(str(one.get(name, {}).get("reference", "")).endswith(ends) for name in REFERRERS)


def _handler(hospital: Hospital) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(hospital.answer(self.path, self.headers.get("authorization", "")))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            hospital.asked.append(self.path)
            assert hospital.desk
            planned = next((one for one in hospital.plans if one[0] == self.path), None)
            if planned:
                hospital.plans.remove(planned)
            said = planned[1] if planned else hospital.desk.give(form, f"{hospital.origin}{self.path}")
            assert isinstance(said, Reply)
            self._send(said)

        def _send(self, reply: Reply) -> None:
            self.send_response_only(reply.status)
            standard = {"date": format_datetime(hospital.clock(), usegmt=True), "connection": "close",
                        "content-type": "application/fhir+json", "content-length": str(len(reply.body))}  # fmt: skip
            for name, value in (standard | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut] if reply.cut is not None else reply.body)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """It keeps its words to itself."""

    return Handler
