"""Everything a patient or the clinic says is a document: a noun with an id made where it was said.

A document travels and rests as (id, kind, body): the body is the JSON text of its fields without the id.
Fields that this version does not know stay in the body and go back as they came.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field


class Policy(StrEnum):
    """Who may write a noun, and what happens when two devices did."""

    SERVER = "server"  # the clinic writes; devices read
    APPEND = "append"  # devices add; a correction is a new document
    KEEP_BOTH = "keep-both"  # the loser of a conflict becomes a visible copy
    REGISTER = "register"  # each field by itself: its last change by the server's order wins
    COMMAND = "command"  # a request; the clinic decides
    MONOTONE = "monotone"  # no field goes back: the greater number or text stays
    SEALED = "sealed"  # the clinic keeps it and cannot read it
    LOCAL = "local"  # never leaves this device


class Stamp(BaseModel):
    """What the clinic's server said of this copy: its revision and its place in the scope's order."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    scope: str
    rev: str | None = None
    seq: int | None = None


class Doc(BaseModel):
    """The base of all nouns. Subclasses give `kind`, `policy` and fields; all are frozen."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    kind: ClassVar[str]
    policy: ClassVar[Policy]
    version: ClassVar[int] = 1

    id: str = Field(min_length=1, max_length=64)
    stamp: Stamp | None = Field(default=None, exclude=True, repr=False)

    def body(self) -> str:
        """The fields as one line of JSON, without the id. A field we do not know stays even where it says null."""
        empty = {name for name in type(self).model_fields if getattr(self, name) is None}
        return self.model_dump_json(exclude={"id", "stamp", *empty})

    @classmethod
    def read(cls, id: str, body: str, stamp: Stamp | None = None) -> Self:
        """The document with this id and body. Raises pydantic's ValidationError where the body does not fit."""
        fields: dict[str, Any] = json.loads(body)
        return cls.model_validate({**fields, "id": id, "stamp": stamp})
