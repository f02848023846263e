"""The lot that says when units begin, or in which weeks they try."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.rules import Refused, Viewer
from ringar.pilots.actions.parts import changed
from ringar.pilots.actions.pilots import to_prepare
from ringar.pilots.models import EffectGoal, Pilot, PilotUnit
from ringar.pilots.rules import Design, UnitRole
from ringar_kits.effects import draw_start_weeks

WEEK = timedelta(days=7)


@transaction.atomic
def draw_lot(
    *, by: Viewer, pilot: Pilot, earliest: date, weeks: int = 0, seed: int | None = None
) -> EffectGoal:
    """Draws when units begin, in some week from `earliest` on (at most as many `weeks` as units; 0: as many); or
    in which weeks they try, every other one. Once.

    The seed is kept and shown, so that anyone can draw the same again. Drawing anew until it suits would be choosing:
    a lot stands until the design or the units are changed, which the history shows. Raises NotAllowed, Refused.
    """
    pilot = to_prepare(by, pilot)
    goal = EffectGoal.objects.select_for_update().filter(pilot=pilot).first()
    if goal is None or goal.design == Design.FIXED:
        raise Refused(_("Set the effect goal first, with a design that is drawn by lot."))
    if goal.seed is not None:
        raise Refused(_("Lots are drawn already, and stand."))
    units = list(pilot.units.filter(role=UnitRole.TRIES).select_related("unit").order_by("id"))
    if len(units) < 2 and (goal.design == Design.RANDOM_START or not units):
        raise Refused(_("Choose at least two units that try: lots are drawn between them."))
    goal.start_week = earliest + timedelta(days=-earliest.weekday() % 7)
    goal.seed = secrets.randbelow(2**31) if seed is None else seed
    if goal.design == Design.RANDOM_START:
        give_starts(units, goal.start_week, min(weeks or len(units), len(units)), goal.seed)
    goal.save()
    drawn = {row.unit.name: str(row.start_week) for row in units if row.start_week}
    changes = {"seed": goal.seed, "design": goal.design, "start_week": str(goal.start_week), "drawn": drawn}
    changed(pilot, by=by, action="draw_lot", changes=changes)
    return goal


def give_starts(units: Sequence[PilotUnit], first: date, weeks: int, seed: int) -> None:
    """Gives each unit its start week, drawn by its name. No more weeks than units, so that none stands empty."""
    if weeks < 2:
        raise Refused(_("Draw among at least two weeks."))
    names = {row.unit.name: row for row in units}
    if len(names) < len(units):  # two units of the same name
        names = {str(row.pk): row for row in units}
    for name, week in draw_start_weeks(list(names), [first + n * WEEK for n in range(weeks)], seed).items():
        names[name].start_week = week
        names[name].save(update_fields=["start_week"])
