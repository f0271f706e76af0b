"""The tables as the code sees them; the migrations spell them out for the databases.

Scope tables hold what patients and clinic said and are reached through `Database.unit` alone; directory
tables say who may reach which scope.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text

meta = sa.MetaData()

scope = Table(
    "scope",
    meta,
    Column("id", Text, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("head", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False),
    Column("vouched", Boolean, nullable=False),
)
row = Table(
    "row",
    meta,
    Column("scope", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("rev", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("mid", Text),
    Column("device", Text),
    Column("received_ms", BigInteger, nullable=False),
)
history = Table(
    "history",
    meta,
    Column("scope", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("id", Text, nullable=False),
    Column("rev", Text, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("mid", Text),
    Column("device", Text),
    Column("received_ms", BigInteger, nullable=False),
)
applied = Table(
    "applied",
    meta,
    Column("scope", Text, primary_key=True),
    Column("mid", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("doc", Text),
    Column("rev", Text),
    Column("received_ms", BigInteger, nullable=False),
)
snapshot = Table(
    "snapshot",
    meta,
    Column("scope", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("segments", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
)
segment = Table(
    "segment",
    meta,
    Column("scope", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
)
blob = Table(
    "blob",
    meta,
    Column("scope", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("have", BigInteger, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("device", Text, nullable=False),
    Column("touched_ms", BigInteger, nullable=False),
)
blob_part = Table(
    "blob_part",
    meta,
    Column("scope", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
held = Table(
    "held",
    meta,
    Column("scope", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("sort", Text, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
SCOPED = ("row", "history", "applied", "snapshot", "segment", "blob", "blob_part", "held")
"""Every table of a scope's own: PostgreSQL guards these row by row. A table of the directory stands in `roles`."""
SECRETS = ("pepper", "cursor", "orders", "blobs")
"""The secrets that a serving node needs; on PostgreSQL it can read no other."""

patient = Table(
    "patient",
    meta,
    Column("id", Text, primary_key=True),
    Column("scope", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("born", Text, nullable=False),
)
code = Table(
    "code",
    meta,
    Column("locator", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_ms", BigInteger),
    Column("used_by", Text),
)
device = Table(
    "device",
    meta,
    Column("id", Text, primary_key=True),
    Column("thumb", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("enrolled_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger),
    Column("revoked_ms", BigInteger),
    Column("lost_ms", BigInteger),
    Column("wipe", Text),
    Column("erased_ms", BigInteger),
)
access = Table(
    "access",
    meta,
    Column("device", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("scopes", Text, nullable=False),
    Column("until_ms", BigInteger),
)
token = Table(
    "token",
    meta,
    Column("hash", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)
secret = Table(
    "secret",
    meta,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
proof = Table(
    "proof",
    meta,
    Column("seen", Text, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
)
due = Table(
    "due",
    meta,
    Column("id", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)
move = Table(
    "move",
    meta,
    Column("way", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("done", Boolean, nullable=False),
)
pull = Table(
    "pull",
    meta,
    Column("server", Text, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("until_ms", BigInteger),
    Column("next", Text),
    Column("asof_ms", BigInteger),
)
