"""Fingerprint or face: a gate before the keystore, where the person chose it; every "no" leaves the passcode."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.context import App
from app.core.errors import NotRecognised
from app.device.biometrics import Answer, Biometrics, Prompt, phone_biometrics
from app.main import make_app
from app.settings import Settings, load
from app.vault import Vault
from tests.device.person import LocalAuthErrorCode, Person
from tests.device.storage import Phone
from tests.device.test_keystore import ON_PHONE, keystore_of, page

PASSCODE = "correct horse"
PROMPT = Prompt("Evenkeel", "Open your record", "Touch the sensor", "Use the passcode")
CODES = {
    Answer.cancelled: {
        "USER_CANCELED",
        "SYSTEM_CANCELED",
        "USER_REQUESTED_FALLBACK",
        "TIMEOUT",
        "AUTH_IN_PROGRESS",
    },
    Answer.locked_out: {"TEMPORARY_LOCKOUT", "BIOMETRIC_LOCKOUT"},
    Answer.not_enrolled: {"NO_BIOMETRICS_ENROLLED", "NO_CREDENTIALS_SET"},
}


def biometrics_of(person: Person) -> Biometrics:
    """The check as a window on this phone makes it; less patient with one that never answers."""
    found = phone_biometrics(page(), person, ON_PHONE)
    assert found
    found.patience = 0.05 if person.says == "silent" else found.patience
    return found


async def app_on(folder: Path, phone: Phone, person: Person | None) -> App:
    """The app on this phone, locked, opened by its keystore after finger or face."""
    app = make_app(folder, vault=Vault(folder, fast=True), drawn=False)
    await app.meet_phone(keystore_of(phone), person and biometrics_of(person))
    if not app.vault.exists:
        await app.open_or_found(PASSCODE)
        assert await app.trust_device(PASSCODE, True)
        app.change_settings(trust=True, biometric=True)
        app.lock()
    return app


@pytest.mark.parametrize("code", LocalAuthErrorCode, ids=lambda code: code.value)
async def test_every_no_of_the_phone_is_one_of_four_answers(code: LocalAuthErrorCode) -> None:
    answer = await biometrics_of(Person(code)).ask(PROMPT)
    assert answer == next((a for a, names in CODES.items() if code.name in names), Answer.unavailable)


@pytest.mark.parametrize(
    ("says", "answer"),
    [(True, "yes"), (False, "cancelled"), ("broken", "unavailable"), ("silent", "cancelled")],
)
async def test_a_yes_is_a_yes_and_nothing_else_is(says: bool | str, answer: str) -> None:
    person = Person(says)
    assert await biometrics_of(person).ask(PROMPT) == answer
    assert person.stopped == (says == "silent")


async def test_the_phone_says_it_in_our_words_and_its_own_passcode_does_not_count() -> None:
    person = Person()
    await biometrics_of(person).ask(PROMPT)
    (said,) = person.asked
    assert said["reason"] == PROMPT.reason and said["only"] is True
    assert said["android"].sign_in_title == PROMPT.title and said["android"].sign_in_hint == PROMPT.hint
    assert said["android"].cancel_button == said["ios"].cancel_button == PROMPT.instead


@pytest.mark.parametrize(
    ("sensor", "enrolled", "says", "can"),
    [
        (True, ["face"], True, "yes"),
        (True, [], True, "not_enrolled"),
        (False, [], True, "unavailable"),
        (True, ["face"], "broken", "unavailable"),
    ],
)
async def test_it_can_be_chosen_only_where_it_can_ask(
    sensor: bool, enrolled: list[str], says: bool | str, can: str
) -> None:
    person = Person(says)
    person.has_sensor, person.enrolled = sensor, enrolled
    assert await biometrics_of(person).can() == can


def test_a_computer_asks_for_no_finger() -> None:
    assert phone_biometrics(page("linux"), Person(), {}) is None


async def test_known_by_the_phone_the_record_opens(tmp_path: Path) -> None:
    person = Person()
    app = await app_on(tmp_path, Phone(), person)
    assert await app.unlock_with_device(PROMPT) and app.is_open and len(person.asked) == 1
    app.lock()


@pytest.mark.parametrize("says", [False, "broken", LocalAuthErrorCode.BIOMETRIC_LOCKOUT])
async def test_not_known_it_stays_locked_and_the_passcode_opens(
    tmp_path: Path, says: bool | str | LocalAuthErrorCode
) -> None:
    app = await app_on(tmp_path, Phone(), Person(says))
    with pytest.raises(NotRecognised):
        await app.unlock_with_device(PROMPT)
    assert app.locked
    await app.unlock(PASSCODE)
    app.lock()


async def test_without_a_sensor_or_words_the_gate_stays_shut(tmp_path: Path) -> None:
    phone, person = Phone(), Person()
    app = await app_on(tmp_path, phone, person)
    with pytest.raises(NotRecognised):
        await app.unlock_with_device()
    other = await app_on(tmp_path, phone, None)
    with pytest.raises(NotRecognised):
        await other.unlock_with_device(PROMPT)
    assert not person.asked and app.locked and other.locked


async def test_not_chosen_nothing_is_asked(tmp_path: Path) -> None:
    person = Person(False)
    app = await app_on(tmp_path, Phone(), person)
    app.change_settings(biometric=False)
    assert await app.unlock_with_device() and not person.asked
    app.lock()


def test_an_old_settings_file_and_an_odd_one_ask_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"trust": true}')
    assert load(tmp_path) == Settings(trust=True)
    (tmp_path / "settings.json").write_text('{"trust": false, "biometric": true}')
    assert load(tmp_path) == Settings()
    assert not Settings(trust=True, biometric=True).having(trust=False).biometric
