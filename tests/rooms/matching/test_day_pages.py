"""The pages of meeting days: made, run, and answered by personal link, without an account and without a script."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ringar.core import clock
from ringar.core.queries import viewer_of
from ringar.matching.actions import add_party, cancel_day, publish_day
from ringar.matching.day_models import Busy, Meeting, MeetingDay, Party, Wish
from ringar.matching.day_queries import slots_of_day
from ringar.robots.engine.running import run_waiting
from tests.people import People
from tests.rooms.matching.cast import shared_need
from tests.rooms.matching.days import day_of, draft_day, party, places, planned_day, token_of, wish


def text_of(response: Any) -> str:
    return response.content.decode()


def sent_form(day: MeetingDay, **changes: Any) -> dict[str, Any]:
    """The form of a new day, filled in: two stretches, two rooms."""
    date = (clock.now() + timedelta(days=10)).date()
    told: dict[str, Any] = {
        "title": "Möten i maj",
        "slot_minutes": "20",
        "pause_minutes": "5",
        "rooms": "Rum A\nRum B https://video.example/b",
        "wishes_until": f"{clock.now() + timedelta(days=5):%Y-%m-%dT%H:%M}",
    }
    for place, (starts, ends) in enumerate((("09:00", "12:00"), ("13:00", "16:00"))):
        told |= {f"date_{place}": f"{date}", f"starts_{place}": starts, f"ends_{place}": ends}
    return {**told, **changes}


@pytest.fixture
def day(people: People) -> MeetingDay:
    return day_of(people)


def link(day: MeetingDay, name: str) -> str:
    return reverse("party_page", args=[token_of(party(day, name))])


def answer_of(page: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the page's form as it stands."""
    told: dict[str, Any] = {"answer": "yes"}
    for name, value in re.findall(r'type="checkbox" name="(free_[^"]+)" value="([^"]+)"[^>]*checked', page):
        told.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select name="(wish_\d+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="(\w+)" selected', options)
        told[name] = chosen[1] if chosen else "any"
    return {**told, **changes}


def test_meeting_day_new_when_sent_then_a_draft_and_on_to_those_invited(people: People, logged_in) -> None:
    response = logged_in(people.dag).post(reverse("meeting_day_new"), sent_form(MeetingDay()))
    made = MeetingDay.objects.get()
    assert response["Location"] == reverse("meeting_day_parties", args=[made.uuid])
    assert [(room.name, room.link) for room in made.rooms.all()] == [
        ("Rum A", ""),
        ("Rum B", "https://video.example/b"),
    ]
    assert made.hours.count() == 2 and len(slots_of_day(made)) == 14


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_1": ""}, "eller lämna alla tre tomma"),
        ({"ends_0": "25:99"}, "field-error"),
        ({"title": "ö" * 50_000}, "field-error"),
        ({"starts_1": "10:00"}, "går in i varandra"),
        ({"wishes_until": "2020-01-01T10:00", "date_0": "2020-01-02", "date_1": "2020-01-02"}, "redan varit"),
        ({"rooms": "Rum 🎉\x00\nRum 🎉"}, "eget namn"),
        ({"slot_minutes": "många"}, "field-error"),
        ({"call": "999"}, "field-error"),
    ],
)
def test_meeting_day_new_when_something_is_wrong_then_told_and_what_was_written_stays(
    people: People, logged_in, changes: dict, words: str
) -> None:
    response = logged_in(people.dag).post(reverse("meeting_day_new"), sent_form(MeetingDay(), **changes))
    page = text_of(response)
    assert response.status_code == 200 and words in page and "form-errors" in page
    assert not MeetingDay.objects.exists()
    assert "Rum" in page and 'value="09:00"' in page


def test_meeting_day_edit_when_opened_then_filled_in_and_saved_as_it_is(people: People, logged_in) -> None:
    day, client = draft_day(people), logged_in(people.dag)
    page = text_of(client.get(reverse("meeting_day_edit", args=[day.uuid])))
    assert "Rum 2 https://video.example/2" in page and 'value="09:00"' in page
    response = client.post(reverse("meeting_day_edit", args=[day.uuid]), sent_form(day, title="Nytt namn"))
    assert response.status_code == 302
    day.refresh_from_db()
    assert day.title == "Nytt namn"


def test_meeting_day_parties_when_ticked_then_added(people: People, logged_in) -> None:
    day, need = draft_day(people), shared_need(people.bo)
    shared_need(people.alva, "Vattenläckor upptäcks för sent.")
    client, address = logged_in(people.dag), reverse("meeting_day_parties", args=[day.uuid])
    assert need.title in text_of(client.get(address))
    client.post(address, {"pick": "yes", "needs": [str(need.uuid)]})
    new = {"new-kind": "startup", "new-name": "Nytt AB", "new-email": "nytt@b.example", "new-language": "en"}
    client.post(address, {"add": "yes", **new})
    assert [(each.name, each.language) for each in day.parties.all()] == [("Bo", "sv"), ("Nytt AB", "en")]
    page = text_of(client.post(address, {"pick": "yes"}))
    assert "form-errors" in page and "Kryssa i minst en" in page
    page = text_of(client.post(address, {"add": "yes", **new, "new-email": "nej"}))
    assert "form-errors" in page and 'value="Nytt AB"' in page


def test_meeting_day_when_run_through_the_pages_then_every_step_tells_the_next(
    people: People, logged_in
) -> None:
    day = day_of(people, invited=False)
    client, address = logged_in(people.dag), day.get_absolute_url()
    assert reverse("meeting_day_invite", args=[day.uuid]) in text_of(client.get(address))
    client.post(reverse("meeting_day_invite", args=[day.uuid]))
    page = text_of(client.get(address))
    assert "0 av 5 har svarat" in page and "Har inte svarat än" in page
    wish(day, "Bo", Ordlek="must", Läckörat="want")
    client.post(reverse("meeting_day_plan", args=[day.uuid]))
    page = text_of(client.get(address))
    assert "Robotarna planerar dagen" in page and "hx-get" in page
    run_waiting()
    page = text_of(client.get(address))
    assert "100,0 % av det bästa möjliga" in page and "hx-get" not in page
    page = text_of(client.get(reverse("meeting_day_publish", args=[day.uuid])))
    assert "3 brev går ut" in page and "Alva" in page
    client.post(reverse("meeting_day_publish", args=[day.uuid]))
    assert "Schemat med 2 möten är utskickat" in text_of(client.get(address))


def test_meeting_day_when_answers_come_after_the_plan_then_it_says_plan_again(
    people: People, logged_in
) -> None:
    day = planned_day(people)
    wish(day, "Ordlek", Bo="must")
    assert "Planera om den" in text_of(logged_in(people.dag).get(day.get_absolute_url()))


def test_meeting_day_when_read_by_staff_then_no_wishes_and_nothing_to_run(people: People, logged_in) -> None:
    day = planned_day(people)
    wish(day, "Ordlek", Bo="no")
    page = text_of(logged_in(people.bo).get(day.get_absolute_url()))
    assert reverse("meeting_party", args=[day.uuid, party(day, "Bo").uuid]) in page
    assert "inbjudna/" not in page.replace(
        reverse("meeting_party", args=[day.uuid, party(day, "Bo").uuid]), ""
    )
    assert "av det bästa möjliga" not in page


def test_meeting_day_unmet_when_vetoed_then_each_with_why(people: People, logged_in) -> None:
    day = day_of(people)
    wish(day, "Bo", Ordlek="must")
    wish(day, "Ordlek", Bo="no")
    logged_in(people.dag).post(reverse("meeting_day_plan", args=[day.uuid]))
    run_waiting()
    address = reverse("meeting_day_unmet", args=[day.uuid])
    assert "Bo eller Ordlek AB har sagt nej" in text_of(logged_in(people.dag).get(address))
    for odd in ("x", "-1", "²", "99999999999999"):
        assert logged_in(people.dag).get(address, {"fran": odd}).status_code == 200
    assert logged_in(people.bo).get(address).status_code == 404


def test_meeting_day_cancel_when_reasoned_then_told_and_kept(
    people: People, logged_in, day: MeetingDay
) -> None:
    client, address = logged_in(people.dag), reverse("meeting_day_cancel", args=[day.uuid])
    assert "form-errors" in text_of(client.post(address, {"why": ""}))
    mail.outbox.clear()
    client.post(address, {"why": "Snöstorm"})
    assert len(mail.outbox) == 5
    assert "Snöstorm" in text_of(client.get(day.get_absolute_url()))


def test_meeting_move_when_not_legal_then_told_why_else_moved(people: People, logged_in) -> None:
    day = planned_day(people)
    meeting = Meeting.objects.get(day=day, manager__name="Bo", startup__name="Ordlek AB")
    other = Meeting.objects.get(day=day, manager__name="Bo", startup__name="Läckörat AB")
    client, address = logged_in(people.dag), reverse("meeting_move", args=[meeting.uuid])
    page = text_of(client.post(address, {"starts_at": other.starts_at.isoformat()}))
    assert "Bo träffar då Läckörat AB" in page and "form-errors" in page
    assert "form-errors" in text_of(client.post(address, {"starts_at": "igår"}))
    free = slots_of_day(day)[6].isoformat()
    assert client.post(address, {"starts_at": free}).status_code == 302
    assert places(day)["Bo", "Ordlek AB"].isoformat() == free
    client.post(address, {"do": "release"})
    client.post(address, {"do": "remove"})
    assert ("Bo", "Ordlek AB") not in places(day)
    assert client.post(address, {"do": "remove"}).status_code == 404


def test_meeting_add_when_free_then_in_the_timetable(people: People, logged_in, day: MeetingDay) -> None:
    client, address = logged_in(people.dag), reverse("meeting_add", args=[day.uuid])
    told = {"manager": party(day, "Bo").pk, "startup": party(day, "Ordlek").pk}
    told |= {"starts_at": slots_of_day(day)[0].isoformat()}
    assert client.post(address, told).status_code == 302
    assert list(places(day)) == [("Bo", "Ordlek AB")]
    assert "har redan ett möte" in text_of(client.post(address, told))


def test_party_page_when_looked_at_then_nothing_is_written(day: MeetingDay) -> None:
    address = link(day, "Bo")
    before = (Wish.objects.count(), Busy.objects.count())
    for _ in range(2):
        response = Client().get(address)
        assert response.status_code == 200 and response["X-Robots-Tag"] == "noindex"
        assert response["Referrer-Policy"] == "same-origin" and "no-store" in response["Cache-Control"]
    bo = party(day, "Bo")
    assert before == (Wish.objects.count(), Busy.objects.count()) and bo.answered_at is None


def test_party_page_when_answered_without_an_account_then_saved_and_can_be_changed(day: MeetingDay) -> None:
    client, address = Client(enforce_csrf_checks=False), link(day, "Bo")
    page = text_of(client.get(address))
    told = answer_of(page)
    times = [name for name in told if name.startswith("free_")]
    assert len(times) == 1 and len(told[times[0]]) == 7  # all are ticked at first
    ordlek = party(day, "Ordlek").pk
    told = answer_of(page, **{times[0]: told[times[0]][2:], f"wish_{ordlek}": "must"})
    assert client.post(address, told)["Location"] == address
    assert party(day, "Bo").busy.count() == 2
    page = text_of(client.get(address))
    again = answer_of(page)
    assert again[f"wish_{ordlek}"] == "must" and len(again[times[0]]) == 5
    assert client.post(address, {**again, f"wish_{ordlek}": "no"}).status_code == 302
    assert [row.kind for row in party(day, "Bo").wishes.all()] == ["no"]


def test_party_page_when_the_answer_is_odd_then_refused_and_nothing_saved(day: MeetingDay) -> None:
    client, address = Client(), link(day, "Bo")
    told = answer_of(text_of(client.get(address)))
    times = next(name for name in told if name.startswith("free_"))
    names = [name for name in told if name.startswith("wish_")]
    for wrong in (
        {times: ["2020-01-01T00:00:00+00:00"]},
        {names[0]: "kanske"},
        {names[0]: "\x00"},
        {names[0]: ""},
    ):
        response = client.post(address, {**told, **wrong})
        assert response.status_code == 200 and "form-errors" in text_of(response)
    assert not Wish.objects.exists() and party(day, "Bo").answered_at is None


def test_party_page_when_the_last_day_has_passed_then_closed_kindly(day: MeetingDay) -> None:
    client, address = Client(), link(day, "Bo")
    told = answer_of(text_of(client.get(address)))
    with clock.at(day.wishes_until + timedelta(minutes=1)):
        page = text_of(client.get(address))
        assert "Svar tas inte längre emot" in page and "wish_" not in page
        assert "längre emot" in text_of(client.post(address, told, follow=True))
    assert party(day, "Bo").answered_at is None


def test_party_page_when_the_link_is_wrong_then_a_friendly_page(db: None) -> None:
    for token in ("gissad", "a" * 3000, "%F0%9F%8E%89"):
        response = Client().get(f"/motesdag/min/{token}/")
        assert response.status_code == 404 and "Länken leder ingenstans" in text_of(response)


def test_party_page_when_sent_out_then_its_own_meetings_alone(people: People) -> None:
    day = planned_day(people)
    address = link(day, "Ordlek")
    publish_day(by=viewer_of(people.dag), day=day)
    page = text_of(Client().get(address))
    assert "Dina möten" in page and "Bo" in page and "Alva" in page
    assert "Läckörat" not in page and "wish_" not in page


def test_pages_when_the_day_is_over_then_they_ask_what_came_of_it(people: People, logged_in) -> None:
    day = planned_day(people)
    publish_day(by=viewer_of(people.dag), day=day)
    own, untold = link(day, "Bo"), Meeting.objects.order_by("starts_at").first()
    assert "Jag kan inte komma alls" in text_of(Client().get(own))
    with clock.at(slots_of_day(day)[-1] + timedelta(hours=1)):
        mine = text_of(Client().get(own))
        assert "Dagen är över" in mine and "Jag kan inte komma alls" not in mine
        runs = text_of(logged_in(people.dag).get(day.get_absolute_url()))
    assert untold.get_absolute_url() in runs and reverse("meeting_figures") in runs
    for name in ("meeting_day_plan", "meeting_day_cancel", "meeting_day_edit", "meeting_add"):
        assert reverse(name, args=[day.uuid]) not in runs


def test_party_page_when_another_has_said_no_then_it_is_not_told(day: MeetingDay) -> None:
    address = link(day, "Ordlek")
    before = text_of(Client().get(address))
    wish(day, "Bo", Ordlek="no")
    after = text_of(Client().get(address))
    hide = re.compile(r'value="\w{64}"')
    assert hide.sub("", before) == hide.sub("", after)


def test_party_page_when_a_need_is_not_public_then_only_its_short_name(
    people: People, day: MeetingDay
) -> None:
    need = party(day, "Bo").needs.get()
    page = text_of(Client().get(link(day, "Ordlek")))
    assert need.title in page and "De träffar ingen annan än oss" not in page
    need.visibility = "public"
    need.save()
    assert "De träffar ingen annan än oss" in text_of(Client().get(link(day, "Ordlek")))


def test_party_page_when_names_hold_markup_then_it_is_text(people: People, day: MeetingDay) -> None:
    add_party(by=viewer_of(people.dag), day=day, kind="startup", name="<script>alert(1)</script> 🎉")
    page = text_of(Client().get(link(day, "Bo")))
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_party_page_when_english_is_asked_for_then_english(day: MeetingDay) -> None:
    client, address = Client(), link(day, "Bo")
    client.cookies["django_language"] = "en"
    assert "Whom do you want to meet?" in text_of(client.get(address))
    Party.objects.filter(name="Bo").update(language="en")
    assert "Whom do you want to meet?" in text_of(Client().get(address))


def test_party_page_when_the_day_is_cancelled_then_says_why(people: People, day: MeetingDay) -> None:
    address = link(day, "Bo")
    cancel_day(by=viewer_of(people.dag), day=day, why="Snöstorm")
    page = text_of(Client().get(address))
    assert "Snöstorm" in page and "wish_" not in page


def test_party_cancel_when_pressed_then_noted_and_told(day: MeetingDay) -> None:
    address = link(day, "Ordlek")
    client = Client()
    assert client.get(f"{address}aterbud/").status_code == 405
    page = text_of(client.post(f"{address}aterbud/", {"why": "Sjuk"}, follow=True))
    assert "inte kommer" in page and "wish_" not in page
    assert party(day, "Ordlek").why_cancelled == "Sjuk"


def test_meeting_party_when_it_is_another_s_then_not_found(
    people: People, logged_in, day: MeetingDay
) -> None:
    alva = reverse("meeting_party", args=[day.uuid, party(day, "Alva").uuid])
    assert logged_in(people.bo).get(alva).status_code == 404
    mine = reverse("meeting_party", args=[day.uuid, party(day, "Bo").uuid])
    client = logged_in(people.bo)
    told = answer_of(text_of(client.get(mine)), **{f"wish_{party(day, 'Ordlek').pk}": "want"})
    assert client.post(mine, told)["Location"] == mine
    assert client.post(mine, {"facts": "yes", "name": "Kung", "email": ""}).status_code == 200
    assert party(day, "Bo").wishes.count() == 1  # and the name stays: only who runs the day changes it


def test_meeting_party_when_run_then_corrected_or_taken_away(
    people: People, logged_in, day: MeetingDay
) -> None:
    client = logged_in(people.dag)
    new = add_party(by=viewer_of(people.dag), day=day, kind="startup", name="Fel namn")
    address = reverse("meeting_party", args=[day.uuid, new.uuid])
    client.post(
        address, {"facts": "yes", "name": "Rätt namn", "email": "ratt@b.example", "most_meetings": "2"}
    )
    new.refresh_from_db()
    assert (new.name, new.email, new.most_meetings) == ("Rätt namn", "ratt@b.example", 2)
    client.post(reverse("meeting_party_leave", args=[day.uuid, new.uuid]), {"do": "remove"})
    assert not Party.objects.filter(pk=new.pk).exists()


def test_meeting_day_list_when_there_are_many_then_a_page_at_a_time_and_few_queries(
    people: People, logged_in
) -> None:
    for number in range(30):
        draft_day(people, title=f"Dag {number}")
    client = logged_in(people.dag)
    client.get(reverse("meeting_day_list"))
    with CaptureQueriesContext(connection) as queries:
        page = text_of(client.get(reverse("meeting_day_list")))
    assert len(queries) <= 10 and page.count('scope="row"') == 25
    after = re.search(r"\?after=(\d+)", page)
    assert after
    rest = text_of(client.get(reverse("meeting_day_list"), {"after": after[1]}))
    assert rest.count('scope="row"') == 5
    for odd in ("x", "²", "9" * 40):
        assert client.get(reverse("meeting_day_list"), {"after": odd}).status_code == 200


def test_meeting_day_list_when_empty_then_it_teaches(people: People, logged_in) -> None:
    assert "Det finns ingen mötesdag än" in text_of(logged_in(people.bo).get(reverse("meeting_day_list")))
