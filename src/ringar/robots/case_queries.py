"""Reads on robots and cases: what the robot keeper's pages show. Each takes the viewer, who sees own units' queues."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum

from ringar.core.rules import Role, Viewer
from ringar.robots.case_models import Case, Robot, RobotQueue, Run, Upkeep
from ringar.robots.case_rules import OPEN, CaseState, Saved, hours_saved


def visible_queues(viewer: Viewer) -> QuerySet[RobotQueue]:
    """The queues of the units where the viewer works, and of those below; robots and operators see all."""
    rows = RobotQueue.objects.select_related("unit").order_by("label", "id")
    if viewer.person_id is None:
        is_operator = Role.ADMINISTRATOR in viewer.roles
        if viewer.organisation_id is not None:
            rows = rows.filter(organisation_id=viewer.organisation_id)
        return rows if is_operator else rows.none()
    if viewer.organisation_id is None or not viewer.is_inside:
        return rows.none()
    return rows.filter(organisation_id=viewer.organisation_id, unit_id__in=viewer.unit_ids)


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """The cases of those queues."""
    rows = Case.objects.select_related("robot__queue__unit")
    return rows.filter(robot__queue__in=visible_queues(viewer).order_by().values("pk"))


def visible_robots(viewer: Viewer) -> QuerySet[Robot]:
    """The robots of those queues."""
    rows = Robot.objects.select_related("queue__unit", "map_version__process_map").order_by("label", "id")
    return rows.filter(queue__in=visible_queues(viewer).order_by().values("pk"))


@dataclass(frozen=True)
class QueueRow:
    """A queue with its robots, how many of its cases are in each state, and since when the oldest open one waits."""

    queue: RobotQueue
    robots: list[Robot]
    counts: dict[str, int]
    oldest: datetime | None


def queue_rows(viewer: Viewer) -> list[QueueRow]:
    """The viewer's queues as they stand. 4 queries, however many queues; dry runs are left out."""
    queues = list(visible_queues(viewer))
    robots = defaultdict(list)
    for robot in Robot.objects.filter(queue__in=queues).select_related("map_version__process_map"):
        robots[robot.queue_id].append(robot)
    counts: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(CaseState.values, 0))
    cases = Case.objects.filter(robot__queue__in=queues, is_dry_run=False)
    for queue, state, count in cases.values_list("robot__queue", "state").annotate(n=Count("pk")):
        counts[queue][state] = count
    still_open = cases.filter(state__in=OPEN).values_list("robot__queue")
    oldest = dict(still_open.annotate(first=Min("created_at")))
    return [QueueRow(each, robots[each.pk], counts[each.pk], oldest.get(each.pk)) for each in queues]


def saved_by(robots: Iterable[Robot]) -> dict[int, Saved]:
    """What each robot has saved (hours), {robot's id: …}. 2 queries."""
    robots = list(robots)
    finished = Q(state=CaseState.DONE, is_by_hand=False)
    cases = Case.objects.filter(robot__in=robots, is_dry_run=False).values_list("robot")
    figures = {row[0]: row[1:] for row in cases.annotate(n=Count("pk", filter=finished), x=Sum("exceptions"))}
    hours = dict(Upkeep.objects.filter(robot__in=robots).values_list("robot").annotate(h=Sum("hours")))
    found = {}
    for robot in robots:
        done, exceptions = figures.get(robot.pk, (0, 0))
        found[robot.pk] = hours_saved(
            by_robot=done,
            exceptions=exceptions or 0,
            upkeep_hours=hours.get(robot.pk, 0),
            minutes_by_hand=robot.minutes_by_hand,
            minutes_per_exception=robot.minutes_per_exception,
        )
    return found


def case_page(
    viewer: Viewer,
    *,
    queue: RobotQueue | None = None,
    state: str = "",
    before: int | None = None,
    size: int = 25,
) -> list[Case]:
    """The newest cases that the viewer may see: `size` + 1 rows, older than the id `before`."""
    rows = visible_cases(viewer).order_by("-id")
    if queue is not None:
        rows = rows.filter(robot__queue=queue)
    if state in CaseState.values:
        rows = rows.filter(state=state)
    return list((rows if before is None else rows.filter(id__lt=before))[: size + 1])


def case_for(viewer: Viewer, uuid: UUID) -> Case | None:
    """The case, where the viewer may see it."""
    people = ("answered_by", "taken_by")
    return (
        visible_cases(viewer)
        .select_related("robot__map_version__process_map", *people)
        .filter(uuid=uuid)
        .first()
    )


def runs_of(case: Case) -> list[Run]:
    """The runs of a case, newest first, each with its steps (`steps.all()`), notes and files. 4 queries."""
    return list(case.runs.order_by("-number").prefetch_related("steps", "notes", "files")[:50])


def cases_waiting(viewer: Viewer, *, limit: int = 50) -> list[Case]:
    """The cases that wait for somebody who may answer, the oldest question first."""
    rows = visible_cases(viewer).filter(state=CaseState.WAITING, is_dry_run=False)
    return list(rows.order_by("asked_at", "id")[:limit])
