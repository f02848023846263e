"""Pages of measurements: what stands and what is missing, one unit's weeks, and the values as a file."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.clock import today
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.importing import Counts
from ringar.core.middleware import Request
from ringar.core.rules import Refused, Viewer
from ringar.pilots.actions.gaps import tell_gaps
from ringar.pilots.actions.measurements import record_measurements
from ringar.pilots.forms.measuring import MeasurementForm, plain
from ringar.pilots.measure_rules import READY_ON, WEEK, Span, monday_of
from ringar.pilots.models import Correction, Gap, PilotUnit
from ringar.pilots.queries.measurements import (
    Measured,
    exported_values,
    goal_of,
    may_measure,
    measured_by,
    measured_pilot,
    measured_unit,
    sees_pilot,
    span_for,
    units_with_values,
)
from ringar.pilots.rules import can_edit_pilot, can_see_pilot

WEEKS_ON_A_PAGE = 12
MOST_CORRECTIONS = 50


def told_counts(counts: Counts) -> str:
    """What saving did, in a sentence."""
    saved = ngettext("%(n)d value saved.", "%(n)d values saved.", counts.new) % {"n": counts.new}
    if not counts.changed:
        return saved
    mended = ngettext(
        "%(n)d corrected: what stood there is kept.",
        "%(n)d corrected: what stood there is kept.",
        counts.changed,
    )
    return f"{saved} {mended % {'n': counts.changed}}"


def ending_before(request: Request) -> date | None:
    """The week before which the page's weeks end, as its address tells."""
    try:
        return date.fromisoformat(request.GET.get("before", ""))
    except ValueError:
        return None


@login_required
@require_GET
def measurement_list(request: Request, uuid: UUID) -> HttpResponse:
    """All units' values by week, the latest first; which are missing, late or corrected, and by whom."""
    viewer = request.viewer
    pilot = measured_pilot(viewer, uuid)
    goal, before = goal_of(pilot), ending_before(request)
    units = list(units_with_values().filter(pilot=pilot)) if goal else []
    span = span_for(pilot, goal) if goal else None
    measured = [measured_by(of, span) for of in units] if span else []
    weeks = sorted({week for each in measured for week in each.weeks}, reverse=True)
    shown = [week for week in weeks if before is None or week < before][:WEEKS_ON_A_PAGE]
    corrections = Correction.objects.filter(measurement__of__pilot=pilot).select_related(
        "measurement__of__unit", "by"
    )
    context = {
        "pilot": pilot,
        "goal": goal,
        "sees": can_see_pilot(viewer, pilot.facts, measures=is_measurer(viewer, units)),
        "measured": [(each, may_measure(viewer, pilot, each.of)) for each in measured],
        "rows": [(week, [cell_of(each, week, span) for each in measured]) for week in shown] if span else [],
        "older": shown[-1].isoformat() if shown and shown[-1] != weeks[-1] else "",
        "before": before,
        "corrections": corrections.order_by("-id")[:MOST_CORRECTIONS] if goal else [],
        "gaps": gaps_of(units)[:MOST_CORRECTIONS],
        "may_import": any(may_measure(viewer, pilot, each.of) for each in measured),
        "may_edit": can_edit_pilot(viewer, pilot.facts),
    }
    return render(request, "pilots/measurement_list.html", context)


def is_measurer(viewer: Viewer, units: list[PilotUnit]) -> bool:
    """Whether the viewer hands in the values of one of the units."""
    return viewer.person_id is not None and any(of.measurer_id == viewer.person_id for of in units)


def gaps_of(units: list[PilotUnit]) -> list[Gap]:
    """Why weeks of those units (of `units_with_values`) were not measured, the latest week first. No query."""
    gaps = [gap for of in units for gap in of.gaps.all()]
    for gap in gaps:
        gap.of = next(of for of in units if of.pk == gap.of_id)
    return sorted(gaps, key=lambda gap: (gap.week, gap.of_id), reverse=True)


def cell_of(measured: Measured, week: date, span: Span) -> dict[str, object]:
    """What the table shows of one unit's week."""
    row = measured.values.get(week)
    if row is None:
        return {"is_missing": week in measured.missing, "gap": measured.gaps.get(week)}
    return {"value": plain(row.value), "is_late": row.is_late, "is_corrected": bool(row.corrections.all())}


def weeks_to_fill(measured: Measured, span: Span, before: date | None) -> list[date]:
    """The weeks on a unit's page, the latest first: what is missing, the running week from its Friday."""
    running = monday_of(today())
    weeks = [*measured.weeks]
    if today() >= running + READY_ON and (span.last is None or running <= span.last) and running not in weeks:
        weeks.insert(0, running)
    weeks = [week for week in weeks if before is None or week < before]
    return weeks[:WEEKS_ON_A_PAGE]


@login_required
@require_http_methods(["GET", "POST"])
def measurement_edit(request: Request, uuid: UUID, unit: UUID) -> HttpResponse:
    """One unit's weeks: a number for each that waits; those that stand may be corrected, with a reason."""
    viewer = request.viewer
    of = measured_unit(viewer, uuid, unit)
    pilot, goal, before = of.pilot, goal_of(of.pilot), ending_before(request)
    context: dict[str, object] = {
        "pilot": pilot,
        "of": of,
        "goal": goal,
        "sees": sees_pilot(viewer, pilot),
    }
    if goal is None:
        return render(request, "pilots/measurement_edit.html", context)
    span = span_for(pilot, goal)
    measured = measured_by(of, span)
    weeks = weeks_to_fill(measured, span, before)
    form = MeasurementForm(request.POST or None, measured=measured, goal=goal, weeks=weeks)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, save_form(request, of, form))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("measurement_edit", uuid=pilot.uuid, unit=of.unit.uuid)
    context |= {
        "form": form,
        "missing": measured.missing,
        "older": weeks[-1].isoformat() if weeks and measured.weeks and weeks[-1] > measured.weeks[-1] else "",
        "before": before,
        "next_week": next_week(measured, span),
    }
    return render(request, "pilots/measurement_edit.html", context)


@transaction.atomic
def save_form(request: Request, of: PilotUnit, form: MeasurementForm) -> str:
    """Saves values and known gaps, all or none; returns what was done, in a sentence. Raises Refused."""
    viewer, values, gaps, told = request.viewer, form.values(), form.told_gaps(), list[str]()
    if values or not gaps:
        counts = record_measurements(by=viewer, pilot=of.pilot, values=values)
        if counts.new or counts.changed or not gaps:
            told.append(told_counts(counts))
    if gaps:
        why = form.cleaned_data["gap_why"]
        count = tell_gaps(by=viewer, pilot=of.pilot, of=of, weeks=gaps, why=why)
        noted = ngettext("%(n)d week noted as not measured.", "%(n)d weeks noted as not measured.", count)
        told.append(noted % {"n": count})
    return " ".join(told)


def next_week(measured: Measured, span: Span) -> date | None:
    """The day from which the next value may be handed in, or None after the pilot's last week."""
    running = monday_of(today())
    is_told = running in measured.values or running in measured.gaps
    coming = running + WEEK if is_told else running
    if span.last and coming > span.last:
        return None
    return max(coming + READY_ON, today() + timedelta(days=1))


@login_required
@require_GET
def measurement_csv(request: Request, uuid: UUID) -> HttpResponseBase:
    """The values as the command `ringar effects estimate` reads them: unit, week (its Monday), value."""
    pilot = measured_pilot(request.viewer, uuid)

    def rows() -> Iterator[tuple[object, ...]]:
        for row in exported_values(pilot)[: MOST_ROWS + 1].iterator(chunk_size=2_000):
            yield row.of.unit.name, row.week, row.value

    return export_response(
        _("measurements"), ("unit", "week", "value"), rows(), kind=request.GET.get("format")
    )
