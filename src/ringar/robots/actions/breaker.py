"""The circuit breaker of a queue: technical faults in a row pause it, and one case at a time tries the target again."""

import logging

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.rules import Viewer
from ringar.robots.case_news import tell_paused
from ringar.robots.models.cases import Case, RobotQueue
from ringar.robots.rules.cases import FAULTS_TO_PAUSE, CaseState, probe_pause

log = logging.getLogger("ringar.robots")


def _locked(case: Case) -> RobotQueue:
    return RobotQueue.objects.select_for_update().get(pk=case.robot.queue_id)


def is_tripped(queue: RobotQueue) -> bool:
    """Paused by the breaker, not by a person."""
    return queue.is_paused and not queue.paused_by


def note_success(case: Case) -> None:
    """The target works: nothing counts any more, and a queue that the breaker had paused goes on.

    A dry run tells nothing: it has only read.
    """
    if case.is_dry_run:
        return
    rows = RobotQueue.objects.filter(pk=case.robot.queue_id)
    if not rows.filter(faults_in_row__gt=0).exists():
        return
    queue = _locked(case)
    queue.faults_in_row, queue.probe_at = 0, None
    if is_tripped(queue):
        queue.is_paused, queue.paused_reason, queue.paused_at = False, "", None
        record_audit(by=Viewer.of_robot(queue.organisation_id), action="resume_queue", target=queue)
    queue.save()


def note_question(case: Case) -> None:
    """The case ended without telling whether the target works: where one was to try it, the next does so at once."""
    RobotQueue.objects.filter(
        pk=case.robot.queue_id, is_paused=True, paused_by="", probe_at=None, faults_in_row__gt=0
    ).update(probe_at=timezone.now())


def note_fault(case: Case, *, is_probe: bool, is_targets: bool, text: str) -> bool:
    """Counts a fault; returns whether it is one of the case's own, that is, not of a target that is down.

    What a robot stumbles over in its own code (not `is_targets`) counts once for each case: one case that can not be
    done comes to its end, and does not hold up the others.
    """
    if case.is_dry_run:
        return True
    queue = _locked(case)
    if queue.is_paused:
        if is_tripped(queue) and is_probe:
            queue.faults_in_row += 1
            _rest(queue)
        return False
    if case.attempts and not is_targets:
        return True
    queue.faults_in_row += 1
    if queue.faults_in_row < FAULTS_TO_PAUSE:
        queue.save()
        return True
    queue.is_paused, queue.paused_at, queue.paused_by = True, timezone.now(), ""
    queue.paused_reason = _("%(count)s technical faults in a row. The last one: %(fault)s") % {
        "count": queue.faults_in_row,
        "fault": text[:300],
    }
    _rest(queue)
    # Those faults were the target's, not the cases'.
    Case.objects.filter(robot__queue=queue, state=CaseState.RETRYING).update(attempts=0)
    changes: dict[str, object] = {"reason": queue.paused_reason}
    record_audit(
        by=Viewer.of_robot(queue.organisation_id), action="pause_queue", target=queue, changes=changes
    )
    tell_paused(queue)
    log.error("Queue %s is paused: %s", queue.name, queue.paused_reason)
    return False


def _rest(queue: RobotQueue) -> None:
    queue.probe_at = timezone.now() + probe_pause(queue.faults_in_row, settings.RINGAR_BREAKER_SECONDS)
    queue.save()
