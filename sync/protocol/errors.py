"""What can go wrong between device and clinic.

SyncError
  x Offline        the clinic cannot be reached; nothing to show but a thin line
  x NotTheClinic   something answered, but not the clinic's API
  x Unauthorised   the clinic does not know this device (any more); all data stays
      x Revoked
          x ReportedLost   the refusal carried the clinic's signed order for this very device
              x Erased     and it was obeyed
      x WrongClinic      another clinic, or another part of it, answers at this address
  x BadCode        the activation code was wrong, used or too old
  x TooOld         the clinic speaks a newer protocol
  x TooNew         the clinic speaks only protocols that this app no longer does
  x OthersToo      that device is not this person's alone
  x Missing        the clinic has not, or not any more, what was asked for
  x Unwell         the clinic's server has a fault of its own
"""

from __future__ import annotations


class SyncError(Exception):
    """The clinic could not be asked."""


class Offline(SyncError):
    """There is no connection to the clinic. Everything still works; it will be sent later."""


class NotTheClinic(SyncError):
    """This address answers, but it is not an Evenkeel clinic. Check the address."""


class Unauthorised(SyncError):
    """The clinic does not know this device. Ask the clinic for a new code. Nothing was deleted."""


class Revoked(Unauthorised):
    """The clinic has ended this device's access. What is on the device stays. Ask the clinic for a new code."""


class ReportedLost(Revoked):
    """This device was reported lost. The clinic has ended its access. What is on the device stays."""


class Erased(ReportedLost):
    """This device was reported lost, so its record was erased from it. Ask the clinic for a new code."""


class WrongClinic(Unauthorised):
    """This address does not hold your record. Ask your clinic for its address. Nothing was deleted."""


class BadCode(SyncError):
    """That code does not work. It may be mistyped, used or too old. Ask the clinic for a new one."""


class TooOld(SyncError):
    """This app is too old for the clinic. Please update it. It keeps working offline."""


class TooNew(SyncError):
    """The clinic's computer is older than this app. Everything still works here, and is sent once it is ready."""


class OthersToo(SyncError):
    """That device also holds somebody else's record. Only the clinic can end it."""


class Missing(SyncError):
    """The clinic does not have this any more. It will be asked for anew."""


class Unwell(SyncError):
    """The clinic's computer has a problem. It will be tried again."""
