"""Robots that are looked after: a case that stops them each time, and a database that is gone for a while."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection

from ringar.robots.engine.serving import Kept
from ringar.robots.models.cases import Case, Robot, RobotQueue
from ringar.robots.models.work import Worker
from ringar.robots.rules.cases import CaseState
from tests.people import People
from tests.rooms.robots import trial_tasks
from tests.rooms.robots.conftest import START, free_port, wait_for
from tests.rooms.robots.robot_people import new_case, published_robot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def robot(transactional_db: None, people: People) -> Robot:
    return published_robot(people)


def count(line: str) -> int:
    return trial_tasks.lines().count(line)


def state_of(case: Case) -> str:
    return str(Case.objects.values_list("state", flat=True).get(pk=case.pk))


def supervise(kept: Kept, condition: Callable[[], object], seconds: float = 120) -> None:
    """Looks after the process, as `ringar run` does, until the condition holds."""

    def look() -> object:
        kept.look()
        return condition()

    wait_for(look, seconds)


def test_case_when_it_stops_its_process_three_times_then_it_fails_and_new_processes_do_the_rest(
    robot: Robot, start_worker: START, caplog: pytest.LogCaptureFixture
) -> None:
    RobotQueue.objects.update(worker_limit=1)
    poison, good = new_case(robot, "17", deadly=True), new_case(robot, "18")
    kept = Kept("A robot process", start_worker)
    supervise(kept, lambda: state_of(good) == CaseState.DONE)
    poison.refresh_from_db()
    assert (poison.state, count("deadly"), count("credit 18")) == (CaseState.FAILED, 3, 1)
    assert "3" in poison.error
    assert kept.process.poll() is None
    assert [caplog.text.count(f"(9); starts again in {pause} s") for pause in (1, 2, 5)] == [1, 1, 1]


class Wire:
    """Stands between a process and PostgreSQL; cut, it is as if the server were gone."""

    def __init__(self) -> None:
        given = connection.settings_dict
        self.server = (given["HOST"], int(given["PORT"] or 5432))
        self.port, self.open = free_port(), set[socket.socket]()
        self.listener: socket.socket | None = None

    def connect(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=[self.listener], daemon=True).start()

    def accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = self.reach()
                self.open |= {near, far}
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self.carry, args=pair, daemon=True).start()

    def reach(self) -> socket.socket:
        host, port = self.server
        if not host.startswith("/"):
            return socket.create_connection((host or "127.0.0.1", port))
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{host}/.s.PGSQL.{port}")
        return far

    def carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        if self.listener is not None:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes who waits for a call
            self.listener.close()
        for each in self.open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self.open.clear()


@pytest.fixture
def wire() -> Iterator[Wire]:
    if connection.vendor != "postgresql":
        pytest.skip("an SQLite file is not gone for a while")
    wire = Wire()
    wire.connect()
    yield wire
    wire.cut()


def test_database_when_gone_for_a_while_then_the_robots_come_back_and_nothing_is_done_twice(
    wire: Wire, robot: Robot, start_worker: START, trial_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    given = connection.settings_dict
    url = f"postgres://{given['USER']}@127.0.0.1:{wire.port}/{given['NAME']}"
    (trial_folder / "hold").touch()
    first = new_case(robot, "17")
    kept = Kept("A robot process", lambda: start_worker(DATABASE_URL=url))
    supervise(kept, lambda: count("try 17") == 1)
    before = Worker.objects.get(stopped_at=None).name
    wire.cut()
    supervise(kept, lambda: "(3); starts again" in caplog.text)  # its lock went with the database
    second = new_case(robot, "18")
    supervise(kept, lambda: caplog.text.count("starts again") == 2)  # there is no database to start with
    (trial_folder / "go").touch()
    wire.connect()
    supervise(kept, lambda: [state_of(each) for each in (first, second)] == [CaseState.DONE] * 2)
    assert [count(f"{word} {number}") for word in ("credit", "post") for number in (17, 18)] == [1] * 4
    assert Worker.objects.get(stopped_at=None).name != before
