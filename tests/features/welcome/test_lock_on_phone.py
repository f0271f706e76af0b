"""The lock on a phone: its keystore, or finger or face, opens the record beside the passcode."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import App
from tests.conftest import PASSCODE
from tests.conftest import Phone as Device
from tests.device.person import LocalAuthErrorCode, Person
from tests.device.storage import Phone
from tests.device.test_biometrics import biometrics_of
from tests.device.test_keystore import keystore_of
from tests.features.welcome.test_welcome import wait_for
from tests.harness import Window

Open = Callable[..., Window]


async def trusted(app: App, person: Person, biometric: bool = True) -> Phone:
    """This app on a phone that may open it, locked."""
    phone = Phone()
    await app.meet_phone(keystore_of(phone), biometrics_of(person))
    assert await app.trust_device(PASSCODE, True)
    app.change_settings(trust=True, biometric=biometric)
    app.lock()
    return phone


async def test_the_phone_alone_opens_it_where_the_patient_allowed_that(phone: Device, open_at: Open) -> None:
    person = Person()
    await trusted(phone.app, person, biometric=False)
    async with open_at(phone.app) as window:
        assert not any("computer" in name for name in window.buttons())
        await window.tap("Open with this phone")
        await wait_for(window, "Good morning, Rosa")
    assert not person.asked


async def test_finger_or_face_opens_it_where_the_patient_chose_that(phone: Device, open_at: Open) -> None:
    person = Person()
    await trusted(phone.app, person)
    async with open_at(phone.app) as window:
        assert window.field("Passcode")
        await window.tap("Open with fingerprint or face")
        await wait_for(window, "Good morning, Rosa")
    (said,) = person.asked
    assert said["reason"] == "Open your record" and said["android"].cancel_button == "Use the passcode"


async def test_the_phone_asks_in_the_patient_s_language(phone: Device, open_at: Open) -> None:
    person = Person()
    await trusted(phone.app, person)
    phone.app.change_settings(language="es")
    async with open_at(phone.app) as window:
        await window.tap("Abrir con la huella o la cara")
        await wait_for(window, "Buenos días, Rosa")
    assert person.asked[0]["reason"] == "Abrir su historia"


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (LocalAuthErrorCode.USER_CANCELED, "still locked"),
        (LocalAuthErrorCode.BIOMETRIC_LOCKOUT, "stopped checking"),
        (LocalAuthErrorCode.NO_BIOMETRICS_ENROLLED, "No fingerprint or face is set up"),
        (LocalAuthErrorCode.DEVICE_ERROR, "cannot check"),
    ],
    ids=lambda value: str(value),
)
async def test_every_no_is_said_and_the_passcode_still_opens(
    phone: Device, open_at: Open, says: LocalAuthErrorCode, told: str
) -> None:
    await trusted(phone.app, Person(says))
    async with open_at(phone.app) as window:
        await window.tap("Open with fingerprint or face")
        for _ in range(50):
            await window.settle()
            if window.find() and told in str(window.field("Passcode").error):
                break
        assert told in str(window.field("Passcode").error) and phone.app.locked
        await window.type("Passcode", PASSCODE)
        await window.tap("Open")
        await wait_for(window, "Good morning, Rosa")


async def test_a_phone_whose_keystore_fails_says_so(phone: Device, open_at: Open) -> None:
    kept = await trusted(phone.app, Person(), biometric=False)
    kept.trouble = "invalidated"
    async with open_at(phone.app) as window:
        await window.tap("Open with this phone")
        for _ in range(100):
            await window.settle()
            if [f for f in window.find() if getattr(f, "label", "") == "Passcode" and f.error]:
                break
        assert "This phone did not open" in str(window.field("Passcode").error)


async def test_the_button_comes_once_the_phone_has_shown_what_it_can(phone: Device, open_at: Open) -> None:
    kept, app = await trusted(phone.app, Person()), phone.app
    app.vault.keystore, app.on_phone = None, False
    async with open_at(app) as window:
        assert not any(name.startswith("Open with") for name in window.buttons())
        await app.meet_phone(keystore_of(kept), biometrics_of(Person()))
        await window.settle()
        assert "Open with fingerprint or face" in window.buttons()
