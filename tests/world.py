"""The world around the robots for tests: both servers in processes of their own, and what truly happened to them."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ringar.demo.world.__main__ import PASSWORD
from ringar.demo.world.ground import facts, switch
from ringar.demo.world.start import Server, start

__all__ = ["PASSWORD", "Server", "ask", "credits_of", "facts", "serving", "start", "switch"]


@contextmanager
def serving(which: str, folder: Path, *options: str) -> Iterator[Server]:
    """`finance` or `mail`, stopped afterwards; quick, unless --delay-ms says otherwise."""
    server = start(which, folder / f"{which}.sqlite3", "--delay-ms", "0", *options)
    try:
        yield server
    finally:
        server.stop()


def ask(
    server: Server, path: str, body: bytes | None = None, *, key: str = "", password: str = PASSWORD
) -> tuple[int, Any]:
    """One call of the finance system's interface: the status, and the JSON of the answer."""
    headers = {"Authorization": f"Bearer {password}"} | ({"Idempotency-Key": key} if key else {})
    request = urllib.request.Request(server.url + path, data=body, headers=headers)  # noqa: S310 (our own http server)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (the same)
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def credits_of(server: Server, invoice: str) -> list[dict[str, Any]]:
    """All credit notes that the ledger truly holds for an invoice."""
    return [row for row in facts(server.data, "credit") if row["invoice"] == invoice]
