"""What can go wrong on the device; the docstring is the sentence we would say.

AppError
  x StoreError   StoreDamaged StoreFull StoreNewer StoreBusy StoreLocked NoCipher ReadOnly NeedsUpdate
                 TooLong MigrationFailed NotEmpty NotThere
      BackupError    BackupWrongPassphrase BackupDamaged BackupNewer BackupStopped
  x VaultError   NoVault WrongPasscode WrongCode TooManyTries VaultDamaged VaultExists KeyringMissing WeakPasscode
                 NotRecognised NoArgon2
  x DeviceError  Refused Absent Silent OnTheLoop
  x OtherClinic  one profile, one clinic
  x PeopleDamaged  the names of those who share this device
  x RuleBroken   a command said no; shown at the field

`exit_code` is what the command line answers with; the table stands in app/README.md.
Messages carry ids, never a patient's words.
"""

from __future__ import annotations

import inspect
from typing import ClassVar


class AppError(Exception):
    """Something went wrong in the app."""

    exit_code: ClassVar[int] = 1

    def __str__(self) -> str:
        return inspect.cleandoc(type(self).__doc__ or "").format(*self.args)


class StoreError(AppError):
    """The record on this device could not be read or written."""


class StoreDamaged(StoreError):
    """The record on this device is damaged and cannot be read. Nothing was deleted. Restore a backup, or ask the clinic for a new code."""  # noqa: E501

    exit_code = 7


class StoreNewer(StoreError):
    """This record was written by a newer version of the app. Please update the app. Nothing was changed."""

    exit_code = 8


class StoreBusy(StoreError):
    """Evenkeel is already open with this profile. Close the other window first."""

    exit_code = 9


class StoreLocked(StoreError):
    """The record was locked before this was done. Nothing was changed. Open it and try again."""


class StoreFull(StoreError):
    """The disk is full. Nothing was lost, but this could not be saved. Free some space and try again."""

    exit_code = 10


class NoCipher(StoreError):
    """This computer cannot encrypt the record, so nothing was saved on it."""

    exit_code = 15


class ReadOnly(StoreError):
    """Only the clinic can change this ({0})."""


class NeedsUpdate(StoreError):
    """This was written by a newer version of the app ({0}). Update the app to change it. It is kept as it is."""


class TooLong(StoreError):
    """This is too long for one entry ({0}), so it was not saved. Make it shorter, or save it in parts."""


class MigrationFailed(StoreError):
    """The record could not be made ready for this version of the app. It is as it was, and {0} is a copy of it."""

    exit_code = 20


class NotEmpty(StoreError):
    """There is already a record on this device, so nothing was restored and nothing was changed."""

    exit_code = 21


class NotThere(StoreError):
    """There is no such record or copy on this device. Nothing was changed."""

    exit_code = 27


class BackupError(StoreError):
    """The backup could not be written or read there. Nothing was changed."""

    exit_code = 22


class BackupWrongPassphrase(BackupError):
    """That passphrase does not open this backup. Nothing was changed."""

    exit_code = 23


class BackupDamaged(BackupError):
    """This file is not a whole backup: something in it is damaged or missing. Nothing was restored or changed."""

    exit_code = 24


class BackupNewer(BackupError):
    """This backup was made by a newer version of the app. Please update the app. Nothing was changed."""

    exit_code = 25


class BackupStopped(BackupError):
    """Stopped, as you asked. Nothing was changed."""

    exit_code = 26


class VaultError(AppError):
    """The record did not open."""

    exit_code = 3


class NoVault(VaultError):
    """There is no record on this device yet. Enrol it with a code from your clinic."""

    exit_code = 14


class WrongPasscode(VaultError):
    """That passcode is not right. Nothing was changed."""


class VaultExists(VaultError):
    """There is a record on this device already."""


class WrongCode(VaultError):
    """That recovery code is not right. Nothing was changed."""


class TooManyTries(VaultError):
    """Wait {0} seconds before the next try."""

    exit_code = 13


class VaultDamaged(VaultError):
    """The file that guards the key (vault.json) is damaged. Nothing was deleted."""

    exit_code = 7


class NoArgon2(VaultError):
    """This passcode was set on a device that guards it in a way this one cannot. Use the recovery code here, or open it on that device. Nothing was changed."""  # noqa: E501

    exit_code = 28


class KeyringMissing(VaultError):
    """This computer has no safe place for keys, so only the passcode opens the record."""


class NotRecognised(VaultError):
    """The device did not recognise you ({0}). Your passcode still opens the record."""


class WeakPasscode(VaultError):
    """A passcode has at least 6 digits or letters, not all the same."""


class OtherClinic(AppError):
    """This record belongs to another clinic. Use another profile for this one. Nothing was changed."""

    exit_code = 17


class PeopleDamaged(AppError):
    """The list of names on this device cannot be read. Every record is still here. Choose the names again."""

    exit_code = 7


class DeviceError(AppError):
    """The device could not do that."""


class Refused(DeviceError):
    """The device did not allow that."""


class Absent(DeviceError):
    """This device cannot do that."""


class Silent(DeviceError):
    """The device did not answer in time. Please try again."""


class OnTheLoop(DeviceError):
    """The device cannot be asked from here, because its answer could never arrive."""


class RuleBroken(AppError):
    """That is not possible: {0}."""
