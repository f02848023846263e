"""Reads on robots and cases: what the robot keeper's pages show. Each takes the viewer, who sees own units' queues."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum

from ringar.core.models import Membership, Person, Unit
from ringar.core.rules import Role, Viewer
from ringar.robots.models.cases import Case, Robot, RobotQueue, Run, Upkeep
from ringar.robots.rules.cases import KEEPERS, OPEN, CaseState, Saved, hours_saved


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


def real_case(case: Case) -> Case | None:
    """The case that a dry run tried, where it has come in; None for what is no dry run. 1 query for a dry run."""
    if not case.is_dry_run:
        return None
    return Case.objects.filter(robot=case.robot, reference=case.reference, is_dry_run=False).first()


@dataclass(frozen=True)
class Tally:
    """The cases of a robot in one state: how many, since when, how many a person finished, how often one answered."""

    count: int
    oldest: datetime
    by_hand: int
    exceptions: int


def tallies(robots: Iterable[Robot]) -> dict[int, dict[str, Tally]]:
    """The cases of each robot by state, {robot's id: {state: …}}; dry runs are left out. 1 query."""
    found: dict[int, dict[str, Tally]] = defaultdict(dict)
    cases = Case.objects.filter(robot__in=list(robots), is_dry_run=False).values_list("robot_id", "state")
    by_hand = Count("pk", filter=Q(is_by_hand=True))
    told = {"n": Count("pk"), "first": Min("created_at"), "by_hand": by_hand, "asked": Sum("exceptions")}
    for robot, state, *figures in cases.annotate(**told):
        found[robot][state] = Tally(*figures)
    return found


def saved_of(robot: Robot, cases: dict[str, Tally], upkeep_hours: float) -> Saved:
    """What the robot has saved (hours)."""
    done = cases.get(CaseState.DONE)
    return hours_saved(
        by_robot=done.count - done.by_hand if done else 0,
        exceptions=sum(each.exceptions for each in cases.values()),
        upkeep_hours=upkeep_hours,
        minutes_by_hand=robot.minutes_by_hand,
        minutes_per_exception=robot.minutes_per_exception,
    )


def saved_by(robots: Iterable[Robot]) -> dict[int, Saved]:
    """What each robot has saved (hours), {robot's id: …}. 2 queries."""
    robots = list(robots)
    cases = tallies(robots)
    hours = dict(Upkeep.objects.filter(robot__in=robots).values_list("robot").annotate(h=Sum("hours")))
    return {robot.pk: saved_of(robot, cases[robot.pk], hours.get(robot.pk, 0)) for robot in robots}


@dataclass(frozen=True)
class QueueRow:
    """A queue with its robots and what each has saved, how many cases are in each state, and the oldest open one."""

    queue: RobotQueue
    robots: list[tuple[Robot, Saved]]
    counts: dict[str, int]
    oldest: datetime | None


def queue_rows(viewer: Viewer) -> list[QueueRow]:
    """The viewer's queues as they stand. 3 queries, however many queues; dry runs are left out."""
    queues = list(visible_queues(viewer))
    found = Robot.objects.filter(queue__in=queues).annotate(upkeep_hours=Sum("upkeep__hours"))
    robots = list(found.order_by("label", "id"))
    cases = tallies(robots)
    return [
        queue_row(queue, [each for each in robots if each.queue_id == queue.pk], cases) for queue in queues
    ]


def queue_row(queue: RobotQueue, robots: list[Robot], cases: dict[int, dict[str, Tally]]) -> QueueRow:
    """The queue with its own robots, as queue_rows has read them."""
    counts: dict[str, int] = dict.fromkeys(CaseState.values, 0)
    waiting = []
    for robot in robots:
        for state, tally in cases[robot.pk].items():
            counts[state] += tally.count
            waiting += [tally.oldest] if state in OPEN else []
    hours = [getattr(robot, "upkeep_hours", None) or 0 for robot in robots]
    saved = [saved_of(robot, cases[robot.pk], h) for robot, h in zip(robots, hours, strict=True)]
    return QueueRow(queue, list(zip(robots, saved, strict=True)), counts, min(waiting, default=None))


def newest_cases(viewer: Viewer, *, queue: RobotQueue | None = None, state: str = "") -> QuerySet[Case]:
    """The cases that the viewer may see, of one queue or all, in one state or all, the newest first."""
    rows = visible_cases(viewer).order_by("-id")
    if queue is not None:
        rows = rows.filter(robot__queue=queue)
    return rows.filter(state=state) if state in CaseState.values else rows


def case_page(
    viewer: Viewer,
    *,
    queue: RobotQueue | None = None,
    state: str = "",
    before: int | None = None,
    size: int = 25,
) -> list[Case]:
    """A page of those: `size` + 1 rows, older than the id `before`."""
    rows = newest_cases(viewer, queue=queue, state=state)
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


def keepers_of(queue: RobotQueue) -> list[Person]:
    """Who keeps the queue: those who manage or lead its unit; where nobody does, the unit above it, and so on."""
    parents = dict(Unit.objects.filter(organisation_id=queue.organisation_id).values_list("pk", "parent_id"))
    held = Membership.objects.filter(role__in=KEEPERS, person__is_active=True, person__erased_at=None)
    unit: int | None = queue.unit_id
    while unit is not None:
        people = Person.objects.filter(pk__in=held.filter(unit_id=unit).values("person_id")).exclude(email="")
        if found := list(people.order_by("pk")):
            return found
        unit = parents.get(unit)
    return []
