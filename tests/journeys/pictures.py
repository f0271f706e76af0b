"""Pictures of every screen, to be looked at: `python -m tests.journeys.pictures FOLDER [--some]`.

Serves a demo device's app in this process, and photographs each screen in two window sizes, two languages, two text
sizes and three themes. `--some` takes the few that the README shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from app.clinic_process import free_port, listening, start, stop, wait_for
from app.context import App
from app.demo import PASSCODE, enrol_once
from app.features import FEATURES
from app.features.mood.commands import log_mood
from app.main import make_app, window
from app.specialty import ASSETS
from tests.journeys.conftest import FLAGS, chromium

SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"theme": "light", "contrast": False},
    "dark": {"theme": "dark", "contrast": False},
    "contrast": {"theme": "light", "contrast": True},
}
A1C = """SELECT id FROM docs WHERE kind = 'record' AND body ->> 'code' LIKE '%4548-4'
    ORDER BY body ->> 'when' DESC LIMIT 1"""
GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"
SETTLE, PATIENCE = 450, 12
EMPTY = 9_000  # bytes of a picture that shows nothing but one colour, and some


def screens(app: App) -> dict[str, str]:
    """Where each screen is."""
    result = app.store.rows(A1C)[0]["id"]
    return {
        **{feature.name: f"/{feature.name}" for feature in FEATURES},
        "result": f"/health/record/{result}",
    }


@contextlib.asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[App, str]]:
    """The app of a demo device with no clinic to be reached, and its address."""
    from app.clinic_process import ask
    from app.ui import host

    url, port, token = f"sqlite:///{folder / 'clinic.db'}", free_port(), secrets.token_urlsafe(32)
    await asyncio.to_thread(ask, "seed", "--db", url, "--json")
    process = start(url, port, folder / "clinic.log")
    wait_for(f"http://127.0.0.1:{port}/v1/health", process)
    await asyncio.to_thread(enrol_once, folder, url, f"http://127.0.0.1:{port}", True)
    app = make_app(folder / "device")
    await app.unlock(PASSCODE)
    app.start()
    await asyncio.sleep(1)
    stop(process)
    log_mood(app, 4, "Slept well")
    web = free_port()
    serving = asyncio.create_task(host.serving(window(app), web, token, ASSETS, tickets=None))
    while not listening(web):
        await asyncio.sleep(0.05)
    yield app, host.address(web, token)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    app.lock()


async def gallery(browser: Browser, folder: Path) -> None:
    """The gallery in every look."""
    from app.ui import host
    from app.ui.gallery import gallery_main

    web, token = free_port(), secrets.token_urlsafe(32)
    serving = asyncio.create_task(host.serving(gallery_main, web, token, ASSETS, tickets=None))
    while not listening(web):
        await asyncio.sleep(0.05)
    for size, language, scale, look in product(SIZES, ("en", "es"), (1, 2), LOOKS):
        contrast = str(int(LOOKS[look]["contrast"]))
        wanted = {"theme": LOOKS[look]["theme"], "contrast": contrast, "scale": str(scale), "lang": language}
        page = await opened(browser, host.address(web, token, "", **wanted), SIZES[size])
        await photograph(page, folder / f"{size}-{language}-{scale * 100}-{look}-gallery.png")
        await page.context.close()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def opened(browser: Browser, url: str, size: tuple[int, int]) -> Page:
    """A window on the app."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("heading").first.wait_for(timeout=60_000)
    return page


async def visit(page: Page, path: str) -> None:
    """Go to a screen within the running app."""
    await page.evaluate(GO, path)


async def photograph(page: Page, file: Path, last: bytes = b"") -> bytes:
    """A picture once the screen stands still, shows something, and is no longer the last one; else after PATIENCE."""
    before, until = b"", time.monotonic() + PATIENCE
    while True:
        await page.wait_for_timeout(SETTLE)
        picture = await page.screenshot()
        ready = picture == before and picture != last and len(picture) > EMPTY
        if ready or time.monotonic() > until:
            file.write_bytes(picture)
            return picture
        before = picture


async def everything(folder: Path, some: bool) -> None:
    """All pictures, or the README's."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        async with served(Path(name)) as (app, url), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            for size in ("phone",) if some else SIZES:
                page = await opened(browser, url, SIZES[size])
                await shoot(page, app, folder, size, some)
            if not some:
                await gallery(browser, folder)
            await browser.close()


async def shoot(page: Page, app: App, folder: Path, size: str, some: bool) -> None:
    """Every screen in every look."""
    languages, scales, looks = (("en",), (1.0,), ("light",)) if some else (("en", "es"), (1.0, 2.0), LOOKS)
    last = b""
    for language, scale, look in product(languages, scales, looks):
        app.change_settings(language=language, text_scale=scale, **LOOKS[look])
        for name, path in screens(app).items():
            await visit(page, path)
            file = f"{name}.png" if some else f"{size}-{language}-{int(scale * 100)}-{look}-{name}.png"
            last = await photograph(page, folder / file, last)


if __name__ == "__main__":
    asyncio.run(everything(Path(sys.argv[1]), "--some" in sys.argv))
