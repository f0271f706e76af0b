"""Fingerprint or face: the phone looks who holds it before its keystore opens the record. A "no" is an answer.

It is a gate in front of the keystore and stands beside the passcode, never instead of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.device.keystore import is_phone

PATIENCE = 90.0


class Answer(StrEnum):
    """What came of asking; every one but `yes` leaves the passcode."""

    yes = "yes"
    cancelled = "cancelled"
    locked_out = "locked_out"
    not_enrolled = "not_enrolled"
    unavailable = "unavailable"


ANSWERS = {
    "userCanceled": Answer.cancelled,
    "userRequestedFallback": Answer.cancelled,
    "systemCanceled": Answer.cancelled,
    "authInProgress": Answer.cancelled,
    "timeout": Answer.cancelled,
    "temporaryLockout": Answer.locked_out,
    "biometricLockout": Answer.locked_out,
    "noBiometricsEnrolled": Answer.not_enrolled,
    "noCredentialsSet": Answer.not_enrolled,
}


@dataclass(frozen=True)
class Prompt:
    """What the phone's own dialog says, in the person's language; `instead` leads back to the passcode."""

    title: str
    reason: str
    hint: str
    instead: str


class Biometrics:
    """The phone's check of a person, over `flet_local_auth.LocalAuthentication`. Lives on the page's event loop."""

    def __init__(self, service: Any, kit: Any, patience: float = PATIENCE) -> None:
        self.service, self.kit, self.patience = service, kit, patience

    async def can(self) -> Answer:
        """Could it ask now? `yes`, `not_enrolled` or `unavailable`."""
        try:
            async with asyncio.timeout(self.patience):
                if not await self.service.can_check_biometrics():
                    return Answer.unavailable
                return Answer.yes if await self.service.get_available_biometrics() else Answer.not_enrolled
        except (RuntimeError, ValueError, TimeoutError):
            return Answer.unavailable

    async def ask(self, prompt: Prompt) -> Answer:
        """Ask for finger or face with the phone's own dialog. The phone's passcode does not count."""
        try:
            async with asyncio.timeout(self.patience):
                known = await self.service.authenticate(
                    prompt.reason, biometric_only=True, **self._said(prompt)
                )
        except self.kit.LocalAuthException as error:
            return ANSWERS.get(error.code.value, Answer.unavailable)
        except TimeoutError:
            await self._stop()
            return Answer.cancelled
        except RuntimeError:
            return Answer.unavailable
        return Answer.yes if known is True else Answer.cancelled

    def _said(self, prompt: Prompt) -> dict[str, Any]:
        android = self.kit.AndroidAuthMessages(
            sign_in_title=prompt.title, sign_in_hint=prompt.hint, cancel_button=prompt.instead
        )
        ios = self.kit.IOSAuthMessages(cancel_button=prompt.instead, localized_fallback_title="")
        return {"android_messages": android, "ios_messages": ios}

    async def _stop(self) -> None:
        with contextlib.suppress(RuntimeError, TimeoutError):
            async with asyncio.timeout(1):
                await self.service.stop_authentication()


def phone_biometrics(
    page: Any, kit: Any = None, environment: Mapping[str, str] = os.environ
) -> Biometrics | None:
    """The check of the phone this window is on; None on computers."""
    if not is_phone(page, environment):
        return None
    kit = kit or biometrics_kit()
    return Biometrics(kit.LocalAuthentication(), kit)


def biometrics_kit() -> Any:
    """The package that brings the service; only phones carry it."""
    import flet_local_auth

    return flet_local_auth
