"""Robots killed by chance, and many at once: the bench's own short run, and cases counted from outside."""

import json
import subprocess
import sys
from collections import Counter

import pytest
from django.db import connection, transaction

from ringar.robots.models.cases import Case, RobotQueue
from ringar.robots.rules.cases import CaseState
from tests.conftest import ROOT
from tests.people import People
from tests.rooms.robots import trial_tasks
from tests.rooms.robots.conftest import START, wait_for
from tests.rooms.robots.robot_people import new_case, published_robot

CASES = 80


def test_invoice_robots_when_killed_by_chance_then_nothing_is_lost_and_nothing_done_twice() -> None:
    # Each database is tried in the run of its own.
    command = ["--kills", "20", "--backlog", "15", "--postmaster-kills", "3", "--database", connection.vendor]
    done = subprocess.run(
        [sys.executable, "bench/robots.py", "--json", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    doubles = [found[key] for key in ("double_credits", "double_mails", "double_logs", "strange")]
    assert (found["kills"], found["lost"], doubles) == (20, 0, [0, 0, 0, 0])
    assert found["interrupted"] > 0
    assert found["recovered_s_max"] <= 15
    assert found["postmaster_kills"] == (3 if connection.vendor == "postgresql" else 0)


@pytest.mark.django_db(transaction=True)
def test_four_robots_when_many_cases_wait_then_each_is_handled_once(
    transactional_db: None, people: People, start_worker: START
) -> None:
    robot = published_robot(people)
    RobotQueue.objects.update(worker_limit=16)
    with transaction.atomic():
        for number in range(CASES):
            new_case(robot, f"{number}")
    for _ in range(4):
        start_worker()
    wait_for(lambda: Case.objects.filter(state=CaseState.DONE).count() == CASES, seconds=240)
    times = Counter(trial_tasks.lines())
    for word in ("try", "credit", "post"):
        assert [times[f"{word} {number}"] for number in range(CASES)] == [1] * CASES
