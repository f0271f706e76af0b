"""Feature views and indices: rebuilt when their text changes, never migrated."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database


def project(db: Database, views: Mapping[str, str], indices: Mapping[str, str]) -> None:
    """Make the database's views and indices equal to these: name to SELECT text, name to what it is ON."""
    wanted = {name: f"CREATE VIEW {name} AS {text}" for name, text in views.items()}
    wanted |= {name: f"CREATE INDEX {name} ON {text}" for name, text in indices.items()}
    have = {row[0]: row[1] for row in db.execute("SELECT name, text FROM views WHERE name <> 'search'")}
    if have == wanted:
        return
    with db.atomic():
        for name in have.keys() - {name for name in wanted if have.get(name) == wanted[name]}:
            drop(db, name, have[name])
        for name in wanted.keys() - {name for name in have if have[name] == wanted.get(name)}:
            db.execute(wanted[name])
            db.execute("INSERT INTO views VALUES (?, ?)", [name, wanted[name]])


def drop(db: Database, name: str, text: str) -> None:
    """Forget one view or index."""
    what = "VIEW" if text.startswith("CREATE VIEW") else "INDEX"
    db.execute(f"DROP {what} IF EXISTS {name}")
    db.execute("DELETE FROM views WHERE name = ?", [name])
