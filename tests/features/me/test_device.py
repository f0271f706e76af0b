"""Me, lock and keys, on a phone: what it is called there, and choosing finger or face."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft
import pytest

from app.context import App
from app.settings import load
from tests.conftest import PASSCODE
from tests.device.person import LocalAuthErrorCode, Person
from tests.device.storage import Phone
from tests.device.test_biometrics import biometrics_of
from tests.device.test_keystore import keystore_of
from tests.features.me.test_keys import shows, until
from tests.harness import Window

Open = Callable[..., Window]
CHOICE = "Ask for fingerprint or face first"


async def on_phone(app: App, person: Person) -> App:
    """This app on a phone that may open it."""
    await app.meet_phone(keystore_of(Phone()), biometrics_of(person))
    assert await app.trust_device(PASSCODE, True)
    app.change_settings(trust=True)
    return app


async def test_a_phone_is_called_a_phone(app_with_record: App, open_at: Open) -> None:
    app = app_with_record
    await app.meet_phone(keystore_of(Phone()), None)
    async with open_at(app, "/me/keys") as window:
        assert not any("computer" in text for text in window.texts())
        await window.switch("Open without the passcode on this phone")
        await window.type("Passcode", PASSCODE)
        await window.tap("Allow it")
        await until(window, lambda: shows(window, "with this phone"))
        assert load(app.folder).trust and not shows(window, CHOICE)


async def test_a_phone_that_keeps_no_key_says_so(app_with_record: App, open_at: Open) -> None:
    phone = Phone()
    phone.trouble = "no screen lock"
    await app_with_record.meet_phone(keystore_of(phone), None)
    async with open_at(app_with_record, "/me/keys") as window:
        assert shows(window, "It may have no screen lock")
        assert len(window.find(ft.Switch)) == 1, "the one for a lost device"


async def test_finger_or_face_is_chosen_and_given_up_with_finger_or_face(
    app_with_record: App, open_at: Open
) -> None:
    person = Person()
    app = await on_phone(app_with_record, person)
    async with open_at(app, "/me/keys") as window:
        await window.switch(CHOICE)
        await until(window, lambda: load(app.folder).biometric)
        assert not shows(window, "Anyone who can unlock this phone") and shows(
            window, "Anyone whose fingerprint"
        )
        assert [switch.value for switch in window.find(ft.Switch)[:2]] == [True, True]
        await window.switch(CHOICE)
        await until(window, lambda: not load(app.folder).biometric)
    assert len(person.asked) == 2 and load(app.folder).trust


@pytest.mark.parametrize("chosen", [True, False])
@pytest.mark.parametrize(
    ("says", "told"),
    [(False, "Nothing was changed"), (LocalAuthErrorCode.NO_BIOMETRICS_ENROLLED, "First set up")],
)
async def test_who_is_not_recognised_changes_nothing(
    app_with_record: App, open_at: Open, chosen: bool, says: bool | LocalAuthErrorCode, told: str
) -> None:
    app = await on_phone(app_with_record, Person(says))
    app.change_settings(biometric=chosen)
    async with open_at(app, "/me/keys") as window:
        await window.switch(CHOICE)
        await until(window, lambda: shows(window, told))
        assert load(app.folder).biometric is chosen
        assert [switch.value for switch in window.find(ft.Switch)[:2]] == [True, chosen]


async def test_a_phone_without_a_sensor_offers_no_such_choice(app_with_record: App, open_at: Open) -> None:
    person = Person()
    person.has_sensor = False
    app = await on_phone(app_with_record, person)
    async with open_at(app, "/me/keys") as window:
        assert not shows(window, CHOICE)


async def test_taking_the_trust_back_ends_the_choice_too(app_with_record: App, open_at: Open) -> None:
    app = await on_phone(app_with_record, Person())
    app.change_settings(biometric=True)
    async with open_at(app, "/me/keys") as window:
        await window.switch("Open without the passcode on this phone")
        await window.type("Passcode", PASSCODE)
        await window.tap("Ask for the passcode again")
        await until(window, lambda: shows(window, "asks for the passcode again"))
    assert not app.settings.trust and not app.settings.biometric
