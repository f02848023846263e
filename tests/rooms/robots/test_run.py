"""`ringar run`: web server and worker live and end together, also after a hard death."""

import argparse
import contextlib
import os
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from ringar.core.rules import Viewer
from ringar.robots.actions.work import queue_work
from ringar.robots.commands import run_server
from ringar.robots.models.work import Work, Worker
from ringar.robots.rules.work import State
from tests.rooms.robots.conftest import START, free_port, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def answers(port: int) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/robotar/", timeout=20) as page,
    ):
        return page.status == 200
    return False


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def living() -> list[str]:
    return list(Worker.objects.filter(stopped_at=None).values_list("name", flat=True))


def test_ringar_run_when_killed_and_started_again_then_it_serves_and_works(
    start_process: START, tmp_path: Path
) -> None:
    port = free_port()
    start = ["ringar.cli", "run", "--port", str(port)]
    first = start_process(*start, RINGAR_DEMO="1")
    wait_for(lambda: not is_free(port) and answers(port), 60)
    wait_for(living)
    queue_work("trial.nobody", by=Viewer(), key="a")
    wait_for(lambda: Work.objects.filter(state=State.FAILED).exists())

    # The worker alone is killed, and another takes its place.
    before = living()
    os.kill(int(before[0].rsplit("-", 2)[1]), signal.SIGKILL)
    wait_for(lambda: set(living()) - set(before))

    # All is killed: nothing is left that holds the port, and it starts again.
    first.kill()
    first.wait()
    wait_for(lambda: is_free(port))
    second = start_process(*start, RINGAR_DEMO="1")
    wait_for(lambda: not is_free(port) and answers(port), 60)

    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert is_free(port)
    assert f"Ringar is at http://127.0.0.1:{port}" in (tmp_path / "output").read_text()


def test_ringar_run_when_the_port_is_taken_then_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_server(argparse.Namespace(host="127.0.0.1", port=port)) == 2
    assert f"port {port} is taken. Choose another: ringar run --port {port + 1}" in capsys.readouterr().err
