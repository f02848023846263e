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
from tests.rooms.robots.invoice_cast import World, made_world

START = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def trial_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(trial_tasks.FOLDER, str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The finance system and the mail server that invoice robots meet, for all tests."""
    with made_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def world(servers: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same, with the robot told where they are, and nothing unread."""
    for name, value in servers.settings().items():
        monkeypatch.setenv(name, value)
    servers.empty()
    return servers


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
