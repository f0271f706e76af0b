"""Which addresses may be asked: the FHIR server's own origin and those the operator named, over TLS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from sync.server.errors import BadFhirAddress, PlainHttp
from sync.server.pull.stops import Elsewhere

PORTS = {"http": 80, "https": 443}
SHOWN = 200
ID, TYPE = re.compile(r"[A-Za-z0-9.-]{1,64}"), re.compile(r"[A-Z][A-Za-z]{1,60}")
"""What may stand in an address as an id and as a type."""


def tidy(url: str) -> str:
    """The address of a FHIR server in the one form under which it is remembered. Raises BadFhirAddress."""
    try:
        parts = urlsplit(url.strip())
        origin = _origin(parts)
    except ValueError:
        raise BadFhirAddress(shown(url)) from None
    if not origin or parts.query or parts.fragment or parts.username is not None:
        raise BadFhirAddress(shown(url))
    return origin + parts.path.rstrip("/")


def shown(url: str) -> str:
    """An address as it may stand in a message: without a user or password in it, and not for ever long."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    said = f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
    return "".join(letter for letter in said if letter.isprintable())[:SHOWN]


def _origin(parts: SplitResult) -> str:
    """`https://host:port` without a usual port; empty for what is no web address."""
    if parts.scheme not in PORTS or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != PORTS[parts.scheme] else "")


def _near(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def encrypted(url: str, insecure: bool = False) -> str:
    """The same address. Raises PlainHttp for http beyond this computer, unless that was asked for."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not insecure and not _near(parts.hostname):
        raise PlainHttp(shown(url))
    return url


@dataclass(frozen=True)
class Bounds:
    """A FHIR server's base address, and every origin to which its token may go."""

    base: str
    origins: frozenset[str]

    @classmethod
    def around(cls, url: str, allowed: Iterable[str] = (), insecure: bool = False) -> Bounds:
        """The bounds of a server, with more origins that the operator allowed. Raises BadFhirAddress, PlainHttp."""
        base = encrypted(tidy(url), insecure)
        others = [encrypted(tidy(one), insecure) for one in allowed]
        return cls(base, frozenset(_origin(urlsplit(one)) for one in (base, *others)))

    def within(self, link: str, page: str) -> str:
        """A link of a page as a whole address. Raises Elsewhere for any that leads out of bounds."""
        try:
            url = urljoin(page, link)
            parts = urlsplit(url)
            inside = _origin(parts) in self.origins and parts.username is None
        except ValueError:
            raise Elsewhere("an address that cannot be read") from None
        if not inside:
            raise Elsewhere(shown(_origin(parts)) or "another kind of address")
        return url.partition("#")[0]
