"""Pages of a meeting day in the demo's city: a day that is planned, then one that is sent out."""

from collections.abc import Callable
from datetime import time, timedelta

from django.urls import reverse

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
    publish_day,
    save_wishes,
)
from ringar.matching.day_mail import new_token
from ringar.matching.day_matches import needs_to_bring
from ringar.matching.day_models import Meeting, MeetingDay
from ringar.matching.day_rules import Stretch
from tests.browser.talk_pages import Place
from tests.city import person_of

TITLE = "Möten att titta på"


def planned_day() -> MeetingDay:
    """A planned day with two managers and two startups, and one wish that can not be met."""
    if found := MeetingDay.objects.filter(title=TITLE).first():
        return found
    by, date = viewer_of(person_of("dag")), (now() + timedelta(days=20)).date()
    facts = DayFacts(
        title=TITLE,
        about="Ingång från gården.",
        wishes_until=now() + timedelta(days=9),
        stretches=[Stretch(date, time(9), time(11))],
        rooms=[("Rum 1", ""), ("Rum 2", "https://video.example/2")],
    )
    day = create_meeting_day(by=by, facts=facts)
    add_managers(by=by, day=day, needs=[need for need in needs_to_bring(by, day) if need.owner][:2])
    startups = [
        add_party(by=by, day=day, kind="startup", name=name, email=f"{number}@startup.example")
        for number, name in enumerate(("Nytt AB", "Nyare AB"))
    ]
    invite_parties(by=by, day=day)
    managers = list(day.parties.filter(kind="manager"))
    for each in managers:
        save_wishes(by=Viewer(), party=each, busy=[], wishes={other.pk: "want" for other in startups})
    save_wishes(by=Viewer(), party=startups[0], busy=[], wishes={managers[0].pk: "no"})
    plan_day(by=by, day=day, seconds=1)
    return MeetingDay.objects.get(pk=day.pk)


def of_day(name: str) -> Callable[[], Place]:
    """A page of the planned day, for who runs it."""
    return lambda: (person_of("dag"), reverse(name, args=[planned_day().uuid]))


def of_meeting(name: str) -> Callable[[], Place]:
    """A page of one of its meetings."""

    def place() -> Place:
        meeting = Meeting.objects.filter(day=planned_day(), state="planned")[0]
        return person_of("dag"), reverse(name, args=[meeting.uuid])

    return place


def by_link(name: str, *, is_sent_out: bool) -> Callable[[], Place]:
    """A page that the personal link opens, before or after the timetable is sent out."""

    def place() -> Place:
        day = planned_day()
        if is_sent_out:
            publish_day(by=viewer_of(person_of("dag")), day=day)
        return None, reverse(name, args=[new_token(day.parties.filter(kind="manager")[0])])

    return place


def answering() -> Place:
    """A party's page, for who runs the day."""
    day = planned_day()
    return person_of("dag"), reverse("meeting_party", args=[day.uuid, day.parties.all()[0].uuid])


DAY_PAGES: dict[str, Callable[[], Place]] = {
    "meeting_day_new": lambda: (person_of("dag"), reverse("meeting_day_new")),
    **{
        name: of_day(name)
        for name in (
            *("meeting_day", "meeting_day_edit", "meeting_day_parties", "meeting_day_unmet", "meeting_add"),
            *("meeting_day_publish", "meeting_day_cancel", "meeting_timetable", "meeting_day_print"),
        )
    },
    **{name: of_meeting(name) for name in ("meeting_move", "meeting_detail")},
    "meeting_party": answering,
    "party_page": by_link("party_page", is_sent_out=False),
    "party_answer": by_link("party_answer", is_sent_out=True),
}
