"""Opening the browser: no other user of the machine learns the address."""

from __future__ import annotations

import asyncio
import webbrowser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from app import window

URL = "http://127.0.0.1:8640/?t=ticket&lang=es"


async def test_the_browser_is_called_with_a_private_file_that_goes_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, int, str]] = []

    def opened(url: str) -> bool:
        file = Path(unquote(urlsplit(url).path))
        seen.append((url, file.stat().st_mode & 0o777, file.read_text()))
        return True

    monkeypatch.setattr(webbrowser, "open", opened)
    monkeypatch.setattr(window, "SIGNPOST_SECONDS", 0.01)
    serving = asyncio.get_running_loop().create_future()
    await window.show_window(URL, serving)
    url, mode, page = seen[0]
    assert url.startswith("file:") and "ticket" not in url
    assert mode == 0o600 and "0;url=http://127.0.0.1:8640/?t=ticket&amp;lang=es" in page
    assert not Path(unquote(urlsplit(url).path)).exists()


async def test_when_the_app_ends_nothing_waits_for_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda url: True)
    serving = asyncio.get_running_loop().create_future()
    serving.set_result(None)
    await asyncio.wait_for(window.show_window(URL, serving), 5)
