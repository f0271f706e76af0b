"""SMART Health Cards (https://spec.smarthealth.cards): the card as its text, and the keys of those who sign cards."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from sync.models.doc import Doc, Policy

MAX_JWS = 120_000
URL = r"^https://[!-~]+[!-.0-~]$"
"""An issuer is named by an https address without a slash at its end."""


class HealthCard(Doc):
    """One card, kept as the text that was signed, to the letter. What it says and whether that is so is never stored.

    `jws` is a compact JWS (RFC 7515): three parts of base64url with dots between.
    """

    kind: ClassVar[str] = "health-card"
    policy: ClassVar[Policy] = Policy.APPEND

    added_at: AwareDatetime
    jws: str = Field(
        repr=False,
        min_length=5,
        max_length=MAX_JWS,
        pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$",
    )


class RevokedCards(BaseModel):
    """An issuer's list of cards that no longer count, for one key: `rid`, or `rid.seconds` for those issued before."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    kid: str = Field(min_length=1, max_length=64)
    rids: list[str] = Field(default_factory=list)


class IssuerKeys(Doc):
    """Somebody whose cards the clinic trusts: address, name, public keys (RFC 7517), and lists of revoked cards."""

    kind: ClassVar[str] = "issuer-keys"
    policy: ClassVar[Policy] = Policy.SERVER

    iss: str = Field(max_length=500, pattern=URL)
    name: str = Field(min_length=1, max_length=300)
    keys: list[dict[str, Any]] = Field(default_factory=list)
    revoked: list[RevokedCards] = Field(default_factory=list)
