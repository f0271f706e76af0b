"""A recorded double of flet-local-auth 1.0.5: its names and arguments, and every way in which a phone says no."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar


class LocalAuthErrorCode(Enum):
    """Why the phone said no."""

    AUTH_IN_PROGRESS = "authInProgress"
    UI_UNAVAILABLE = "uiUnavailable"
    USER_CANCELED = "userCanceled"
    TIMEOUT = "timeout"
    SYSTEM_CANCELED = "systemCanceled"
    NO_CREDENTIALS_SET = "noCredentialsSet"
    NO_BIOMETRICS_ENROLLED = "noBiometricsEnrolled"
    NO_BIOMETRIC_HARDWARE = "noBiometricHardware"
    BIOMETRIC_HARDWARE_TEMPORARILY_UNAVAILABLE = "biometricHardwareTemporarilyUnavailable"
    TEMPORARY_LOCKOUT = "temporaryLockout"
    BIOMETRIC_LOCKOUT = "biometricLockout"
    USER_REQUESTED_FALLBACK = "userRequestedFallback"
    DEVICE_ERROR = "deviceError"
    UNKNOWN_ERROR = "unknownError"


class LocalAuthException(Exception):
    """The phone said no."""

    def __init__(self, code: LocalAuthErrorCode, description: str | None = None) -> None:
        self.code, self.description = code, description
        super().__init__(description or code.value)


@dataclass
class AndroidAuthMessages:
    """The words of Android's dialog."""

    sign_in_hint: str | None = None
    cancel_button: str | None = None
    sign_in_title: str | None = None


@dataclass
class IOSAuthMessages:
    """The words of the iOS dialog."""

    cancel_button: str | None = None
    localized_fallback_title: str | None = None


class Person:
    """Who holds the phone, and the package as it is there. `says` is what comes of the next asking."""

    AndroidAuthMessages: ClassVar = AndroidAuthMessages
    IOSAuthMessages: ClassVar = IOSAuthMessages
    LocalAuthException: ClassVar = LocalAuthException

    def __init__(self, says: LocalAuthErrorCode | bool | str = True) -> None:
        self.says, self.has_sensor, self.enrolled = says, True, ["strong"]
        self.asked: list[dict[str, Any]] = []
        self.stopped = 0

    def LocalAuthentication(self) -> LocalAuthentication:
        """The service, as a window makes it."""
        return LocalAuthentication(self)


class LocalAuthentication:
    """The service: four of its methods, with its argument names."""

    def __init__(self, person: Person) -> None:
        self.person = person

    async def can_check_biometrics(self) -> bool:
        """Is there a sensor?"""
        return self.person.has_sensor

    async def get_available_biometrics(self) -> list[Any]:
        """What is enrolled."""
        if self.person.says == "broken":
            raise RuntimeError("MissingPluginException(...)")
        return list(self.person.enrolled)

    async def authenticate(
        self,
        reason: str,
        *,
        biometric_only: bool = False,
        sensitive_transaction: bool = True,
        persist_across_backgrounding: bool = False,
        android_messages: AndroidAuthMessages | None = None,
        ios_messages: IOSAuthMessages | None = None,
        windows_messages: Any = None,
    ) -> bool:
        """Ask with the phone's dialog."""
        said = {"reason": reason, "only": biometric_only, "android": android_messages, "ios": ios_messages}
        self.person.asked.append(said)
        if isinstance(self.person.says, LocalAuthErrorCode):
            raise LocalAuthException(self.person.says)
        if self.person.says == "broken":
            raise RuntimeError("MissingPluginException(...)")
        if self.person.says == "silent":
            await asyncio.Event().wait()
        return self.person.says is True

    async def stop_authentication(self) -> bool:
        """Take the dialog away."""
        self.person.stopped += 1
        return True
