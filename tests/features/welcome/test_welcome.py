"""Joining a clinic, and the lock: from the first screen to Today, with every way it can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from app.core.address import clean_address, is_address, tidy_address
from app.features.welcome.commands import join, open_record
from app.features.welcome.rules import Invitation, judge_passcode, read_invitation
from tests.conftest import PASSCODE, ROSA, Phone, Wire
from tests.features.me.test_keys import until
from tests.harness import Window

Open = Callable[..., Window]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (" ab12-cd34 ", Invitation("", "AB12-CD34")),
        ("evenkeel:enrol?server=https%3A%2F%2Fc.org%2F&code=ab12", Invitation("https://c.org", "AB12")),
        ("evenkeel:enrol?code=ab12", Invitation("", "AB12")),
        ("EVENKEEL:ENROL?code=", Invitation("", "")),
        ("", Invitation("", "")),
    ],
)
def test_a_code_or_a_whole_invitation_can_be_pasted(typed: str, found: Invitation) -> None:
    assert read_invitation(typed) == found


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("clinic.org/", "https://clinic.org"),
        ("localhost:8000", "http://localhost:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("localhost.evil.org", "https://localhost.evil.org"),
        ("http://clinic.org", "http://clinic.org"),
        ("", ""),
    ],
)
def test_an_address_is_completed(typed: str, address: str) -> None:
    assert tidy_address(typed) == address


@pytest.mark.parametrize(
    ("server", "good"),
    [
        ("https://clinic.org", True),
        ("http://localhost:8000", True),
        ("http://localhost.evil.org", False),
        ("http://clinic.org", False),
        ("https://my clinic", False),
        ("ftp://clinic.org", False),
        ("https://[", False),
        ("https://clinic.org@evil.org", False),
        ("https://clinic.org:99999", False),
        ("https://clinic.org?x=1", False),
        ("https://clinic.org\n", False),
        ("", False),
    ],
)
def test_only_safe_addresses_are_taken(server: str, good: bool) -> None:
    assert is_address(server) is good
    assert clean_address(server) in ((server,) if good else (None, "https://clinic.org"))


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ("12345", "12345", "short"),
        ("111111", "111111", "same"),
        ("135790", "135791", "different"),
        ("135790", "135790", ""),
    ],
)
def test_a_passcode_is_judged_before_it_is_used(first: str, second: str, wrong: str) -> None:
    assert judge_passcode(first, second) == wrong


async def wait_for(window: Window, text: str) -> None:
    """Let threads and the clinic answer until this text shows."""
    for _ in range(200):
        await asyncio.sleep(0.02)
        await window.settle()
        if any(text in shown for shown in window.texts()):
            return
    raise AssertionError(f"{text!r} never showed; there is {window.texts()}")


async def to_passcode(window: Window, code: str, server: str = "https://clinic.test") -> None:
    """From the first screen to the last step."""
    await window.tap("Start")
    await window.type("Address of your clinic", server)
    await window.type("Your code", code)
    await window.tap("Next")
    await window.type("Passcode", PASSCODE)
    await window.type("The same passcode again", PASSCODE)


async def test_from_the_first_screen_to_today(
    new_phone: Callable[[str], Phone], open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENKEEL_SERVER", "https://clinic.test")
    phone = new_phone("new")
    code, _ = phone.clinic.invite(ROSA)
    async with open_at(phone.app) as window:
        shown = " ".join(window.texts())
        assert "Nobody watches this app around the clock" in shown and "988" in shown
        await window.tap("Español")
        assert "Le damos la bienvenida" in window.texts()
        await window.tap("English")
        await window.tap("Start")
        assert window.field("Address of your clinic").value == "https://clinic.test"
        await window.type("Your code", f"evenkeel:enrol?code={code.lower()}")
        await window.tap("Next")
        await window.type("Passcode", PASSCODE)
        await window.type("The same passcode again", PASSCODE)
        await window.tap("Open my record")
        await wait_for(window, "Nothing else today.")
        await phone.sync()
        await wait_for(window, "Good morning, Rosa")


async def test_nothing_goes_on_without_address_and_code(
    new_phone: Callable[[str], Phone], open_at: Open
) -> None:
    async with open_at(new_phone("new").app) as window:
        await window.tap("Start")
        await window.type("Address of your clinic", "http://far.org")
        await window.tap("Next")
        assert window.field("Address of your clinic").error
        await window.type("Address of your clinic", "far.org")
        await window.tap("Next")
        assert window.field("Your code").error
        await window.tap("Back")
        assert "Start" in window.buttons()


async def test_a_passcode_that_will_not_do_is_said_at_its_field(
    new_phone: Callable[[str], Phone], open_at: Open
) -> None:
    async with open_at(new_phone("new").app) as window:
        await to_passcode(window, "AAAA")
        await window.type("Passcode", "123")
        await window.tap("Open my record")
        assert "at least 6" in str(window.field("Passcode").error)
        await window.type("Passcode", "246801")
        await window.tap("Open my record")
        assert "not the same" in str(window.field("The same passcode again").error)


async def test_a_wrong_code_is_said_at_the_code_and_the_passcode_stays(
    new_phone: Callable[[str], Phone], open_at: Open
) -> None:
    phone = new_phone("new")
    async with open_at(phone.app) as window:
        await to_passcode(window, "AAAA-BBBB-CCCC-DDDDD")
        await window.tap("Open my record")
        await wait_for(window, "Only the code is missing")
        assert "does not work" in str(window.field("Your code").error)
        code, _ = phone.clinic.invite(ROSA)
        await window.type("Your code", code)
        await window.tap("Open my record")
        await wait_for(window, "Nothing else today.")


async def test_without_a_connection_what_was_typed_stays(
    new_phone: Callable[[str], Phone], wire: Wire, open_at: Open
) -> None:
    phone, wire.up = new_phone("new"), False
    code, _ = phone.clinic.invite(ROSA)
    async with open_at(phone.app) as window:
        await to_passcode(window, code, "https://clinic.test")
        await window.tap("Open my record")
        await wait_for(window, "Only the code is missing")
        assert "cannot be reached" in str(window.field("Address of your clinic").error)
        wire.up = True
        await window.tap("Open my record")
        await wait_for(window, "Nothing else today.")


async def test_the_lock_opens_with_the_passcode_alone(phone: Phone, open_at: Open) -> None:
    phone.app.lock()
    async with open_at(phone.app) as window:
        await window.tap("Open")
        assert "Please type your passcode." in str(window.field("Passcode").error)
        await window.type("Passcode", "999999")
        await window.tap("Open")
        for _ in range(100):
            await asyncio.sleep(0.02)
            await window.settle()
            if "not right" in str(window.field("Passcode").error):
                break
        assert "not right" in str(window.field("Passcode").error)
        await window.type("Passcode", PASSCODE)
        await window.submit("Passcode")
        await wait_for(window, "Good morning, Rosa")


async def test_after_too_many_tries_the_wait_is_said(phone: Phone, open_at: Open) -> None:
    phone.app.lock()
    async with open_at(phone.app) as window:
        for _ in range(4):
            await window.type("Passcode", "999999")
            await window.tap("Open")
            await until(window, lambda: "Open" in window.buttons())
        await wait_for(window, "You can try again in")
        assert window.button("Open").disabled


class Counted:
    """An app's command that takes its time, counts, and may fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count, self.error, self.go = 0, error, asyncio.Event()

    async def __call__(self, *_: object) -> None:
        self.count += 1
        await self.go.wait()
        if self.error:
            raise self.error


async def test_whatever_fails_the_lock_says_so_plainly_and_offers_its_button_again(
    phone: Phone, open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.app.lock()
    failing = Counted(RuntimeError("a patient's words"))
    monkeypatch.setattr(phone.app, "unlock", failing)
    async with open_at(phone.app) as window:
        await window.type("Passcode", PASSCODE)
        button = window.button("Open")
        for _ in range(2):
            button.on_click()
        await window.settle()
        failing.go.set()
        await wait_for(window, "Open")
        assert failing.count == 1 and "Open" in window.buttons()
        assert window.field("Passcode").error == "This did not work. Nothing was lost. Please try again."
        await window.tap("Open")
        await wait_for(window, "Open")
        assert failing.count == 2


async def test_whatever_fails_joining_says_so_plainly_and_offers_its_button_again(
    new_phone: Callable[[str], Phone], open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, failing = new_phone("new"), Counted(RuntimeError("a patient's words"))
    monkeypatch.setattr(phone.app, "enrol", failing)
    async with open_at(phone.app) as window:
        await to_passcode(window, "AAAA")
        button = window.button("Open my record")
        for _ in range(2):
            button.on_click()
        await window.settle()
        failing.go.set()
        await wait_for(window, "Next")
        assert failing.count == 1
        assert "did not work" in str(window.field("Address of your clinic").error)


async def test_two_windows_open_the_record_once(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.app.lock()
    real, count = phone.app.unlock, []

    async def unlock(passcode: str) -> None:
        count.append(1)
        await real(passcode)

    monkeypatch.setattr(phone.app, "unlock", unlock)
    await asyncio.gather(open_record(phone.app, PASSCODE), open_record(phone.app, PASSCODE))
    assert len(count) == 1 and phone.app.is_open


async def test_two_windows_join_once(
    new_phone: Callable[[str], Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = new_phone("new")
    code, _ = phone.clinic.invite(ROSA)
    await asyncio.gather(*(join(phone.app, "https://clinic.test", code, PASSCODE) for _ in range(2)))
    assert phone.app.is_enrolled and phone.app.credentials().device
