"""What the clinic's answers say, checked before anything of it is believed."""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.protocol.errors import (
    BadCode,
    NotTheClinic,
    OthersToo,
    Revoked,
    TooNew,
    TooOld,
    Unauthorised,
    WrongClinic,
)
from sync.protocol.version import OLDEST

ERRORS: dict[str, type[Exception]] = {
    "device_revoked": Revoked,
    "unknown_device": Unauthorised,
    "no_grant": Revoked,
    "bad_code": BadCode,
    "too_old": TooOld,
    "too_new": TooNew,
    "others_too": OthersToo,
    "elsewhere": WrongClinic,
}
Said = TypeVar("Said", bound=BaseModel)


class Answer(BaseModel):
    """The base of all answers: fields nobody here knows are left alone, and no error repeats a value."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Enrolled(Answer):
    """What the clinic answers to an activation code."""

    device: str = Field(min_length=1)
    scopes: list[str] = Field(min_length=1)
    wipe_key: str = ""


class Token(Answer):
    """A short token."""

    token: str = Field(min_length=16)
    wipe_key: str = ""


class Spoken(Answer):
    """The versions that a refusal names."""

    oldest: int | None = None
    newest: int | None = None


def error_in(body: bytes) -> str:
    """The error code in a refusal, or an empty text."""
    try:
        return str(json.loads(body).get("error", ""))
    except (ValueError, AttributeError):
        return ""


def version_in(body: bytes) -> int:
    """The version that a refusal names; 0 where it names none."""
    try:
        named = Spoken.model_validate_json(body)
    except ValidationError:
        return 0
    return named.newest or named.oldest or 0


def older_than(spoken: int, refusal: TooNew | TooOld) -> int | None:
    """The version that both ends speak after this refusal, or None. Release 0.1.0 calls newer devices too old."""
    (named,) = refusal.args
    return named if OLDEST <= named < spoken else None


def clinic_in(body: bytes) -> str:
    """The key of the clinic that does not know this device, if it said so."""
    return str(json.loads(body).get("wipe_key", ""))


def read(model: type[Said], body: bytes) -> Said:
    """An answer, checked. Raises NotTheClinic for anything else."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise NotTheClinic() from error
