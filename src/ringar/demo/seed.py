"""Fills an empty installation with the invented city, through the rooms' own actions, at the times the data tells."""

import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from ringar.core.actions import add_person, add_unit, create_organisation
from ringar.core.clock import at
from ringar.core.models import Organisation, Person, Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer
from ringar.demo.cast import CAST, PASSWORD
from ringar.demo.days import end_of_day
from ringar.demo.meetings import Meetings
from ringar.demo.pilots import Pilots, stories
from ringar.demo.rounds import add_round
from ringar.demo.routines import Routines
from ringar.demo.startups import add_incubator, add_unchecked
from ringar.demo.talking import let_them_talk
from ringar.demo.together import gather_team, merge_lamps
from ringar.needs.actions import (
    Flagged,
    add_evidence,
    add_why,
    edit_need,
    join_need,
    move_need,
    set_criteria,
    share_need,
    start_need,
)
from ringar.needs.flags import find_flags
from ringar.needs.models import Need
from ringar.needs.rules import NeedState
from ringar.solvers.actions import answer_call, open_call, publish_solution, register_solver, start_call
from ringar.solvers.models import Call

DATA = Path(__file__).parent / "data"
DETAILS = (
    "who_affected",
    "people_affected",
    "how_often",
    "cause",
    "cost_of_nothing",
    "cost_sek_year",
    "good_effect",
    "tried",
)
SOLVER_FACTS = ("name", "kind", "organisation_number", "municipality", "website", "about", "founded")
SOLUTION_FACTS = (
    "name",
    "what",
    "for_whom",
    "maturity",
    "price_class",
    "price_note",
    "data_needs",
    "integration_needs",
    "secrecy",
    "secrecy_reason",
)
FORWARD = {NeedState.EXPLORED: ["explored"], NeedState.CHOSEN: ["explored", "chosen"]}


def load(pattern: str) -> dict[str, list[dict[str, Any]]]:
    """The tables of all data files whose names fit, joined."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(DATA.glob(pattern)):
        for name, rows in tomllib.loads(path.read_text(encoding="utf-8")).items():
            tables.setdefault(name, []).extend(rows)
    return tables


def keeping_flags(write: Callable[..., Any], **arguments: Any) -> Any:
    """Writes; words that are flagged are kept, as the demo's people are invented."""
    try:
        with transaction.atomic():
            return write(**arguments)
    except Flagged as flagged:
        return write(**arguments, kept=[flag.key for flag in flagged.flags])


class City:
    """What has been made so far, by the keys of the data."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.operator = Viewer.of_command_line()
        self.organisations: dict[str, Organisation] = {}
        self.units: dict[str, Unit] = {}
        self.people: dict[str, Person] = {}
        self.viewers: dict[str, Viewer] = {}
        self.needs: dict[str, Need] = {}

    def days_ago(self, days: float) -> Any:
        """What is done inside happened so many days ago."""
        return at(self.start - timedelta(days=days))

    def add_organisations(self) -> None:
        """Organisations, units, people and their roles."""
        data = load("organisation.toml")
        for row in data["organisation"]:
            self.organisations[row["slug"]] = create_organisation(by=self.operator, is_invented=True, **row)
        for row in data["unit"]:
            parent = self.units.get(row.get("parent", ""))
            organisation = parent.organisation if parent else self.organisations[row["organisation"]]
            self.units[row["key"]] = add_unit(
                by=self.operator, organisation=organisation, name=row["name"], parent=parent
            )
        first = next(iter(self.organisations.values()))
        for row in data["person"]:
            unit = self.units.get(row.get("unit", "")) or self.top(row, first)
            for role in row.get("roles", [Role.STAFF]):
                self.people[row["key"]] = add_person(
                    by=self.operator,
                    email=row["email"],
                    name=row["name"],
                    title=row.get("title", ""),
                    language=row.get("language", "sv"),
                    unit=unit,
                    role=role,
                    password=PASSWORD if row["key"] in {member.key for member in CAST} else None,
                )
        self.viewers = {key: viewer_of(person) for key, person in self.people.items()}

    def top(self, row: dict[str, Any], default: Organisation) -> Unit:
        """Where somebody without a unit belongs: the whole of the organisation."""
        organisation = self.organisations.get(row.get("organisation", ""), default)
        return organisation.units.get(parent=None)

    def leader(self, unit: Unit) -> Viewer:
        """Somebody who may choose needs for that unit."""
        for key in ("alva", "dag"):
            if unit.pk in self.viewers[key].unit_ids:
                return self.viewers[key]
        return self.viewers["dag"]

    def add_need(self, row: dict[str, Any]) -> None:
        """A need with everything that hangs on it, at the times it came about."""
        unit, by = self.units[row["unit"]], self.viewers[row["by"]]
        with self.days_ago(row.get("days_ago", 30)):
            need = start_need(by=by, symptom=row["symptom"].strip(), title=row.get("title", ""), unit=unit)
            details: dict[str, Any] = {name: row[name] for name in DETAILS if row.get(name)}
            details["visibility"] = row.get("visibility", "organisation")
            if row["state"] != NeedState.DRAFT:
                details["owner"] = self.people[row["by"]]
            edit_need(by=by, need=need, changes=details)
            for answer in row.get("whys", []):
                add_why(by=by, need=need, answer=answer)
            set_criteria(by=by, need=need, texts=row.get("criteria", []))
            if row["state"] != NeedState.DRAFT:
                keeping_flags(share_need, by=by, need=need)
        self.needs[row["key"]] = need
        self.add_to_need(need, row)

    def add_to_need(self, need: Need, row: dict[str, Any]) -> None:
        """Evidence, units that join, and the steps that the need has taken."""
        for found in row.get("evidence", []):
            self.add_evidence(need, found, row["by"])
        for joined in row.get("joined", []):
            with self.days_ago(row.get("days_ago", 30) / 2):
                by = self.viewers[joined["by"]]
                keeping_flags(
                    join_need, by=by, need=need, unit=self.units[joined["unit"]], note=joined.get("note", "")
                )
        for state in FORWARD.get(row["state"], []):
            with self.days_ago(
                min([row.get("days_ago", 30) / 3, *(e["days_ago"] - 1 for e in row["evidence"])])
            ):
                move_need(by=self.leader(need.unit), need=need, to=state)

    def add_evidence(self, need: Need, row: dict[str, Any], author: str) -> None:
        """One piece of evidence. The demo has no photos of real places: what one would show is told in words."""
        texts = {name: row.get(name, "") for name in ("met", "summary", "surprise")}
        with self.days_ago(row.get("days_ago", 1)):
            add_evidence(
                by=self.viewers[row.get("by", author)],
                need=need,
                kind="observation" if row["kind"] == "photo" else row["kind"],
                is_outside=row.get("outside", True),
                kept=[flag.key for flag in find_flags(texts)],
                **texts,
            )

    def add_solver(self, row: dict[str, Any], place: int) -> None:
        """A solver with its solutions; the place in the file spreads them over two years."""
        owns = row["key"] == "ordbryggan"
        by = self.viewers["elif"] if owns else self.operator
        facts = {name: row[name] for name in SOLVER_FACTS if row.get(name)}
        facts["languages"] = ", ".join(row.get("languages", ["sv"]))
        if row.get("own"):
            facts["organisation"] = self.organisations["ringsala"]
            by = self.viewers["dag"]
        with self.days_ago(10 + (place * 37) % 690):
            solver = register_solver(by=by, source="demo", external_id=row["key"], **facts)
            for solution in row.get("solution", []):
                publish_solution(
                    by=by,
                    solver=solver,
                    source="demo",
                    external_id=f"{row['key']}/{solution['key']}",
                    references=solution.get("reference", []),
                    languages=", ".join(solution.get("languages", row.get("languages", ["sv"]))),
                    **{name: solution[name] for name in SOLUTION_FACTS if solution.get(name)},
                )

    def add_call(self, row: dict[str, Any]) -> None:
        """An open call and the answers it has had."""
        needs = [(self.needs[key].uuid, self.needs[key].title) for key in row["needs"]]
        opened = max(35 - row["days_left"], 4)  # a long time left, and yet opened before today
        with self.days_ago(opened):
            call = start_call(
                by=self.viewers["dag"],
                title=row["title"],
                text=row["text"].strip(),
                deadline=end_of_day(self.start + timedelta(days=row["days_left"])),
                needs=needs,
                criteria=row["criteria"],
            )
            keeping_flags(open_call, by=self.viewers["dag"], call=call)
        for place, answer in enumerate(row.get("answer", []), start=1):
            with self.days_ago(opened - place * opened / (len(row["answer"]) + 1)):
                answer_call(
                    by=Viewer(),
                    call=call,
                    email=answer["email"],
                    name=answer["name"],
                    text=answer["text"].strip(),
                )


@transaction.atomic
def seed(tell: Callable[[str], object]) -> None:
    """Makes the whole city, all or nothing. `tell` is told what is being made."""
    city = City(timezone.now())
    tell("organisations, units and people")
    with city.days_ago(800):
        city.add_organisations()
    needs = load("needs.toml")["need"]
    tell(f"{len(needs)} needs")
    for row in sorted(needs, key=lambda row: -row.get("days_ago", 30)):
        city.add_need(row)
    with city.days_ago(12):
        merge_lamps(city.needs, city.viewers["dag"])
        gather_team(city.needs, city.people, city.viewers["bo"])
    for row in load("rounds.toml")["round"]:
        add_round(row, city.start, city.needs, city.people, city.viewers)
    solvers = load("solvers_*.toml")["solver"]
    tell(f"{len(solvers)} solvers and {sum(len(row.get('solution', [])) for row in solvers)} solutions")
    for place, row in enumerate(solvers):
        city.add_solver(row, place)
    calls = load("calls.toml")["call"]
    tell(f"{len(calls)} calls")
    for row in calls:
        city.add_call(row)
    with city.days_ago(2):
        call = Call.objects.get(title=calls[1]["title"])
        add_incubator(call, city.viewers["elif"], city.viewers["dag"])
        add_unchecked()
    tell("meeting days, planned by the robots, and the round of one of them")
    days = load("meetings.toml")
    held, coming, waiting = days["day"]
    meetings = Meetings(city.start, city.needs, city.people, city.viewers)
    meetings.add_day(held)
    for row in days["round"]:
        meetings.add_round(row, coming)
    meetings.add_day(waiting)
    tell(f"{len(stories())} pilots, with simulated numbers")
    pilots = Pilots(city.start, city.needs, city.units, city.people, city.viewers)
    for row in stories().values():
        pilots.add(row)
    tell("maps of two routines, from invented logs")
    Routines(city.start, city.units, city.people, city.viewers).add_all()
    tell("what they say to each other")
    let_them_talk(load("talk.toml"), city.needs, city.start, city.viewers)


def is_seeded() -> bool:
    """Whether the city is there already."""
    return Organisation.objects.filter(slug="ringsala", is_invented=True).exists()


def log_ins() -> list[tuple[str, str, str]]:
    """Name, address and who it is, for each of the cast."""
    emails = {row["key"]: row["email"] for row in load("organisation.toml")["person"]}
    return [(member.name, emails[member.key], str(member.who)) for member in CAST]
