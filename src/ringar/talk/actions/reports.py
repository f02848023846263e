"""Asking the moderators to look: at a row, at a comment, or once more at what they hid."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.actions.limits import allow
from ringar.core.clock import now
from ringar.core.models import Membership
from ringar.core.registry import subject_kind
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions.cleaning import HOUR, clean_comment
from ringar.talk.actions.telling import tell_people
from ringar.talk.models import Comment, Report
from ringar.talk.queries.showing import facts_of
from ringar.talk.queries.threads import comments_on
from ringar.talk.rules import (
    LONGEST_REASON,
    MODERATING_ROLES,
    REPORTS_AN_HOUR,
    can_comment,
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


def object_to_hiding(*, by: Viewer, comment: Comment, row: Any, why: str) -> Report:
    """The author of a hidden comment asks the moderators to look again. Raises NotAllowed, Refused."""
    why = clean_comment(why, LONGEST_REASON)
    if not can_object(by, facts_of(comment)):
        raise NotAllowed
    refuse_many_reports(by)
    return save_report(by=by, row=row, why=why, comment=comment, is_objection=True)
