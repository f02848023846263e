"""gunicorn's settings that its command line has not (`--config python:ringar.robots.engine.web`)."""

import os
import socket
import struct
from typing import Any

# Seconds without a byte, after which a connection is given up.
PATIENCE = int(os.environ.get("RINGAR_CLIENT_SECONDS", "20"))

limit_request_fields = 64
limit_request_field_size = 8_190
limit_request_line = 4_094


def when_ready(server: Any) -> None:
    """Bounds how long a thread waits for a slow client: connections inherit it from the socket they come by.

    gunicorn itself would wait without end, so that a handful of half-sent requests hold up everyone.
    """
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE, 0))
