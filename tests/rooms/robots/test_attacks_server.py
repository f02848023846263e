"""What strangers send to the web server itself, as `ringar run` starts it: too much, too slowly, too crooked."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringar.robots.engine import serving
from tests.rooms.robots.conftest import START, free_port, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
SLOW = 2


@pytest.fixture
def port(start_process: START, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a web server with the very arguments of `ringar run`."""
    told: list[str] = []
    monkeypatch.setattr(serving, "start", lambda *arguments, **_: told.extend(arguments))
    port = free_port()
    serving.start_web("127.0.0.1", port)
    start_process(*told, RINGAR_CLIENT_SECONDS=str(SLOW), RINGAR_BEHIND_PROXY="1")
    wait_for(lambda: status(port, b"GET /halsa/ HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200)
    yield port
    assert status(port, b"GET /halsa/ HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200, "it still serves"


def send(port: int, data: bytes, seconds: float = 30) -> bytes:
    """What the server answers before it closes or falls silent."""
    answer = b""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=seconds) as client,
    ):
        with contextlib.suppress(OSError):
            client.sendall(data)
        client.settimeout(seconds)
        while b"\r\n\r\n" not in answer and (part := client.recv(4096)):
            answer += part
    return answer


def status(port: int, data: bytes) -> int:
    """The status of the answer; 0 where there is none."""
    words = send(port, data).split(b" ", 2)
    return int(words[1]) if len(words) > 2 and words[1].isdigit() else 0


def request(*headers: bytes, line: bytes = b"GET / HTTP/1.1", body: bytes = b"") -> bytes:
    return b"\r\n".join([line, b"Host: localhost", b"X-Forwarded-Proto: https", *headers, b"", body])


def test_server_when_requests_are_oversized_or_crooked_then_refused_before_our_code(port: int) -> None:
    many = [b"X-%d: 1" % number for number in range(200)]
    tried = {
        "a long header": request(b"X-Long: " + b"a" * 100_000),
        "a long cookie": request(b"Cookie: a=" + b"b" * 20_000),
        "many headers": request(*many),
        "a long address": request(line=b"GET /?q=" + b"a" * 10_000 + b" HTTP/1.1"),
        "no HTTP": b"\x16\x03\x01\x02\x00" * 20 + b"\r\n\r\n",
        "two lengths": request(
            b"Content-Length: 5", b"Content-Length: 6", line=b"POST / HTTP/1.1", body=b"hello"
        ),
        "length and chunks": request(
            b"Content-Length: 5", b"Transfer-Encoding: chunked", line=b"POST / HTTP/1.1", body=b"0\r\n\r\n"
        ),
        "a space before the colon": request(b"Content-Length : 5", line=b"POST / HTTP/1.1", body=b"hello"),
    }
    got = {name: status(port, data) for name, data in tried.items()}
    assert all(400 <= code < 500 for code in got.values()), got
    answer = send(port, request(line=b"GET /sprak/?next=%0d%0aSet-Cookie:%20x=1 HTTP/1.1"))
    assert b"set-cookie: x=1" not in answer.lower()


def test_server_when_many_send_by_the_drop_then_others_are_served(port: int, tmp_path: Path) -> None:
    """More half-sent requests than there are threads; each is given up in its turn."""
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(24)]
    try:
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        began = time.monotonic()
        assert status(port, b"GET /halsa/ HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200
        assert time.monotonic() - began < 5 * SLOW + 5
    finally:
        for client in slow:
            client.close()
