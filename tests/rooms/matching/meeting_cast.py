"""A meeting day of the tests, made through actions: Bo and Cilla meet Elif's startup and another, in two rooms."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from typing import Any

from icalendar import Calendar, Event

from ringar.core import clock
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.matching.actions import (
    DayFacts,
    add_managers,
    add_meeting,
    add_party,
    add_startups,
    create_meeting_day,
    invite_parties,
    publish_day,
    save_answer,
)
from ringar.matching.day_mail import new_token
from ringar.matching.day_models import Meeting, MeetingDay, Party
from ringar.matching.day_queries import slots_of_day
from ringar.matching.day_rules import Stretch
from ringar.robots.models.work import OutgoingMail
from tests.people import People
from tests.rooms.matching.cast import make_market, shared_need

BEFORE = datetime(2026, 11, 2, 9, tzinfo=UTC)
DATE = date(2026, 12, 1)
NINE = datetime(2026, 12, 1, 8, tzinfo=UTC)
"""Nine o'clock in Stockholm in winter."""
AFTER = datetime(2026, 12, 1, 15, tzinfo=UTC)
STEP = timedelta(minutes=25)


@dataclass
class Day:
    """The day, its parties by name, and Dag who runs it. `meetings`: Bo–Elif at nine, Cilla–Långbord then too."""

    people: People
    day: MeetingDay
    parties: dict[str, Party]
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def by(self) -> Viewer:
        return viewer_of(self.people.dag)

    def meet(self, manager: str, startup: str, slot: int) -> Meeting:
        made = add_meeting(
            by=self.by,
            day=self.day,
            manager=self.parties[manager],
            startup=self.parties[startup],
            starts_at=NINE + slot * STEP,
        )
        self.meetings.append(made)
        return made

    def token(self, name: str) -> str:
        """A personal link's secret, as one more letter would make it."""
        return new_token(self.parties[name])


def make_day(people: People, *, dates: int = 1, **facts: Any) -> Day:
    """A draft with four parties: Bo (with a need), Cilla, Elif's "Kaffesällskap AB" (she has an account), Långbord."""
    market, dag = make_market(people), viewer_of(people.dag)
    told = DayFacts(
        title="Möten i december",
        wishes_until=NINE - timedelta(days=7),
        stretches=[Stretch(DATE + timedelta(days=n), time(9), time(12)) for n in range(dates)],
        rooms=[("Granen", ""), ("Eken", "https://video.example/eken")],
        place="Stadshuset",
        **facts,
    )
    with clock.at(BEFORE):
        day = create_meeting_day(by=dag, facts=told)
        add_managers(by=dag, day=day, needs=[shared_need(people.bo)])
        add_party(
            by=dag, day=day, kind="manager", name="Cilla", email="cilla@ringsala.example", language="en"
        )
        add_startups(by=dag, day=day, solutions=[market["Kaffesällskap"], market["Långbord"]])
    parties = {party.name: party for party in day.parties.all()}
    elif_ = next(party for name, party in parties.items() if "Kaffe" in name)
    other = next(party for name, party in parties.items() if "Lång" in name)
    Party.objects.filter(pk=elif_.pk).update(person=people.elif_)
    known = {"bo": parties["Bo"], "cilla": parties["Cilla"], "elif": elif_, "other": other}
    return Day(people, day, {name: day.parties.get(pk=party.pk) for name, party in known.items()})


def invited_day(people: People, **facts: Any) -> Day:
    """Invited, with two meetings by hand and no letter about them yet."""
    made = make_day(people, **facts)
    with clock.at(BEFORE):
        invite_parties(by=made.by, day=made.day)
        made.day.refresh_from_db()
        made.meet("bo", "elif", 0)
        made.meet("cilla", "other", 0)
    OutgoingMail.objects.all().delete()
    return made


def sent_day(people: People, **facts: Any) -> Day:
    """The timetable is sent out; the letters about it are the only ones."""
    made = invited_day(people, **facts)
    with clock.at(BEFORE):
        made.day = publish_day(by=made.by, day=made.day)
    for meeting in made.meetings:
        meeting.refresh_from_db()
    return made


def letters_to(email: str) -> list[OutgoingMail]:
    """The letters to that address, the oldest first."""
    return [mail for mail in OutgoingMail.objects.order_by("id") if mail.recipients == [email]]


def invitations_in(mail: OutgoingMail) -> list[tuple[str, Event]]:
    """The calendar parts of a letter: (method of the part, its only event); the file says the same method."""
    found = []
    for part in message_from_bytes(bytes(mail.raw), policy=policy.default).walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            calendar = Calendar.from_ical(content)
            method = str(part.get_param("method"))
            assert calendar["method"] == method
            (event,) = calendar.walk("VEVENT")
            found.append((method, event))
    return found


def add_meetings(made: dict[str, list[object]], people: People) -> None:
    """A day that has been, with a meeting that both sides have told of, for the table of rights."""
    dag, at = viewer_of(people.dag), clock.now() - timedelta(days=20)
    facts = DayFacts(
        title="Möten som har varit",
        wishes_until=at + timedelta(days=2),
        stretches=[Stretch((at + timedelta(days=9)).date(), time(9), time(12))],
        rooms=[("Granen", "")],
    )
    with clock.at(at):
        day = create_meeting_day(by=dag, facts=facts)
        manager = add_party(by=dag, day=day, kind="manager", name="Bo")
        startup = add_party(by=dag, day=day, kind="startup", name="Middagsbron")
        for party, person in ((manager, people.bo), (startup, people.elif_)):
            Party.objects.filter(pk=party.pk).update(person=person, email=person.email)
        invite_parties(by=dag, day=day)
        starts = slots_of_day(day)[0]
        meeting = add_meeting(by=dag, day=day, manager=manager, startup=startup, starts_at=starts)
        day = publish_day(by=dag, day=MeetingDay.objects.get(pk=day.pk))
    for person, word in ((people.bo, "CHEFSSVARETS"), (people.elif_, "STARTUPSVARETS")):
        save_answer(by=viewer_of(person), meeting=meeting, go_on="yes", learned=f"{word} ord")
    made |= {"sent-day": [day], "held-meeting": [meeting]}
