"""The OpenAPI document: every route says what it asks for, what it answers, and how it is signed.

The routes read their bodies by hand (once, as bytes, because a proof binds them), so the document is told here what
FastAPI cannot see. Tests are generated from it: what it does not say is a fault.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from sync.protocol.order import SignedOrder

JSON, BYTES = "application/json", "application/octet-stream"
REF = "#/components/schemas/{model}"
ANY = (400, 408, 413, 415, 431, 500, 503)
SIGNED = (401, 421)
SCHEMES = {
    "proof": {
        "type": "apiKey",
        "in": "header",
        "name": "DPoP",
        "description": "RFC 9449, Ed25519; `nonce` of the last answer, `bh`: base64url of the body's SHA-256.",
    },
    "token": {
        "type": "http",
        "scheme": "DPoP",
        "description": "From /v1/token, bound to the key of the proof.",
    },
}


class Problem(BaseModel):
    """A code word. `oldest` only with `too_old`, `newest` with `too_new`, `order` with `device_revoked` for a device
    reported lost, `wipe_key` with `unknown_device`: a device that pinned another is at the wrong clinic."""

    error: str
    oldest: int | None = None
    newest: int | None = None
    order: SignedOrder | None = None
    wipe_key: str | None = None


def asks(model: type[BaseModel] | None = None, *, token: bool = True, content: str = JSON) -> dict[str, Any]:
    """What a signed route is sent: a body of this model, bytes, or nothing that counts; with a token or a key alone."""
    said: dict[str, Any] = {"security": [{"proof": [], "token": []} if token else {"proof": []}]}
    if model is not None:
        schema = model.model_json_schema(ref_template=REF)
        said["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    elif content == BYTES:
        body = {"schema": {"type": "string", "format": "binary"}}
        said["requestBody"] = {"required": True, "content": {BYTES: body}}
    return said


def says(
    model: type[BaseModel] | None = None, *refusals: int, signed: bool = True, content: str = JSON
) -> dict[int | str, dict[str, Any]]:
    """What a route answers: this model, bytes or an empty object; and the refusals it may give beside those of all."""
    good: dict[str, Any] = {"description": "Good", "headers": _nonce() if signed else {}}
    if model is not None:
        good["model"] = model
    else:
        kind = {"type": "object"} if content == JSON else {"type": "string", "format": "binary"}
        good["content"] = {content: {"schema": kind}}
    problems = (*ANY, *(SIGNED if signed else ()), *refusals)
    return {200: good, **{status: {"model": Problem, "description": _named(status)} for status in problems}}


def _named(status: int) -> str:
    return HTTPStatus(status).phrase


def _nonce() -> dict[str, Any]:
    said = "The nonce for the next proof."
    return {"DPoP-Nonce": {"required": True, "schema": {"type": "string"}, "description": said}}


def documented(app: FastAPI) -> FastAPI:
    """The same app, with its document completed when somebody first asks for it."""

    def document() -> dict[str, Any]:
        if not app.openapi_schema:
            said = get_openapi(title=app.title, version=app.version, routes=app.routes)
            app.openapi_schema = _completed(said)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
    return app


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = SCHEMES
    for methods in document["paths"].values():
        for operation in methods.values():
            for body in operation.get("requestBody", {}).get("content", {}).values():
                parts["schemas"] |= body["schema"].pop("$defs", {})
    return document
