"""Real robot processes that are killed, frozen and woken. Effects are counted in the trial folder, from outside."""

import os
import signal
import time
from pathlib import Path

import pytest

from ringar.robots.models.cases import Case, Robot, RobotQueue, Run, Step
from ringar.robots.models.work import Work, Worker
from ringar.robots.rules.cases import CaseState, Outcome
from ringar.robots.rules.work import State
from tests.people import People
from tests.rooms.robots import trial_tasks
from tests.rooms.robots.conftest import START, wait_for
from tests.rooms.robots.robot_people import new_case, published_robot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def robot(transactional_db: None, people: People) -> Robot:
    return published_robot(people)


def count(line: str) -> int:
    return trial_tasks.lines().count(line)


def in_state(state: str) -> int:
    return Case.objects.filter(state=state).count()


def pid_at_work(case: Case) -> int:
    """The process that has the case: its number stands in its name."""
    return int(Run.objects.get(case=case).worker.rsplit("-", 2)[1])


def test_robot_when_killed_between_effect_and_result_then_the_target_is_asked_and_nothing_is_done_twice(
    robot: Robot, start_worker: START, trial_folder: Path
) -> None:
    (trial_folder / "die-after-credit").touch()
    case = new_case(robot, "17")
    dead = start_worker()
    assert dead.wait(60) == 9
    assert Step.objects.get(name="credit").done_at is None
    began = time.monotonic()
    start_worker()
    wait_for(lambda: in_state(CaseState.DONE) == 1)
    assert time.monotonic() - began < 30  # from the start of a process, on a busy machine
    assert (count("credit 17"), count("verify 17"), count("post 17")) == (1, 1, 1)
    assert count("find 17") == 1, "what was read before the crash is kept"
    assert Run.objects.get(case=case).outcome == Outcome.DONE


def test_robot_when_frozen_then_another_takes_over_and_the_woken_one_does_nothing_and_ends(
    robot: Robot, start_worker: START, trial_folder: Path
) -> None:
    (trial_folder / "hold").touch()
    workers = {each.pid: each for each in (start_worker(RINGAR_FROZEN_SECONDS="2") for _ in range(2))}
    wait_for(lambda: Worker.objects.filter(stopped_at=None).count() == 2)
    case = new_case(robot, "17")
    wait_for(lambda: count("try 17") == 1)
    frozen = pid_at_work(case)
    os.kill(frozen, signal.SIGSTOP)
    stopped = time.monotonic()
    wait_for(lambda: count("try 17") == 2)
    assert time.monotonic() - stopped < 15
    (trial_folder / "go").touch()
    wait_for(lambda: in_state(CaseState.DONE) == 1)
    assert (count("credit 17"), count("post 17")) == (1, 1)
    os.kill(frozen, signal.SIGCONT)
    assert workers[frozen].wait(15) == 3
    # What had begun its call before it froze may still have come through: the key makes it one. Nothing is begun anew.
    assert count("post 17") == 1
    assert count("find 17") == 1
    assert Case.objects.get().result == "K17"
    other = next(each for pid, each in workers.items() if pid != frozen)
    assert other.poll() is None


def test_step_when_slower_than_the_frozen_limit_then_it_is_not_taken_over(
    robot: Robot, start_worker: START, trial_folder: Path
) -> None:
    (trial_folder / "hold").touch()
    for _ in range(2):
        start_worker(RINGAR_FROZEN_SECONDS="2")
    wait_for(lambda: Worker.objects.filter(stopped_at=None).count() == 2)
    case = new_case(robot, "17")
    wait_for(lambda: count("try 17") == 1)
    time.sleep(5)
    (trial_folder / "go").touch()
    wait_for(lambda: in_state(CaseState.DONE) == 1)
    assert (count("try 17"), count("credit 17")) == (1, 1)
    assert Run.objects.get(case=case).number == 1


def test_waiting_cases_when_more_than_the_places_then_they_hold_up_nobody(
    robot: Robot, start_worker: START, trial_folder: Path
) -> None:
    RobotQueue.objects.update(worker_limit=2)
    for number in range(6):
        new_case(robot, f"ask-{number}", ask=True)
    start_worker(RINGAR_WORKER_THREADS="2")
    wait_for(lambda: in_state(CaseState.WAITING) == 6)
    new_case(robot, "17")
    wait_for(lambda: in_state(CaseState.DONE) == 1)
    assert count("credit 17") == 1


def test_case_when_it_stops_its_process_each_time_then_it_fails_and_the_rest_goes_on(
    robot: Robot, start_worker: START
) -> None:
    poison = new_case(robot, "17", deadly=True)
    RobotQueue.objects.update(worker_limit=1)
    assert start_worker(RINGAR_DEATHS_IN_CASE="1").wait(60) == 9
    new_case(robot, "18")
    start_worker(RINGAR_DEATHS_IN_CASE="1")
    wait_for(lambda: in_state(CaseState.DONE) == 1)
    poison.refresh_from_db()
    assert poison.state == CaseState.FAILED
    assert count("deadly") == 1
    # The case's own transaction ends a moment before that of its work.
    wait_for(lambda: Work.objects.filter(name="robots.run_case", state=State.DONE).count() == 2)


def test_robot_process_when_the_database_is_gone_at_start_then_it_says_so_and_ends(
    start_process: START,
) -> None:
    gone = start_process("ringar.cli", "robots", "work", DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert gone.wait(60) == 2
