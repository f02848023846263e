"""The city's meeting days: one held and answered, one sent out, one to be planned; and a round half way."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from ringar.core.clock import at
from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.demo.days import end_of_day
from ringar.demo.pilots import keeping
from ringar.matching.actions import (
    DayFacts,
    add_managers,
    add_startups,
    change_party,
    choose_solution,
    create_meeting_day,
    invite_parties,
    mark_no_show,
    plan_day,
    publish_day,
    save_answer,
    save_wishes,
)
from ringar.matching.actions.round_plan_day import draft_plan_day
from ringar.matching.actions.round_plan_steps import start_plan_call
from ringar.matching.actions.round_plans import PlanFacts, add_needs, create_round_plan
from ringar.matching.day_models import Meeting, MeetingDay, Party
from ringar.matching.day_queries import slots_of_day
from ringar.matching.day_rules import PartyKind, Stretch, WishKind
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_rules import Dates
from ringar.needs.models import Need
from ringar.solvers.actions import answer_call, open_call
from ringar.solvers.models import Solution

THURSDAY = 3
HOURS = ((time(9), time(11, 30)), (time(13), time(15, 30)))
CREATED, INVITED, WISHED, UNTIL, PLANNED, SENT = 30, 27, 23, 18, 17, 15
"""Days before the day; times its `pace`. The coming day is at most two weeks off, so that all of it has happened."""


class Meetings:
    """What the city's meeting days are made of: its needs and people, and when it is made."""

    def __init__(
        self,
        start: datetime,
        needs: Mapping[str, Need],
        people: Mapping[str, Person],
        viewers: Mapping[str, Viewer],
    ) -> None:
        self.start, self.needs, self.viewers, self.people = start, needs, viewers, people
        self.keys = {person.pk: key for key, person in people.items()}

    def need(self, key: str) -> Need:
        """The need as it is now."""
        return Need.objects.select_related("owner", "created_by").get(pk=self.needs[key].pk)

    def thursday(self, days: int) -> datetime:
        """Midnight of the Thursday on or after that many days from now, where the city is."""
        day = end_of_day(self.start + timedelta(days=days)).replace(hour=0, minute=0)
        return day + timedelta(days=(THURSDAY - day.weekday()) % 7)

    def add_day(self, row: Mapping[str, Any], plan: RoundPlan | None = None) -> MeetingDay:
        """A day with all that has happened: invited, wished, planned, sent out, and answered where it was held."""
        date, by, pace = self.thursday(row["days"]), self.viewers[row["by"]], row.get("pace", 1)
        with at(before(date, CREATED * pace)):
            day = self.draft(row, date, by, plan)
            parties = self.parties_of(day)
            for key, party in parties.items():
                if not party.email:
                    change_party(by=by, party=party, name=party.name, email=f"moten@{key}.example")
        with at(before(date, INVITED * pace)):
            invite_parties(by=by, day=day)
        for place, wish in enumerate(row["wish"]):
            with at(before(date, (WISHED - 0.1 * place) * pace)):
                self.wish(day, wish, parties)
        if not row.get("is_planned", True):
            return day
        with at(before(date, PLANNED * pace)):
            plan_day(by=Viewer.of_robot(day.organisation_id), day=day)
        with at(before(date, SENT * pace)):
            publish_day(by=by, day=day)
        for place, said in enumerate(row.get("said", [])):
            with at(date + timedelta(days=1, hours=8, minutes=11 * place)):
                self.tell(day, said, parties)
        return day

    def draft(self, row: Mapping[str, Any], date: datetime, by: Viewer, plan: RoundPlan | None) -> MeetingDay:
        """The day with those who are to meet; of a round, those are its owners of needs and chosen solutions."""
        facts = DayFacts(
            title=row["title"],
            about=row["about"].strip(),
            place=row["place"],
            rooms=[name_and_link(room) for room in row["rooms"]],
            stretches=[Stretch(date.date(), starts, ends) for starts, ends in HOURS],
            wishes_until=end_of_day(date - timedelta(days=UNTIL * row.get("pace", 1))),
            most_meetings=row.get("most_meetings"),
        )
        if plan is not None:
            return draft_plan_day(by=by, plan=plan, facts=facts).day
        day = create_meeting_day(by=by, facts=facts)
        add_managers(by=by, day=day, needs=[self.need(key) for key in row["needs"]])
        add_startups(by=by, day=day, solutions=[solution_called(name) for name in row["solutions"]])
        return day

    def parties_of(self, day: MeetingDay) -> dict[str, Party]:
        """The day's parties by the key of the person, or of the supplier; who answered a call by the address."""
        rows = day.parties.select_related("solver", "day__organisation")
        found = {}
        for party in rows:
            supplier = party.solver.external_id if party.solver else party.email
            found[self.keys[party.person_id or 0] if party.kind == PartyKind.MANAGER else supplier] = party
        return found

    def wish(self, day: MeetingDay, wish: Mapping[str, Any], parties: Mapping[str, Party]) -> None:
        """One party's answer by its personal link."""
        slots = slots_of_day(day)
        kinds = {parties[key].pk: kind.value for kind in WishKind for key in wish.get(kind.value, [])}
        busy = [slots[number] for number in wish.get("busy", [])]
        save_wishes(by=Viewer(), party=parties[wish["who"]], busy=busy, wishes=kinds)

    def tell(self, day: MeetingDay, said: Mapping[str, Any], parties: Mapping[str, Party]) -> None:
        """What the manager and the startup said after their meeting; nothing where the plan had no place for it."""
        sides = [parties[key] for key in said["pair"]]
        meeting = Meeting.objects.filter(day=day, manager=sides[0], startup=sides[1]).first()
        if meeting is None:
            return
        if "missed" in said:
            mark_no_show(by=self.viewers["dag"], meeting=meeting, who=said["missed"])
            return
        for party, go_on, learned in zip(sides, said["go_on"], said["learned"], strict=True):
            in_the_way = said.get("in_the_way", "") if party.kind == PartyKind.MANAGER else ""
            save_answer(
                by=Viewer(),
                meeting=meeting,
                party=party,
                go_on=go_on,
                learned=learned,
                in_the_way=in_the_way,
            )

    def add_round(self, row: Mapping[str, Any], day: Mapping[str, Any]) -> RoundPlan:
        """A round whose needs are gathered and called for; its meeting day is sent out, and pilots are to come."""
        meets, by = self.thursday(day["days"]), self.viewers[row["by"]]
        called = meets - timedelta(days=CREATED + 4)
        needs = [self.need(each["need"]) for each in row["chosen"]]
        dates = Dates(
            gather_until=(called - timedelta(days=24)).date(),
            weigh_until=(called - timedelta(days=22)).date(),
            call_until=called.date(),
            meet_until=meets.date(),
            pilots_from=(meets + timedelta(days=21)).date(),
        )
        names = ("title", "about", "budget_sek", "limit_sek", "may_decide")
        facts = PlanFacts(
            dates=dates,
            members=[self.people[key] for key in row["members"]],
            **{name: row[name] for name in names},
        )
        with at(self.start - timedelta(days=row["began"])):
            plan = create_round_plan(by=by, facts=facts, needs=needs)
        self.call_for(row, plan, [need for need in needs if need.visibility == "public"], called)
        with at(called + timedelta(days=2)):
            for each in row["chosen"]:
                self.choose(each)
        self.add_day(day, plan)
        with at(before(meets, PLANNED)):
            add_needs(by=by, plan=plan, needs=[self.need(key) for key in row["later"]])
        return plan

    def call_for(self, row: Mapping[str, Any], plan: RoundPlan, needs: list[Need], until: datetime) -> None:
        """The round's call, with two answers that came before its last day."""
        by = self.viewers[row["by"]]
        with at(until - timedelta(days=21)):
            call = start_plan_call(by=by, plan=plan, needs=needs, title=row["call_title"], deadline=until)
            keeping(open_call, by=by, call=call)
        for place, answer in enumerate(row["answer"]):
            with at(until - timedelta(days=9 - 4 * place)):
                answer_call(by=Viewer(), call=call, **answer)

    def choose(self, row: Mapping[str, Any]) -> None:
        """Whoever owns the need chooses what to meet."""
        need = self.need(row["need"])
        for name in row["solutions"]:
            owner = self.viewers[self.keys[need.owner_id or 0]]
            choose_solution(by=owner, need=need, solution=solution_called(name))


def before(date: datetime, days: float) -> datetime:
    """Ten o'clock so many days before that midnight."""
    return date - timedelta(days=days) + timedelta(hours=10)


def solution_called(name: str) -> Solution:
    """The published solution with that name."""
    return Solution.objects.select_related("solver").get(name=name, is_published=True)


def name_and_link(room: str) -> tuple[str, str]:
    """A room of the data: its name, and the link that may end it."""
    name, _space, link = room.partition(" https://")
    return name, f"https://{link}" if link else ""
