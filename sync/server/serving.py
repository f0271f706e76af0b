"""Runs the API on a port until it is told to stop: one process, one worker."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from sync.server.api import create_app
from sync.server.clinic import Clinic
from sync.server.errors import ClinicError, Unreachable
from sync.server.front import Front
from sync.server.guard import HEAD, Guard
from sync.server.hints import MOST

GRACE = 5.0
DAY, MINUTE = 24 * 3600.0, 60.0
BACKLOG = 1024
NEAR = ("127.0.0.1", "localhost", "::1")
OWNS = "Warning: this role may change the tables. Serve as evenkeel_api: `evenkeel clinic roles --help`."


class PortTaken(Exception):
    """Port {0} is in use. Choose another with --port."""

    def __str__(self) -> str:
        return (self.__doc__ or "").format(*self.args)


def serve(db_url: str, host: str, port: int, origin: str | None = None, hints: str | None = None) -> None:
    """Serve until SIGTERM or SIGINT; then answer who waits and finish what is under way, but not for ever.

    Raises Unbound for a role of PostgreSQL that row security does not bind.
    """
    _free(host, port)
    clinic = Clinic(db_url, hints=hints)
    try:
        _bound(clinic)
        app = create_app(clinic, origin=origin, hosts=(*NEAR, host))
        asyncio.run(_run(app, [clinic], host, port))
    finally:
        clinic.dispose()
    _leave()


def serve_cells(
    cells: Mapping[str, str], host: str, port: int, origin: str | None = None, hints: str | None = None
) -> None:
    """The same in front of several cells, given by name and address. One that is away is asked again later."""
    _free(host, port)
    clinics = {name: Clinic(url, hints=hints) for name, url in cells.items()}
    try:
        for clinic in clinics.values():
            with contextlib.suppress(Unreachable):
                _bound(clinic)
        front = Front(clinics, origin=origin, hosts=(*NEAR, host))
        asyncio.run(_run(front, list(clinics.values()), host, port))
    finally:
        for clinic in clinics.values():
            clinic.dispose()
    _leave()


def _bound(clinic: Clinic) -> None:
    if not clinic.database.bound():
        print(OWNS, file=sys.stderr, flush=True)


def _leave() -> NoReturn:
    """End here: the server's own threads outlive its stop and abort a Python that is closing down."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


async def _daily(clinics: Sequence[Clinic]) -> None:
    """Forget every day what no device can still need. A cell that is away is asked again tomorrow."""
    while True:
        await asyncio.sleep(DAY)
        await _each(clinics, Clinic.compact, "not compacted")


async def _minutely(clinics: Sequence[Clinic]) -> None:
    """Show what is due, also what came due while nobody served."""
    while True:
        await _each(clinics, Clinic.show_due, "held results not shown")
        await asyncio.sleep(MINUTE)


async def _each(clinics: Sequence[Clinic], act: Callable[[Clinic], object], failed: str) -> None:
    for clinic in clinics:
        try:
            await asyncio.to_thread(act, clinic)
        except ClinicError as error:
            print(f"{failed}: {type(error).__name__}", file=sys.stderr, flush=True)


async def _run(app: Guard | Front, clinics: Sequence[Clinic], host: str, port: int) -> None:
    _spare_the_collector()
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=5000, max_buffer_size=HEAD),
        websockets=False,
        backlog=BACKLOG,
        backpressure=_connections(),
        log_enabled=False,
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        _on_signal(number, stop)
    serving = asyncio.ensure_future(server.serve())
    chores = asyncio.gather(_daily(clinics), _minutely(clinics))
    print(f"Evenkeel clinic listening on http://{host}:{port}", file=sys.stderr, flush=True)
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    chores.cancel()
    if not stop.is_set():
        raise PortTaken(port) from serving.exception()
    app.release()
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait({serving}, timeout=GRACE)


def _connections() -> int:
    """How many connections may be open at once: those who wait and some more, as far as this system lets us."""
    wanted = MOST + BACKLOG
    if sys.platform == "win32":
        return wanted
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted + BACKLOG if hard == resource.RLIM_INFINITY else min(wanted + BACKLOG, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    return wanted if soft == resource.RLIM_INFINITY else max(BACKLOG, min(wanted, soft - BACKLOG))


def _spare_the_collector() -> None:
    """Nothing of what is loaded by now is garbage, and an exchange makes many objects that end with it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _on_signal(number: signal.Signals, stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(number, stop.set)
    except NotImplementedError:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _free(host: str, port: int) -> None:
    """Say plainly that the port is taken, before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortTaken(port) from None
