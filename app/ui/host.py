"""The app in a browser on this machine: Flet's web client behind the gate, on loopback, without third parties."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.places import arrivals
from app.ui.gate import USES, Gate

LOOPBACK = "127.0.0.1"
ASSETS = Path(__file__).parents[2] / "assets"
STAY = 60


def build_asgi(
    main: Callable[..., Any],
    port: int,
    ticket: str,
    assets_dir: Path = ASSETS,
    stay: int = STAY,
    tickets: int | None = USES,
) -> Gate:
    """The guarded web app. A closed tab's session is kept for `stay` seconds, so that a lost socket can return."""
    import flet_web.fastapi as flet_fastapi

    inner = flet_fastapi.app(
        main,
        no_cdn=True,
        assets_dir=str(assets_dir),
        app_name="Evenkeel",
        app_short_name="Evenkeel",
        app_description="Your own health record, with or without a connection.",
        session_timeout_seconds=stay,
        upload_dir=str(arrivals()),
        secret_key=secrets.token_urlsafe(32),
    )
    return Gate(inner, port, ticket, tickets)


def address(port: int, ticket: str, path: str = "", **query: str) -> str:
    """Where a browser starts: it holds the ticket."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"http://{LOOPBACK}:{port}/{path.lstrip('/')}?t={ticket}{more}"


async def serving(
    main: Callable[..., Any],
    port: int,
    ticket: str,
    assets_dir: Path = ASSETS,
    *,
    tickets: int | None = USES,
) -> None:
    """Serve on the running event loop until cancelled; the ticket opens so many windows (None: any number).

    Addresses are not logged: they hold the ticket.
    """
    import uvicorn

    config = uvicorn.Config(
        build_asgi(main, port, ticket, assets_dir, tickets=tickets),
        host=LOOPBACK,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    try:
        await server.serve()
    except asyncio.CancelledError:
        await server.shutdown()
        raise


def serve(main: Callable[..., Any], port: int, ticket: str, assets_dir: Path = ASSETS) -> None:
    """Serve until stopped."""
    asyncio.run(serving(main, port, ticket, assets_dir))
