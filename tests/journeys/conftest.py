"""A real Chromium before the real app, and the demo as a process. Skipped where there is no Chromium, except in CI."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.clinic_process import start, wait_for, with_root

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--no-first-run", "--disable-dev-shm-usage", "--disable-sync"]
PHONE = {"width": 390, "height": 844}
PATIENCE = 60.0


def chromium() -> str | None:
    """Where Chromium is on this machine."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A headless Chromium. Playwright's own event loop runs as long as it is open, so it closes with the test."""
    path = chromium()
    if not path:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


class Demo:
    """The demo, or just its app, as a process that can be killed."""

    again: subprocess.Popen[bytes] | None = None

    def __init__(self, home: Path) -> None:
        self.home = home
        self.run("demo", "--no-open", "--json")
        self.facts: dict[str, Any] = json.loads(self.line())

    def run(self, *arguments: str) -> None:
        """Start `evenkeel …`."""
        environment = {**with_root(), "EVENKEEL_DEMO": str(self.home), "EVENKEEL_PASSCODE": "246810"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def line(self) -> str:
        """The next line that the process prints."""
        assert self.process.stdout
        return self.process.stdout.readline()

    def kill_app(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.communicate()

    def reopen_app(self) -> str:
        """Open the app again on the same profile; its address."""
        self.run("app", "--no-open", "--profile", self.facts["profile"])
        return self.line().split()[-1]

    def kill_clinic(self) -> None:
        """kill -9 of the API and everything it started."""
        os.killpg(self.facts["api_pid"], signal.SIGKILL)

    def start_clinic(self) -> None:
        """Serve the same clinic again at the same place."""
        port = int(self.facts["api"].rsplit(":", 1)[1])
        process = start(self.facts["db"], port, self.home / "again.log")
        wait_for(f"{self.facts['api']}/v1/health", process)
        self.facts["api_pid"], self.again = process.pid, process

    def close(self) -> None:
        """End it all."""
        self.kill_app()
        with contextlib.suppress(ProcessLookupError):
            self.kill_clinic()
        if self.again:
            self.again.wait()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A fresh demo."""
    demo = Demo(tmp_path)
    yield demo
    demo.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser window as small as a phone."""
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    context.close()
