"""One table: what went wrong, and what the patient is told."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

from app.core import errors as on_device
from app.ui.strings import Words
from sync.protocol import errors as on_the_way

Kind = Literal["info", "attention", "urgent", "done"]
log = logging.getLogger(__name__)
LOUD = ("flet", "flet_web.fastapi", "asyncio", "concurrent.futures", "uvicorn.error")

FAILURES: dict[type[BaseException], tuple[str, Kind, tuple[str, ...]]] = {
    on_device.StoreDamaged: ("failures.store_damaged", "urgent", ()),
    on_device.StoreNewer: ("failures.store_newer", "attention", ()),
    on_device.StoreBusy: ("failures.store_busy", "attention", ()),
    on_device.StoreLocked: ("failures.store_locked", "attention", ()),
    on_device.StoreFull: ("failures.store_full", "urgent", ()),
    on_device.NoCipher: ("failures.no_cipher", "urgent", ()),
    on_device.ReadOnly: ("failures.read_only", "attention", ()),
    on_device.NeedsUpdate: ("failures.needs_update", "attention", ()),
    on_device.TooLong: ("failures.too_long", "attention", ()),
    on_device.MigrationFailed: ("failures.migration_failed", "urgent", ("copy",)),
    on_device.NotEmpty: ("failures.not_empty", "attention", ()),
    on_device.NotThere: ("failures.not_there", "attention", ()),
    on_device.BackupWrongPassphrase: ("failures.backup_wrong_passphrase", "attention", ()),
    on_device.BackupDamaged: ("failures.backup_damaged", "urgent", ()),
    on_device.BackupNewer: ("failures.backup_newer", "attention", ()),
    on_device.BackupStopped: ("failures.backup_stopped", "info", ()),
    on_device.BackupError: ("failures.backup", "attention", ()),
    on_device.StoreError: ("failures.store", "urgent", ()),
    on_device.NoVault: ("failures.no_vault", "attention", ()),
    on_device.WrongPasscode: ("failures.wrong_passcode", "attention", ()),
    on_device.WrongCode: ("failures.wrong_code", "attention", ()),
    on_device.VaultExists: ("failures.vault_exists", "attention", ()),
    on_device.OtherClinic: ("failures.other_clinic", "attention", ()),
    on_device.TooManyTries: ("failures.too_many_tries", "attention", ("seconds",)),
    on_device.VaultDamaged: ("failures.vault_damaged", "urgent", ()),
    on_device.NoArgon2: ("failures.no_argon2", "attention", ()),
    on_device.KeyringMissing: ("failures.keyring_missing", "info", ()),
    on_device.WeakPasscode: ("failures.weak_passcode", "attention", ()),
    on_device.NotRecognised: ("failures.not_recognised", "attention", ()),
    on_device.VaultError: ("failures.vault", "urgent", ()),
    on_device.Refused: ("failures.device_refused", "attention", ()),
    on_device.Absent: ("failures.device_absent", "attention", ()),
    on_device.PeopleDamaged: ("failures.people_damaged", "attention", ()),
    on_device.DeviceError: ("failures.device", "attention", ()),
    on_device.RuleBroken: ("failures.rule_broken", "attention", ()),
    on_the_way.Offline: ("failures.offline", "info", ()),
    on_the_way.NotTheClinic: ("failures.not_the_clinic", "attention", ()),
    on_the_way.Erased: ("welcome.reported_lost", "attention", ()),
    on_the_way.Revoked: ("failures.revoked", "urgent", ()),
    on_the_way.WrongClinic: ("failures.wrong_clinic", "attention", ()),
    on_the_way.Unauthorised: ("failures.unauthorised", "attention", ()),
    on_the_way.BadCode: ("failures.bad_code", "attention", ()),
    on_the_way.TooOld: ("failures.too_old", "attention", ()),
    on_the_way.OthersToo: ("failures.others_too", "attention", ()),
    on_the_way.TooNew: ("failures.too_new", "info", ()),
    on_the_way.Unwell: ("failures.unwell", "info", ()),
    on_the_way.SyncError: ("failures.sync", "info", ()),
}
UNEXPECTED: tuple[str, Kind, tuple[str, ...]] = ("failures.unexpected", "attention", ())


@dataclass(frozen=True)
class Failure:
    """A failure in the patient's words; `details` is for the clinic and holds a type, never a value."""

    kind: Kind
    text: str
    details: str


def explain(error: BaseException | None, words: Words) -> Failure:
    """What the patient is told about this error."""
    row = next((FAILURES[t] for t in type(error).__mro__ if t in FAILURES), UNEXPECTED)
    key, kind, names = row
    given = dict(zip(names, getattr(error, "args", ()), strict=False))
    if key == "failures.rule_broken" and error is not None and error.args and words.has(str(error.args[0])):
        key = str(error.args[0])
    return Failure(kind, words(key, **given), type(error).__name__)


class TypesOnly(logging.Filter):
    """Takes the exception's text out of a log record: it may hold a patient's words."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record; of its exception keep the type. The message may quote the exception: it goes too."""
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = f"Unhandled error [{record.exc_info[0].__name__}]", ()
            record.exc_info = record.exc_text = None
        return True


def hush_logs() -> None:
    """What runs our code logs its errors with their text; keep the type alone."""
    for name in LOUD:
        logger = logging.getLogger(name)
        if not any(isinstance(f, TypesOnly) for f in logger.filters):
            logger.addFilter(TypesOnly())
