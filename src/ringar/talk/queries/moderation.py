"""What waits for moderators, and what they have done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from ringar.core.queries import shown_name
from ringar.core.registry import subject_of
from ringar.core.rules import NotAllowed, Role, Viewer
from ringar.talk.models import AnswerTemplate, Report
from ringar.talk.queries.showing import author_shown
from ringar.talk.rules import can_moderate

PAGE = 25


@dataclass(frozen=True)
class Case:
    """A report as the moderator reads it; `row` is None where the moderator may not see what it is about."""

    report: Report
    row: Any
    author: str
    reporter: str


def can_read_log(viewer: Viewer) -> bool:
    """Whether the viewer may read what moderators have done: moderators, and who audits the organisation."""
    return can_moderate(viewer, viewer.organisation_id) or (viewer.is_inside and Role.AUDITOR in viewer.roles)


def waiting_reports(viewer: Viewer) -> "QuerySet[Report]":
    """The reports that the viewer may decide on, oldest first. Raises NotAllowed where none ever."""
    if viewer.organisation_id is None or not can_moderate(viewer, viewer.organisation_id):
        raise NotAllowed
    ours = Q(organisation_id=viewer.organisation_id) | Q(organisation_id=None)
    rows = Report.objects.filter(ours, decision="").order_by("pk")
    return rows.select_related("comment__author", "comment__author_organisation", "reporter")


def cases_of(viewer: Viewer, reports: list[Report]) -> list[Case]:
    """The reports with what they are about. 1 query for each kind of row."""
    rows: dict[UUID, Any] = {}
    for kind in {report.kind for report in reports}:
        subject = subject_of(kind)
        uuids = {report.row for report in reports if report.kind == kind}
        rows |= subject.visible_rows(viewer, uuids) if subject else {}
    return [
        Case(
            report=report,
            row=rows.get(report.row),
            author=author_shown(viewer, report.comment) if report.comment else "",
            reporter=shown_name(report.reporter, viewer),
        )
        for report in reports
    ]


def report_for(viewer: Viewer, uuid: UUID) -> Report:
    """The report that waits for a decision of the viewer's. Raises NotAllowed. 1 query."""
    report = waiting_reports(viewer).filter(uuid=uuid).first()
    if report is None:
        raise NotAllowed
    return report


def decided_reports(viewer: Viewer) -> "QuerySet[Report]":
    """What has been decided in the viewer's organisation, newest first. Raises NotAllowed."""
    if viewer.organisation_id is None or not can_read_log(viewer):
        raise NotAllowed
    rows = Report.objects.filter(organisation_id=viewer.organisation_id, decided_at__isnull=False)
    return rows.select_related("decided_by", "comment").order_by("-decided_at", "-pk")


def log_page(viewer: Viewer, *, after: str = "") -> tuple[list[Report], str]:
    """A page of what has been decided, and where the next page begins, "" at the end. 1 query."""
    rows = decided_reports(viewer)
    stamp, _dash, last = after.partition("_")
    moment = moment_in(stamp)
    if moment and last.isdecimal() and len(last) < 19:
        rows = rows.filter(decided_at__lte=moment).exclude(decided_at=moment, pk__gte=int(last))
    found = list(rows[: PAGE + 1])
    end = found[PAGE - 1] if len(found) > PAGE else None
    more = f"{end.decided_at.isoformat()}_{end.pk}" if end and end.decided_at else ""
    return found[:PAGE], more


def moment_in(text: str) -> datetime | None:
    """The moment that an address holds, or None."""
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def templates_of(viewer: Viewer) -> "QuerySet[AnswerTemplate]":
    """The organisation's templates, by name."""
    return AnswerTemplate.objects.filter(organisation_id=viewer.organisation_id or 0)
