"""Reporting, hiding with a reason, showing again. The author is told, and may ask for another look."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.actions.limits import allow
from ringar.core.clock import now
from ringar.core.models import Membership
from ringar.core.registry import subject_kind, subject_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions.comments import HOUR, clean_comment, locked
from ringar.talk.actions.telling import tell_people
from ringar.talk.models import Comment, Report
from ringar.talk.queries.threads import comments_on, facts_of
from ringar.talk.rules import (
    LONGEST_REASON,
    MODERATING_ROLES,
    REPORTS_AN_HOUR,
    Decision,
    can_comment,
    can_moderate,
    can_object,
)


def report_row(*, by: Viewer, row: Any, why: str, comment: Comment | None = None) -> Report:
    """Asks the moderators to look at the row, or at a comment on it; asking twice changes nothing.

    Raises NotAllowed where the viewer does not see it, Refused without a reason or after many in an hour.
    """
    why = clean_comment(why, LONGEST_REASON)
    if not can_comment(by) or subject_kind(row).find(by, row.uuid) is None:
        raise NotAllowed
    if comment and (comment.is_gone or not comments_on(by, row.uuid).filter(pk=comment.pk).exists()):
        raise NotAllowed
    refuse_many_reports(by)
    return save_report(by=by, row=row, why=why, comment=comment)


def refuse_many_reports(by: Viewer) -> None:
    """Raises Refused after many reports in an hour. Call it outside the transaction."""
    if not allow("report", str(by.person_id), most=REPORTS_AN_HOUR, seconds=HOUR, by=by):
        raise Refused(_("You have reported much in an hour. The moderators look at it first; wait a while."))


@transaction.atomic
def save_report(
    *, by: Viewer, row: Any, why: str, comment: Comment | None, is_objection: bool = False
) -> Report:
    """The report, with its audit row; moderators are told of the first one on a thing, not of each."""
    waiting = Report.objects.select_for_update().filter(row=row.uuid, comment=comment, decision="")
    mine = waiting.filter(reporter_id=by.person_id).first()
    if mine is not None:
        return mine
    is_first = not waiting.exists()
    report = Report.objects.create(
        row=row.uuid,
        kind=subject_kind(row).kind,
        comment=comment,
        organisation_id=comment.organisation_id if comment else row.organisation_id,
        reporter_id=by.person_id,
        is_objection=is_objection,
        why=why,
        at=now(),
    )
    action = "object_to_hiding" if is_objection else "report_row"
    record_audit(by=by, action=action, target=report, changes={"what": str(comment or row), "why": why})
    if is_first:
        tell_people(
            by=Viewer(
                label="robot", organisation_id=by.organisation_id
            ),  # who reported is the queue's to tell
            row=row,
            event="talk.reported",
            people=moderators_of(report.organisation_id),
            followers=False,
            besides=[by.person_id or 0],
        )
    return report


def moderators_of(organisation_id: int | None) -> set[int]:
    """The ids of those who moderate in the organisation; of what is no organisation's, nobody is told."""
    held = Membership.objects.filter(
        unit__organisation_id=organisation_id or 0, role__in=MODERATING_ROLES, person__is_active=True
    )
    return set(held.values_list("person_id", flat=True))


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


def object_to_hiding(*, by: Viewer, comment: Comment, row: Any, why: str) -> Report:
    """The author of a hidden comment asks the moderators to look again. Raises NotAllowed, Refused."""
    why = clean_comment(why, LONGEST_REASON)
    if not can_object(by, facts_of(comment)):
        raise NotAllowed
    refuse_many_reports(by)
    return save_report(by=by, row=row, why=why, comment=comment, is_objection=True)
