"""`ringar run`: web server and worker live and end together, also after a hard death."""

import contextlib
import os
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from ringar.core.rules import Viewer
from ringar.robots.actions import queue_work
from ringar.robots.models import Work, Worker
from ringar.robots.rules import State
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
    start: list[str] = ["ringar.cli", "run", "--port", str(port)]
    demo = {"RINGAR_DEMO": "1", "RINGAR_SSL_REDIRECT": "0"}
    first = start_process(*start, **demo)
    wait_for(lambda: not is_free(port) and answers(port), 60)
    wait_for(living)
    queue_work("robots.send_mail", by=Viewer(), key="a", payload={})
    wait_for(lambda: Work.objects.filter(state=State.FAILED).exists())

    taken = start_process(*start, **demo)
    assert taken.wait(30) == 2
    assert f"port {port} is taken" in (tmp_path / "output").read_text()

    first.kill()
    first.wait()
    wait_for(lambda: is_free(port) and not living())
    second = start_process(*start, **demo)
    wait_for(lambda: not is_free(port) and answers(port), 60)
    wait_for(living)

    # The worker alone is killed, and another takes its place.
    before = living()
    os.kill(int(before[0].rsplit("-", 2)[1]), signal.SIGKILL)
    wait_for(lambda: set(living()) - set(before))

    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert is_free(port)
    assert living() == [] or living() == before
    assert f"Ringar is at http://127.0.0.1:{port}" in (tmp_path / "output").read_text()
