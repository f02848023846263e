"""What a gate asks for, part by part: effect goal, units, calculation, data check."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person, Unit
from ringar.core.queries import works_in
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.pilots.actions.pilots import as_told, to_prepare
from ringar.pilots.actions.texts import flags_of_public, texts_of_public, tidied
from ringar.pilots.models import EffectGoal, Gap, Measurement, Pilot, PilotUnit
from ringar.pilots.rules import Better, Design, Scale, UnitRole

GOAL = ("metric", "measured_in", "better", "scale", "baseline", "baseline_source", "target", "worthwhile")
PLAN = ("burn_in", "weeks_planned", "design", "start_week")
TEXTS = {"metric": 200, "measured_in": 60, "baseline_source": 300}
MOST_UNITS = 200
LEAST_WEEKS, MOST_WEEKS = 3, 104


def changed(pilot: Pilot, *, by: Viewer, action: str, changes: Mapping[str, object]) -> None:
    """Marks the pilot as changed now, with the audit row. Call it inside the transaction of the change."""
    pilot.changed_at = now()
    pilot.save(update_fields=["changed_at"])
    record_audit(by=by, action=action, target=pilot, changes=dict(changes))


@transaction.atomic
def set_effect_goal(
    *, by: Viewer, pilot: Pilot, told: Mapping[str, object], kept: Iterable[str] = ()
) -> EffectGoal:
    """Sets what must change and by how much: the fields of GOAL, and of PLAN how it is to be seen.

    All of GOAL is asked for the first time. Another design or start week takes back a lot that was drawn. Raises
    NotAllowed; Refused where something is missing or can not be so; Flagged as `edit_pilot` does.
    """
    pilot = to_prepare(by, pilot)
    shared = texts_of_public(pilot)
    goal = EffectGoal.objects.filter(pilot=pilot).first() or EffectGoal(pilot=pilot)
    is_new, changes = goal.pk is None, dict[str, object]()
    for name in (*GOAL, *PLAN):
        if name not in told:
            continue
        before = None if is_new else getattr(goal, name)
        value = tidied(str(told[name] or ""), TEXTS[name]) if name in TEXTS else told[name]
        if before != value:
            changes[name] = [as_told(before), as_told(value)]
            setattr(goal, name, value)
    require_goal(goal)
    if not is_new and changes.keys() & {"design", "start_week"}:
        forget_lot(pilot, goal)
    goal.save()
    if changes:
        pilot.effect_goal = goal
        changes |= flags_of_public(pilot, shared, kept)
        changed(pilot, by=by, action="set_effect_goal", changes=changes)
    return goal


def require_goal(goal: EffectGoal) -> None:
    """Raises Refused where an effect goal is not whole, or can not be so; a start week becomes its Monday."""
    if not goal.metric or not goal.measured_in or not goal.baseline_source:
        raise Refused(_("Say what is measured, in what, and where the value of today comes from."))
    numbers = (goal.baseline, goal.target, goal.worthwhile)
    if any(number is None or not isfinite(number) for number in numbers):
        raise Refused(_("Write the value today, the target and the smallest effect worth having as numbers."))
    if goal.better not in Better.values or goal.scale not in Scale.values or goal.design not in Design.values:
        raise Refused(_("Choose among the answers on the page."))
    require_numbers(goal)
    if not LEAST_WEEKS <= goal.weeks_planned <= MOST_WEEKS or not 0 <= goal.burn_in < goal.weeks_planned:
        raise Refused(_("Measure for 3 to 104 weeks, longer than the weeks to get used to it."))
    if goal.start_week:
        goal.start_week -= timedelta(days=goal.start_week.weekday())


def require_numbers(goal: EffectGoal) -> None:
    """Raises Refused where the goal's numbers do not go together."""
    gain = goal.target - goal.baseline if goal.better == Better.HIGHER else goal.baseline - goal.target
    if goal.worthwhile <= 0:
        raise Refused(_("The smallest effect worth having is a size, above 0."))
    if gain <= 0:
        raise Refused(
            _("The target is no better than the value today. Change one of them, or the direction.")
        )
    if goal.worthwhile > gain:
        raise Refused(_("The smallest effect worth having is larger than what the target would give."))
    if goal.scale == Scale.LOGIT and not (0 <= goal.baseline <= 1 and 0 <= goal.target <= 1):
        raise Refused(_("A share lies between 0 and 1: write 35 % as 0.35."))
    if goal.scale == Scale.LOG and (goal.baseline <= 0 or goal.target <= 0):
        raise Refused(_("On a scale of ratios, the value today and the target must be above 0."))


def forget_lot(pilot: Pilot, goal: EffectGoal) -> None:
    """Takes back what was drawn, in memory for the goal. Call it inside the transaction."""
    if goal.seed is not None:
        goal.seed = None
        goal.start_week = goal.start_week if goal.design == Design.FIXED else None
    pilot.units.exclude(start_week=None).update(start_week=None)


@dataclass(frozen=True)
class Taking:
    """A unit that takes part: whether it tries or is compared with, and who hands in its value each week."""

    unit: Unit
    role: str
    measurer: Person | None = None


@transaction.atomic
def set_units(*, by: Viewer, pilot: Pilot, takings: Sequence[Taking]) -> list[PilotUnit]:
    """Says which units take part; those left out leave. Other units take back a lot that was drawn.

    A unit with measurements stays: leaving it out would hide them. Raises NotAllowed, Refused.
    """
    pilot = to_prepare(by, pilot)
    wanted = {taking.unit.pk: taking for taking in takings}
    require_units(pilot, takings, wanted)
    before = {row.unit_id: row for row in pilot.units.select_related("unit")}
    gone = [row for key, row in before.items() if key not in wanted]
    told = (
        rows.objects.filter(of__in=gone).values_list("of__unit__name", flat=True)
        for rows in (Measurement, Gap)
    )
    measured = next((name for names in told for name in names[:1]), None)
    if measured:
        problem = _("%(unit)s has measurements already, and stays. Measurements are never thrown away.")
        raise Refused(problem % {"unit": measured})
    others = {(row.unit_id, row.role) for row in before.values()}
    is_other = others != {(key, taking.role) for key, taking in wanted.items()}
    for row in gone:
        row.delete()
    for key, taking in wanted.items():
        row = before.get(key) or PilotUnit(pilot=pilot, unit=taking.unit)
        row.role, row.measurer = taking.role, taking.measurer
        row.save()
    if is_other and (goal := EffectGoal.objects.filter(pilot=pilot).first()):
        forget_lot(pilot, goal)
        goal.save()
    names = {role: [t.unit.name for t in takings if t.role == role] for role in UnitRole.values}
    was = {role: [row.unit.name for row in before.values() if row.role == role] for role in UnitRole.values}
    changed(pilot, by=by, action="set_pilot_units", changes={r: [was[r], names[r]] for r in UnitRole.values})
    return list(pilot.units.select_related("unit", "measurer"))


def require_units(pilot: Pilot, takings: Sequence[Taking], wanted: Mapping[int, Taking]) -> None:
    """Raises NotAllowed or Refused where the units can not take part so."""
    if len(wanted) != len(takings):
        raise Refused(_("A unit tries or is compared with, not both."))
    if len(takings) > MOST_UNITS:
        raise Refused(_("At most %(most)d units.") % {"most": MOST_UNITS})
    for taking in takings:
        if taking.unit.organisation_id != pilot.organisation_id or taking.role not in UnitRole.values:
            raise NotAllowed
        if taking.measurer is not None and not works_in(taking.measurer, pilot.organisation_id):
            raise Refused(_("Whoever measures must work in the organisation."))
