"""In a real browser: a copy lies in Downloads, and the browser's own window brings it back to a device with nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from app.clinic_process import free_port, listening
from app.context import App
from app.features.mood.commands import log_mood
from app.main import make_app, window
from app.places import arrivals
from app.specialty import ASSETS
from app.ui import host
from app.vault import Vault
from tests.features.conftest import NOW, PASSCODE, SCOPE, ZONE, Chart, fill
from tests.features.places import PHRASE, downloads
from tests.journeys.conftest import FLAGS, PATIENCE, PHONE, chromium

__all__ = ["downloads"]
pytestmark = pytest.mark.browser
GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"
BIG = 20
SETTLE = 400


@contextlib.asynccontextmanager
async def shown(browser: Browser, app: App) -> AsyncIterator[Page]:
    """This app in a browser's window."""
    port, token = free_port(), secrets.token_urlsafe(32)
    serving = asyncio.create_task(host.serving(window(app), port, token, ASSETS, tickets=None))
    while not listening(port):
        await asyncio.sleep(0.05)
    context = await browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    await page.goto(host.address(port, token))
    await page.get_by_role("heading").first.wait_for()
    yield page
    await context.close()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


@contextlib.asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """A headless Chromium on this event loop."""
    if not (path := chromium()):
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium")
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


def device(folder: Path) -> App:
    """An app on a folder of its own."""
    return make_app(folder, now=lambda: NOW, vault=Vault(folder, fast=True), zone=ZONE)


async def write(page: Page, label: str, text: str) -> None:
    """Type into the field with this label."""
    field = page.get_by_label(label, exact=True).first
    await field.click()
    await expect(field).to_be_focused()
    await page.wait_for_timeout(SETTLE)
    await page.keyboard.type(text, delay=20)
    await expect(field).to_have_value(text)


async def with_a_big_record(folder: Path) -> App:
    """More than fits into one message of a socket."""
    app = device(folder)
    await app.open_or_found(PASSCODE)
    app.store.keep(credentials={"server": "https://clinic.test", "jwk": {}, "device": "d1"})
    app.view(SCOPE)
    fill(Chart(app))
    log_mood(app, 4, "never sent")
    for _ in range(BIG):
        app.store.attach(os.urandom(1 << 20), "image/png")
    return app


async def test_a_copy_made_in_the_browser_is_chosen_in_the_browser_on_another_device(
    tmp_path: Path, downloads: Path
) -> None:
    app, other = await with_a_big_record(tmp_path / "one"), device(tmp_path / "two")
    async with a_browser() as browser:
        async with shown(browser, app) as page:
            await page.evaluate(GO, "/me/backup")
            await write(page, "Passphrase", PHRASE)
            await write(page, "The same again", PHRASE)
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("Your copy is made").first).to_be_visible(timeout=PATIENCE * 1000)
        (file,) = downloads.iterdir()
        assert file.stat().st_size > BIG << 20
        async with shown(browser, other) as page:
            await page.get_by_role("button", name="I have a backup").click()
            async with page.expect_file_chooser() as chooser:
                await page.get_by_role("button", name="Choose the file").click()
            await (await chooser.value).set_files(file)
            await expect(page.get_by_text(file.name).first).to_be_visible(timeout=PATIENCE * 1000)
            await write(page, "Passphrase", PHRASE)
            await write(page, "New passcode", PASSCODE)
            await write(page, "New one again", PASSCODE)
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("heading", name="Rosa")).to_be_visible(timeout=PATIENCE * 1000)
            await expect(page.get_by_role("button", name="Enter a code")).to_be_visible(
                timeout=PATIENCE * 1000
            )
    for one in (app, other):
        assert one.store.rows("SELECT count(*) AS n FROM outbox") == [{"n": 1}]
        one.lock()
    assert not list(arrivals().iterdir())
