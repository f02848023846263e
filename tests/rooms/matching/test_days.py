"""Making a meeting day, changing it, sending its timetable out, calling it off."""

from datetime import date, time, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from ringar.core import clock
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.matching.actions import (
    add_meeting,
    cancel_day,
    change_meeting_day,
    create_meeting_day,
    invite_parties,
    move_meeting,
    publish_day,
)
from ringar.matching.day_models import Meeting, MeetingDay
from ringar.matching.day_queries import slots_of_day
from ringar.matching.day_rules import Stretch
from tests.people import People
from tests.rooms.matching.days import day_of, draft_day, facts_of, faults, party, plan, planned_day

SOON = (clock.timezone.now() + timedelta(days=14)).date()


def test_create_meeting_day_when_led_then_a_draft_with_its_times(people: People) -> None:
    day = draft_day(people)
    assert (day.state, day.language, day.created_by) == ("draft", "sv", people.dag)
    assert len(slots_of_day(day)) == 7
    row = AuditEvent.objects.get(action="create_meeting_day")
    assert row.organisation_id == people.city.pk and row.changes["rooms"] == 2


def test_create_meeting_day_when_not_led_then_not_allowed(people: People, viewer) -> None:
    for person in (people.bo, people.elif_, people.farid, people.sam):
        with pytest.raises(NotAllowed):
            create_meeting_day(by=viewer(person), facts=facts_of())
    assert not MeetingDay.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "  "}, "namn"),
        ({"title": "x" * 50_000}, "50000"),
        ({"slot_minutes": 0}, "minuter"),
        ({"pause_minutes": 99}, "paus"),
        ({"most_meetings": 0}, "tal från 1"),
        ({"stretches": []}, "pass"),
        ({"stretches": [Stretch(SOON, time(9), time(9, 10))]}, "0 möten"),
        ({"stretches": [Stretch(SOON, time(9), time(8))]}, "slutar innan"),
        ({"stretches": [Stretch(SOON, time(9), time(11)), Stretch(SOON, time(10), time(12))]}, "i varandra"),
        ({"stretches": [Stretch(date(2020, 1, 7), time(9), time(11))]}, "före det första"),
        ({"stretches": [Stretch(SOON + timedelta(days=900), time(9), time(11))]}, "närmaste året"),
        ({"rooms": []}, "rum"),
        ({"rooms": [("A", ""), ("a", "")]}, "eget namn"),
        ({"rooms": [("A", "javascript:alert(1)")]}, "webbadress"),
        ({"rooms": [("A", "https://" + "x" * 600 + ".example")]}, "webbadress"),
    ],
)
def test_create_meeting_day_when_something_is_wrong_then_says_so_and_keeps_nothing(
    people: People, changes: dict, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        draft_day(people, **changes)
    assert not MeetingDay.objects.exists()


def test_create_meeting_day_when_the_text_is_odd_then_kept_as_it_can_be(people: People) -> None:
    day = draft_day(people, title="Möten 🎉 \u202eabc\ud800\x00", rooms=[("Rum 🎉", "")])
    day.refresh_from_db()
    assert day.title == "Möten 🎉 abc?" and day.rooms.get().name == "Rum 🎉"


def test_change_meeting_day_when_hours_shrink_then_meetings_outside_fall_away(people: People) -> None:
    day = planned_day(people)
    first, *_, last = facts_of().stretches
    times = [timezone.localtime(row.starts_at) for row in day.meetings.all()]
    all_early = all((at.date(), at.time()) < (first.date, first.ends) for at in times)
    left = last if all_early else first  # plans of equal worth differ
    lost = change_meeting_day(by=viewer_of(people.dag), day=day, facts=facts_of(stretches=[left]))
    starts = {row.starts_at for row in day.meetings.all()}
    assert lost and starts <= set(slots_of_day(MeetingDay.objects.get(pk=day.pk)))
    assert not faults(MeetingDay.objects.get(pk=day.pk))


def test_change_meeting_day_when_sent_out_then_refused_whole(people: People) -> None:
    day = planned_day(people)
    by = viewer_of(people.dag)
    publish_day(by=by, day=day)
    with pytest.raises(Refused, match="utskickat"):
        change_meeting_day(by=by, day=day, facts=facts_of(title="Nytt", rooms=[("Rum 9", "")]))
    day = MeetingDay.objects.get(pk=day.pk)
    assert day.title == "Möten i november" and day.rooms.count() == 2


def test_change_meeting_day_when_rooms_change_places_then_meetings_follow_their_room(people: People) -> None:
    day = planned_day(people)
    before = dict(day.meetings.values_list("pk", "room__name"))
    rooms = [("Rum 2", "https://video.example/2"), ("Rum 1", ""), ("Rum 3", "")]
    assert change_meeting_day(by=viewer_of(people.dag), day=day, facts=facts_of(rooms=rooms)) == 0
    assert dict(day.meetings.values_list("pk", "room__name")) == before
    assert list(day.rooms.values_list("name", flat=True)) == ["Rum 2", "Rum 1", "Rum 3"]
    told = AuditEvent.objects.get(action="change_meeting_day").changes
    assert told["rooms"] == [["Rum 1", "Rum 2"], ["Rum 2", "Rum 1", "Rum 3"]]


def test_change_meeting_day_when_nothing_changes_then_no_row_in_the_trail(people: People) -> None:
    day = draft_day(people, wishes_until=(same := facts_of()).wishes_until)
    change_meeting_day(by=viewer_of(people.dag), day=day, facts=facts_of(wishes_until=same.wishes_until))
    assert not AuditEvent.objects.filter(action="change_meeting_day").exists()


def test_publish_day_when_planned_then_everyone_gets_their_meetings(people: People) -> None:
    day = planned_day(people)
    mail.outbox.clear()
    publish_day(by=viewer_of(people.dag), day=day)
    meeting = {person for row in day.meetings.all() for person in (row.manager.email, row.startup.email)}
    assert {letter.to[0] for letter in mail.outbox} == meeting
    row = AuditEvent.objects.get(action="publish_meeting_day")
    assert row.changes["state"] == ["invited", "published"]
    publish_day(by=viewer_of(people.dag), day=day)
    assert AuditEvent.objects.filter(action="publish_meeting_day").count() == 1


def test_publish_day_when_nothing_is_planned_or_nobody_invited_then_refused(people: People) -> None:
    by = viewer_of(people.dag)
    with pytest.raises(Refused, match="Planera"):
        publish_day(by=by, day=day_of(people))
    with pytest.raises(Refused, match="Bjud in"):
        publish_day(by=by, day=plan(people, day_of(people, invited=False, title="Andra")))


def test_cancel_day_when_sent_out_then_meetings_stay_as_cancelled_and_all_are_told_once(
    people: People,
) -> None:
    day = planned_day(people)
    by = viewer_of(people.dag)
    idle = party(day, "Ordlek")
    Meeting.objects.filter(startup=idle).delete()
    publish_day(by=by, day=day)
    count = day.meetings.count()
    mail.outbox.clear()
    cancel_day(by=by, day=day, why="Snöstorm")
    assert day.meetings.filter(state="cancelled").count() == count
    invited = [each.email for each in day.parties.all()]
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(invited)
    told = next(letter for letter in mail.outbox if letter.to == [idle.email])
    assert "Snöstorm" in told.body


def test_cancel_day_when_cancelled_then_nothing_can_be_changed(people: People) -> None:
    day, by = planned_day(people), viewer_of(people.dag)
    with pytest.raises(Refused, match="varför"):
        cancel_day(by=by, day=day, why=" ")
    meeting = day.meetings.first()
    cancel_day(by=by, day=day, why="Snö")
    assert not day.meetings.exists()  # nobody had been told of any
    with pytest.raises(Refused, match="inställd"):
        invite_parties(by=by, day=day)
    with pytest.raises(Refused, match="inställd"):
        move_meeting(by=by, meeting=meeting, starts_at=slots_of_day(day)[0])


def test_add_meeting_when_by_another_organisation_then_not_allowed(people: People) -> None:
    day = day_of(people)
    with pytest.raises(NotAllowed):
        add_meeting(
            by=viewer_of(people.sam),
            day=day,
            manager=party(day, "Bo"),
            startup=party(day, "Ordlek"),
            starts_at=slots_of_day(day)[0],
        )
