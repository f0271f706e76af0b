"""Why a walk along a server's pages ended before its end; each docstring is the reason in the report.

None of them is an accident of ours: what came before stays in, the mark stays where it was, other types go on.
"""

from __future__ import annotations


class Stop(Exception):
    """the server did not answer as it should"""

    final = False
    """True when no other type can fare better: the run ends."""
    again = False
    """True when the same page may well come at the next run: the walk goes on there."""

    def __str__(self) -> str:
        return (type(self).__doc__ or "").format(*self.args)


class Elsewhere(Stop):
    """it leads to another server ({0}), where no token may go; --allow names one that may be asked"""


class Unreached(Stop):
    """it cannot be reached ({0})"""

    final = again = True


class Busy(Stop):
    """it is too busy or out of order (status {0}), also after several tries"""

    again = True


class LongWait(Stop):
    """it asks to be left alone for {0} seconds; run this again later"""

    final = again = True


class Unwelcome(Stop):
    """it does not let this client in (status 401)"""

    final = again = True


class Refused(Stop):
    """it refused (status {0}{1})"""


class TooLarge(Stop):
    """a page is larger than {0} bytes; ask for smaller pages with --count"""


class TooSlow(Stop):
    """a page took longer than {0} seconds"""

    again = True


class NoPage(Stop):
    """it is no page of FHIR: {0}"""


class Endless(Stop):
    """its pages lead in a circle"""
