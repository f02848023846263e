"""A place for the trial tasks' effects, and real worker processes on the tests' database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from tests.conftest import ROOT
from tests.rooms.robots import trial_tasks

START = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def trial_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(trial_tasks.FOLDER, str(tmp_path))
    return tmp_path


def database_url() -> str:
    """DATABASE_URL of the tests' own database, for other processes."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    host = quote(given["HOST"], safe="")
    port = f":{given['PORT']}" if given["PORT"] else ""
    return f"postgres://{given['USER']}@{host}{port}/{given['NAME']}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], seconds: float = 60) -> float:
    """Waits until the condition holds; returns how long that took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, f"not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - start


@pytest.fixture
def start_process(transactional_db: None, tmp_path: Path) -> Iterator[START]:
    """Starts Python modules in other processes, on the tests' database; kills what is left of them."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        env = {**os.environ, "DATABASE_URL": database_url(), "RINGAR_RETRY_SECONDS": "0.1", **environment}
        with (tmp_path / "output").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments], env=env, cwd=ROOT, stdout=output, stderr=output
            )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
    print((tmp_path / "output").read_text())  # shown where the test fails  # noqa: T201


@pytest.fixture
def start_worker(start_process: START) -> START:
    return lambda **environment: start_process("tests.rooms.robots.trial_worker", **environment)
