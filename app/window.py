"""The app in a window: a hardened local web host with the browser, or Flet's native client."""

from __future__ import annotations

import asyncio
import contextlib
import html
import os
import secrets
import signal
import sys
import tempfile
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.clinic_process import free_port, listening
from app.household import Household
from app.main import make_household, window
from app.specialty import ASSETS

Ready = Callable[[str], None]
SIGNPOST_SECONDS = 30.0


def tell(url: str) -> None:
    """Say where the app is."""
    print(f"Evenkeel is at {url}", flush=True)


def run(
    folder: Path,
    *,
    port: int = 0,
    show: bool = True,
    native: bool = False,
    passcode: str | None = None,
    ready: Ready = tell,
) -> None:
    """Show the app on this profile until it is stopped. A passcode given opens the record in that very folder."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = make_household(folder, exactly=passcode is not None)
    try:
        if native and not native_client():
            print("Flet's native window cannot be had here; the browser is used instead.", file=sys.stderr)
            native = False
        if native:
            run_native(home, passcode)
        else:
            asyncio.run(serve(home, window(home), port or free_port(), show, passcode, ready))
    except KeyboardInterrupt:
        pass
    finally:
        home.close()


async def serve(
    home: Household, main: Callable[..., Any], port: int, show: bool, passcode: str | None, ready: Ready
) -> None:
    """The web host and the app's own background work on one event loop."""
    if passcode and home.app.vault.exists:
        await home.app.unlock(passcode)
    await hosted(main, port, show, ready)


async def hosted(main: Callable[..., Any], port: int, show: bool, ready: Ready) -> None:
    """Serve windows of `main` until stopped; say where once a browser may come."""
    from app.ui import host
    from app.ui.failures import hush_logs

    hush_logs()
    ticket = secrets.token_urlsafe(32)
    serving = asyncio.ensure_future(host.serving(main, port, ticket, ASSETS))
    while not serving.done() and not listening(port):
        await asyncio.sleep(0.05)
    if not serving.done():
        ready(host.address(port, ticket))
        if show:
            await show_window(host.address(port, ticket), serving)
    await serving


async def show_window(url: str, serving: asyncio.Future[None]) -> None:
    """Open the browser by way of a file: every user of this machine can read how a program was called."""
    file = signpost(url)
    try:
        if webbrowser.open(file.as_uri()):
            await asyncio.wait({serving}, timeout=SIGNPOST_SECONDS)
    finally:
        file.unlink(missing_ok=True)


def signpost(url: str) -> Path:
    """A page that only this user may read and that leads to the address."""
    handle, name = tempfile.mkstemp(prefix="evenkeel-", suffix=".html")
    there = html.escape(url)
    with open(handle, "w", encoding="utf-8") as file:
        file.write('<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">')
        file.write(f'<meta http-equiv="refresh" content="0;url={there}"><title>Evenkeel</title>')
        file.write(f'<a href="{there}">Evenkeel</a>\n')
    return Path(name)


def run_native(home: Household, passcode: str | None) -> None:
    """A native window through Flet's own client."""
    import flet as ft

    async def main(page: ft.Page) -> None:
        if passcode and home.app.locked:
            await home.app.unlock(passcode)
        window(home)(page)

    ft.run(main, assets_dir=str(ASSETS))


def native_client() -> bool:
    """True when Flet's desktop client is on this machine, or the place it is fetched from can be reached."""
    if os.environ.get("FLET_VIEW_PATH") or any((Path.home() / ".flet" / "client").glob("flet-desktop*-1.*")):
        return True
    address = os.environ.get("FLET_CLIENT_URL", "https://github.com")
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def run_gallery(*, port: int = 0, show: bool = True) -> None:
    """Serve the gallery until it is stopped."""
    from app.ui.gallery import gallery_main

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(hosted(gallery_main, port or free_port(), show, tell))
