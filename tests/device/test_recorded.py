"""The doubles say what flet-secure-storage and flet-local-auth 1.0.5 say: names, arguments, defaults and codes.

`recorded.json` was written by `described` from the packages themselves; only phones carry them. Where they can be
imported (`pip install -e .[phone]`) the record is compared with them again, and a real window uses them.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from dataclasses import fields
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from app.device.keychain import PhoneKeystore
from app.device.keystore import make_storage
from app.main import window
from tests.conftest import PASSCODE
from tests.conftest import Phone as Device
from tests.device import person, storage
from tests.harness import Window, on_the_wire

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())
HERE = all(find_spec(package) for package in ("flet_secure_storage", "flet_local_auth"))


def plain(value: Any) -> Any:
    """A default as JSON can say it."""
    if value is inspect.Parameter.empty:
        return "required"
    return value.value if isinstance(value, Enum) else value


def arguments(method: Any) -> dict[str, Any]:
    """What a method takes and what it assumes, without what only the double leaves open."""
    given = inspect.signature(method).parameters.values()
    named = {one.name: plain(one.default) for one in given if one.kind != inspect.Parameter.VAR_KEYWORD}
    return {**named, "awaited": inspect.iscoroutinefunction(method)}


def described(kit: Any) -> dict[str, dict[str, Any]]:
    """Everything of a package, or of its double, that our code relies on."""
    services = {
        "SecureStorage": ("get", "set", "remove"),
        "LocalAuthentication": (
            "can_check_biometrics",
            "get_available_biometrics",
            "authenticate",
            "stop_authentication",
        ),
    }
    found: dict[str, dict[str, Any]] = {}
    for name, methods in services.items():
        for method in methods if hasattr(kit, name) else ():
            found[f"{name}.{method}"] = arguments(getattr(getattr(kit, name), method))
    for name in ("AndroidOptions", "IOSOptions", "AndroidAuthMessages", "IOSAuthMessages"):
        if made := getattr(kit, name, lambda: None)():
            found[name] = {one.name: plain(getattr(made, one.name)) for one in fields(made)}
    for name in ("KeychainAccessibility", "LocalAuthErrorCode"):
        if kind := getattr(kit, name, None):
            found[name] = {one.name: one.value for one in kind}
    return found


@pytest.mark.parametrize("double", [storage, person], ids=["storage", "person"])
def test_the_double_takes_what_the_package_takes_and_assumes_the_same(double: Any) -> None:
    mine = described(double)
    assert len(mine) >= 6 and mine.keys() <= RECORDED.keys()
    for name, said in mine.items():
        theirs = RECORDED[name]
        assert said == {key: theirs[key] for key in said}, name
        assert said == theirs or name.endswith(("Options", ".get", ".set", ".remove")), name


async def wait_until(shown: Window, happened: Any) -> None:
    """Let threads answer until this has happened."""
    for _ in range(200):
        await asyncio.sleep(0.01)
        await shown.settle()
        if happened():
            return
    raise AssertionError(f"it never happened; there is {shown.texts()}")


if HERE:

    def test_the_record_is_what_the_packages_say() -> None:
        import flet_local_auth
        import flet_secure_storage

        assert {**described(flet_secure_storage), **described(flet_local_auth)} == RECORDED
        code = flet_local_auth.LocalAuthErrorCode.TIMEOUT
        assert flet_local_auth.LocalAuthException(code).code.value == "timeout"

    def test_our_options_are_the_package_s_own() -> None:
        import flet_secure_storage as real

        made = make_storage(real)
        assert isinstance(made, real.SecureStorage) and made.android_options.reset_on_error is False
        sent = on_the_wire(made)
        assert sent["android_options"]["reset_on_error"] is False, "what is left out counts as True there"
        assert sent["ios_options"]["accessibility"] == "passcode"

    async def test_a_real_window_on_a_phone_lends_its_keystore(
        phone: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held: dict[str, str] = {}
        verdicts: list[Any] = [{"error_code": "biometricLockout", "error_description": None}, True]
        answers = {
            "set": lambda args: held.update({args["key"]: args["value"]}),
            "get": lambda args: held.get(args["key"]),
            "remove": lambda args: held.pop(args["key"], None) and None,
            "can_check_biometrics": lambda _: True,
            "get_available_biometrics": lambda _: ["strong"],
            "authenticate": lambda _: verdicts.pop(0),
        }
        monkeypatch.setenv("FLET_PLATFORM", "android")
        async with Window(window(phone.app), answers=answers) as shown:
            await wait_until(shown, lambda: phone.app.vault.keystore)
            assert isinstance(phone.app.vault.keystore, PhoneKeystore) and not held
            assert await phone.app.trust_device(PASSCODE, True) and len(held) == 1
            phone.app.change_settings(trust=True)
            phone.app.lock()
            await wait_until(shown, lambda: "Open with this phone" in shown.buttons())
            phone.app.change_settings(biometric=True)
            await wait_until(shown, lambda: "Open with fingerprint or face" in shown.buttons())
            await shown.tap("Open with fingerprint or face")
            await wait_until(shown, lambda: "stopped checking" in str(shown.field("Passcode").error))
            await shown.tap("Open with fingerprint or face")
            await wait_until(shown, lambda: phone.app.is_open)
