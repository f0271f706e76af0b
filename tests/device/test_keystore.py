"""The phone's keystore as the vault asks it: it keeps, it refuses, it is silent, and it never erases by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from app.core.errors import KeyringMissing, OnTheLoop, Refused, Silent
from app.device.keychain import PhoneKeystore
from app.device.keystore import NAMESPACE, is_phone, make_storage, phone_keystore
from app.vault import Vault
from app.vault.keyring import SERVICE, forget, open_keystore, recall, remember
from tests.device.storage import ERRORS, KeychainAccessibility, Phone

PASSCODE = "correct horse"
ON_PHONE = {"FLET_PLATFORM": "android"}
T = TypeVar("T")


def page(platform: str = "android", web: bool = False) -> Any:
    """As much of a page as is looked at."""
    return SimpleNamespace(platform=SimpleNamespace(value=platform), web=web)


def keystore_of(phone: Phone) -> PhoneKeystore:
    """The keystore as a window on this phone makes it; less patient with one that never answers."""
    found = phone_keystore(page(), phone, ON_PHONE)
    assert found
    found.patience = 0.1 if phone.trouble == "silent" else found.patience
    return found


async def aside(work: Callable[..., T], *given: Any) -> T:
    """What the vault does: ask from a thread."""
    return await asyncio.to_thread(work, *given)


async def test_a_secret_is_kept_over_restarts_in_a_place_of_its_own() -> None:
    phone = Phone()
    assert await aside(remember, keystore_of(phone), "vault", b"secret")
    phone.restart()
    assert await aside(recall, keystore_of(phone), "vault") == b"secret"
    assert phone.held.keys() == {"another app's", f"{SERVICE}/vault"}
    await aside(forget, keystore_of(phone), "vault")
    await aside(forget, keystore_of(phone), "vault")
    assert await aside(recall, keystore_of(phone), "vault") is None and len(phone.held) == 1


async def test_it_proves_itself_like_any_other_keystore() -> None:
    phone = Phone()
    found = keystore_of(phone)
    assert await aside(open_keystore, found) is found and len(phone.held) == 1
    phone.trouble = "no screen lock"
    with pytest.raises(KeyringMissing):
        await aside(open_keystore, found)


async def test_asked_on_the_loop_it_refuses_instead_of_waiting_for_ever() -> None:
    found = keystore_of(Phone())
    for ask in (
        lambda: found.get_password(SERVICE, "vault"),
        lambda: found.set_password(SERVICE, "vault", "x"),
        lambda: found.delete_password(SERVICE, "vault"),
    ):
        with pytest.raises(OnTheLoop):
            ask()


async def test_a_phone_that_does_not_answer_is_not_waited_for_for_ever() -> None:
    phone = Phone()
    phone.trouble = "silent"
    with pytest.raises(Silent):
        await aside(keystore_of(phone).get_password, SERVICE, "vault")


def test_a_window_that_is_gone_answers_nothing() -> None:
    async def make() -> PhoneKeystore:
        return keystore_of(Phone())

    found = asyncio.run(make())
    with pytest.raises(Silent):
        found.get_password(SERVICE, "vault")


@pytest.mark.parametrize("trouble", ["locked", "invalidated", "unreadable"])
async def test_an_error_of_the_phone_has_a_name_and_quotes_nothing(trouble: str) -> None:
    phone = Phone()
    found = keystore_of(phone)
    await aside(found.set_password, SERVICE, "vault", "x")
    phone.trouble = trouble
    with pytest.raises(Refused) as refused:
        await aside(found.get_password, SERVICE, "vault")
    assert "PlatformException" not in str(refused.value)


@pytest.mark.parametrize("trouble", [*ERRORS, "silent"])
async def test_whatever_is_wrong_the_passcode_opens_and_nothing_is_erased(
    tmp_path: Path, trouble: str
) -> None:
    phone = Phone()
    vault = Vault(tmp_path, keystore_of(phone), fast=True)
    key = vault.create(PASSCODE)
    assert await aside(vault.trust_device, key)
    assert await aside(vault.unlock_with_keystore) == (key,)
    phone.restart()
    before, phone.trouble = dict(phone.held), trouble
    again = Vault(tmp_path, keystore_of(phone), fast=True)
    assert await aside(again.unlock_with_keystore) == ((key,) if trouble == "no screen lock" else ())
    assert again.unlock(PASSCODE) == (key,) and phone.held == before
    assert not await aside(again.trust_device, key)
    phone.trouble = ""
    assert phone.held.keys() == before.keys()


async def test_with_the_package_s_own_options_the_same_phone_erases_everything() -> None:
    phone = Phone()
    await aside(remember, keystore_of(phone), "vault", b"secret")
    phone.restart()
    phone.trouble = "invalidated"
    assert await phone.SecureStorage().get(f"{SERVICE}/vault") is None and phone.held == {}


def test_nothing_erases_by_itself_and_nothing_leaves_the_phone() -> None:
    made = make_storage(Phone())
    assert made.android_options.reset_on_error is False
    assert made.android_options.migrate_on_algorithm_change is True
    assert made.android_options.shared_preferences_name == made.ios_options.account_name == NAMESPACE
    assert made.ios_options.accessibility == KeychainAccessibility.PASSCODE
    assert made.ios_options.synchronizable is False


@pytest.mark.parametrize(
    ("platform", "web", "environment"),
    [
        ("linux", False, {}),
        ("android", True, {}),
        ("android", False, {}),
        ("ios", True, {"FLET_PLATFORM": "ios"}),
        ("macos", False, {"FLET_PLATFORM": "macos"}),
        ("android_tv", False, ON_PHONE),
    ],
)
def test_a_computer_or_a_browser_on_a_phone_has_no_phone_s_keystore(
    platform: str, web: bool, environment: dict[str, str]
) -> None:
    assert not is_phone(page(platform, web), environment)
    assert phone_keystore(page(platform, web), Phone(), environment) is None


def test_a_keyring_never_finds_it_by_itself() -> None:
    from keyring.backend import KeyringBackend

    assert PhoneKeystore not in set(KeyringBackend.get_viable_backends())
