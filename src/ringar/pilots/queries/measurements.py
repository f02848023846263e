"""Reads on measurements: who may hand them in, what stands, what is missing, whom to remind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from ringar.core.clock import today
from ringar.core.registry import MOST_WAITING
from ringar.core.rules import NotAllowed, Viewer
from ringar.pilots.measure_rules import (
    MEASURED_STATES,
    REMIND_AFTER,
    REMIND_EVERY,
    WEEK,
    Span,
    can_measure,
    last_ended,
    missing_weeks,
    monday_of,
    span_of,
    weeks_between,
)
from ringar.pilots.models import Correction, EffectGoal, Gap, Measurement, Pilot, PilotUnit
from ringar.pilots.queries.pilots import visible_pilots
from ringar.pilots.rules import can_edit_pilot, can_see_pilot

MOST_REMINDED = 5_000
REMINDED_AFTER_END = 26 * WEEK
"""Nobody is reminded longer than half a year after a pilot's last day."""


def goal_of(pilot: Pilot) -> EffectGoal | None:
    """What the pilot measures, or None while it has no effect goal. 1 query, none where it is loaded."""
    return getattr(pilot, "effect_goal", None)


def span_for(pilot: Pilot, goal: EffectGoal) -> Span:
    """The weeks that the pilot takes values for."""
    return span_of(
        created=timezone.localdate(pilot.created_at),
        starts_on=pilot.starts_on,
        ends_on=pilot.ends_on,
        weeks_planned=goal.weeks_planned,
        start_week=goal.start_week,
    )


def may_measure(viewer: Viewer, pilot: Pilot, of: PilotUnit) -> bool:
    """Whether the viewer may hand in that unit's values."""
    return of.pilot_id == pilot.pk and can_measure(
        viewer,
        organisation_id=pilot.organisation_id,
        unit_id=of.unit_id,
        measurer_id=of.measurer_id,
        edits=can_edit_pilot(viewer, pilot.facts),
    )


def sees_pilot(viewer: Viewer, pilot: Pilot) -> bool:
    """Whether the viewer sees the pilot's other pages too. 1 query, none for nobody."""
    measures = viewer.person_id is not None and pilot.units.filter(measurer_id=viewer.person_id).exists()
    return can_see_pilot(viewer, pilot.facts, measures=measures)


def units_with_values() -> "QuerySet[PilotUnit]":
    """A pilot's units, each with its values in the order of the weeks, what they were before, and gaps. 4 queries."""
    corrections = Prefetch("corrections", Correction.objects.select_related("by"))
    values = Measurement.objects.select_related("entered_by").prefetch_related(corrections)
    units = PilotUnit.objects.select_related("unit", "measurer")
    return units.prefetch_related(
        Prefetch("measurements", values), Prefetch("gaps", Gap.objects.select_related("by"))
    )


def pilots_to_measure(viewer: Viewer) -> "QuerySet[Pilot]":
    """The pilots that the viewer sees, and those where the viewer or the viewer's units measure."""
    if not viewer.is_inside:
        return Pilot.objects.none()
    mine = PilotUnit.objects.filter(
        Q(measurer_id=viewer.person_id or 0) | Q(unit_id__in=viewer.unit_ids), pilot=OuterRef("pk")
    )
    ours = Pilot.objects.filter(organisation_id=viewer.organisation_id or 0)
    ours = ours.filter(Q(Exists(mine)) | Q(pk__in=visible_pilots(viewer).values("pk")))
    return ours.select_related("effect_goal", "organisation", "owner")


def measured_pilot(viewer: Viewer, uuid: UUID | str) -> Pilot:
    """The pilot, for whoever works here and sees its measurements. Raises NotAllowed. 1 query."""
    pilot = pilots_to_measure(viewer).filter(uuid=uuid).first()
    if pilot is None:
        raise NotAllowed
    return pilot


def measured_unit(viewer: Viewer, uuid: UUID | str, unit: UUID | str) -> PilotUnit:
    """A unit of a pilot with its values, for who may hand them in. Raises NotAllowed. 5 queries."""
    pilot = measured_pilot(viewer, uuid)
    of = units_with_values().filter(pilot=pilot, unit__uuid=unit).first()
    if of is None or not may_measure(viewer, pilot, of):
        raise NotAllowed
    of.pilot = pilot
    return of


@dataclass(frozen=True)
class Measured:
    """What one unit has measured: `weeks` newest first, with the value of each or None where one is missing.

    `gaps` are weeks without a value of which it is told why; they are not `missing`.
    """

    of: PilotUnit
    values: dict[date, Measurement] = field(default_factory=dict)
    weeks: list[date] = field(default_factory=list)
    missing: list[date] = field(default_factory=list)
    gaps: dict[date, Gap] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[date, Measurement | None]]:
        """Each week with what stands there."""
        return [(week, self.values.get(week)) for week in self.weeks]


def measured_by(of: PilotUnit, span: Span) -> Measured:
    """What the unit (of `units_with_values`) has measured, and what is missing. No query."""
    values = {row.week: row for row in of.measurements.all()}
    gaps = {gap.week: gap for gap in of.gaps.all() if gap.week not in values}
    told = {*values, *gaps}
    weeks = {*told, *weeks_between(min([*told, span.asked]), last_ended(span, today=today()))}
    missing = missing_weeks(told, span, today=today())
    return Measured(of, values, sorted(weeks, reverse=True), missing, gaps)


def units_to_measure(viewer: Viewer) -> "QuerySet[PilotUnit]":
    """The units that the viewer measures in pilots that expect values."""
    return expecting_units().filter(measurer_id=viewer.person_id or 0)


def expecting_units() -> "QuerySet[PilotUnit]":
    """Units of pilots that are not over and have an effect goal, where nothing is told of the last week that ended."""
    last = monday_of(today()) - WEEK
    has_last = Measurement.objects.filter(of=OuterRef("pk"), week=last)
    units = PilotUnit.objects.filter(pilot__state__in=MEASURED_STATES, pilot__effect_goal__isnull=False)
    has_gap = Gap.objects.filter(of=OuterRef("pk"), week=last)
    units = units.exclude(Exists(has_last)).exclude(Exists(has_gap)).exclude(measurer=None)
    return units.select_related("unit", "pilot__effect_goal").order_by("id")


def with_missing(units: Iterable[PilotUnit]) -> Iterator[tuple[PilotUnit, list[date]]]:
    """Those of the units that lack weeks, with the weeks; those told as not measured are not lacking. 2 queries."""
    rows = list(units)
    weeks: dict[int, set[date]] = {of.pk: set() for of in rows}
    for told in (Measurement, Gap):
        for of_id, week in told.objects.filter(of__in=weeks).values_list("of_id", "week"):
            weeks[of_id].add(week)
    for of in rows:
        goal = goal_of(of.pilot)
        if goal and (missing := missing_weeks(weeks[of.pk], span_for(of.pilot, goal), today=today())):
            yield of, missing


def measurers_to_remind(moment: datetime) -> list[tuple[PilotUnit, list[date]]]:
    """Units whose measurer lacks weeks that ended more than a day ago, not reminded this week. 3 queries."""
    day = timezone.localdate(moment)
    unreminded = Q(reminded_at=None) | Q(reminded_at__lt=moment - REMIND_EVERY)
    near = Q(pilot__ends_on=None) | Q(pilot__ends_on__gte=day - REMINDED_AFTER_END)
    latest, due = day - REMIND_AFTER, []
    for of, missing in with_missing(expecting_units().filter(unreminded & near)[:MOST_REMINDED]):
        if weeks := [week for week in missing if week <= latest]:
            due.append((of, weeks))
    return due


def weeks_awaited(viewer: Viewer) -> list[tuple[PilotUnit, list[date]]]:
    """The units that the viewer measures and that lack weeks, with the weeks. 3 queries, none for nobody."""
    if viewer.person_id is None or not viewer.may_write:
        return []
    return list(with_missing(units_to_measure(viewer)[:MOST_WAITING]))


def exported_values(pilot: Pilot) -> "QuerySet[Measurement]":
    """All values of a pilot, by unit and week: the rows of `unit,week,value`."""
    rows = Measurement.objects.filter(of__pilot=pilot).select_related("of__unit")
    return rows.order_by("of__unit__name", "of_id", "week")
