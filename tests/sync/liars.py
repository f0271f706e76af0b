"""A server that answers with whatever bytes a test gives it, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

JSON = b"content-type: application/json\r\n"


def answer(body: bytes, more: bytes = JSON, status: bytes = b"200 OK") -> bytes:
    """A whole HTTP answer."""
    return b"HTTP/1.1 %s\r\ncontent-length: %d\r\n%s\r\n" % (status, len(body), more) + body


@dataclass
class Liar:
    """Says the same to every request: parts of bytes, the last one over and over if `endless`, with pauses `every`."""

    parts: Sequence[bytes]
    endless: bool = False
    every: float = 0.0
    asked: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def listen(self, door: socket.socket) -> None:
        """Hear one after the other until it is over."""
        while not self.over.is_set():
            with contextlib.suppress(OSError), door.accept()[0] as line:
                line.settimeout(5)
                self._speak(line)

    def _speak(self, line: socket.socket) -> None:
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += line.recv(65536) or b"\r\n\r\n"
        self.asked.append(heard)
        for part in self.parts:
            line.sendall(part)
        while self.endless and not self.over.wait(self.every):
            line.sendall(self.parts[-1])
        line.shutdown(socket.SHUT_WR)
        while line.recv(65536):
            pass


@contextlib.contextmanager
def lying(liar: Liar) -> Iterator[str]:
    """The liar at an address, for as long as the block."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)
        thread = threading.Thread(target=liar.listen, args=(door,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            liar.over.set()
            thread.join()


@contextlib.contextmanager
def unvouched(folder: Path) -> Iterator[str]:
    """An address that begins TLS with a certificate of its own making, once."""
    context = own_certificate(folder)

    def greet() -> None:
        with contextlib.suppress(OSError), door, door.accept()[0] as line:
            context.wrap_socket(line, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=greet)
        thread.start()
        yield f"https://127.0.0.1:{door.getsockname()[1]}"
        thread.join()


def own_certificate(folder: Path) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "own.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
