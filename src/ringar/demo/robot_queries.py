"""What a person sees of the demo's robots: cases that move, processes that live, what became of a dead one's work."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.http import Http404

from ringar.core.models import AuditEvent
from ringar.core.rules import Viewer
from ringar.demo.surroundings import ROBOT
from ringar.robots import liveness
from ringar.robots.models.cases import Case, Robot, Run
from ringar.robots.queries.cases import visible_robots
from ringar.robots.queries.work import living_workers
from ringar.robots.rules.cases import OPEN, CaseState

SHOWN = 12


@dataclass(frozen=True)
class Seen:
    """A case with the process that has it now, by its short name; "" where none has."""

    case: Case
    process: str


@dataclass(frozen=True)
class Death:
    """A robot process that somebody killed, and the cases that it was at, as they are now."""

    at: datetime
    process: str
    cases: list[Seen]


@dataclass(frozen=True)
class Watched:
    """The robot and its surroundings."""

    robot: Robot
    counts: list[tuple[str, str, int]]
    done: int
    total: int
    cases: list[Seen]
    processes: list[tuple[str, list[Case]]]
    death: Death | None

    @property
    def moves(self) -> bool:
        """Whether anything will change by itself."""
        return any(
            count for state, _label, count in self.counts if state in OPEN and state != CaseState.WAITING
        )


def demo_robot(viewer: Viewer) -> Robot:
    """The demo's robot. Raises 404 where there is none, or the viewer may not see its queue."""
    robot = visible_robots(viewer).filter(name=ROBOT).first()
    if robot is None:
        raise Http404
    return robot


def short_name(worker: str) -> str:
    """What pages call a process: its process id."""
    return worker.rpartition("-")[0].rpartition("-")[2]


def watched(robot: Robot) -> Watched:
    """The robot as it stands now. 6 queries."""
    cases = Case.objects.filter(robot=robot, is_dry_run=False)
    counts = dict(cases.values_list("state").annotate(n=Count("pk")))
    newest = list(cases.order_by("-id")[:SHOWN])
    runs = list(Run.objects.filter(case__robot=robot, ended_at=None).select_related("case"))
    at_work = {run.case_id: short_name(run.worker) for run in runs}
    workers = [worker for worker in living_workers() if liveness.is_alive(worker.name)]
    return Watched(
        robot=robot,
        counts=[(state, str(label), counts.get(state, 0)) for state, label in CaseState.choices],
        done=counts.get(CaseState.DONE, 0),
        total=sum(counts.values()),
        cases=[Seen(case, at_work.get(case.pk, "")) for case in newest],
        processes=[
            (short_name(each.name), [run.case for run in runs if run.worker == each.name]) for each in workers
        ],
        death=last_death(robot),
    )


def last_death(robot: Robot) -> Death | None:
    """The latest process that was killed by the button, with the cases that it was at. 2 queries."""
    rows = AuditEvent.objects.filter(organisation_id=robot.organisation_id, action="kill_robot")
    row = rows.order_by("-id").first()
    if row is None:
        return None
    uuids = [each for each in str(row.changes.get("cases", "")).split(", ") if each]
    runs = Run.objects.filter(case__uuid__in=uuids, case__robot=robot).select_related("case").order_by("id")
    latest = {run.case_id: Seen(run.case, short_name(run.worker)) for run in runs}
    return Death(row.at, str(row.changes.get("process", "")), list(latest.values()))
