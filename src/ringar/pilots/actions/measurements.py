"""Writes on measurements: one number or thousands, all or nothing; what is corrected keeps what it was, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import audit_row, record_audits
from ringar.core.clock import now, today
from ringar.core.importing import Counts
from ringar.core.models import AuditEvent
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.pilots.measure_rules import LONGEST_WHY, Span, is_late, value_fault, week_fault
from ringar.pilots.models import Correction, Measurement, Pilot, PilotUnit
from ringar.pilots.queries.measurements import goal_of, may_measure, span_for
from ringar.talk.actions import tell_people

VIAS = ("form", "file", "api", "clock", "list")


@dataclass(frozen=True)
class Value:
    """What a unit of the pilot measured in a week (its Monday); `why` is needed where another value stands there.

    `place` tells where it was handed in ("row 5"), for messages.
    """

    of: PilotUnit
    week: date
    value: float
    why: str = ""
    place: str = ""

    @property
    def told(self) -> str:
        """Where it is, for whoever reads a message."""
        return self.place or _("%(unit)s, week of %(week)s") % {"unit": self.of.unit.name, "week": self.week}


@transaction.atomic
def record_measurements(*, by: Viewer, pilot: Pilot, values: Sequence[Value], via: str = "form") -> Counts:
    """Keeps values of a pilot's units, all or none; the same one again changes nothing.

    Another value for a week that has one is a correction: it asks for a reason, and what was there is kept. Raises
    NotAllowed; Refused, naming the place and the remedy, for a wrong week, a week twice or a value that can not be.
    """
    if via not in VIAS:
        raise ValueError(via)
    pilot = Pilot.objects.select_for_update().get(pk=pilot.pk)
    if not values:
        raise Refused(_("There is no value to save. Write at least one number."))
    if not all(may_measure(by, pilot, of) for of in {value.of for value in values}):
        raise NotAllowed
    span = check_values(pilot, values)
    stood = stored_values(pilot, values)
    added: list[Measurement] = []
    corrected: list[tuple[Measurement, Value]] = []
    for value in values:
        known = stood.get((value.of.pk, value.week))
        if known is None:
            added.append(new_measurement(by, value, via, span))
        elif known.value != value.value:
            corrected.append((known, value))
    audit = [*add_values(by, added), *correct_values(by, corrected, via)]
    record_audits(audit)
    if corrected:
        facts = {"count": len(corrected)}
        tell_people(by=by, row=pilot, event="pilots.corrected", facts=facts, people=concerned(pilot))
    return Counts(new=len(added), changed=len(corrected), unchanged=len(values) - len(added) - len(corrected))


def concerned(pilot: Pilot) -> list[int]:
    """Who answers for the pilot, and so is told when its figures are corrected."""
    return [pilot.owner_id] if pilot.owner_id else []


def check_values(pilot: Pilot, values: Iterable[Value]) -> Span:
    """The weeks that the pilot takes. Raises Refused, naming the place, for the first value that can not be kept."""
    goal = goal_of(pilot)
    if goal is None:
        raise Refused(
            _("The pilot has no effect goal yet, so there is nothing to measure. Write the goal first.")
        )
    span, seen = span_for(pilot, goal), dict[tuple[int, date], str]()
    for value in values:
        fault = week_fault(value.week, span, today=today()) or value_fault(value.value, goal.scale)
        if fault:
            raise Refused(f"{value.told}: {fault}")
        if (key := (value.of.pk, value.week)) in seen:
            raise Refused(
                _("%(place)s: %(unit)s has the week of %(week)s twice. Keep one of them.")
                % {"place": value.told, "unit": value.of.unit.name, "week": value.week}
            )
        seen[key] = value.told
    return span


def stored_values(pilot: Pilot, values: Iterable[Value]) -> Mapping[tuple[int, date], Measurement]:
    """What stands already for those units, by unit in the pilot and week. 1 query."""
    units = {value.of.pk for value in values}
    rows = Measurement.objects.filter(of__pilot=pilot, of__in=units).select_related("of__unit")
    return {(row.of_id, row.week): row for row in rows}


def new_measurement(by: Viewer, value: Value, via: str, span: Span) -> Measurement:
    """A first value, not saved."""
    moment = now()
    return Measurement(
        of=value.of,
        week=value.week,
        value=value.value,
        via=via,
        entered_by_id=by.person_id,
        entered_at=moment,
        is_late=is_late(value.week, span, handed_in=today()),
    )


def add_values(by: Viewer, added: list[Measurement]) -> list[AuditEvent]:
    """Saves first values; returns their audit rows."""
    Measurement.objects.bulk_create(added, batch_size=500)
    return [
        audit_row(
            by=by,
            action="record_measurement",
            target=row,
            changes={"value": [None, row.value], "week": row.week.isoformat(), "via": row.via},
        )
        for row in added
    ]


def correct_values(by: Viewer, corrected: list[tuple[Measurement, Value]], via: str) -> list[AuditEvent]:
    """Saves other values in place of those that stood, and keeps them; returns their audit rows.

    Raises Refused, naming the place, where no reason is given.
    """
    corrections, audit = [], []
    for row, value in corrected:
        why = tidy_text(value.why).strip()[:LONGEST_WHY]
        if not why:
            raise Refused(
                _(
                    "%(place)s: the value is %(before)s already. Say why it becomes %(after)s, or leave it as it is."
                )
                % {"place": value.told, "before": f"{row.value:g}", "after": f"{value.value:g}"}
            )
        before, row.value, row.via = row.value, value.value, via
        corrections.append(
            Correction(measurement=row, before=before, after=row.value, why=why, by_id=by.person_id, at=now())
        )
        told: dict[str, object] = {"value": [before, row.value], "week": row.week.isoformat(), "reason": why}
        audit.append(audit_row(by=by, action="correct_measurement", target=row, changes=told))
    Measurement.objects.bulk_update([row for row, _value in corrected], ["value", "via"], batch_size=200)
    Correction.objects.bulk_create(corrections, batch_size=500)
    return audit


@transaction.atomic
def remind_measurers(due: Iterable[tuple[PilotUnit, list[date]]]) -> int:
    """Reminds those who measure of weeks without a value, once a week each; returns how many. What the robots do."""
    count = 0
    for of, weeks in due:
        locked = PilotUnit.objects.select_for_update().select_related("pilot", "unit").get(pk=of.pk)
        if locked.reminded_at != of.reminded_at or locked.measurer_id is None:
            continue  # another worker was quicker, or somebody else measures now
        locked.reminded_at = now()
        locked.save(update_fields=["reminded_at"])
        robot = Viewer.of_robot(locked.pilot.organisation_id)
        facts = {"unit": locked.unit.name, "week": weeks[-1].isocalendar().week, "count": len(weeks)}
        tell_people(
            by=robot,
            row=locked.pilot,
            event="pilots.measure",
            people=[locked.measurer_id],
            facts=facts,
            followers=False,
        )
        told: dict[str, object] = {"weeks": [week.isoformat() for week in weeks], "unit": locked.unit.name}
        record_audits([audit_row(by=robot, action="remind_measurer", target=locked.pilot, changes=told)])
        count += 1
    return count
