"""Telling that a week was not measured, and why: a known gap asks for no value and no reminder."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import audit_row, record_audits
from ringar.core.clock import now, today
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.pilots.measure_rules import LONGEST_WHY, week_fault
from ringar.pilots.models import Gap, Measurement, Pilot, PilotUnit
from ringar.pilots.queries.measurements import goal_of, may_measure, span_for


@transaction.atomic
def tell_gaps(*, by: Viewer, pilot: Pilot, of: PilotUnit, weeks: Sequence[date], why: str) -> int:
    """Keeps why a unit has no value for those weeks (Mondays), all or none; returns how many were told or retold.

    A value may still come later: what was told stays beside it. Raises NotAllowed; Refused, naming the week and the
    remedy, without a reason, for a wrong week, or for one that has a value.
    """
    pilot = Pilot.objects.select_for_update().get(pk=pilot.pk)
    if not may_measure(by, pilot, of):
        raise NotAllowed
    why = tidy_text(why).strip()
    if not why or len(why) > LONGEST_WHY:
        raise Refused(_("Say in a few words why it was not measured, at most 300 characters."))
    check_gaps(pilot, of, weeks)
    stood = {gap.week: gap for gap in Gap.objects.filter(of=of, week__in=weeks)}
    audit = []
    for week in sorted(set(weeks)):
        gap = stood.get(week) or Gap(of=of, week=week)
        if gap.why == why:
            continue
        told: dict[str, object] = {"reason": [gap.why, why], "week": week.isoformat(), "unit": of.unit.name}
        gap.why, gap.by_id, gap.at = why, by.person_id, now()
        gap.save()
        audit.append(audit_row(by=by, action="tell_gap", target=pilot, changes=told))
    record_audits(audit)
    return len(audit)


def check_gaps(pilot: Pilot, of: PilotUnit, weeks: Sequence[date]) -> None:
    """Raises Refused for the first of the weeks that can not be told as not measured."""
    if (goal := goal_of(pilot)) is None:
        raise Refused(
            _("The pilot has no effect goal yet, so there is nothing to measure. Write the goal first.")
        )
    span = span_for(pilot, goal)
    for week in weeks:
        if fault := week_fault(week, span, today=today()):
            raise Refused(f"{of.unit.name}: {fault}")
    has_value = Measurement.objects.filter(of=of, week__in=weeks).values_list("week", flat=True).first()
    if has_value:
        told = _("%(unit)s has a value for the week of %(week)s already. Correct it, or leave it as it is.")
        raise Refused(told % {"unit": of.unit.name, "week": has_value})
