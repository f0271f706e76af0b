"""What can go wrong at the clinic's end; each docstring is the sentence its operator reads.

ClinicError
  x DatabaseError
      x Unreachable       no server, no such file, no permission
      x Absent            the file does not exist yet
      x Unwritable
      x FutureSchema      written by a newer version; never touched
      x Behind            the tables are older, and this role may not change them
      x Unbound           a role that row security does not bind
      x Taken             somebody else wrote it first
  x Moved, MoveUnfinished, NotEmpty, NotTheSame
  x Exists, BackupFailed, UsePgDump
  x BadHints
  x PullError            what a FHIR server said, or did not say
      x PlainHttp, BadFhirAddress, BadAuthority, NotFhir, NotR4, NoTypes, NotOffered, NoAnswer, NotThere
      x BadKey, NoSmart, NoToken
  x BlobDamaged
  x NoRoom
  x UnknownPatient
  x UnknownDevice
  x UnknownRequest
  x UnknownArticle
  x BadCard, BadIssuerFile, UnknownIssuer
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


class Behind(DatabaseError):
    """The database at {0} is behind this version. Run `evenkeel clinic migrate` as the role that owns it."""


class NotPostgres(DatabaseError):
    """{0} is not PostgreSQL: SQLite has no roles, only the permissions of its file."""


class Unbound(DatabaseError):
    """{0} opens as a role that sees every patient at once. Serve as evenkeel_api: `evenkeel clinic roles --help`."""


class Taken(DatabaseError):
    """The database at {0} holds this already."""


class Moved(DatabaseError):
    """The clinic at {0} has moved to {1}. Serve that one."""


class MoveUnfinished(ClinicError):
    """A move to {0} began and did not finish. Run it again with that address, or add --stay to give it up."""


class NotEmpty(DatabaseError):
    """The database at {0} is not empty. Nothing was changed: a clinic moves only into an empty one."""


class NotTheSame(ClinicError):
    """The copy differs from the clinic in the table {0}, so nothing was kept of it. The clinic itself is unchanged."""


class Exists(ClinicError):
    """{0} exists. Choose another name: a file that is there is never written over."""


class BackupFailed(ClinicError):
    """The backup {0} could not be written, and no half one was left. Check the folder and its free space."""


class UsePgDump(ClinicError):
    """{0} is PostgreSQL: back it up with `pg_dump --format=custom` as evenkeel_backup."""


class BadHints(ClinicError):
    """{0} is no way for hints to travel. Use auto, local or off."""


class PullError(ClinicError):
    """Nothing could be pulled from {0}."""


class PlainHttp(PullError):
    """{0} is not encrypted: records and tokens could be read on the way. Use https (or --insecure-http to test)."""


class BadFhirAddress(PullError):
    """{0} is not the address of a FHIR server. It begins with https:// and has no user, question mark or hash in it."""


class BadAuthority(PullError):
    """{0} holds no certificate of an authority in PEM form."""


class NotFhir(PullError):
    """{0} does not say that it is a FHIR server ({1}). If the address is right, name types with --type."""


class NotR4(PullError):
    """{0} speaks FHIR {1}; this clinic reads FHIR R4 (4.0 or 4.3). Nothing was pulled."""


class NoTypes(PullError):
    """{0} does not say which types can be searched. Name them with --type."""


class NoAnswer(PullError):
    """{0} could not be asked: {1}."""


class NotThere(PullError):
    """{0} shows this client no patient with the id {1}. Nothing was pulled."""


class NotOffered(PullError):
    """{0} does not offer a search for {1}. Nothing was pulled."""


class BadKey(PullError):
    """{0} holds no private key that can sign here: RSA of 2048 bits or more, or EC P-384, as JWK or PEM."""


class NoSmart(PullError):
    """{0} offers no sign-in for a clinic's own systems (SMART Backend Services): {1}."""


class NoToken(PullError):
    """{0} gave this client no token ({1}). Check the client id, its key and its scopes there."""


class BlobDamaged(ClinicError):
    """A part of the attachment {0} does not open: it was changed, or its key is another."""


class NoRoom(ClinicError):
    """This file cannot be kept ({0}). It must not be empty, and neither it nor all of a record's may be too big."""


class UnknownPatient(ClinicError):
    """There is no patient with the id {0}. `evenkeel clinic patients` lists them."""


class UnknownDevice(ClinicError):
    """There is no device with the id {0}. `evenkeel clinic devices` lists them."""


class UnknownRequest(ClinicError):
    """No patient asked for {0}, or it was taken back."""


class UnknownArticle(ClinicError):
    """There is no article {0} in that language. `evenkeel clinic lessons` lists them."""


class NoDemo(ClinicError):
    """The demo files of this installation are incomplete: {0} is missing."""


class BadCard(ClinicError):
    """{0}: {1}. Nothing was put."""


class BadIssuerFile(ClinicError):
    """{0}: {1}. Nothing was changed."""


class UnknownIssuer(ClinicError):
    """The clinic's list has no issuer {0}."""
