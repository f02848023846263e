"""A pilot with measurements, made through actions only: a change of a known size begins at a known week."""

import random
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from ringar.core import clock
from ringar.core.models import Unit
from ringar.core.queries import viewer_of
from ringar.pilots.actions.gates import ask_gate
from ringar.pilots.actions.lots import draw_lot
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.actions.parts import Taking, set_effect_goal, set_units
from ringar.pilots.actions.pilots import start_pilot
from ringar.pilots.models import Pilot, PilotUnit
from ringar.pilots.rules import Design, UnitRole
from tests.people import People
from tests.rooms.needs.cast import shared_by

WEEK = timedelta(days=7)
START = date(2026, 3, 2)
BEGUN = datetime(2026, 2, 23, 9, tzinfo=ZoneInfo("Europe/Stockholm"))
GOAL: dict[str, Any] = {
    "metric": "väntetid",
    "measured_in": "minuter",
    "better": "lower",
    "scale": "identity",
    "baseline": 40.0,
    "baseline_source": "mätt i tre veckor",
    "target": 25.0,
    "worthwhile": 5.0,
    "weeks_planned": 12,
    "start_week": START,
}


def running(
    people: People, *, goal: dict[str, Any] | None = None, has_goal: bool = True, **facts: Any
) -> Pilot:
    """Bo's exercise, running, for a need of Bo's; its gate was opened a week before START."""
    by = viewer_of(people.bo)
    told = {"title": "Larm som ringer rätt", "goal": "Kortare väntetid", "cap_sek": 60_000} | facts
    with clock.at(BEGUN):
        need = told.pop("need", None) or shared_by(people.bo)
        pilot = start_pilot(
            by=by, need=need, owner=people.bo, ends_on=START + 12 * WEEK - timedelta(days=1), **told
        )
        if has_goal:
            set_effect_goal(by=by, pilot=pilot, told=GOAL | (goal or {}))
        ask_gate(by=by, pilot=pilot, reason="Vi provar i liten skala.", declares_none=True)
    return Pilot.objects.get(pk=pilot.pk)


def measured(
    people: People,
    *,
    effect: float = -12.0,
    before: int = 16,
    after: int = 12,
    controls: int = 3,
    noise: float = 2.0,
    seed: int = 7,
    tries: int = 1,
    **facts: Any,
) -> Pilot:
    """The pilot with `before` + `after` weeks in each unit; those that try change by `effect` from START on."""
    pilot = running(people, **facts)
    take_part(people, pilot, tries=tries, controls=controls)
    measure(people, pilot, effect=effect, before=before, after=after, noise=noise, seed=seed)
    return Pilot.objects.get(pk=pilot.pk)


def take_part(people: People, pilot: Pilot, *, tries: int, controls: int) -> None:
    """Units of the city: so many that try, so many to compare with."""
    with clock.at(BEGUN):
        units = [new_unit(people, f"Grupp {n}") for n in range(tries + controls)]
        roles = [UnitRole.TRIES] * tries + [UnitRole.COMPARES] * controls
        takings = [Taking(unit, role) for unit, role in zip(units, roles, strict=True)]
        set_units(by=viewer_of(people.bo), pilot=pilot, takings=takings)


def new_unit(people: People, name: str) -> Unit:
    """A group below Bo's home care."""
    return Unit.objects.create(organisation=people.city, name=name, parent=people.care)


def measure(
    people: People, pilot: Pilot, *, effect: float, before: int, after: int, noise: float = 2.0, seed: int = 7
) -> None:
    """Values of all units around 40, with a shared week and noise of their own."""
    lot = random.Random(seed)
    weeks = [START + n * WEEK for n in range(-before, after)]
    shared = {week: lot.gauss(0, 3) for week in weeks}
    values = []
    for of in pilot.units.select_related("unit").order_by("id"):
        level = lot.gauss(0, 4)
        for week in weeks:
            change = effect if is_on(pilot, of, week) else 0.0
            values.append(Value(of, week, round(40 + level + shared[week] + lot.gauss(0, noise) + change, 2)))
    pilot = Pilot.objects.select_related("effect_goal").get(pk=pilot.pk)
    with clock.at(timezone.make_aware(datetime.combine(weeks[-1] + WEEK, datetime.min.time()))):
        record_measurements(by=viewer_of(people.bo), pilot=pilot, values=values)


def is_on(pilot: Pilot, of: PilotUnit, week: date) -> bool:
    """Whether the unit tries it that week, where it starts at START or in a week drawn by lot."""
    return of.role == UnitRole.TRIES and week >= (of.start_week or START)


def drawn_by_lot(people: People, *, effect: float = -12.0, tries: int = 6, after: int = 12) -> Pilot:
    """A pilot whose units began in weeks that were drawn."""
    pilot = running(people, goal={"design": Design.RANDOM_START, "start_week": None, "weeks_planned": 12})
    take_part(people, pilot, tries=tries, controls=0)
    with clock.at(BEGUN):
        draw_lot(by=viewer_of(people.bo), pilot=pilot, earliest=START, seed=3)
    measure(people, Pilot.objects.get(pk=pilot.pk), effect=effect, before=8, after=after)
    return Pilot.objects.get(pk=pilot.pk)
