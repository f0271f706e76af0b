"""The app without a window, for scripts and support: enrol, sync, export, status, log a mood. The same code inside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from app.context import App
from app.main import make_app
from app.store import states
from app.store.hold import hold
from app.store.search import catch_up
from app.ui.failures import hush_logs


@contextmanager
def opened(folder: Path, passcode: str) -> Iterator[App]:
    """The app on this profile, unlocked and held, closed at the end. Raises an AppError."""
    hush_logs()
    held = hold(folder)
    try:
        app = make_app(folder, drawn=False)
        unlock(app, passcode)
        yield app
    finally:
        if "app" in locals():
            app.lock()
        held.release()


def unlock(app: App, passcode: str) -> None:
    """Open the vault here and now, without an event loop."""
    import asyncio

    asyncio.run(app.unlock(passcode))


async def enrol(folder: Path, server: str, code: str, passcode: str) -> dict[str, Any]:
    """Join a clinic. Returns what a script wants to know: device and scope."""
    hush_logs()
    held = hold(folder)
    try:
        app = make_app(folder, drawn=False)
        await app.enrol(server, code, passcode)
        found = {"device": app.credentials().device, "scope": app.scope, "profile": str(folder)}
        app.lock()
    finally:
        held.release()
    return found


async def sync(app: App) -> dict[str, Any]:
    """One whole conversation with the clinic, and what it cost. Raises a SyncError."""
    from sync.protocol.errors import Unauthorised

    if app.engine is None:
        raise Unauthorised()
    transport, started = app.engine.transport, time.perf_counter()
    try:
        outcome = await app.engine.sync_once()
    finally:
        await transport.close()
    seconds = time.perf_counter() - started
    app.store.keep(synced_at=app.now().isoformat())
    while catch_up(app.store.db):
        pass
    cost = {
        "requests": transport.traffic.requests,
        "up": transport.traffic.up,
        "down": transport.traffic.down,
    }
    return {
        "received": outcome.received,
        "sent": outcome.sent,
        "bytes": cost["up"] + cost["down"],
        **cost,
        "seconds": round(seconds, 3),
        "waiting": len(states.waiting(app.store)),
    }


def status(app: App) -> dict[str, Any]:
    """What is on this device, in numbers: no names, no values."""
    kinds = app.store.rows(
        "SELECT kind, count(*) AS n FROM docs WHERE deleted = 0 GROUP BY kind ORDER BY kind"
    )
    words = [row["word"] for row in states.waiting(app.store)]
    return {
        "enrolled": app.is_enrolled,
        "server": app.credentials().server,
        "scope": app.scope,
        "documents": {row["kind"]: row["n"] for row in kinds},
        "waiting": words.count("waiting"),
        "needs_you": words.count("needs-you"),
        "synced_at": app.store.state("synced_at"),
    }


def export(app: App, out: TextIO, what: str = "bundle") -> dict[str, int]:
    """Write everything as `what`: "bundle", "lines" or "book" (`app/features/take`).

    Returns how many entries, and how many large files are only named there because they are not on this device.
    """
    from app.features.take.commands import WRITERS
    from app.features.take.queries import files_away
    from app.store.backup import Pace
    from app.ui.strings import Words

    words = Words(app.settings.language, app.now, app.zone)
    away = len(files_away(app.store))
    made = {"entries": WRITERS[what](app.store, out, words, Pace(None, None))}
    return {**made, "files_away": away} if away else made
