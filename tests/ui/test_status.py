"""The thin line: true in every state, in both languages, with a way to stop long work and to go on."""

from __future__ import annotations

from typing import get_args

import flet as ft
import pytest

from app.ui.widgets.status import ICONS, Outbox, say_status
from sync.client.link import Word, Work
from tests.sight import plain
from tests.ui.fakes import FakeApp, FakeLink
from tests.ui.test_shell import window
from tests.ui.test_strings import say

GETTING = Work("getting", 12_400, 50_000)
LOST, WORKS, MANY = "Nothing is lost.", "Everything still works.", "880 things waiting"
ENDED = "Your clinic has ended this device’s access. Your record stays here."
SENDING = Work("sending", 120, 1000)


@pytest.mark.parametrize(
    ("link", "outbox", "said"),
    [
        (FakeLink("up-to-date"), Outbox(), "Up to date 9:12"),
        (FakeLink("up-to-date"), Outbox(needy=1), "Up to date 9:12. 1 thing needs you"),
        (FakeLink("up-to-date", at=None), Outbox(), "Up to date"),
        (FakeLink("offline"), Outbox(3), "No connection. Everything still works. 3 things waiting"),
        (FakeLink("offline"), Outbox(1, 2), f"No connection. {WORKS} 1 thing waiting. 2 things need you"),
        (FakeLink("working", work=GETTING), Outbox(), "Getting your record: 12,400 of 50,000"),
        (FakeLink("working", work=Work("getting", 400)), Outbox(), "Getting your record: 400 so far"),
        (FakeLink("working", work=SENDING), Outbox(880), "Sending 120 of 1,000. 880 things waiting"),
        (FakeLink("stopped", work=GETTING), Outbox(), f"Stopped: 12,400 of 50,000 are here. {LOST}"),
        (FakeLink("stopped", work=SENDING), Outbox(880), f"Stopped: 120 of 1,000 were sent. {LOST} {MANY}"),
        (FakeLink("working", work=Work("sending_files", 399, 400)), Outbox(), "Sending files: 99%"),
        (FakeLink("unwell"), Outbox(), f"Your clinic’s computer has a problem. It will be tried again. {WORKS}"),
        (FakeLink("ended"), Outbox(1), f"{ENDED} 1 thing waiting"),
    ],
)  # fmt: skip
def test_the_line_says_what_is_true(link: FakeLink, outbox: Outbox, said: str) -> None:
    assert plain(say_status(link, outbox, say("en"))) == said


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("word", get_args(Word))
def test_every_state_has_its_words_and_its_picture(word: Word, language: str) -> None:
    line = say_status(FakeLink(word), Outbox(), say(language))
    assert line and "status." not in line and word in ICONS
    files = (Work("getting_files", 3, 400), Work("sending_files", 0, 400))
    for work in (GETTING, SENDING, Work("getting", 3), *files):
        for state in ("working", "stopped"):
            line = say_status(FakeLink(state, work=work), Outbox(), say(language))
            assert "status." not in line and "{" not in line


@pytest.mark.parametrize("scale", [1.0, 2.0])
async def test_long_work_can_be_stopped_and_gone_on_with(scale: float) -> None:
    app = FakeApp(text_scale=scale)
    app.link.say("working", GETTING)
    async with window(app) as shown:
        assert any("12,400 of 50,000" in plain(text) for text in shown.texts())
        (bar,) = shown.find(ft.ProgressBar)
        assert bar.value == pytest.approx(0.248)
        (named,) = [c for c in shown.find(ft.Semantics) if c.label == "Cancel getting your record"]
        assert named.content.on_click
        await shown.tap("Cancel")
        assert app.link.word == "stopped"
        assert any("Nothing is lost" in text for text in shown.texts())
        await shown.tap("Go on")
        assert app.link.word == "working"


async def test_nothing_long_shows_no_bar_and_nothing_to_stop() -> None:
    app = FakeApp()
    async with window(app) as shown:
        assert not shown.find(ft.ProgressBar) and "Cancel" not in shown.texts()
