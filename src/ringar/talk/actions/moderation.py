"""Hiding with a reason, showing again, leaving as it is. The author is told, and may ask for another look."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.registry import subject_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions.changes import locked
from ringar.talk.actions.cleaning import clean_comment
from ringar.talk.actions.telling import tell_people
from ringar.talk.models import Comment, Report
from ringar.talk.rules import (
    LONGEST_REASON,
    Decision,
    can_moderate,
)


@transaction.atomic
def hide_comment(*, by: Viewer, comment: Comment, reason: str) -> Comment:
    """Hides a comment; readers see the reason in its place, and its author is told. Raises NotAllowed, Refused."""
    comment = locked(comment)
    if not can_moderate(by, comment.organisation_id):
        raise NotAllowed
    reason = clean_comment(reason, LONGEST_REASON)
    if comment.is_gone:
        raise Refused(_("It is gone already."))
    comment.hidden_at, comment.hidden_by_id, comment.hidden_reason = now(), by.person_id, reason
    comment.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    changes: dict[str, object] = {"hidden": [False, True], "reason": reason}
    record_audit(by=by, action="hide_comment", target=comment, changes=changes)
    tell_author(by, comment, "talk.hidden", reason)
    decide(by, comment, Decision.HIDDEN, reason)
    return comment


@transaction.atomic
def show_comment(*, by: Viewer, comment: Comment, reason: str = "") -> Comment:
    """Shows a hidden comment again; its author is told. Raises NotAllowed, Refused where it is not hidden."""
    comment = locked(comment)
    if not can_moderate(by, comment.organisation_id):
        raise NotAllowed
    if comment.hidden_at is None:
        raise Refused(_("It is not hidden."))
    before = comment.hidden_reason
    comment.hidden_at, comment.hidden_by, comment.hidden_reason = None, None, ""
    comment.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    changes: dict[str, object] = {"hidden": [True, False], "reason": [before, reason]}
    record_audit(by=by, action="show_comment", target=comment, changes=changes)
    tell_author(by, comment, "talk.shown", reason)
    decide(by, comment, Decision.SHOWN, reason)
    return comment


@transaction.atomic
def keep_report(*, by: Viewer, report: Report, reason: str) -> Report:
    """Leaves what was reported as it is; whoever reported it is told why. Raises NotAllowed, Refused."""
    report = Report.objects.select_for_update(of=("self",)).select_related("comment").get(pk=report.pk)
    if not can_moderate(by, report.organisation_id):
        raise NotAllowed
    reason = clean_comment(reason, LONGEST_REASON)
    if report.decision:
        raise Refused(_("Somebody has decided on it already."))
    close_report(by, report, Decision.KEPT, reason)
    changes: dict[str, object] = {"reason": reason, "what": str(report.comment or report)}
    record_audit(by=by, action="keep_report", target=report, changes=changes)
    event = "talk.kept_hidden" if report.is_objection else "talk.report_kept"
    tell_reporter(by, report, event, reason)
    return report


def close_report(by: Viewer, report: Report, decision: str, reason: str) -> None:
    """Writes the decision on the report."""
    report.decision, report.reason = decision, reason
    report.decided_at, report.decided_by_id = now(), by.person_id
    report.save()


def decide(by: Viewer, comment: Comment, decision: str, reason: str) -> None:
    """Closes all reports that wait on the comment, and tells who sent them; without any, the log gets its row."""
    waiting = list(Report.objects.select_for_update().filter(comment=comment, decision=""))
    for report in waiting:
        close_report(by, report, decision, reason)
        if decision == Decision.HIDDEN:
            tell_reporter(by, report, "talk.report_hidden", reason)
    if not waiting:
        own = Report(
            row=comment.row,
            kind=comment.kind,
            comment=comment,
            organisation_id=comment.organisation_id,
            at=now(),
        )
        close_report(by, own, decision, reason)


def tell_author(by: Viewer, comment: Comment, event: str, reason: str) -> None:
    """Tells who wrote the comment."""
    tell_one(by, comment.kind, comment.row, comment.author_id, event, reason)


def tell_reporter(by: Viewer, report: Report, event: str, reason: str) -> None:
    """Tells who sent the report."""
    tell_one(by, report.kind, report.row, report.reporter_id, event, reason)


def tell_one(by: Viewer, kind: str, uuid: Any, person_id: int | None, event: str, reason: str) -> None:
    """Tells one person what was decided. The one who decides need not see the row; the one who is told must."""
    subject = subject_of(kind)
    row = subject.find(Viewer.of_robot(by.organisation_id), uuid) if subject else None
    if row is not None and person_id is not None:
        facts = {"reason": reason}
        tell_people(by=by, row=row, event=event, people=[person_id], facts=facts, followers=False)
