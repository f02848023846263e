"""Keeping robots: pausing queues, how long the work takes by hand, hours of upkeep."""

import math
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.rules import Refused, Viewer
from ringar.robots.actions.publishing import refuse_unless_keeping
from ringar.robots.models.cases import Robot, RobotQueue, Upkeep

MOST_MINUTES = 10_000
MOST_HOURS = 10_000


def _locked(by: Viewer, queue: RobotQueue) -> RobotQueue:
    row = RobotQueue.objects.select_for_update().get(pk=queue.pk)
    refuse_unless_keeping(by, row)
    return row


@transaction.atomic
def pause_queue(*, by: Viewer, queue: RobotQueue, reason: str) -> RobotQueue:
    """No case of the queue is begun any more, until somebody lets it go on; what is at work comes to its end.

    Raises NotAllowed; Refused where a person has paused it already.
    """
    row = _locked(by, queue)
    if row.is_paused and row.paused_by:
        raise Refused(_("The queue is paused already."))
    row.is_paused, row.paused_reason, row.paused_at = True, reason.strip()[:500], timezone.now()
    row.paused_by, row.probe_at = by.label[:200] or "–", None
    row.save()
    changes: dict[str, object] = {"is_paused": [False, True], "reason": row.paused_reason}
    record_audit(by=by, action="pause_queue", target=row, changes=changes)
    return row


@transaction.atomic
def resume_queue(*, by: Viewer, queue: RobotQueue) -> RobotQueue:
    """The queue goes on at once, whoever or whatever paused it. Raises NotAllowed; Refused if it is not paused."""
    row = _locked(by, queue)
    if not row.is_paused:
        raise Refused(_("The queue is not paused."))
    row.is_paused, row.paused_reason, row.paused_at, row.paused_by = False, "", None, ""
    row.faults_in_row, row.probe_at = 0, None
    row.save()
    record_audit(by=by, action="resume_queue", target=row, changes={"is_paused": [True, False]})
    return row


@transaction.atomic
def set_worker_limit(*, by: Viewer, queue: RobotQueue, limit: int) -> RobotQueue:
    """How many cases of the queue may be at work at a time, over all processes. Raises NotAllowed, Refused."""
    row = _locked(by, queue)
    if not 1 <= limit <= 1000:
        raise Refused(_("Between 1 and 1,000 cases at a time."))
    before, row.worker_limit = row.worker_limit, limit
    row.save()
    record_audit(by=by, action="set_worker_limit", target=row, changes={"worker_limit": [before, limit]})
    return row


@transaction.atomic
def time_by_hand(
    *, by: Viewer, robot: Robot, minutes: float, minutes_per_exception: float | None, source: str, on: date
) -> Robot:
    """Writes how long a case takes by hand (the median that was timed, minutes), and an exception, with source and day.

    Raises NotAllowed; Refused where the numbers are none, and without a source.
    """
    row = Robot.objects.select_for_update(of=("self",)).select_related("queue").get(pk=robot.pk)
    refuse_unless_keeping(by, row.queue)
    given = [minutes] if minutes_per_exception is None else [minutes, minutes_per_exception]
    if not all(math.isfinite(each) and 0 < each <= MOST_MINUTES for each in given):
        raise Refused(_("Write the minutes as a number above 0, at most 10,000."))
    if not source.strip():
        raise Refused(_("Write how it was timed: who did, how many cases, and when."))
    changes: dict[str, object] = {"minutes_by_hand": [row.minutes_by_hand, minutes], "source": source[:300]}
    row.minutes_by_hand, row.minutes_per_exception = minutes, minutes_per_exception
    row.timed_source, row.timed_on = source.strip()[:300], on
    row.save()
    record_audit(by=by, action="time_by_hand", target=row, changes=changes)
    return row


@transaction.atomic
def record_upkeep(*, by: Viewer, robot: Robot, hours: float, on: date, what: str) -> Upkeep:
    """Writes hours that went into keeping the robot going. Raises NotAllowed; Refused for no hours."""
    queue = RobotQueue.objects.get(pk=robot.queue_id)
    refuse_unless_keeping(by, queue)
    if not (math.isfinite(hours) and 0 < hours <= MOST_HOURS) or not what.strip():
        raise Refused(_("Write the hours as a number above 0, and what was done."))
    row = Upkeep.objects.create(robot=robot, hours=hours, on=on, what=what.strip()[:300], by_id=by.person_id)
    record_audit(by=by, action="record_upkeep", target=robot, changes={"hours": hours, "what": row.what})
    return row
