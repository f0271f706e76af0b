"""What travels: one Exchange up, one Reply down, both JSON.

Bodies travel as text inside the JSON, so that each end keeps the other's bytes: a number keeps its zeros,
a field nobody here knows survives. Ids and revisions are opaque strings.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sync.protocol.version import UNSAID

PAGE_BYTES = 2 << 20
MAX_PAGE_BYTES = 8 << 20
MAX_MUTATIONS = 500
MAX_BODY = 200_000
MAX_WANTS = 2000
MAX_SCOPES = 1000
MAX_SEGMENTS = 100_000
MAX_WAIT = 25
Id = Annotated[str, Field(min_length=1, max_length=64)]
Scope = Annotated[str, Field(min_length=1, max_length=200)]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
Rev = Annotated[str, Field(max_length=100)]
Cursor = Annotated[str, Field(max_length=1000)]
Seq = Annotated[int, Field(ge=0, lt=1 << 63)]
Version = Annotated[int, Field(ge=0, lt=1 << 31)]
LATER = {"confirm": 2, "wait": 2}
"""Fields of an Exchange and the version that they came with: an older clinic is not told them."""


class Wire(BaseModel):
    """Parts of the conversation: closed, so that nobody smuggles a field in."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Base(Wire):
    """What a mutation was made upon: a revision the device had, or an own mutation before it, or nothing."""

    rev: Rev | None = None
    after: Id | None = None


class Mutation(Wire):
    """One thing done on a device. `mid` is made there and makes the effect happen once."""

    mid: Id
    scope: Scope
    kind: Kind
    op: Literal["put", "delete"] = "put"
    id: Id
    base: Base = Base()
    version: Version = 1
    body: str = Field(default="{}", max_length=MAX_BODY)
    at: str = Field(default="", max_length=40)


class Exchange(Wire):
    """Up: how far this device is in each scope (None: from the start), and what it has to say.

    `confirm` names scopes of which far more would go than the device believes without the clinic's signature.
    One that says nothing may be held for `wait` seconds, until there is news.
    """

    v: int = UNSAID
    cursors: dict[Scope, Cursor | None] = Field(default_factory=dict, max_length=MAX_SCOPES)
    mutations: list[Mutation] = Field(default_factory=list, max_length=MAX_MUTATIONS)
    limit: int = Field(default=PAGE_BYTES, ge=1, le=MAX_PAGE_BYTES)
    confirm: list[Scope] = Field(default_factory=list, max_length=MAX_SCOPES)
    wait: int = Field(default=0, ge=0, le=MAX_WAIT)

    def said_in(self, v: int) -> bytes:
        """The JSON as a clinic of version `v` understands it."""
        unknown = {name for name, since in LATER.items() if since > v}
        said = self.model_copy(update={"v": v})
        return said.model_dump_json(exclude_defaults=True, exclude=unknown).encode()


class Verdict(Wire):
    """What became of one mutation, for ever: the same answer however often it is sent.

    `ok` and `dup` carry the revision and sequence number, a `dup` only until it is replaced; `conflict` names the copy
    that keeps the patient's version; `rejected` has a reason code and never blocks what stands behind it. `wants` (from
    version 2) is no verdict yet: it comes again once the clinic holds the attachments of these hashes.
    """

    mid: Id
    status: Literal["ok", "dup", "conflict", "rejected", "wants"]
    id: Id
    rev: Rev | None = None
    seq: Seq | None = None
    copy_id: Id | None = None
    reason: str | None = Field(default=None, max_length=64)
    wants: list[str] | None = Field(default=None, max_length=MAX_WANTS)


class Row(Wire):
    """The latest state of one document. A deleted one has the body `{}`."""

    id: Id
    kind: Kind
    rev: Rev
    seq: Seq
    deleted: bool = False
    version: Version = 1
    body: str = "{}"


class Segment(Wire):
    """A piece of a snapshot: the SHA-256 of its packed bytes in hex, how many rows it holds, its packed size."""

    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: Seq
    size: Seq


class Snapshot(Wire):
    """All rows of a scope up to the page's cursor, in pieces that are fetched one by one and never change."""

    segments: list[Segment] = Field(min_length=1, max_length=MAX_SEGMENTS)


class SignedHead(Wire):
    """A Head's JSON to the letter (`protocol/head.py`), and the clinic's signature over it."""

    said: str = Field(max_length=2000)
    signature: str = Field(max_length=100)


class Page(Wire):
    """The next rows of one scope in the server's order, and the cursor behind them.

    `reset` says why the cursor sent was of no use: then the rows begin anew. With a `snapshot` there are no rows:
    the cursor counts once all its segments are here.
    """

    scope: Scope
    rows: list[Row] = Field(default_factory=list)
    cursor: Cursor
    more: bool = False
    reset: Literal["epoch", "floor", "scope", "schema"] | None = None
    snapshot: Snapshot | None = None


class Reply(Wire):
    """Down: a verdict per mutation, a page per scope this device may read, and scopes it may no longer read.

    `heads` are the clinic's signatures that were asked for with `confirm`, where it gives them.
    `at` is the clinic's time (from version 2): what is kept for some days is kept by that and not by a device's clock.
    """

    v: int = UNSAID
    at: str | None = Field(default=None, max_length=40)
    verdicts: list[Verdict] = Field(default_factory=list, max_length=MAX_MUTATIONS)
    pages: list[Page] = Field(default_factory=list, max_length=MAX_SCOPES)
    ended: list[Scope] = Field(default_factory=list, max_length=MAX_SCOPES)
    heads: list[SignedHead] = Field(default_factory=list, max_length=MAX_SCOPES)

    @property
    def more(self) -> bool:
        return any(page.more for page in self.pages)
