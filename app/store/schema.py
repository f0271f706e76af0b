"""The store's own tables. A released migration is never edited; feature views are not migrations.

docs     what the patient sees: the clinic's latest rows with the patient's unsent changes laid over them
base     for a document with unsent changes only: the clinic's row beneath them
outbox   changes on their way, in order; one with a `reason` was refused; one that was `tried` is offered again
away     which of them may have reached the clinic: numbers alone, so that a thousand that leave are three pages
sent     what the clinic took in the last 30 days, so that a clinic restored from a backup is offered it again:
         upon what it was made, and `rev`, which it became
scopes   how far this device is in each scope: `snapshot` is the plan of one that is on its way and `filled` how many
         of its segments are here; `had` what the scope held when it began anew, `doubt` what was then not sent
         again and stays until the clinic has signed that it may go
state    small settings and secrets of this device, as JSON
blobs    attachments by hash: how many bytes are here, whether the clinic has it (`blobs.py`), who asked for it, and
         when it was last used; `parts` are their bytes, 256 KiB each
search   full-text index over docs; `search_due` lists what it has not read yet
topics   which lesson explains which code: a row for each, kept by triggers, so that a code finds its lessons at once
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from app.core.errors import StoreNewer

migrations = Migrations("store")

TABLES = (
    """CREATE TABLE docs (
        n INTEGER PRIMARY KEY, scope TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
        body TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1, rev TEXT, seq INTEGER,
        generation INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0, UNIQUE (scope, id))""",
    "CREATE INDEX docs_kind ON docs (kind, scope)",
    "CREATE INDEX docs_of ON docs (kind, body ->> 'of')",
    """CREATE TABLE base (
        scope TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        version INTEGER NOT NULL, rev TEXT, seq INTEGER, deleted INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (scope, id)) WITHOUT ROWID""",
    """CREATE TABLE outbox (
        n INTEGER PRIMARY KEY AUTOINCREMENT, mid TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, id TEXT NOT NULL,
        kind TEXT NOT NULL, op TEXT NOT NULL, body TEXT NOT NULL, version INTEGER NOT NULL,
        base_rev TEXT, base_after TEXT, at TEXT NOT NULL, tried INTEGER NOT NULL DEFAULT 0, reason TEXT)""",
    "CREATE INDEX outbox_doc ON outbox (scope, id)",
    """CREATE TABLE sent (
        n INTEGER PRIMARY KEY, mid TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
        op TEXT NOT NULL, body TEXT NOT NULL, version INTEGER NOT NULL, at TEXT NOT NULL, settled_at TEXT NOT NULL,
        status TEXT NOT NULL, copy_id TEXT)""",
    "CREATE INDEX sent_doc ON sent (scope, id)",
    "CREATE INDEX sent_settled ON sent (settled_at)",
    """CREATE TABLE scopes (
        scope TEXT PRIMARY KEY, cursor TEXT, generation INTEGER NOT NULL DEFAULT 0,
        caught_up INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID""",
    "CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE blobs (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL, type TEXT NOT NULL)",
    "CREATE TABLE views (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID",
    """CREATE VIRTUAL TABLE search USING fts5 (
        words, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2')""",
    "CREATE TABLE search_due (n INTEGER PRIMARY KEY)",
    """CREATE TRIGGER docs_added AFTER INSERT ON docs
        BEGIN INSERT INTO search_due SELECT new.n
            WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE n = new.n); END""",
    """CREATE TRIGGER docs_changed AFTER UPDATE OF body, deleted ON docs
        BEGIN INSERT INTO search_due SELECT new.n
            WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE n = new.n); END""",
    """CREATE TRIGGER docs_removed AFTER DELETE ON docs
        BEGIN DELETE FROM search WHERE rowid = old.n; DELETE FROM search_due WHERE n = old.n; END""",
)


@migrations()
def start(db: Database) -> None:
    """The first tables."""
    for statement in TABLES:
        db.execute(statement)


@migrations()
def bases(db: Database) -> None:
    """What is offered again says upon what it was made."""
    for column in ("base_rev", "base_after", "rev"):
        db.execute(f"ALTER TABLE sent ADD COLUMN {column} TEXT")


ARRIVAL = ("snapshot TEXT", *(f"{name} INTEGER NOT NULL DEFAULT 0" for name in ("filled", "had", "doubt")))


@migrations()
def arrival(db: Database) -> None:
    """A first download may come in pieces; far less than there was is doubted; only receipts are found by `of`."""
    for column in ARRIVAL:
        db.execute(f"ALTER TABLE scopes ADD COLUMN {column}")
    db.execute("DROP INDEX docs_of")
    db.execute("CREATE INDEX docs_of ON docs (body ->> 'of') WHERE kind = 'receipt'")


ATTACHMENTS = (
    "DROP TABLE blobs",  # nothing was ever kept in it
    """CREATE TABLE blobs (
        n INTEGER PRIMARY KEY, scope TEXT NOT NULL, hash TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL,
        at TEXT NOT NULL, made INTEGER NOT NULL DEFAULT 0, have INTEGER NOT NULL DEFAULT 0,
        whole INTEGER NOT NULL DEFAULT 0, there INTEGER NOT NULL DEFAULT 0, wanted INTEGER NOT NULL DEFAULT 0,
        kept INTEGER NOT NULL DEFAULT 0, there_at TEXT, refused TEXT, UNIQUE (scope, hash))""",
    "CREATE TABLE parts (blob INTEGER NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE (blob, n))",
    "CREATE TRIGGER blobs_removed AFTER DELETE ON blobs BEGIN DELETE FROM parts WHERE blob = old.n; END",
)


@migrations()
def attachments(db: Database) -> None:
    """Attachments come in parts, and each scope has its own."""
    for statement in ATTACHMENTS:
        db.execute(statement)


TRAVEL = (
    "CREATE TABLE away (n INTEGER PRIMARY KEY)",
    "INSERT INTO away SELECT n FROM outbox WHERE tried = 1",
    "CREATE TRIGGER outbox_settled AFTER DELETE ON outbox BEGIN DELETE FROM away WHERE n = old.n; END",
    "ALTER TABLE base RENAME TO base_before",
    """CREATE TABLE base (
        n INTEGER PRIMARY KEY, scope TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        version INTEGER NOT NULL, rev TEXT, seq INTEGER, deleted INTEGER NOT NULL DEFAULT 0, UNIQUE (scope, id))""",
    """INSERT INTO base (scope, id, kind, body, version, rev, seq, deleted)
        SELECT scope, id, kind, body, version, rev, seq, deleted FROM base_before""",
    "DROP TABLE base_before",
)


@migrations()
def travel(db: Database) -> None:
    """What leaves is noted beside the outbox; long bodies in `base` no longer take an overflow page each."""
    for statement in TRAVEL:
        db.execute(statement)


EXPLAINS = """INSERT OR IGNORE INTO topics SELECT topic.value, docs.n FROM docs, json_each(
        CASE WHEN json_valid(body) THEN body ELSE '{}' END, '$.topics') AS topic
    WHERE kind = 'lesson' AND deleted = 0 AND topic.type = 'text'"""
NO_MORE = "DELETE FROM topics WHERE lesson = old.n;"
LIBRARY = (
    "CREATE TABLE topics (code TEXT NOT NULL, lesson INTEGER NOT NULL, PRIMARY KEY (code, lesson)) WITHOUT ROWID",
    "CREATE INDEX topics_lesson ON topics (lesson)",
    f"""CREATE TRIGGER lesson_added AFTER INSERT ON docs WHEN new.kind = 'lesson'
        BEGIN {EXPLAINS} AND docs.n = new.n; END""",
    f"""CREATE TRIGGER lesson_changed AFTER UPDATE OF kind, body, deleted ON docs
        WHEN 'lesson' IN (old.kind, new.kind) BEGIN {NO_MORE} {EXPLAINS} AND docs.n = new.n; END""",
    f"CREATE TRIGGER lesson_removed AFTER DELETE ON docs WHEN old.kind = 'lesson' BEGIN {NO_MORE} END",
    EXPLAINS,
)


@migrations()
def library(db: Database) -> None:
    """A code finds its lessons without a look at the others."""
    for statement in LIBRARY:
        db.execute(statement)


def migrate(db: Database) -> None:
    """Bring the tables up to date, all or nothing. Raises StoreNewer for a database from a later version."""
    known = {migration.name for migration in migrations._migrations}
    if {migration.name for migration in migrations.applied(db)} - known:
        raise StoreNewer()
    migrations.apply(db)
