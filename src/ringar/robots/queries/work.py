"""Reads on queued work: what a worker takes next, what pages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone

from ringar.core.rules import NotAllowed, Viewer
from ringar.robots.models.cases import Robot
from ringar.robots.models.work import OutgoingMail, Work, Worker
from ringar.robots.rules.cases import RobotState
from ringar.robots.rules.work import UNFINISHED, State, can_see_work

COUNTED = 1_000
SEEN_WITHIN = timedelta(seconds=15)


def due_work(limit: int) -> list[Work]:
    """What waits and is due, urgent first, then oldest first; not what the engine already has."""
    waiting = Work.objects.filter(state=State.WAITING, handed_at=None, not_before__lte=timezone.now())
    return list(waiting.order_by("-is_urgent", "id")[:limit])


def handed_work(*, older_than: timedelta = timedelta()) -> QuerySet[Work]:
    """What the engine was given at least so long ago and has not brought to an end."""
    return Work.objects.filter(state__in=UNFINISHED, handed_at__lte=timezone.now() - older_than)


def reading_key(robot: Robot) -> str:
    """The key of the work that reads what has come in for the robot."""
    return f"source:{robot.uuid}"


@dataclass(frozen=True)
class ReadingFault:
    """What came in for a robot could not be read the last time: what went wrong, in one line."""

    robot: Robot
    fault: str


def reading_faults(robots: Iterable[Robot]) -> list[ReadingFault]:
    """The published ones of these robots whose last reading of what has come in went wrong. 1 query."""
    keys = {reading_key(robot): robot for robot in robots if robot.state == RobotState.PUBLISHED}
    rows = Work.objects.filter(key__in=keys).exclude(error="").order_by("key")
    return [
        ReadingFault(keys[key], error.partition(": ")[2] or error)
        for key, error in rows.values_list("key", "error")
    ]


def quiet_workers() -> list[str]:
    """The processes that have not told of themselves for a while, nor of their end."""
    rows = Worker.objects.filter(stopped_at=None, seen_at__lt=timezone.now() - SEEN_WITHIN)
    return list(rows.values_list("name", flat=True))


@dataclass(frozen=True)
class QueueNow:
    """How many pieces of work are in each state (counted to COUNTED at most), and since when the first one waits."""

    counts: dict[str, int]
    oldest_waiting: datetime | None


class CappedCount(Subquery):
    """The number of rows of a sliced query, so that counting costs the same however many there are."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"


def visible_work(viewer: Viewer) -> QuerySet[Work]:
    """The work that the viewer may see: that of the own organisation and of none; in the demo, all.

    Raises NotAllowed for who may not see the queue at all.
    """
    if not can_see_work(viewer, is_demo=settings.DEMO):
        raise NotAllowed
    if settings.DEMO:
        return Work.objects.all()
    return Work.objects.filter(Q(organisation_id=viewer.organisation_id) | Q(organisation_id=None))


def queue_now(viewer: Viewer) -> QueueNow:
    """The state of the queue, as far as the viewer may see it. 1 query."""
    works = visible_work(viewer)
    in_state = {state: works.filter(state=state).order_by("id") for state in State.values}
    row = (
        works.order_by()
        .annotate(
            oldest=Subquery(in_state[State.WAITING].values("created_at")[:1]),
            **{f"n_{state}": CappedCount(rows.values("id")[:COUNTED]) for state, rows in in_state.items()},
        )
        .values("oldest", *[f"n_{state}" for state in in_state])
        .first()
    ) or {}
    return QueueNow({state: row.get(f"n_{state}", 0) for state in in_state}, row.get("oldest"))


def newest_work(viewer: Viewer, *, state: str = "") -> QuerySet[Work]:
    """The work that the viewer may see, in one state or in all, newest first."""
    works = visible_work(viewer).order_by("-id")
    return works.filter(state=state) if state in State.values else works


def work_page(viewer: Viewer, *, state: str = "", before: int | None = None, size: int = 25) -> list[Work]:
    """The newest work that the viewer may see, in one state or in all: `size` + 1 rows, older than `before`."""
    works = newest_work(viewer, state=state)
    if before is not None:
        works = works.filter(id__lt=before)
    return list(works[: size + 1])


def living_workers() -> list[Worker]:
    """The workers that have told of themselves lately."""
    rows = Worker.objects.filter(stopped_at=None, seen_at__gte=timezone.now() - SEEN_WITHIN)
    return list(rows.order_by("started_at")[:50])


def mail_page(*, before: int | None = None, size: int = 25) -> list[OutgoingMail]:
    """The newest messages, without their text: `size` + 1, older than `before`. NotAllowed outside the demo."""
    mails = _outbox().defer("raw", "text", "html").order_by("-id")
    return list((mails if before is None else mails.filter(id__lt=before))[: size + 1])


def mail_for(uuid: UUID) -> OutgoingMail | None:
    """The message, or None. Raises NotAllowed outside the demo."""
    return _outbox().filter(uuid=uuid).first()


def _outbox() -> QuerySet[OutgoingMail]:
    if not settings.DEMO:
        raise NotAllowed
    return OutgoingMail.objects.all()
