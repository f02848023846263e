"""Letters about the timetable: once, then only what changed; UIDs that stay, SEQUENCE that grows; the feed agrees."""

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from ringar.core import clock
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.matching import day_mail
from ringar.matching.actions import cancel_day, cancel_party, move_meeting, publish_day, remove_meeting
from ringar.matching.calendar import own_meetings
from ringar.matching.day_mail import tell_changes, write_letters
from ringar.matching.day_models import Meeting, MeetingRoom, PartyKey
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.work import OutgoingMail, Work
from tests.people import People
from tests.rooms.matching.meeting_cast import (
    AFTER,
    BEFORE,
    NINE,
    STEP,
    Day,
    invitations_in,
    invited_day,
    letters_to,
    sent_day,
)

CILLA = "cilla@ringsala.example"


@pytest.fixture(autouse=True)
def queued_mail(settings: Any) -> None:
    """Letters go through the robots' queue, as they are sent."""
    settings.EMAIL_BACKEND = "ringar.robots.mail.QueueBackend"


def feed_of(made: Day, name: str) -> Calendar:
    response = Client().get(f"/motesdag/min/{made.token(name)}/kalender.ics")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def test_tell_changes_when_not_sent_out_tells_nobody(people: People) -> None:
    made = invited_day(people)
    with clock.at(BEFORE):
        assert tell_changes(made.by, made.day) == 0
    assert not OutgoingMail.objects.exists()
    assert set(Meeting.objects.values_list("sequence", "told_as")) == {(0, "")}


def test_tell_changes_when_sent_out_each_party_gets_one_letter_with_its_meeting(people: People) -> None:
    made = sent_day(people)
    (letter,) = letters_to(people.bo.email)
    assert letter.subject == "Dina möten: Möten i december"
    assert "tisdag 1 december 09:00" in letter.text and "Kaffesällskap AB" in letter.text
    assert "Granen" in letter.text and "Långbord" not in letter.text
    ((method, event),) = invitations_in(letter)
    assert method == "REQUEST"
    assert event["uid"] == f"{made.meetings[0].uuid}@testserver"
    assert event["sequence"] == 0 and event["status"] == "CONFIRMED"
    assert event.decoded("dtstart") == NINE and event.decoded("dtend") == NINE + timedelta(minutes=20)
    assert event["attendee"] == f"mailto:{people.bo.email}"
    assert "Kaffesällskap AB" in event["summary"]
    assert {mail.recipients[0] for mail in OutgoingMail.objects.all()} >= {people.bo.email, CILLA}


def test_tell_changes_when_one_meeting_is_told_then_it_is_another_form_of_the_text_else_files(
    people: People,
) -> None:
    made = invited_day(people)
    with clock.at(BEFORE):
        made.meet("bo", "other", 1)
        publish_day(by=made.by, day=made.day)
    (several,), (single,) = letters_to(people.bo.email), letters_to(made.parties["elif"].email)
    assert form_of(single) == ("multipart/alternative", [("text/plain", None), ("text/calendar", None)])
    files = [("text/calendar", f"ringar-{number}.ics") for number in (1, 2)]
    assert form_of(several) == ("multipart/mixed", [("text/plain", None), *files])
    feed = {str(event["uid"]) for event in feed_of(made, "bo").walk("VEVENT")}
    assert {str(event["uid"]) for _method, event in invitations_in(several)} == feed


def form_of(mail: OutgoingMail) -> tuple[str, list[tuple[str, str | None]]]:
    """The kind of the letter, and of each of its parts with its file's name."""
    letter = message_from_bytes(bytes(mail.raw), policy=policy.default)
    parts = [(part.get_content_type(), part.get_filename()) for part in letter.iter_parts()]
    return letter.get_content_type(), parts


def test_tell_changes_when_the_party_reads_english_writes_english(people: People) -> None:
    sent_day(people)
    (letter,) = letters_to(CILLA)
    assert letter.subject == "Your meetings: Möten i december"
    assert "Tuesday 1 December 09:00" in letter.text
    ((_method, event),) = invitations_in(letter)
    assert event["location"] == "https://video.example/eken"


def test_tell_changes_when_nothing_changed_sends_nothing_more(people: People) -> None:
    made = sent_day(people)
    count, keys = OutgoingMail.objects.count(), PartyKey.objects.count()
    with clock.at(BEFORE):
        assert tell_changes(made.by, made.day) == 0
    assert (OutgoingMail.objects.count(), PartyKey.objects.count()) == (count, keys)
    assert AuditEvent.objects.filter(action="tell_meetings").count() == 1


def test_tell_changes_when_moved_tells_both_sides_and_nobody_else(people: People) -> None:
    made = sent_day(people)
    OutgoingMail.objects.all().delete()
    with clock.at(BEFORE + timedelta(days=1)):
        move_meeting(by=made.by, meeting=made.meetings[0], starts_at=NINE + 2 * STEP)
    assert {mail.recipients[0] for mail in OutgoingMail.objects.all()} == {
        people.bo.email,
        made.parties["elif"].email,
    }
    (letter,) = letters_to(people.bo.email)
    assert letter.subject == "Dina möten har ändrats: Möten i december"
    assert "09:50" in letter.text and "09:00" not in letter.text
    ((method, event),) = invitations_in(letter)
    assert method == "REQUEST" and event["sequence"] == 1
    assert event["uid"] == f"{made.meetings[0].uuid}@testserver"
    assert event.decoded("dtstart") == NINE + 2 * STEP


def test_tell_changes_when_taken_away_cancels_under_the_same_uid(people: People) -> None:
    made = sent_day(people)
    OutgoingMail.objects.all().delete()
    with clock.at(BEFORE + timedelta(days=1)):
        remove_meeting(by=made.by, meeting=made.meetings[0])
    (letter,) = letters_to(people.bo.email)
    assert "Inställda:" in letter.text and "Du har inga möten." in letter.text
    ((method, event),) = invitations_in(letter)
    assert (method, event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 1)
    assert event["uid"] == f"{made.meetings[0].uuid}@testserver"


def test_tell_changes_when_a_meeting_nobody_heard_of_goes_tells_nobody(people: People) -> None:
    made = invited_day(people)
    with clock.at(BEFORE):
        remove_meeting(by=made.by, meeting=made.meetings[1])
        made.day.state = "published"
        made.day.save()
        tell_changes(made.by, made.day)
    assert not letters_to(CILLA)


def test_tell_changes_when_the_room_gets_a_link_tells_who_meets_there(people: People) -> None:
    made = sent_day(people)
    OutgoingMail.objects.all().delete()
    MeetingRoom.objects.filter(name="Granen").update(link="https://video.example/granen")
    with clock.at(BEFORE):
        assert tell_changes(made.by, made.day) == len(
            [made.parties[name] for name in ("bo", "elif") if made.parties[name].email]
        )
    assert "https://video.example/granen" in letters_to(people.bo.email)[0].text


def test_tell_changes_when_the_meeting_is_over_stays_silent(people: People) -> None:
    made = sent_day(people)
    OutgoingMail.objects.all().delete()
    MeetingRoom.objects.filter(name="Granen").update(name="Björken")
    with clock.at(AFTER):
        assert tell_changes(made.by, made.day) == 0


def test_tell_changes_when_the_day_is_called_off_says_why_and_cancels_all(people: People) -> None:
    made = sent_day(people)
    OutgoingMail.objects.all().delete()
    with clock.at(BEFORE):
        cancel_day(by=made.by, day=made.day, why="Snöstorm")
    (letter,) = letters_to(people.bo.email)
    assert "Snöstorm" in letter.text
    assert [method for method, _event in invitations_in(letter)] == ["CANCEL"]


def test_tell_changes_when_a_name_holds_line_breaks_and_quotes_still_makes_whole_files(
    people: People,
) -> None:
    made = invited_day(people)
    name = 'Elif "Räven"; BEGIN:VEVENT\nEND:VCALENDAR, \N{FOX FACE} \u202eakab'
    party = made.parties["elif"]
    party.name = name
    party.save()
    made.day.state = "published"
    made.day.save()
    with clock.at(BEFORE):
        tell_changes(made.by, made.day)
    for address in (people.bo.email, party.email):
        for letter in letters_to(address):
            ((_method, event),) = invitations_in(letter)
            assert event.decoded("dtstart") == NINE


def test_tell_changes_when_letters_are_many_has_the_robots_write_each_once(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_mail, "LETTERS_AT_ONCE", 1)
    sent_day(people)
    assert not letters_to(people.bo.email)
    run_waiting()
    (letter,) = letters_to(people.bo.email)
    assert [method for method, _event in invitations_in(letter)] == ["REQUEST"]
    told = Work.objects.get(name="matching.write_letters").payload
    count = OutgoingMail.objects.count()
    again = write_letters(told["name"], told["letters"], is_first=True, report=lambda *_told: None)
    assert (again, OutgoingMail.objects.count()) == (0, count)


def test_feed_when_meetings_move_and_go_has_the_letters_uids(people: People) -> None:
    made = sent_day(people)
    with clock.at(BEFORE + timedelta(days=1)):
        move_meeting(by=made.by, meeting=made.meetings[0], starts_at=NINE + STEP)
        remove_meeting(by=made.by, meeting=made.meetings[1])
    (event,) = feed_of(made, "bo").walk("VEVENT")
    assert event["uid"] == f"{made.meetings[0].uuid}@testserver"
    assert event["sequence"] == 1 and event.decoded("dtstart") == NINE + STEP
    (gone,) = feed_of(made, "cilla").walk("VEVENT")
    assert gone["status"] == "CANCELLED" and gone["sequence"] == 1
    assert gone["uid"] == f"{made.meetings[1].uuid}@testserver"


def test_feed_when_not_sent_out_is_empty(people: People) -> None:
    assert not feed_of(invited_day(people), "bo").walk("VEVENT")


def test_feed_when_the_token_is_wrong_is_not_found_and_soon_must_wait(db: None) -> None:
    client = Client()
    assert client.get("/motesdag/min/gissning/kalender.ics").status_code == 404
    statuses = [client.get(f"/motesdag/min/gissning{n}/moten/").status_code for n in range(61)]
    assert statuses[-1] == 429 and set(statuses[:-2]) == {404}


def test_own_calendar_when_the_party_has_an_account_has_the_same_uid(people: People) -> None:
    made = sent_day(people)
    (entry,) = own_meetings(viewer_of(people.bo))
    assert entry.uuid == made.meetings[0].uuid and entry.sequence == 0
    assert entry.title == "Möte: Kaffesällskap AB" and not entry.is_cancelled
    (other,) = own_meetings(viewer_of(people.elif_))
    assert other.title == "Möte: Bo"
    assert own_meetings(viewer_of(people.sam)) == [] == own_meetings(Viewer())


def test_cancel_party_when_by_the_party_writes_to_whom_they_would_have_met(people: People) -> None:
    made = sent_day(people)
    OutgoingMail.objects.all().delete()
    with clock.at(BEFORE):
        cancel_party(by=Viewer(), party=made.parties["elif"], why="Sjuk")
    methods = [method for mail in letters_to(people.bo.email) for method, _event in invitations_in(mail)]
    assert "CANCEL" in methods
    assert not letters_to(CILLA) or all(
        event["sequence"] > 0 for mail in letters_to(CILLA) for _method, event in invitations_in(mail)
    )


@pytest.mark.parametrize("path", ["moten/", "kalender.ics"])
def test_personal_link_when_looked_at_writes_nothing(people: People, path: str) -> None:
    made = sent_day(people)
    token, before = made.token("bo"), AuditEvent.objects.count()
    assert Client().get(f"/motesdag/min/{token}/{path}").status_code == 200
    assert AuditEvent.objects.count() == before
    assert set(Meeting.objects.values_list("state", flat=True)) == {"planned"}
