"""What travels: one Exchange up, one Reply down, both JSON.

Bodies travel as text inside the JSON, so that each end keeps the other's bytes: a number keeps its zeros,
a field nobody here knows survives. Ids and revisions are opaque strings.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sync.protocol.version import UNSAID

PAGE_BYTES = 2 << 20
MAX_PAGE_BYTES = 8 << 20
MAX_MUTATIONS = 500
MAX_BODY = 200_000


class Wire(BaseModel):
    """Parts of the conversation: closed, so that nobody smuggles a field in."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Base(Wire):
    """What a mutation was made upon: a revision the device had, or an own mutation before it, or nothing."""

    rev: str | None = None
    after: str | None = None


class Mutation(Wire):
    """One thing done on a device. `mid` is made there and makes the effect happen once."""

    mid: str = Field(min_length=1, max_length=64)
    scope: str = Field(min_length=1, max_length=200)
    kind: str = Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")
    op: Literal["put", "delete"] = "put"
    id: str = Field(min_length=1, max_length=64)
    base: Base = Base()
    version: int = 1
    body: str = Field(default="{}", max_length=MAX_BODY)
    at: str = Field(default="", max_length=40)


class Exchange(Wire):
    """Up: how far this device is in each scope (None: from the start), and what it has to say."""

    v: int = UNSAID
    cursors: dict[str, str | None] = Field(default_factory=dict)
    mutations: list[Mutation] = Field(default_factory=list, max_length=MAX_MUTATIONS)
    limit: int = Field(default=PAGE_BYTES, ge=1, le=MAX_PAGE_BYTES)

    def said_in(self, v: int) -> bytes:
        """The JSON as a clinic of version `v` understands it."""
        return self.model_copy(update={"v": v}).model_dump_json(exclude_defaults=True).encode()


class Verdict(Wire):
    """What became of one mutation, for ever: the same answer however often it is sent.

    `ok` and `dup` carry the revision and sequence number; `conflict` names the copy that keeps the
    patient's version; `rejected` has a reason code and never blocks what stands behind it.
    """

    mid: str
    status: Literal["ok", "dup", "conflict", "rejected"]
    id: str
    rev: str | None = None
    seq: int | None = None
    copy_id: str | None = None
    reason: str | None = None


class Row(Wire):
    """The latest state of one document. A deleted one has the body `{}`."""

    id: str
    kind: str
    rev: str
    seq: int
    deleted: bool = False
    version: int = 1
    body: str = "{}"


class Page(Wire):
    """The next rows of one scope in the server's order, and the cursor behind them.

    `reset` says why the cursor sent was of no use (`epoch`, `floor`, `scope`): then the rows begin anew.
    """

    scope: str
    rows: list[Row] = Field(default_factory=list)
    cursor: str
    more: bool = False
    reset: Literal["epoch", "floor", "scope", "schema"] | None = None


class Reply(Wire):
    """Down: a verdict per mutation, a page per scope this device may read, and scopes it may no longer read."""

    v: int = UNSAID
    verdicts: list[Verdict] = Field(default_factory=list)
    pages: list[Page] = Field(default_factory=list)
    ended: list[str] = Field(default_factory=list)

    @property
    def more(self) -> bool:
        return any(page.more for page in self.pages)
