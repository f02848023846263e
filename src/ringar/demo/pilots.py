"""The city's pilots: seven, in different stages, through the same gates as any other. Their numbers are simulated."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ringar.core.actions import record_audit
from ringar.core.clock import at, today
from ringar.core.flags import Flagged
from ringar.core.models import Person, Unit
from ringar.core.rules import Viewer
from ringar.demo.simulation import Story, simulate
from ringar.matching.day_models import Meeting
from ringar.matching.day_rules import MeetingState
from ringar.needs.models import Need
from ringar.pilots.actions.decisions import decide_pilot
from ringar.pilots.actions.gates import ask_gate
from ringar.pilots.actions.hindrances import add_hindrance
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.actions.money import Line, check_data, set_costs
from ringar.pilots.actions.parts import Taking, set_effect_goal, set_units
from ringar.pilots.actions.pilots import edit_pilot, start_pilot
from ringar.pilots.actions.publishing import add_note, publish_pilot
from ringar.pilots.actions.realised import Realised, record_realised
from ringar.pilots.actions.sprints import Tried, save_tests
from ringar.pilots.measure_rules import WEEK, monday_of
from ringar.pilots.models import Measurement, Pilot, PilotUnit, StaffAnswer
from ringar.pilots.rules import Phase, PilotState, UnitRole
from ringar.pilots.staff_rules import BATCH
from ringar.procurement.actions import Other, document_choice
from ringar.solvers.models import Solution

DATA = Path(__file__).parent / "data" / "pilots.toml"
SOURCE = "demo"
GOAL = ("metric", "measured_in", "better", "baseline", "baseline_source", "target", "worthwhile")
FACTS = ("goal", "cap_sek", "cap_hours", "kind", "stage")


@cache
def stories() -> dict[str, dict[str, Any]]:
    """The pilots as the data tells of them, by key."""
    rows: list[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["pilot"]
    return {row["key"]: row for row in rows}


def keeping(write: Callable[..., Any], **arguments: Any) -> Any:
    """Writes; words that are flagged are kept, as the city's people are invented."""
    try:
        with transaction.atomic():
            return write(**arguments)
    except Flagged as flagged:
        return write(**arguments, kept=[flag.key for flag in flagged.flags])


class Pilots:
    """What the city's pilots are made of: its needs, units and people, and the day it is made."""

    def __init__(
        self,
        start: datetime,
        needs: Mapping[str, Need],
        units: Mapping[str, Unit],
        people: Mapping[str, Person],
        viewers: Mapping[str, Viewer],
    ) -> None:
        self.start, self.needs, self.units, self.people, self.viewers = start, needs, units, people, viewers

    def ago(self, days: float) -> Any:
        """What is done inside happened so many days ago."""
        return at(self.start - timedelta(days=days))

    def add(self, row: Mapping[str, Any]) -> Pilot:
        """One pilot with all that has happened to it until now."""
        weeks = row.get("began", row.get("created", 0))
        begun = monday_of(self.start.date()) - weeks * WEEK
        by, leader = self.viewers[row["by"]], self.viewers["dag"]
        with at(self.moment(begun - timedelta(days=10 if "began" in row else 0))):
            pilot = self.prepare(row, leader if "began" in row else by, begun)
            if "began" in row:
                self.add_history(row, pilot, begun)
        with at(self.moment(begun)):
            reason = row.get("gate_reason", "")
            ask_gate(
                by=leader if "began" in row else by, pilot=pilot, reason=reason, declares_none=bool(reason)
            )
        pilot.refresh_from_db()
        if "began" in row:
            bring_in(pilot, until=self.start.date())
        self.tell(row, pilot)
        return pilot

    def moment(self, day: date) -> datetime:
        """Noon of that day, never after the city was made."""
        return min(self.start, self.start.replace(hour=11, minute=0) + (day - self.start.date()) * 1)

    def prepare(self, row: Mapping[str, Any], by: Viewer, begun: date) -> Pilot:
        """The pilot with everything that its gate asks for."""
        need = Need.objects.get(pk=self.needs[row["need"]].pk)  # as it is now
        solution = Solution.objects.filter(name=row.get("solution", "")).first()
        weeks = row.get("ends", row.get("weeks", 0))
        ends_on = begun + row["weeks"] * WEEK if "began" in row else self.start.date() + weeks * WEEK
        pilot = start_pilot(
            by=by,
            title=row["title"],
            need=need,
            meeting=held_meeting(need, solution),
            unit=self.units[row["unit"]],
            owner=self.people[row["owner"]],
            solution=solution,
            ends_on=ends_on,
            **{name: row[name] for name in FACTS if name in row},
        )
        mark_simulated(pilot, row["key"], by=by)
        if "began" in row:
            edit_pilot(
                by=by,
                pilot=pilot,
                changes={name: row[name] for name in ("hypothesis", "stop_rule")} | {"starts_on": begun},
            )
            self.add_parts(row, pilot, by, begun)
        return pilot

    def add_parts(self, row: Mapping[str, Any], pilot: Pilot, by: Viewer, begun: date) -> None:
        """Effect goal, units, calculation, data check and choice of supplier."""
        told = {name: row[name] for name in GOAL}
        set_effect_goal(by=by, pilot=pilot, told=told | {"weeks_planned": row["weeks"], "start_week": begun})
        measurer = self.people[row["measurer"]]
        roles = {UnitRole.TRIES: row["tries"], UnitRole.COMPARES: row["compares"]}
        takings = [Taking(self.units[key], role, measurer) for role, keys in roles.items() for key in keys]
        set_units(by=by, pilot=pilot, takings=takings)
        promised = [
            Line(c["kind"], c["what"], c.get("sek"), c.get("hours"), c.get("taken_home_by", ""))
            for c in row["costs"]
        ]
        set_costs(by=by, pilot=pilot, lines=promised, who_pays=row["who_pays"])
        personal = row.get("personal", {})
        check_data(by=by, pilot=pilot, has_personal_data=bool(personal), told=personal)
        document_choice(
            by=by,
            row=pilot,
            kind=row["purchase_kind"],
            supplier=str(pilot.solver),
            reason=row["why_chosen"],
            alternatives=[Other(**each) for each in row["alternatives"]],
        )

    def add_history(self, row: Mapping[str, Any], pilot: Pilot, begun: date) -> None:
        """What was measured before it began, handed in as a file."""
        values = list(values_of(pilot, row, begun - row["history"] * WEEK, begun - 2 * WEEK))
        record_measurements(by=self.viewers["dag"], pilot=pilot, values=values, via="file")

    def tell(self, row: Mapping[str, Any], pilot: Pilot) -> None:
        """What happened along the way: notes, tests, hindrances, what came true, the decision."""
        for note in row.get("notes", []):
            with self.ago(note["days_ago"]):
                keeping(add_note, by=self.viewers[note["by"]], pilot=pilot, text=note["text"])
        if row.get("tests"):
            with self.ago(1):
                tests = [Tried(**each) for each in row["tests"]]
                save_tests(by=self.viewers[row["by"]], pilot=pilot, tests=tests)
        if found := row.get("hindrance"):
            with self.ago(3):
                add_hindrance(
                    by=self.viewers[found["by"]],
                    row=pilot,
                    kind=found["kind"],
                    what=found["what"],
                    owner=self.people[found["owner"]],
                    due=self.start.date() + timedelta(days=found["due"]),
                )
        for phase, answers in row.get("staff", {}).items():
            simulate_staff(pilot, phase, answers, by=self.viewers["dag"])
        if row.get("decision"):
            with self.ago(row["decision"][0]["days_ago"]):
                self.tell_what_came_true(row, pilot)
        for decided in row.get("decision", []):
            with self.ago(decided["days_ago"]):
                self.decide(pilot, decided)
        if row.get("publish"):
            with self.ago(row["decision"][-1]["days_ago"]):
                keeping(publish_pilot, by=self.viewers["dag"], pilot=pilot)

    def tell_what_came_true(self, row: Mapping[str, Any], pilot: Pilot) -> None:
        """What the lines of the calculation came to."""
        lines = {line.what: line for line in pilot.cost_lines.all()}
        came = []
        for line in row["costs"]:
            if "realised" in line:
                name = "hours" if line["kind"] == "hours" else "sek"
                known = {name: line["realised"], "source": line["source"]}
                came.append(Realised(lines[line["what"]], **known))
        record_realised(by=self.viewers["dag"], pilot=pilot, realised=came)

    def decide(self, pilot: Pilot, decided: Mapping[str, Any]) -> None:
        """A decision, and the gate that is opened on it."""
        by = self.viewers["dag"]
        texts = {
            name: decided[name] for name in ("kind", "reason", "learned", "to_disclose") if name in decided
        }
        keeping(decide_pilot, by=by, pilot=pilot, declares_none=True, **texts)
        if "next_gate" in decided:
            ask_gate(by=by, pilot=pilot, reason=decided["next_gate"], declares_none=True)
        pilot.refresh_from_db()


def held_meeting(need: Need, solution: Solution | None) -> Meeting | None:
    """The meeting that a pilot of that need and solution came of, where there was one."""
    rows = Meeting.objects.filter(manager__needs=need, startup__solutions=solution, state=MeetingState.HELD)
    return rows.select_related("need", "solution__solver", "startup__solver").order_by("id").first()


@transaction.atomic
def mark_simulated(pilot: Pilot, key: str, *, by: Viewer) -> None:
    """Its numbers are made by a computer, and every page of it says so."""
    pilot.is_simulated, pilot.source, pilot.external_id = True, SOURCE, key
    pilot.save(update_fields=["is_simulated", "source", "external_id"])
    record_audit(by=by, action="mark_simulated", target=pilot, changes={"is_simulated": [False, True]})


@transaction.atomic
def simulate_staff(pilot: Pilot, phase: str, answers: Iterable[tuple[int, int, int]], *, by: Viewer) -> None:
    """Invented answers of staff, to a pilot whose numbers are simulated. Nobody has given them, so all may answer."""
    rows = [
        StaffAnswer(
            pilot=pilot, phase=Phase(phase), batch=place // BATCH, possible=possible, joy=joy, go_on=go_on
        )
        for place, (possible, joy, go_on) in enumerate(answers)
    ]
    StaffAnswer.objects.bulk_create(rows)
    record_audit(by=by, action="simulate_staff", target=pilot, changes={"phase": phase, "count": len(rows)})


def story_of(row: Mapping[str, Any]) -> Story:
    """What makes the pilot's numbers."""
    return Story(
        seed=row["seed"],
        levels=row["tries"] | row["compares"],
        tries=frozenset(row["tries"]),
        start=row["history"],
        effect=row["effect"],
        own=row["own"],
        shared=row["shared"],
        memory=row["memory"],
        decimals=row.get("decimals", 0),
    )


def start_of(pilot: Pilot) -> date:
    """The Monday on which it begins. Raises LookupError where it has none."""
    if pilot.effect_goal.start_week is None:
        raise LookupError(str(pilot))
    return pilot.effect_goal.start_week


def values_of(pilot: Pilot, row: Mapping[str, Any], first: date, last: date) -> Iterator[Value]:
    """The simulated values of all units for the Mondays from the first to the last."""
    begin = start_of(pilot) - row["history"] * WEEK
    count = (last - begin).days // 7 + 1
    made = simulate(story_of(row), max(count, 0))
    keys = [*row["tries"], *row["compares"]]
    for key, of in zip(keys, units_in_order(pilot, row), strict=True):
        for place in range((first - begin).days // 7, count):
            yield Value(of, begin + place * WEEK, made[key][place])


def units_in_order(pilot: Pilot, row: Mapping[str, Any]) -> Iterable[PilotUnit]:
    """The pilot's units as the data has them: those that try, then those compared with, each as they were added."""
    rows = sorted(pilot.units.select_related("unit"), key=lambda of: of.pk)
    return [of for role in (UnitRole.TRIES, UnitRole.COMPARES) for of in rows if of.role == role]


def bring_in(pilot: Pilot, *, until: date) -> int:
    """What the pilot's units measured in the weeks that have ended since the last value, a week at a time.

    Each is handed in on the Monday after its week. Nothing twice; nothing after the weeks that were planned. Returns
    how many values came.
    """
    row = stories()[pilot.external_id]
    robot, begun = Viewer.of_robot(pilot.organisation_id), start_of(pilot)
    last_planned = begun + (pilot.effect_goal.weeks_planned - 1) * WEEK
    newest: date | None = Measurement.objects.filter(of__pilot=pilot).aggregate(last=Max("week"))["last"]
    week, came = (newest + WEEK if newest else begun), 0
    while week <= min(last_planned, monday_of(until) - WEEK):
        values = list(values_of(pilot, row, week, week))
        with at(timezone.make_aware(datetime.combine(week + WEEK, time(0, 30)))):
            came += record_measurements(by=robot, pilot=pilot, values=values, via="clock").new
        week += WEEK
    return came


def bring_in_all() -> int:
    """What the invented city's running pilots have measured until today; returns how many values came."""
    running = Pilot.objects.filter(source=SOURCE, is_simulated=True, state=PilotState.RUNNING)
    with_goal = running.exclude(effect_goal=None).select_related("effect_goal", "unit")
    return sum(bring_in(pilot, until=today()) for pilot in with_goal)
