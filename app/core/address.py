"""A clinic's address as people type it: completed, and judged before anything is sent there."""

from __future__ import annotations

from urllib.parse import urlsplit

NEAR = ("localhost", "127.0.0.1", "::1")


def tidy_address(typed: str) -> str:
    """An address with its scheme and without a slash at the end: "clinic.org" is "https://clinic.org"."""
    said = typed.strip()
    if not said or "://" in said:
        return said.rstrip("/")
    said = said.rstrip("/")
    return f"{'http' if _host(f'//{said}') in NEAR else 'https'}://{said}"


def is_address(server: str) -> bool:
    """Could this be a clinic's address? Plain http only on this very computer, and no name or password inside."""
    host = _host(server)
    odd = not server.isprintable() or any(sign in server for sign in " @?#\\")
    scheme = server.partition("://")[0].lower()
    return bool(host) and not odd and (scheme == "https" or (scheme == "http" and host in NEAR))


def clean_address(typed: str) -> str | None:
    """What was typed as an address that may be used, or None."""
    said = tidy_address(typed)
    return said if is_address(said) else None


def _host(address: str) -> str:
    """The host of an address; nothing where it has none, or a port that is none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "") if parts.port != 0 and not parts.netloc.endswith(":") else ""
    except ValueError:
        return ""
