"""Sending JSON to an address that somebody handed in, and only to the outside world.

The name is looked up once and the connection goes to the address that was checked, so that a name that changes
its answer in between leads nowhere else. No redirects are followed.
"""

import http.client
import socket
import ssl
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

SECONDS = 10
MOST_BYTES = 10_000


class NotPosted(Exception):
    """Nothing was sent, or nothing answered; the text says why."""


def checked_address(host: str, port: int) -> str:
    """The IP address behind the name. Raises NotPosted where any of them lies inside a network of ours."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise NotPosted(gettext("there is no such address")) from error
    if not settings.FETCH_PLAIN_HTTP and not all(ip_address(each).is_global for each in found):
        raise NotPosted(gettext("the address lies inside a closed network"))
    return sorted(found)[0]


class PinnedConnection(http.client.HTTPSConnection):
    """To the address that was checked, with the name's own certificate."""

    def __init__(self, host: str, port: int, address: str, *, is_plain: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self.address, self.is_plain = address, is_plain

    def connect(self) -> None:
        connection = socket.create_connection((self.address, self.port), timeout=SECONDS)
        context = ssl.create_default_context()
        self.sock = (
            connection if self.is_plain else context.wrap_socket(connection, server_hostname=self.host)
        )


def post_json(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Posts the body; returns the answer's code and the beginning of its text. Raises NotPosted."""
    parts = urlsplit(url)
    is_plain = parts.scheme == "http" and settings.FETCH_PLAIN_HTTP
    if not (parts.scheme == "https" or is_plain) or not parts.hostname or parts.username:
        raise NotPosted(gettext("the address must begin with https://"))
    try:
        port = parts.port or (80 if is_plain else 443)
    except ValueError as error:
        raise NotPosted(gettext("there is no such address")) from error
    address = checked_address(parts.hostname, port)
    connection = PinnedConnection(parts.hostname, port, address, is_plain=is_plain)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_BYTES).decode("utf-8", "replace").replace("\0", "")[:300]
    except (OSError, http.client.HTTPException) as error:
        raise NotPosted(gettext("nothing answers there")) from error
    finally:
        connection.close()
