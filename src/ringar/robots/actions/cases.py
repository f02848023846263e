"""What people and rooms do with cases: open, answer, try again, take over, finish by hand."""

import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.case_values import NotPlain, clean_text, plain
from ringar.robots.models.cases import Case, Robot, RobotQueue, Run
from ringar.robots.rules.cases import (
    MOST_PAYLOAD,
    TAKEABLE,
    CaseState,
    Outcome,
    can_handle_cases,
)
from ringar.robots.rules.work import storable

MOST_REFERENCE = 250


@transaction.atomic
def open_case(
    *,
    by: Viewer,
    robot: Robot,
    reference: str,
    title: str,
    payload: dict[str, Any],
    is_dry_run: bool = False,
) -> Case:
    """Opens a case for the robot, in the caller's transaction: rolled back with it, handled once it commits.

    A reference (1 to 250 characters) that the robot has met is the same case: that one is given back, unchanged. A
    dry run is always new. Raises NotAllowed; ValueError for a reference or payload that no row can hold.
    """
    refuse_unless_handling(by, robot.queue)
    if not 0 < len(reference) <= MOST_REFERENCE or storable(reference) != reference:
        raise ValueError("A case's reference has 1 to 250 characters, without NUL or lone surrogates.")
    try:
        kept = plain(payload)
    except NotPlain as error:
        raise ValueError(f"The case {reference!r}: {error}") from error
    fields = {"organisation_id": robot.organisation_id, "title": clean_text(title)[:300], "payload": kept}
    same = {"robot": robot, "reference": reference, "is_dry_run": is_dry_run}
    known = None if is_dry_run else Case.objects.filter(**same).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            case = Case.objects.create(**same, **fields)
    except IntegrityError:  # another transaction opened it at the same moment
        return Case.objects.get(**same)
    record_audit(by=by, action="open_case", target=case, changes={"reference": reference, "dry": is_dry_run})
    return case


def refuse_unless_handling(by: Viewer, queue: RobotQueue) -> None:
    """Raises NotAllowed for who may not handle the queue's cases."""
    if not can_handle_cases(by, organisation_id=queue.organisation_id, unit_id=queue.unit_id):
        raise NotAllowed


def _locked(by: Viewer, case: Case, *states: str) -> Case:
    """The case, locked. Raises NotAllowed; Refused where it is in none of the states (any more)."""
    row = Case.objects.select_for_update(of=("self",)).select_related("robot__queue").get(pk=case.pk)
    refuse_unless_handling(by, row.robot.queue)
    if row.state not in states:
        raise Refused(state_now(row))
    return row


def state_now(case: Case) -> str:
    """For who has sent what fits another state."""
    text = _("The case is now: %(state)s. Load the page anew to see how it stands.")
    return text % {"state": CaseState(case.state).label}


def _write(by: Viewer, action: str, row: Case, before: str, **changes: object) -> Case:
    row.save()
    record_audit(by=by, action=action, target=row, changes={"state": [before, row.state], **changes})
    return row


def _go_on(row: Case) -> None:
    """The case is due for a new run, which reads everything afresh; effects that are done stay done."""
    row.state, row.not_before, row.finished_at = CaseState.NEW, timezone.now(), None
    row.attempts, row.error = 0, ""


@transaction.atomic
def answer_case(
    *, by: Viewer, case: Case, approved: bool, text: str = "", values: dict[str, Any] | None = None
) -> Case:
    """Answers what the robot asked; it goes on with `case.approved` and `case.answer` ("text", and the values).

    Raises NotAllowed; Refused where the case waits for nobody, and where the answer is too long for a row.
    """
    row = _locked(by, case, CaseState.WAITING)
    answer = {**(values or {}), "approved": approved, "text": text}
    if len(json.dumps(answer, default=str)) > MOST_PAYLOAD:
        raise Refused(_("The answer is too long. Write at most a page."))
    row.answer, row.answered_by_id, row.answered_at = plain(answer), by.person_id, timezone.now()
    row.exceptions += 1
    before = row.state
    _go_on(row)
    return _write(by, "answer_case", row, before, approved=approved)


@transaction.atomic
def retry_case(*, by: Viewer, case: Case) -> Case:
    """Has the robot try again, now: a case that failed, waits for a new attempt, or that a person had.

    Raises NotAllowed; Refused in any other state.
    """
    row = _locked(by, case, CaseState.FAILED, CaseState.RETRYING, CaseState.TAKEN)
    before = row.state
    row.taken_by = None
    _go_on(row)
    return _write(by, "retry_case", row, before)


@transaction.atomic
def take_over_case(*, by: Viewer, case: Case) -> Case:
    """A person does the rest: the robot begins no further effect. What it has begun is still written down.

    Raises NotAllowed; Refused where the case is done or taken.
    """
    row = _locked(by, case, *TAKEABLE)
    before, row.state, row.taken_by_id = row.state, CaseState.TAKEN, by.person_id
    Run.objects.filter(case=row, ended_at=None).update(ended_at=timezone.now(), outcome=Outcome.STOPPED)
    return _write(by, "take_over_case", row, before)


@transaction.atomic
def finish_by_hand(*, by: Viewer, case: Case, text: str) -> Case:
    """Marks a case that a person has taken over as done, with what was done. Raises NotAllowed, Refused."""
    row = _locked(by, case, CaseState.TAKEN)
    before, row.state, row.is_by_hand = row.state, CaseState.DONE, True
    row.result, row.finished_at = {"by_hand": clean_text(text)[:2000]}, timezone.now()
    return _write(by, "finish_by_hand", row, before)
