"""What can go wrong at the clinic's end; each docstring is the sentence its operator reads.

ClinicError
  x DatabaseError
      x Unreachable       no server, no such file, no permission
      x Absent            the file does not exist yet
      x Unwritable
      x FutureSchema      written by a newer version; never touched
  x UnknownPatient
  x UnknownDevice
"""

from __future__ import annotations


class ClinicError(Exception):
    """The clinic's command did not work."""

    def __str__(self) -> str:
        return (type(self).__doc__ or "").format(*self.args)


class DatabaseError(ClinicError):
    """The database at {0} did not do what was asked."""


class Unreachable(DatabaseError):
    """The database at {0} cannot be reached. Is it running, and is the address right?"""


class Absent(DatabaseError):
    """There is no database at {0} yet. Start with `evenkeel clinic import` or `evenkeel clinic seed`."""


class Unwritable(DatabaseError):
    """The database at {0} cannot be written. Check the folder, its permissions and the free space."""


class BadAddress(DatabaseError):
    """{0} is not a database address. Use sqlite:///path or postgresql://user@host/name."""


class FutureSchema(DatabaseError):
    """The database at {0} was written by a newer Evenkeel. Nothing was changed. Update Evenkeel first."""


class UnknownPatient(ClinicError):
    """There is no patient with the id {0}. `evenkeel clinic patients` lists them."""


class UnknownDevice(ClinicError):
    """There is no device with the id {0}. `evenkeel clinic devices` lists them."""


class NoDemo(ClinicError):
    """The demo files of this installation are incomplete: {0} is missing."""
