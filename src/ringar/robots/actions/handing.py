"""Gives due cases to the engine: as many of each queue as may be at work, none of a paused one but a single trial."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ringar.core.rules import Viewer
from ringar.robots.actions.breaker import is_tripped
from ringar.robots.actions.changed_code import is_held
from ringar.robots.actions.work import queue_work
from ringar.robots.finding import known_robots
from ringar.robots.models.cases import Case, Robot, RobotQueue, Run
from ringar.robots.rules.cases import BEFORE_A_RUN, CaseState, RobotState

HOUR = timedelta(hours=1)


def hand_cases() -> int:
    """Has the engine run the cases that are due and whose robots are known here; returns how many."""
    due = Q(robots__cases__state__in=BEFORE_A_RUN, robots__cases__not_before__lte=timezone.now())
    known = Q(robots__name__in=known_robots())
    queues = RobotQueue.objects.filter(due & known).distinct().values_list("pk", flat=True)
    return sum(hand_from(queue) for queue in list(queues))


@transaction.atomic
def hand_from(queue_id: int) -> int:
    """The same for one queue. Another process that is at it already is left to it."""
    queue = RobotQueue.objects.select_for_update(skip_locked=True).filter(pk=queue_id).first()
    if queue is None:
        return 0
    at_work = Case.objects.filter(robot__queue=queue, state=CaseState.WORKING).count()
    if queue.is_paused:
        is_due = queue.probe_at <= timezone.now() if queue.probe_at else at_work == 0
        places = 1 if is_tripped(queue) and is_due else 0
    else:
        places = max(queue.worker_limit - at_work, 0)
    cases = due_cases(queue, limit=places, is_probe=queue.is_paused) if places else []
    for case in cases:
        begin_next_run(case, is_probe=queue.is_paused)
    if cases and queue.is_paused:
        queue.probe_at = None
        queue.save()
    return len(cases)


def due_cases(queue: RobotQueue, *, limit: int, is_probe: bool = False) -> list[Case]:
    """What may begin now, longest due first, locked; the dry runs of unpublished robots too.

    Who tries a target that was down is a real case, and a new one first: one that always fails would keep it shut.
    """
    robots = list(Robot.objects.filter(queue=queue, name__in=known_robots()).select_related("map_version"))
    places = {robot.pk: left for robot in robots if (left := hourly_places(robot)) > 0}
    working = [each.pk for each in robots if each.state == RobotState.PUBLISHED and not is_held(each)]
    rows = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related("robot")
    rows = rows.filter(robot__in=places, state__in=BEFORE_A_RUN, not_before__lte=timezone.now())
    rows = rows.filter(Q(robot__in=working) | Q(is_dry_run=True)).order_by("not_before", "id")
    rows = rows.filter(is_dry_run=False).order_by("state", "not_before", "id") if is_probe else rows
    due = []
    for case in rows[:limit]:
        if places[case.robot_id] > 0:
            places[case.robot_id] -= 1
            due.append(case)
    return due


def hourly_places(robot: Robot) -> float:
    """How many more runs of the robot may begin within this hour."""
    if robot.max_per_hour is None:
        return float("inf")
    begun = Run.objects.filter(case__robot=robot, started_at__gt=timezone.now() - HOUR)
    handed = Case.objects.filter(robot=robot, state=CaseState.WORKING).exclude(runs__number=F("run_number"))
    return robot.max_per_hour - begun.count() - handed.count()


def begin_next_run(case: Case, *, is_probe: bool = False) -> None:
    """Queues the case's next run. The case must be locked."""
    case.state, case.run_number = CaseState.WORKING, case.run_number + 1
    case.save(update_fields=["state", "run_number"])
    queue_work(
        "robots.run_case",
        by=Viewer.of_robot(case.organisation_id),
        key=f"case:{case.uuid}:{case.run_number}",
        payload={"case": case.pk, "number": case.run_number, "is_probe": is_probe},
        organisation_id=case.organisation_id,
    )
