"""Lists of this room as files: CSV, or Excel with ?format=xlsx."""

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.talk.queries.moderation import decided_reports
from ringar.talk.queries.notices import last_lines

MOST_TOLD = 2_000


@login_required
@require_safe
def moderation_log_csv(request: Request) -> FileResponse:
    """What moderators have done: who, what, when and why."""
    viewer = request.viewer
    header = (_("When"), _("Who"), _("What"), _("Which"), _("What was reported"), _("Why"))
    rows = (
        (
            report.decided_at,
            shown_name(report.decided_by, viewer),
            report.get_decision_display(),
            report.comment or _("The page itself"),
            report.why,
            report.reason,
        )
        for report in decided_reports(viewer)[: MOST_ROWS + 1]
    )
    return export_response("moderering", header, rows, kind=request.GET.get("format"))


@login_required
@require_safe
def notification_csv(request: Request) -> FileResponse:
    """What one has been told, of things that one may still see."""

    def rows() -> Iterator[tuple[object, ...]]:
        for line in last_lines(request.viewer, most=MOST_TOLD):
            address = settings.BASE_URL + reverse("notification_open", args=[line.uuid])
            yield (line.at, line.text, line.excerpt, _("yes") if line.is_new else _("no"), address)

    header = (_("When"), _("What happened"), _("What was written"), _("Unread"), _("Address"))
    return export_response("aviseringar", header, rows(), kind=request.GET.get("format"))
