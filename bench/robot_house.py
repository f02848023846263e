"""The municipality of the robots' bench: a database of its own, and one robot published in it.

Import it only when DATABASE_URL and the other settings stand in the environment: it starts Django.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.utils import timezone

django.setup()

from ringar.core.actions import create_organisation
from ringar.core.rules import Viewer
from ringar.robots.actions.cases import open_case
from ringar.robots.actions.publishing import add_robot, publish_robot
from ringar.robots.authoring import RobotCode
from ringar.robots.finding import robot_named
from ringar.robots.models.cases import Case, Robot, RobotQueue, Step
from ringar.robots.models.maps import MapVersion, ProcessMap
from ringar.robots.models.work import Work
from ringar.robots.rules.cases import CaseState, StepKind
from ringar.robots.rules.work import State

PATIENCE = 60
LONG = 10  # seconds


def patiently(ask: Callable[[], Any]) -> Any:
    """Asks the database, once more where it has just been killed. Only for what may be done twice."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except Error:
            if time.monotonic() > end:
                raise
            connection.close()
            time.sleep(0.05)


def drawn(code: RobotCode) -> str:
    """A map with one task for each step of the robot."""
    ids = [step.bpmn_id for step in code.steps]
    tasks = "".join(f'<serviceTask id="{each}" name="{each}"/>' for each in ids)
    flows = "".join(
        f'<sequenceFlow id="f{place}" sourceRef="{a}" targetRef="{b}"/>'
        for place, (a, b) in enumerate(zip(["Begin", *ids], [*ids, "Over"], strict=True))
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="bench"><process'
        f' id="p"><startEvent id="Begin"/>{tasks}<endEvent id="Over"/>{flows}</process></definitions>'
    )


def publish(name: str, *, places: int, bpmn: str = "") -> Robot:
    """An organisation with that robot, which may have so many cases in hand at a time; an empty database is filled."""
    call_command("migrate", verbosity=0)
    city = create_organisation(by=Viewer.of_command_line(), name="Ringsala", slug="ringsala")
    by = Viewer.of_command_line(city.pk)
    unit = city.units.get()
    code = robot_named(name)
    assert code, name
    slug, _at, number = code.process_map.partition("@")
    routine = ProcessMap.objects.create(
        organisation=city, unit=unit, name=name, slug=slug, decision="robot", decided_at=timezone.now()
    )
    MapVersion.objects.create(
        process_map=routine, number=int(number or 1), kind="to_be", state="signed", bpmn=bpmn or drawn(code)
    )
    robot = publish_robot(by=by, robot=add_robot(by=by, name=name, unit=unit))
    Robot.objects.update(max_per_hour=None)
    RobotQueue.objects.update(worker_limit=places)
    return robot


def open_cases(robot: Robot, numbers: list[str]) -> None:
    """A case for each number, all or none."""
    by = Viewer.of_robot(robot.organisation_id)

    @transaction.atomic
    def open_all() -> None:
        for number in numbers:
            open_case(by=by, robot=robot, reference=number, title=number, payload={"number": number})

    patiently(open_all)


def count_done() -> int:
    """How many cases have come to their end."""
    return int(patiently(Case.objects.filter(state=CaseState.DONE).count))


def states() -> dict[str, int]:
    """How many cases are in each state."""
    rows = patiently(lambda: list(Case.objects.values_list("state", flat=True)))
    return {state: rows.count(state) for state in sorted(set(rows))}


def troubles() -> list[str]:
    """What cases that are not done say, at most ten."""
    rows = Case.objects.exclude(state=CaseState.DONE).values_list(
        "reference", "state", "question", "error", "run_number"
    )
    return [str(row) for row in patiently(lambda: list(rows[:10]))]


class Recovery:
    """How long work lay from the death of its process until another took it up, by the rows."""

    def __init__(self) -> None:
        self.lying: dict[int, tuple[float, str]] = {}  # by work: when it was interrupted, whose it was
        self.seconds: list[float] = []
        self.in_the_dark = 0

    def note(self, died_at: float, pid: int | None = None) -> None:
        """What the process of that number was at when it died; without one, what anybody was at."""
        self.look()
        rows = Work.objects.filter(state=State.WORKING).exclude(pk__in=self.lying)
        rows = rows if pid is None else rows.filter(owner__contains=f"-{pid}-")
        for work in patiently(lambda: list(rows)):
            self.lying[work.pk] = died_at, work.owner
        open_effects = Step.objects.filter(
            kind=StepKind.EFFECT, done_at=None, run__ended_at=None, case__state=CaseState.WORKING
        )
        if pid is not None:
            open_effects = open_effects.filter(run__worker__contains=f"-{pid}-")
        self.in_the_dark += patiently(open_effects.count)

    def look(self) -> None:
        """Writes down what has been taken up since."""
        rows = Work.objects.filter(pk__in=self.lying) if self.lying else Work.objects.none()
        for work in patiently(lambda: list(rows)):
            died_at, owner = self.lying[work.pk]
            if work.owner not in ("", owner):
                began = work.started_at.timestamp() if work.started_at else time.time()
                self.seconds.append(began - died_at)
                if began - died_at > LONG:
                    print(f"{work} lay {began - died_at:.1f} s, left by {owner}", file=sys.stderr, flush=True)
            elif work.state in (State.WAITING, State.WORKING):
                continue  # nobody's yet
            del self.lying[work.pk]
