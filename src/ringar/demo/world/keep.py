"""Keeps both servers of the world running for one folder, whoever asks first; where they are stands in files beside.

`python -m ringar.demo.world keep --folder F` waits its turn where another keeps the same folder, so that two demos on
one folder share one world. `F/finance_url`, `F/imap_port` and `F/smtp_port` say where the servers are now: robots read
them each time (RINGAR_ROBOT_…_FILE), so a server that comes back elsewhere is found again.
"""

import contextlib
import fcntl
import os
import socket
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from ringar.demo.world.ground import Ground
from ringar.demo.world.start import Server, start
from ringar.robots.engine.serving import end_with_parent

MAIL_PACKAGES = ("pymap", "aiosmtpd")
PAUSE = 2.0  # seconds before a server that has ended is started anew


def missing_packages() -> list[str]:
    """What the mail server needs and this installation has not."""
    return [name for name in MAIL_PACKAGES if find_spec(name) is None]


def ground_of(folder: Path, which: str) -> Path:
    """The ground truth of `finance` or `mail`."""
    return folder / f"{which}.sqlite3"


def told(folder: Path, name: str) -> str:
    """What that file says: "finance_url", "imap_port" or "smtp_port"; "" where it does not stand there."""
    with contextlib.suppress(OSError):
        return (folder / name).read_text(encoding="ascii").strip()
    return ""


def is_kept(folder: Path) -> bool:
    """Whether some process keeps the folder's world now."""
    try:
        file = os.open(folder / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


@contextlib.contextmanager
def turn(folder: Path, *, waits: bool) -> Iterator[bool]:
    """Holds the folder for the length of a block. Yields False where another holds it and we do not wait."""
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    is_ours = True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    except BlockingIOError:
        is_ours = False
    try:
        yield is_ours
    finally:
        os.close(file)


def free_or_any(port: str) -> str:
    """The port where nobody has it, else "0": any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port or "0")))
        except (OSError, ValueError, OverflowError):
            return "0"
    return port or "0"


class World:
    """Both servers of a folder: started, looked after, stopped. Ask only while holding the folder."""

    def __init__(self, folder: Path, delay_ms: float) -> None:
        self.folder, self.delay_ms = folder, delay_ms
        self.servers: dict[str, Server] = {}
        self.which = ["finance"] if missing_packages() else ["finance", "mail"]

    def look(self) -> None:
        """Starts what does not run. Raises RuntimeError where it does not come up."""
        for which in self.which:
            server = self.servers.get(which)
            if server is None or server.process.poll() is not None:
                self.servers[which] = self.begin(which)

    def begin(self, which: str) -> Server:
        last = told(self.folder, "finance_url" if which == "finance" else "smtp_port").rpartition(":")[2]
        options = ["--port", free_or_any(last), "--delay-ms", str(self.delay_ms)]
        if which == "mail":
            options += ["--imap-port", free_or_any(told(self.folder, "imap_port"))]
        server = start(which, ground_of(self.folder, which), *options, first=end_with_parent)
        texts = {f"{name}_port": str(port) for name, port in server.ports.items()}
        self.write({"finance_url": server.url} if which == "finance" else texts)
        return server

    def write(self, texts: dict[str, str]) -> None:
        """Each file whole or not at all: somebody may be reading."""
        for name, text in texts.items():
            new = self.folder / f"{name}.new"
            new.write_text(text, encoding="ascii")
            new.replace(self.folder / name)

    def stop(self) -> None:
        for server in self.servers.values():
            server.stop()


@contextlib.contextmanager
def running(folder: Path, *, delay_ms: float = 0) -> Iterator[None]:
    """The world for the length of a block; where another process keeps it, that one's."""
    with turn(folder, waits=False) as is_ours:
        world = World(folder, delay_ms)
        try:
            if is_ours:
                world.look()
            yield
        finally:
            world.stop()


def add_options(parser: ArgumentParser) -> None:
    """The options of `python -m ringar.demo.world keep`."""
    parser.add_argument("--folder", type=Path, required=True, help="where ground truth and addresses are")


def run(options: Namespace) -> int:
    """Keep the world until stopped."""
    options.folder.mkdir(parents=True, exist_ok=True)
    with turn(options.folder, waits=True):
        world = World(options.folder, options.delay_ms)
        for name in missing_packages():
            print(f"ringar: no mail server for the robots: pip install {name}", file=sys.stderr)  # noqa: T201
        try:
            while True:
                with contextlib.suppress(RuntimeError):  # it has told why itself
                    world.look()
                time.sleep(PAUSE)
        finally:
            world.stop()


def invoices_of(folder: Path) -> list[dict[str, str]]:
    """The ledger's invoices, oldest number first: what the invented mails are about."""
    ground = Ground(ground_of(folder, "finance"))
    asked = "SELECT number, customer, currency, amount FROM invoice ORDER BY number"
    rows = [dict(row) for row in ground.rows(asked)]
    ground.close()
    return rows
