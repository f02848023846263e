"""Real worker processes that are killed, stopped and robbed of their locks. Effects are counted from outside."""

import signal
import time
from pathlib import Path

import pytest
from django.db import connection, transaction

from ringar.core.rules import Viewer
from ringar.robots import liveness
from ringar.robots.actions.work import queue_work
from ringar.robots.models.work import Work, Worker
from ringar.robots.rules.work import State
from tests.rooms.robots import trial_tasks
from tests.rooms.robots.conftest import START, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def queue(name: str, what: str) -> Work:
    return queue_work(name, by=Viewer.of_command_line(), key=f"{name}:{what}", payload={"what": what})


def count(state: str) -> int:
    """How many pieces of these tests' own work are in that state; the nightly rounds come on top."""
    return Work.objects.filter(state=state, name__startswith="trial.").count()


def is_ready() -> bool:
    return Worker.objects.filter(stopped_at=None).exists()


def kill(worker: object) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def lose_engine(path: Path) -> None:
    """Throws the engine's own tables away."""
    if connection.vendor == "sqlite":
        for file in path.parent.glob("robots.sqlite3*"):
            file.unlink()
    else:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA dbos CASCADE")


def test_two_workers_when_one_is_killed_then_nothing_is_lost_and_nothing_done_twice(
    start_worker: START, trial_folder: Path
) -> None:
    workers = {worker.pid: worker for worker in (start_worker(), start_worker())}
    wait_for(lambda: Worker.objects.count() == 2)
    work = queue("trial.slow", "long")
    with transaction.atomic():
        for number in range(60):
            queue("trial.note", str(number))
    with pytest.raises(RuntimeError), transaction.atomic():
        queue("trial.note", "rolled back")
        raise RuntimeError
    wait_for(lambda: count(State.DONE) == 60)
    assert sorted(trial_tasks.lines()) == sorted(["start long", *(f"effect {n}" for n in range(60))])
    work.refresh_from_db()
    assert (work.state, work.progress, work.message) == (State.WORKING, 0.5, "Halvvägs")

    kill(workers[int(work.owner.rsplit("-", 2)[1])])
    took = wait_for(lambda: trial_tasks.lines().count("start long") == 2)
    assert took < 15
    (trial_folder / "go").touch()
    wait_for(lambda: count(State.DONE) == 61)
    assert trial_tasks.lines().count("effect long") == 1
    assert len(trial_tasks.lines()) == 63
    work.refresh_from_db()
    assert (work.attempts, work.progress, work.error) == (2, 1, "")


def test_worker_when_told_to_stop_then_it_ends_cleanly_and_the_rest_waits(
    start_worker: START, trial_folder: Path
) -> None:
    worker = start_worker()
    wait_for(is_ready)
    queue("trial.slow", "under way")
    wait_for(lambda: "start under way" in trial_tasks.lines())
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    queue("trial.note", "later")
    (trial_folder / "go").touch()
    assert worker.wait(20) == 0
    assert trial_tasks.lines() == ["start under way", "effect under way"]
    assert (count(State.DONE), count(State.WAITING)) == (1, 1)
    stopped = Worker.objects.get()
    assert stopped.stopped_at is not None
    assert not liveness.is_alive(stopped.name)


def test_worker_when_the_engine_has_lost_everything_then_the_rows_are_done_all_the_same(
    start_worker: START, trial_folder: Path
) -> None:
    worker = start_worker()
    queue("trial.slow", "a")
    wait_for(lambda: "start a" in trial_tasks.lines())
    kill(worker)
    lose_engine(Path(str(connection.settings_dict["NAME"])))
    (trial_folder / "go").touch()
    start_worker()
    wait_for(lambda: count(State.DONE) == 1)
    assert trial_tasks.lines().count("effect a") == 1


def test_worker_when_its_lock_is_lost_then_it_ends_at_once(start_worker: START) -> None:
    worker = start_worker()
    wait_for(is_ready)
    if connection.vendor == "sqlite":
        (liveness.lock_folder() / Worker.objects.get().name).unlink()
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE locktype = 'advisory' AND classid = %s AND datname = current_database()",
                [liveness.NAMESPACE],
            )
    assert worker.wait(15) == 3


def test_work_when_it_kills_its_worker_each_time_then_it_fails_and_the_rest_goes_on(
    start_worker: START,
) -> None:
    work = queue("trial.deadly", "a")
    Work.objects.filter(pk=work.pk).update(attempts=4)
    assert start_worker().wait(30) == 9
    start_worker()
    queue("trial.note", "b")
    wait_for(lambda: count(State.FAILED) == 1 and count(State.DONE) == 1)
    work.refresh_from_db()
    assert "stopped during this work, 5 times" in work.error


def test_failing_work_when_tried_again_then_it_is_done_and_the_unknown_fails_at_once(
    start_worker: START,
) -> None:
    unknown = queue_work("trial.nobody", by=Viewer(), key="unknown")
    start_worker()
    wait_for(lambda: count(State.FAILED) == 1)
    queue("trial.note", "quick")
    assert wait_for(lambda: count(State.DONE) == 1) < 3
    flaky = queue_work("trial.flaky", by=Viewer(), key="flaky", payload={"failures": 2})
    wait_for(lambda: count(State.DONE) == 2)
    flaky.refresh_from_db()
    unknown.refresh_from_db()
    assert (flaky.state, flaky.attempts, flaky.revision) == (State.DONE, 3, 3)
    assert unknown.attempts == 1
    assert "no task called 'trial.nobody'" in unknown.error
