"""Meeting days of the tests, made through actions only."""

import re
from datetime import datetime, time, timedelta
from typing import Any

from django.core import mail

from ringar.core.clock import now
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.matching.actions import (
    DayFacts,
    add_managers,
    add_party,
    create_meeting_day,
    invite_parties,
    plan_day,
    save_wishes,
)
from ringar.matching.day_models import Meeting, MeetingDay, Party
from ringar.matching.day_queries import slots_of_day
from ringar.matching.day_rules import Stretch
from ringar_kits import timetable
from tests.people import People
from tests.rooms.matching.cast import shared_need

MANAGERS, STARTUPS = ("Bo", "Alva"), ("Kaffesällskap AB", "Läckörat AB", "Ordlek AB")


def facts_of(**changes: Any) -> DayFacts:
    """In two weeks, 9–11 and 13–14 (seven times of 20 minutes, 5 between), in two rooms; wishes for a week."""
    date = (now() + timedelta(days=14)).date()
    told: dict[str, Any] = {
        "title": "Möten i november",
        "about": "Ingång från gården.",
        "place": "Stadshuset",
        "wishes_until": now() + timedelta(days=7),
        "stretches": [Stretch(date, time(9), time(11)), Stretch(date, time(13), time(14))],
        "rooms": [("Rum 1", ""), ("Rum 2", "https://video.example/2")],
    }
    return DayFacts(**{**told, **changes})


def draft_day(people: People, **changes: Any) -> MeetingDay:
    """Dag makes a draft."""
    return create_meeting_day(by=viewer_of(people.dag), facts=facts_of(**changes))


def day_of(people: People, *, invited: bool = True, startups: int = 3, **changes: Any) -> MeetingDay:
    """A day with Bo and Alva, each with a need, and some startups; all invited by mail."""
    by = viewer_of(people.dag)
    day = draft_day(people, **changes)
    needs = [shared_need(people.bo), shared_need(people.alva, "Vattenläckor upptäcks för sent.")]
    add_managers(by=by, day=day, needs=needs)
    for number, name in enumerate(STARTUPS[:startups]):
        email = f"startup{number}@startup.example"
        add_party(by=by, day=day, kind="startup", name=name, email=email)
    if invited:
        invite_parties(by=by, day=day)
    return MeetingDay.objects.get(pk=day.pk)


def party(day: MeetingDay, name: str) -> Party:
    """The party whose name begins so."""
    return day.parties.select_related("day__organisation").get(name__startswith=name)


def wish(day: MeetingDay, name: str, busy: tuple[int, ...] = (), **kinds: str) -> Party:
    """The party's answer: wishes by the beginnings of names, and the numbers of times it can not."""
    slots = slots_of_day(day)
    said = {party(day, other).pk: kind for other, kind in kinds.items()}
    return save_wishes(
        by=Viewer(), party=party(day, name), busy=[slots[number] for number in busy], wishes=said
    )


def planned_day(people: People, **changes: Any) -> MeetingDay:
    """The same day, where all want to meet all, planned."""
    day = day_of(people, **changes)
    for name in MANAGERS:
        wish(day, name, **{each.split()[0]: "want" for each in STARTUPS})
    return plan(people, day)


def plan(people: People, day: MeetingDay) -> MeetingDay:
    """Planned by the robots, at once and briefly."""
    plan_day(by=Viewer.of_robot(people.city.pk), day=day, seconds=1)
    return MeetingDay.objects.select_related("organisation").get(pk=day.pk)


def places(day: MeetingDay) -> dict[tuple[str, str], datetime]:
    """When each pair meets, by names."""
    rows = Meeting.objects.filter(day=day, state="planned").select_related("manager", "startup")
    return {(row.manager.name, row.startup.name): row.starts_at for row in rows}


def faults(day: MeetingDay) -> list[str]:
    """What the kit's own checker finds wrong with the day's timetable as it stands in the database."""
    slots = slots_of_day(day)
    rooms = list(day.rooms.values_list("pk", flat=True))
    rows = list(day.meetings.filter(state="planned"))
    meetings = [
        timetable.Meeting(
            f"{row.manager_id}",
            f"{row.startup_id}",
            slots.index(row.starts_at),
            rooms.index(row.room_id) + 1,
        )
        for row in rows
    ]
    away = {
        (f"{each.pk}", slots.index(starts))
        for each in day.parties.all()
        for starts in each.busy.values_list("starts_at", flat=True)
    }
    vetoes = {(row, said.other_id) for row, said in wishes_of(day, "no")}
    values = {
        pair: 0.0 if (int(pair[0]), int(pair[1])) in vetoes or (int(pair[1]), int(pair[0])) in vetoes else 1.0
        for pair in {each.pair for each in meetings}
    }
    wishes = [timetable.Wish(*pair, value) for pair, value in values.items()]
    limits = {
        f"{each.pk}": each.most_meetings or day.most_meetings or len(slots) for each in day.parties.all()
    }
    return timetable.check_plan(
        meetings, wishes, slots=len(slots), unavailable=away, rooms=len(rooms), max_per_party=limits
    )


def wishes_of(day: MeetingDay, kind: str) -> list[tuple[int, Any]]:
    """(party id, wish) of that kind."""
    return [(each.pk, said) for each in day.parties.all() for said in each.wishes.filter(kind=kind)]


def token_of(party: Party) -> str:
    """The secret of the latest letter to the party, read where the party reads it."""
    letter = [each for each in mail.outbox if party.email in each.to][-1]
    found = re.search(r"/motesdag/min/([\w-]+)/", str(letter.body))
    assert found, letter.body
    return found[1]


def add_days(made: dict[str, list[object]], people: People) -> None:
    """A day with wishes and a plan, a draft, and what opens them, for the table of rights."""
    day = planned_day(people)
    mine = party(day, "Bo")
    made |= {"meeting-day": [day], "draft-day": [draft_day(people, title="UTKASTDAGEN")]}
    made |= {"own-party": [day, mine], "startup-party": [day, party(day, "Ordlek")]}
    made |= {"party-token": [token_of(mine)], "guessed-token": ["gissad"]}
    made["planned-meeting"] = [Meeting.objects.filter(day=day, manager=mine)[0]]
