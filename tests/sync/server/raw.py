"""The real server in its own process, and raw bytes at its socket."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
HOST = b"host: 127.0.0.1\r\n"
GOOD = b"GET /v1/health HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n"


@dataclass
class Served:
    """A running server: its port, its process, and what it wrote on stdout and stderr."""

    port: int
    process: subprocess.Popen[bytes]
    written: list[bytes] = field(default_factory=list)

    def line(self, wait: float = 10.0) -> socket.socket:
        """A new connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=wait)

    def ask(self, data: bytes, wait: float = 10.0) -> Heard:
        """Send these bytes and listen until the server closes, or for `wait` seconds."""
        started = time.monotonic()
        heard, closed = b"", False
        with self.line(wait) as line, contextlib.suppress(OSError):
            line.sendall(data)
            while part := line.recv(65536):
                heard += part
            closed = True
        return Heard(heard, closed, time.monotonic() - started)

    def is_well(self, bound: float = 10.0) -> bool:
        """Does it answer a good request within this many seconds?"""
        return self.ask(GOOD, bound).statuses == [200]

    def log(self) -> str:
        """What it wrote so far."""
        return b"".join(self.written).decode()


@dataclass(frozen=True)
class Heard:
    """What came back, whether the server closed the connection, and after how many seconds."""

    said: bytes
    closed: bool
    seconds: float

    @property
    def statuses(self) -> list[int]:
        """The status of each answer, without `100 Continue`."""
        starts = [part.split(b" ", 2)[1] for part in self.said.split(b"HTTP/1.")[1:]]
        return [int(one) for one in starts if one != b"100"]


@contextlib.contextmanager
def served(url: str) -> Iterator[Served]:
    """`evenkeel clinic serve` over this database, on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sync.server", "serve", "--db", url, "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ}
    )
    server = Served(port, process)
    reader = threading.Thread(target=_read, args=(server,))
    reader.start()
    try:
        _wait(server)
        yield server
    finally:
        process.kill()
        process.wait()
        reader.join()


def _read(server: Served) -> None:
    assert server.process.stdout
    with server.process.stdout as out:
        server.written.extend(iter(out.readline, b""))


def _wait(server: Served) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.process.poll() is None:
        with contextlib.suppress(OSError):
            if server.is_well():
                return
        time.sleep(0.05)
    raise AssertionError("the server did not start")
