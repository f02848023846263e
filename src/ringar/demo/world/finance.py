"""The finance system: a JSON interface and old-fashioned web pages over one ledger.

It lets an invoice be credited twice, as older systems do: nothing but the robot stands between a crash and a double
credit. Only the interface takes an `Idempotency-Key`, and answers what is known by that key; the pages take none.
Every effect is on disk before the answer, which then waits a random while (exponential): the dangerous window.
"""

import json
import random
import sys
import time
from argparse import ArgumentParser, Namespace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ringar.demo.world.ground import Ground
from ringar.demo.world.interface import Answer, answer_interface
from ringar.demo.world.invent import as_rows, invent_invoices
from ringar.demo.world.pages import Desk

LARGEST = 25 * 1024 * 1024
CREDITED_BEFORE = 25  # every so many invoices was credited before anyone asked


def add_options(parser: ArgumentParser) -> None:
    """The options of `python -m ringar.demo.world finance`."""
    parser.add_argument("--invoices", type=int, default=400, help="how many to invent (400)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other invoices (1)")
    parser.add_argument("--today", type=date.fromisoformat, default=None, help="the ledger's day (today)")


def fill(ground: Ground, *, seed: int, count: int, today: date) -> None:
    """Invent the ledger once; a file that has invoices keeps them."""
    if ground.row("SELECT 1 FROM invoice LIMIT 1"):
        return
    rows = as_rows(invent_invoices(seed=seed, count=count, issued=today))
    with ground.writing() as connection:
        connection.executemany("INSERT INTO invoice VALUES (?,?,?,?,?,?,?,?)", rows)
        connection.execute(
            "INSERT INTO credit (at, way, key, invoice, number, currency, amount, body)"
            " SELECT 0, 'before', NULL, number, 'K' || number, currency, amount, '' FROM invoice"
            " WHERE CAST(number AS INTEGER) % ? = 0",
            [CREDITED_BEFORE],
        )


class Finance(ThreadingHTTPServer):
    """The server, its ledger and its desk of logged-in people."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], ground: Ground, *, password: str, delay_ms: float) -> None:
        self.ground = ground
        self.password = password
        self.delay_ms = delay_ms
        self.desk = Desk(ground, password)
        self.chance = random.Random()  # noqa: S311 (delays, not secrets)
        super().__init__(address, Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that die in the middle: that is what robots are tried with."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection: reads a request, gives it to the interface or the pages, waits, answers."""

    protocol_version = "HTTP/1.1"
    server: Finance

    def do_GET(self) -> None:
        self.serve(b"")

    def do_POST(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST:
            self.close_connection = True
            self.send(Answer(413, {"error": "The body is too large, or its length is not stated."}))
            return
        self.serve(self.rfile.read(length))

    def serve(self, body: bytes) -> None:
        switches = self.server.ground.switches()
        if switches.down:  # no answer at all, as when a machine is gone
            self.close_connection = True
            return
        fault = self.server.chance.random() < switches.error_rate
        if fault and self.server.chance.random() < 0.5:
            self.send(Answer(500, {"error": "Internt fel"}))
            return
        answer = self.answer(body)
        mean = (switches.delay_ms or self.server.delay_ms) / 1000
        time.sleep(self.server.chance.expovariate(1 / mean) if mean else 0)
        # The other half of the faults come after the deed: the worst that a client can meet.
        self.send(Answer(500, {"error": "Internt fel"}) if fault else answer)

    def answer(self, body: bytes) -> Answer:
        parts = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/api/"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            return answer_interface(
                self.server.ground, self.command, parts.path, asked, headers, body, self.server.password
            )
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        return self.server.desk.answer(self.command, parts.path, asked, form, self.headers.get("Cookie", ""))

    def send(self, answer: Answer) -> None:
        if isinstance(answer.body, str):
            body, kind = answer.body.encode(), "text/html; charset=utf-8"
        elif isinstance(answer.body, bytes):
            body, kind = answer.body, "application/xml"
        else:
            body, kind = json.dumps(answer.body, ensure_ascii=False).encode(), "application/json"
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # the one who asked is gone
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's own name)
        """Silent: the ground truth is the log."""


def run(options: Namespace) -> int:
    """Serve until stopped."""
    ground = Ground(Path(options.data))
    fill(ground, seed=options.seed, count=options.invoices, today=options.today or datetime.now(UTC).date())
    server = Finance(
        (options.host, options.port), ground, password=options.password, delay_ms=options.delay_ms
    )
    port = server.server_address[1]
    print(json.dumps({"http": port, "url": f"http://{options.host}:{port}"}), flush=True)  # noqa: T201
    server.serve_forever()
    return 0
