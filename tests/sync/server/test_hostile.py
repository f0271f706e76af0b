"""Hostile bytes at the real server: each row is refused as it must be, and a good request is answered afterwards."""

from __future__ import annotations

import contextlib
import json
import socket
import time

import pytest
from raw import GOOD, HOST, served

CANARY = b"canary-raw"
POST = b"POST /v1/token HTTP/1.1\r\n" + HOST
GET = b"GET /v1/health HTTP/1.1\r\n" + HOST
END = b"connection: close\r\n\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
LENGTH, CODED = b"content-length: 60\r\n", b"transfer-encoding: chunked\r\n"
EMPTY = b"0\r\n\r\n"
HIDDEN = b"GET /v1/" + CANARY + b" HTTP/1.1\r\n" + HOST + END
UPGRADE = b"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: "


def get(path: bytes, more: bytes = b"", version: bytes = b"1.1") -> bytes:
    return b"GET " + path + b" HTTP/" + version + b"\r\n" + HOST + more + END


def many(count: int) -> bytes:
    return b"".join(b"x%d: y\r\n" % number for number in range(count))


BAD, GONE = {400}, {404}
SMUGGLING = {
    "length and chunked": (
        POST + b"content-length: 60\r\ntransfer-encoding: chunked\r\n\r\n" + EMPTY + HIDDEN,
        {400, 401},
    ),
    "chunked and length": (
        POST + b"transfer-encoding: chunked\r\ncontent-length: 60\r\n\r\n" + EMPTY + HIDDEN,
        {400, 401},
    ),
    "length twice, different": (POST + b"content-length: 4\r\ncontent-length: 5\r\n\r\nabcde", BAD),
    "length as a list": (POST + b"content-length: 4, 4\r\n\r\nabcd", BAD),
    "length below nothing": (POST + b"content-length: -1\r\n\r\n", BAD),
    "length with a sign": (POST + b"content-length: +4\r\n\r\nabcd", BAD),
    "length in hexadecimal": (POST + b"content-length: 0x4\r\n\r\nabcd", BAD),
    "length beyond numbers": (POST + b"content-length: 99999999999999999999999\r\n\r\n", BAD),
    "another encoding": (POST + b"transfer-encoding: xchunked\r\n\r\n" + EMPTY, BAD),
    "chunked is not last": (POST + b"transfer-encoding: chunked, identity\r\n\r\n" + EMPTY, BAD),
    "encoding twice": (
        POST + b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n" + EMPTY,
        BAD,
    ),
    "encoding before a blank": (POST + b"transfer-encoding : chunked\r\n\r\n" + EMPTY, BAD),
    "encoding behind a tab of another kind": (POST + b"transfer-encoding: \x0bchunked\r\n\r\n" + EMPTY, BAD),
    "encoding on a folded line": (POST + b"transfer-encoding:\r\n chunked\r\n\r\n" + EMPTY, BAD),
    "a folded line": (GET + b"x: a\r\n b\r\n" + END, BAD),
    "a bare carriage return": (GET + b"x: a\rcontent-length: 5\r\n" + END, BAD),
    "a zero byte in a value": (GET + b"x: a\0b\r\n" + END, BAD),
    "a zero byte in a name": (GET + b"x\0: ab\r\n" + END, BAD),
    "lines that end in LF alone": (GET.replace(b"\r\n", b"\n") + b"connection: close\n\n", {200, 400}),
    "a chunk size of no number": (CHUNKED + b"zz\r\nab\r\n" + EMPTY, BAD),
    "a chunk size below nothing": (CHUNKED + b"-1\r\nab\r\n" + EMPTY, BAD),
    "a chunk size beyond numbers": (CHUNKED + b"ffffffffffffffffff\r\nab\r\n" + EMPTY, BAD),
    "a chunk size with 0x": (CHUNKED + b"0x2\r\nab\r\n" + EMPTY, BAD),
    "chunks that end in LF alone": (CHUNKED + b"2\nab\n0\n\n", BAD),
    "a chunk longer than it said": (CHUNKED + b"2\r\nabX0\r\n\r\n", BAD),
    "a chunk extension of 100 kB": (CHUNKED + b"2;" + b"x" * 100_000 + b"\r\nab\r\n" + EMPTY, BAD),
    "a chunk extension with LF": (CHUNKED + b"2;\nxx\r\nab\r\n" + EMPTY, BAD),
    "trailers that would be headers": (CHUNKED + b"0\r\nauthorization: DPoP x\r\n\r\n", {401}),
    "20,000 trailers": (CHUNKED + b"0\r\n" + many(20_000) + b"\r\n", BAD),
}
SIZES = {
    "a body said to be 9 MB": (POST + b"content-length: 9437184\r\n\r\nxx", {413}),
    "the same, waiting for leave": (POST + b"content-length: 9437184\r\nexpect: 100-continue\r\n\r\n", {413}),
    "100 kB from a stranger": (
        POST + b"content-length: 100000\r\nconnection: close\r\n\r\n" + b"x" * 100_000,
        {413},
    ),
    "the same in chunks": (CHUNKED + (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 30 + EMPTY, {413}),
    "a packed body": (POST + b"content-encoding: gzip\r\ncontent-length: 5\r\n\r\nabcde", {415}),
    "a header of 1 MB": (GET + b"x: " + b"a" * 1_000_000 + b"\r\n" + END, {431}),
    "a header of 100 kB": (GET + b"x: " + b"a" * 100_000 + b"\r\n" + END, {431}),
    "5,000 headers": (GET + many(5_000) + END, {431}),
    "a method of 70 kB": (b"A" * 70_000 + b" / HTTP/1.1\r\n" + HOST + END, {400, 404, 405, 414, 431}),
    "an address of 200 kB": (get(b"/" + b"a" * 200_000), {414, 431}),
    "an address of 50 kB": (get(b"/" + CANARY + b"a" * 50_000), GONE),
    "a question of 50 kB": (get(b"/v1/health?" + CANARY * 5_000), {200}),
}
WORDS = {
    "nothing that is HTTP": (bytes(range(256)) * 4, BAD),
    "the start of TLS": (b"\x16\x03\x01\x02\x00\x01\x00" + bytes(50) + b"\r\n\r\n", BAD),
    "HTTP/0.9": (b"GET /v1/health\r\n\r\n", BAD),
    "HTTP/3.0 in letters": (get(b"/v1/health", version=b"3.0"), BAD),
    "HTTP/2 by upgrade": (get(b"/v1/health", b"upgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"), {200}),
    "a method of nobody": (CANARY + b" /v1/health HTTP/1.1\r\n" + HOST + END, {400, 405}),
    "TRACE": (b"TRACE /v1/health HTTP/1.1\r\nx-secret: " + CANARY + b"\r\n" + HOST + END, {405}),
    "a tunnel": (b"CONNECT evil.test:80 HTTP/1.1\r\nhost: evil.test\r\n" + END, {400, 404, 405}),
    "OPTIONS of everything": (b"OPTIONS * HTTP/1.1\r\n" + HOST + END, GONE),
    "an odd expectation": (POST + b"expect: magic\r\ncontent-length: 2\r\n" + END + b"{}", {401, 417}),
    "two hosts": (b"GET /v1/health HTTP/1.1\r\nhost: a\r\nhost: b\r\n" + END, BAD),
    "a host with a path": (b"POST /v1/token HTTP/1.1\r\nhost: 127.0.0.1/v1/sync?\r\n" + END, BAD),
    "a host with a name before it": (b"POST /v1/token HTTP/1.1\r\nhost: 127.0.0.1@evil.test\r\n" + END, BAD),
    "another host": (b"POST /v1/token HTTP/1.1\r\nhost: evil.test\r\n" + END, {421}),
    "another host in the address": (b"POST http://evil.test/v1/token HTTP/1.1\r\n" + HOST + END, {401, 421}),
    "a proxy's word from nobody": (
        get(b"/v1/health", b"x-forwarded-host: evil.test\r\nforwarded: host=e\r\n"),
        {200},
    ),
}
PATHS = {
    f"the path {path.decode()!r}": (get(path), GONE)
    for path in (
        b"//v1/health", b"/v1//health", b"/v1/../v1/health", b"/v1/./health", b"/v1/%2e%2e/v1/health", b"/V1/HEALTH",
        b"/v1/health;x=1", b"/v1/health/", b"/v1\\health", b"/v1/health%00", b"/v1/health%0a", b"/v1/%ff",
        b"/static-offline-docs/../../../../../../etc/passwd", b"/static-offline-docs/%00", b"/static-offline-docs/%ff",
        b"/static-offline-docs/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", b"/static-offline-docs/" + b"a" * 5_000,
        b"/static-offline-docs/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", b"/static-offline-docs//etc/passwd",
    )
}  # fmt: skip
RANGES = {
    "2,000 ranges of nothing": (get(b"/v1/health", b"range: bytes=" + b"0-1," * 2_000 + b"0-1\r\n"), {200}),
    "2,000 ranges of a file": (
        get(b"/static-offline-docs/swagger-ui.css", b"range: bytes=" + b"0-," * 2_000 + b"0-\r\n"), {200, 206, 400, 416}
    ),
    "a range of no file": (get(b"/static-offline-docs/swagger-ui.css", b"range: bytes=9999999999999-\r\n"), {416}),
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'clinic.db'}") as one:
        yield one


@pytest.mark.parametrize("table", [SMUGGLING, SIZES, WORDS, PATHS, RANGES])
def test_hostile_bytes_get_one_plain_refusal_and_the_next_is_served(server, table):
    wrong = []
    for name, (data, allowed) in table.items():
        heard = server.ask(data, 5)
        reset = heard.statuses == [] and heard.closed is False and heard.seconds < 5
        told = len(heard.statuses) == 1 and heard.statuses[0] in allowed
        if (
            not (told or (reset and allowed & {413, 414, 431}))
            or CANARY in heard.said
            or len(heard.said) > 400_000
        ):
            wrong.append((name, heard.statuses, heard.closed, round(heard.seconds, 1)))
        if not server.is_well():
            wrong.append((name, "and then it was not well"))
    assert not wrong


def test_no_other_protocol_is_spoken(server):
    websocket = b"GET /v1/sync HTTP/1.1\r\n" + HOST + UPGRADE + b"dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    assert server.ask(websocket + GOOD).statuses == [405, 200]
    heard = server.ask(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
    assert heard.closed and heard.statuses in ([], [400])


def test_requests_in_a_row_get_their_answers_in_a_row(server):
    mixed = GET + b"\r\n" + get(b"/v1/nowhere").replace(b"connection: close\r\n", b"") + GOOD
    assert server.ask(mixed).statuses == [200, 404, 200]
    assert len(server.ask((GET + b"\r\n") * 300 + GOOD).statuses) == 301


def test_the_log_is_one_line_of_json_each_and_holds_nothing_that_was_sent(server):
    server.ask(get(b"/v1/" + CANARY, b"x: " + CANARY + b"\r\n"))
    assert server.is_well()
    lines = [line for line in server.log().splitlines() if "listening" not in line]
    assert lines and all(json.loads(line)["at"] for line in lines)
    assert CANARY.decode() not in server.log() and "fault" not in server.log()


def closed_after(line: socket.socket, wait: float) -> float | None:
    """Seconds until the server closed this connection; None when it still holds it."""
    started = time.monotonic()
    line.settimeout(wait)
    try:
        while line.recv(65536):
            pass
    except TimeoutError:
        return None
    except OSError:
        pass
    return time.monotonic() - started


@pytest.mark.slow
def test_headers_that_come_slowly_are_cut_off(server):
    with server.line() as line:
        line.sendall(b"GET /v1/health HTTP/1.1\r\n" + HOST)
        for _ in range(12):
            with contextlib.suppress(OSError):
                line.sendall(b"x: y\r\n")
            time.sleep(0.5)
        assert closed_after(line, 4) is not None
    assert server.is_well()


@pytest.mark.slow
@pytest.mark.parametrize("framing", [b"content-length: 100\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n"])
def test_a_body_that_drips_or_stalls_is_given_up_after_ten_seconds(server, framing):
    drop = b"1\r\nx\r\n" if b"chunked" in framing else b"x"
    started = time.monotonic()
    with server.line(20) as dripping, server.line(20) as stalled:
        for line in (dripping, stalled):
            line.sendall(POST + framing + drop)
        for _ in range(9):
            time.sleep(1)
            dripping.sendall(drop)
        assert server.is_well()
        for line in (dripping, stalled):
            assert line.recv(12) == b"HTTP/1.1 408"
    assert 9 < time.monotonic() - started < 20


@pytest.mark.slow
def test_600_who_say_nothing_half_or_never_listen_keep_nobody_waiting(server):
    silent = [server.line() for _ in range(200)]
    half = [server.line() for _ in range(200)]
    deaf = [server.line() for _ in range(200)]
    for line in half:
        line.sendall(GET + b"x: ")
    for line in deaf:
        line.sendall(b"GET /static-offline-docs/swagger-ui-bundle.js HTTP/1.1\r\n" + HOST + b"\r\n")
    assert all(server.is_well() for _ in range(5))
    time.sleep(8)
    held = [line for line in (*silent, *half) if closed_after(line, 0.01) is None]
    assert not held and server.is_well()
    for line in (*silent, *half, *deaf):
        line.close()
    assert server.is_well()
