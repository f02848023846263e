"""What is taken out of a round: the monthly item for the management group, and its needs as a file."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ringar.core.exports import export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.core.rules import Viewer
from ringar.matching.plan_late import late_in
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import dates_of, entries_of, plan_for
from ringar.matching.plan_report import after_month, month_of, report_of
from ringar.matching.plan_rows import pilots_in, rows_of
from ringar.matching.plan_rules import MOST_NEEDS
from ringar.matching.views.round_plans import who_acts


@login_required
@require_GET
def round_plan_report(request: Request, uuid: UUID) -> HttpResponse:
    """The round in one month (`?manad=2026-11`), on a page to print: figures, money, and decisions wanted."""
    viewer, plan = request.viewer, plan_for(request.viewer, uuid)
    month = month_of(request.GET.get("manad", ""))
    pilots, dates = pilots_in(viewer, plan), dates_of(plan)
    report = report_of(plan, month, pilots)
    context = {
        "plan": plan,
        "report": report,
        "steps": [(step, state, dates.of(step)) for step, state in report.steps.items()],
        "late": len(late_in(viewer, plan, pilots)),
        "members": list(plan.members.order_by("name")),
        "before": month - timedelta(days=1),
        "after": after_month(month) if after_month(month) <= month_of("") else None,
    }
    return render(request, "matching/round_plan_report.html", context)


def table_of(viewer: Viewer, plan: RoundPlan, request: Request) -> Iterator[tuple[object, ...]]:
    """The round's needs, a row each."""
    for row in rows_of(viewer, plan, entries_of(viewer, plan)[:MOST_NEEDS]):
        who = who_acts(row, plan)
        yield (
            row.need.title,
            row.need.unit.name,
            row.need.get_state_display(),
            ", ".join(match.solution.name for match in row.matches),
            _("yes") if row.is_called else _("no"),
            row.meetings,
            row.held,
            ", ".join(note.title for note in row.pilots),
            sum(note.spent_sek for note in row.pilots),
            row.wait.label if row.wait else "",
            shown_name(who, viewer),
            row.days_late,
            request.build_absolute_uri(row.need.get_absolute_url()),
        )


@login_required
@require_GET
def round_plan_csv(request: Request, uuid: UUID) -> HttpResponseBase:
    """The round's needs as CSV or Excel: where each is, and what it waits for."""
    plan = plan_for(request.viewer, uuid)
    header = (
        *(_("Need"), _("Unit"), _("State"), _("Solutions found"), _("In the call")),
        *(_("Meetings planned"), _("Meetings held"), _("Pilots"), _("Spent, SEK")),
        *(_("Waits for"), _("Who acts"), _("Days late"), _("Address")),
    )
    rows = table_of(request.viewer, plan, request)
    return export_response(_("round"), header, rows, kind=request.GET.get("format"))
