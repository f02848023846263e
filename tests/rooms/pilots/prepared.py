"""A pilot made ready for the gate to the stage pilot, part by part, through actions only."""

import io
from datetime import date, timedelta
from typing import Any

from ringar.core.queries import viewer_of
from ringar.pilots.actions.money import Line, check_data, set_costs
from ringar.pilots.actions.parts import Taking, set_effect_goal, set_units
from ringar.pilots.actions.pilots import edit_pilot, start_pilot
from ringar.pilots.actions.sprints import add_prototype
from ringar.pilots.models import Pilot
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.rules import PilotKind, Stage, UnitRole
from ringar.procurement.actions import Other, document_choice
from tests.people import People
from tests.rooms.needs.cast import shared_by

GOAL: dict[str, Any] = {
    "metric": "tid från larm till besök",
    "measured_in": "minuter",
    "better": "lower",
    "scale": "identity",
    "baseline": 42.0,
    "baseline_source": "larmloggen, januari till mars 2026",
    "target": 30.0,
    "worthwhile": 5.0,
    "burn_in": 1,
    "weeks_planned": 12,
    "design": "fixed",
    "start_week": date(2026, 9, 7),
}
LINES = [
    Line("cost", "Tolv mattor och larm", sek=80_000),
    Line("hours", "Att lära sig", hours=60),
    Line("gain", "Färre onödiga besök", sek=120_000, taken_home_by="Hemtjänst Björkliden"),
]
CHOICE: dict[str, Any] = {
    "kind": "Välfärdsteknik",
    "supplier": "Larmbolaget",
    "reason": "Den enda som larmar utan kamera.",
    "alternatives": [Other("Kamerabolaget", "Filmar i sovrummet.")],
}
LIGHT: dict[str, Any] = {
    "goal": "Kortare tid från larm till besök",
    "cap_sek": 20_000,
    "ends_on": date(2026, 12, 31),
}


def exercise(people: People, **facts: Any) -> Pilot:
    """Bo's exercise for a need of Bo's, with all that a light gate asks for."""
    told = {"title": "Larm som ringer rätt", "owner": people.bo, **LIGHT, **facts}
    need = told.pop("need", None) or shared_by(people.bo)
    return start_pilot(by=viewer_of(people.bo), need=need, **told)


def sprint(people: People, **facts: Any) -> Pilot:
    """Bo's sprint."""
    return exercise(people, kind=PilotKind.SPRINT, **facts)


def ready(people: People, *, besides: str = "", **facts: Any) -> Pilot:
    """Bo's pilot with all that the gate to the stage pilot asks for, but for the part named in `besides`."""
    by = viewer_of(people.bo)
    pilot = exercise(people, stage=Stage.PILOT, **facts)
    if besides != "facts":
        told = {"hypothesis": "Mattan larmar först.", "stop_rule": "Om någon faller utan larm."}
        edit_pilot(by=by, pilot=pilot, changes={**told, "starts_on": date(2026, 9, 7)})
    if besides != "goal":
        set_effect_goal(by=by, pilot=pilot, told=GOAL)
    if besides != "units":
        takings = [
            Taking(people.care, UnitRole.TRIES, people.bo),
            Taking(people.preschool, UnitRole.COMPARES),
        ]
        set_units(by=by, pilot=pilot, takings=takings)
    if besides != "costs":
        set_costs(by=by, pilot=pilot, lines=LINES, who_pays="Stadsdelen")
    if besides != "data":
        check_data(by=by, pilot=pilot, has_personal_data=False, told={})
    if besides != "choice":
        document_choice(by=by, row=pilot, **CHOICE)
    return pilot_for(by, pilot.uuid)


def weeks_before(start: date, number: int) -> list[date]:
    """The Mondays of so many weeks before the start."""
    return [start - timedelta(weeks=back) for back in range(number, 0, -1)]


def add_prepared(args: dict[str, list[Any]], people: People) -> None:
    """A pilot being prepared that only its unit sees, with its supplier; and a sprint with a prototype."""
    need = shared_by(people.bo, "Larmen ringer fel. PROVETS", "PROVETS behov", "unit")
    planned = ready(people, title="PROVETS larm", need=need)
    by = viewer_of(people.bo)
    quick = sprint(people, title="Fem dagar")
    add_prototype(by=by, pilot=quick, file=io.BytesIO(b"%PDF-1.7 skiss"), name="skiss.pdf")
    args |= {"planned": [planned], "planned-choice": ["pilot", planned]}
    args |= {"sprint": [quick], "sprint-choice": ["pilot", quick]}
