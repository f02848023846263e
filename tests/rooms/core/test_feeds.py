"""Feeds and calendars: what is in them, for whom, and that programs can read them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from logging import WARNING
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from ringar.core.actions import lock_out, take_role
from ringar.core.actions.tokens import make_token, revoke_token
from ringar.core.calendars import CalendarEntry, write_calendar
from ringar.core.clock import now
from ringar.core.feeds import LONGEST_TEXT
from ringar.core.models import AccessToken, AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.registry import declared
from ringar.core.rules import Viewer
from ringar.core.views import feeds as views
from ringar.needs.actions import edit_need
from ringar.solvers.actions import close_call, open_call, publish_solution, register_solver, start_call
from ringar.solvers.models import Call
from ringar.talk.actions import add_comment, follow_row
from tests.people import People
from tests.rooms.needs.cast import draft_of, shared_by
from tests.rooms.needs.rounds import round_of

ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
Feed = ElementTree.Element


def parse(content: bytes) -> Feed:
    return ElementTree.fromstring(content)  # noqa: S314 (written by ourselves)


def read(address: str, **headers: str) -> Feed:
    answer = Client().get(address, headers=headers)
    assert answer.status_code == 200
    return parse(answer.content)


def titles(feed: Feed) -> list[str]:
    return [entry.findtext(f"{ATOM}title") or "" for entry in feed.iter(f"{ATOM}entry")]


def summaries(address: str) -> list[str]:
    calendar = Calendar.from_ical(Client().get(address).content)
    return [str(event["summary"]) for event in calendar.walk("VEVENT")]


def key_of(person: Person, *scopes: str, days: int = 30) -> str:
    return make_token(by=viewer_of(person), name="Nyckel", scopes=scopes or ["feed"], days=days)[1]


def mine(key: str) -> str:
    return reverse("feed_mine", args=[key, "aviseringar"])


def days_of(key: str) -> str:
    return reverse("calendar_mine", args=[key])


def drafted(by: Person, deadline: datetime, title: str) -> Call:
    told: dict[str, Any] = {"needs": [(uuid4(), "Ensamhet")], "criteria": ["Utan telefon"]}
    return start_call(by=viewer_of(by), title=title, text="Ensamma", deadline=deadline, **told)


def call_until(by: Person, deadline: datetime, title: str = "Middag") -> Call:
    return open_call(by=viewer_of(by), call=drafted(by, deadline, title))


def test_needs_when_some_are_hidden_then_the_feed_has_the_public_ones_alone(people: People) -> None:
    shared_by(people.bo, "Bilarna är slut", "Öppet", "public")
    shared_by(people.bo, "Hissen står", "Kommunens", "organisation")
    shared_by(people.bo, "Larmet tjuter", "Enhetens", "unit")
    draft_of(people.bo, "Ett utkast", "Utkastet")
    logged_in = Client()
    logged_in.force_login(people.bo)
    for client in (Client(), logged_in):
        feed = parse(client.get("/floden/behov.xml").content)
        assert titles(feed) == ["Öppet"]


def test_needs_when_read_then_entries_have_ids_links_and_languages(people: People, settings: Any) -> None:
    settings.BASE_URL = "https://ringar.ringsala.example"
    need = shared_by(people.bo, "Bilarna <är> slut & \N{AUTOMOBILE}", "Bilar & annat", "public")
    feed = read("/floden/behov.xml", accept_language="sv")
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None and feed.get(f"{XML}lang") == "sv" == entry.get(f"{XML}lang")
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{need.uuid}"
    link = entry.find(f"{ATOM}link")
    assert link is not None and link.get("href") == f"https://ringar.ringsala.example/behov/{need.uuid}/"
    assert entry.findtext(f"{ATOM}title") == "Bilar & annat"
    assert entry.findtext(f"{ATOM}summary") == "Bilarna <är> slut & \N{AUTOMOBILE}"
    updated = entry.findtext(f"{ATOM}updated") or ""
    assert abs(datetime.fromisoformat(updated) - need.changed_at) < timedelta(seconds=1)
    self_link = feed.find(f"{ATOM}link[@rel='self']")
    assert (
        self_link is not None and self_link.get("href") == "https://ringar.ringsala.example/floden/behov.xml"
    )


def test_needs_when_one_is_edited_then_its_id_stays_and_its_time_moves(people: People) -> None:
    need = shared_by(people.bo, "Bilarna är slut", "Öppet", "public")
    before = read("/floden/behov.xml").find(f"{ATOM}entry")
    edit_need(by=viewer_of(people.bo), need=need, changes={"title": "Nytt namn"})
    after = read("/floden/behov.xml").find(f"{ATOM}entry")
    assert before is not None and after is not None
    assert after.findtext(f"{ATOM}title") == "Nytt namn"
    assert before.findtext(f"{ATOM}id") == after.findtext(f"{ATOM}id")
    assert (before.findtext(f"{ATOM}published")) == after.findtext(f"{ATOM}published")


def test_needs_when_asked_for_one_unit_then_those_of_it_and_below(people: People) -> None:
    shared_by(people.bo, "Bilarna är slut", "Hemtjänstens", "public")
    shared_by(people.sam, "Något annat", "Fjärdinges", "public")
    of = "/floden/behov.xml?unit="
    feed = read(f"{of}{people.district.uuid}")
    assert titles(feed) == ["Hemtjänstens"]
    assert people.district.name in (feed.findtext(f"{ATOM}title") or "")
    empty = read(f"{of}{people.preschool.uuid}")
    assert titles(empty) == [] and people.preschool.name not in (empty.findtext(f"{ATOM}title") or "")
    wrong = ("nonsense", "00000000-0000-0000-0000-000000000000", "\x00", "’" * 5000)
    assert {Client().get("/floden/behov.xml", {"unit": each}).status_code for each in wrong} == {404}
    assert titles(read("/floden/losningar.xml?unit=nonsense")) == []  # only needs have units


def test_needs_when_a_text_is_long_then_its_beginning_is_told(people: People) -> None:
    shared_by(people.bo, "å" * 19_000, "Långt", "public")
    summary = read("/floden/behov.xml").findtext(f"{ATOM}entry/{ATOM}summary") or ""
    assert len(summary) == LONGEST_TEXT and summary.endswith("å…")


def test_solutions_when_published_then_in_the_feed_without_their_secrets(people: People) -> None:
    by = viewer_of(people.elif_)
    solver = register_solver(by=by, name="Middagsbron AB")
    facts = {"secrecy": "HEMLIGHETEN", "secrecy_reason": "SKÄLET"}
    publish_solution(by=by, solver=solver, name="Matlag", what="Äter ihop", **facts)
    publish_solution(by=by, solver=solver, name="Skissen", what="Ses", is_published=False)
    logged_in = Client()
    logged_in.force_login(people.elif_)
    page = logged_in.get("/floden/losningar.xml").content.decode()
    assert titles(parse(page.encode())) == ["Matlag"]
    assert "HEMLIGHETEN" not in page and "SKÄLET" not in page


def test_calls_when_open_then_in_feed_and_calendar_until_they_close(people: People) -> None:
    drafted(people.dag, now() + timedelta(days=3), "Utkast")
    call = call_until(people.dag, now() + timedelta(days=3))
    assert titles(read("/floden/utlysningar.xml")) == ["Middag"]
    assert summaries("/floden/kalender.ics") == ["Sista dag att svara: Middag"]
    close_call(by=viewer_of(people.dag), call=call)
    assert titles(read("/floden/utlysningar.xml")) == []
    assert summaries("/floden/kalender.ics") == []


@pytest.mark.parametrize(
    ("month", "hour_in_utc", "name"), [(1, 22, "CET"), (7, 21, "CEST")], ids=["winter", "summer"]
)
def test_calendar_when_the_deadline_is_on_either_side_of_summer_time_then_the_hour_is_right(
    people: People, settings: Any, month: int, hour_in_utc: int, name: str
) -> None:
    settings.BASE_URL = "https://ringar.ringsala.example"
    deadline = datetime(now().year + 1, month, 15, 23, 59, tzinfo=STOCKHOLM)
    call = call_until(people.dag, deadline, "Middag, lunch; och\\kaffe")
    content = Client().get("/floden/kalender.ics").content
    event = Calendar.from_ical(content).walk("VEVENT")[0]
    starts = event["dtstart"].dt
    assert starts == deadline and starts.tzname() == name
    assert starts.astimezone(ZoneInfo("UTC")).hour == hour_in_utc
    assert b"DTSTART;TZID=Europe/Stockholm:" in content and b"BEGIN:VTIMEZONE" in content
    assert str(event["summary"]) == "Sista dag att svara: Middag, lunch; och\\kaffe"
    assert str(event["uid"]) == f"{call.uuid}@ringar.ringsala.example"
    assert str(event["url"]) == f"https://ringar.ringsala.example/utlysningar/{call.uuid}/"


def test_calendar_when_a_text_is_long_and_has_lines_then_it_is_folded_and_escaped() -> None:
    told = CalendarEntry(
        uuid=views.uuid_of("00000000-0000-4000-8000-000000000001"),
        title="Möte, " + "å" * 400 + "\x00\N{AUTOMOBILE}",
        url="/x/",
        starts=datetime(2026, 3, 29, 1, 30, tzinfo=STOCKHOLM),
        ends=datetime(2026, 3, 29, 3, 30, tzinfo=STOCKHOLM),
        zone="Europe/Stockholm",
        changed=datetime(2026, 3, 1, tzinfo=STOCKHOLM),
        about="Rad 1\nRad 2; slut\r\nBEGIN:VEVENT",
    )
    content = write_calendar([told], title="Namnet")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert str(event["summary"]) == "Möte, " + "å" * 400 + "\N{AUTOMOBILE}"
    assert str(event["description"]).startswith("Rad 1\nRad 2; slut\nBEGIN:VEVENT\n")
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(
        hours=2
    )  # on the clock; one hour of it is skipped
    assert str(calendar["x-wr-calname"]) == "Namnet" and "refresh-interval" in calendar
    assert content == write_calendar([told], title="Namnet")


def test_own_feed_when_somebody_comments_then_only_who_is_concerned_reads_it(people: People) -> None:
    need = shared_by(people.bo, "Larmet tjuter", "Enhetens", "unit")
    follow_row(by=viewer_of(people.alva), row=need)
    add_comment(by=viewer_of(people.alva), row=need, text="SAMTALSORDET")
    address = mine(key_of(people.bo))
    answer = Client().get(address)
    feed = parse(answer.content)
    assert any("Enhetens" in title for title in titles(feed))
    assert "SAMTALSORDET" in answer.content.decode()
    assert answer["Cache-Control"] == "max-age=300, private"
    assert "noindex" in answer["X-Robots-Tag"]
    assert key_of(people.bo) not in answer.content.decode() and address not in answer.content.decode()
    other = Client().get(mine(key_of(people.sam))).content.decode()
    assert "Enhetens" not in other and "SAMTALSORDET" not in other


def test_own_feed_when_the_role_is_taken_then_nothing_of_the_unit_is_read(people: People) -> None:
    need = shared_by(people.alva, "Larmet tjuter", "Kommunens", "organisation")
    follow_row(by=viewer_of(people.bo), row=need)
    add_comment(by=viewer_of(people.alva), row=need, text="SAMTALSORDET")
    address = mine(key_of(people.bo))
    assert "SAMTALSORDET" in Client().get(address).content.decode()
    take_role(by=Viewer.of_command_line(people.city.pk), membership=people.bo.memberships.get())
    after = Client().get(address).content.decode()
    assert "Kommunens" not in after and "SAMTALSORDET" not in after


def test_own_calendar_when_scores_are_waited_for_then_the_last_day_is_in_it(people: People) -> None:
    opened = round_of(people)
    call_until(people.dag, now() + timedelta(days=3))
    assessor = opened.assessors.first()
    assert assessor is not None
    found = summaries(days_of(key_of(assessor.person)))
    assert sorted(found) == sorted(
        ["Sista dag att svara: Middag", f"Sista dag att sätta poäng: {opened.title}"]
    )
    assert summaries(days_of(key_of(people.sam))) == ["Sista dag att svara: Middag"]
    assert summaries("/floden/kalender.ics") == ["Sista dag att svara: Middag"]


def refused_keys(people: People) -> dict[str, str]:
    revoked, text = make_token(by=viewer_of(people.bo), name="A", scopes=["feed"], days=9)
    revoke_token(by=viewer_of(people.bo), token=revoked)
    lapsed = key_of(people.bo, days=1)
    AccessToken.objects.order_by("-id").filter(pk=AccessToken.objects.latest("id").pk).update(
        lapses_at=now() - timedelta(seconds=1)
    )
    return {
        "guessed": "ringar_" + "A" * 43,
        "no key": "x",
        "odd": "ringar_\N{AUTOMOBILE}\x00",
        "revoked": text,
        "lapsed": lapsed,
        "other scope": key_of(people.bo, "needs:read"),
    }


def test_own_addresses_when_the_key_is_none_then_refused_and_logged(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    for what, key in refused_keys(people).items():
        for address in (mine(key), days_of(key)):
            caplog.clear()
            with caplog.at_level(WARNING, "ringar.trust"):
                assert Client().get(address).status_code == 404, what
            told = [each.getMessage() for each in caplog.records if each.name == "ringar.trust"]
            assert any("private feed's address that is none" in line for line in told)
            assert not [line for line in told if key in line]


def test_own_addresses_when_many_are_guessed_then_told_to_wait_and_an_auditor_knows(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "GUESSES", 3)
    codes = [Client().get(mine(f"ringar_{n}")).status_code for n in range(5)]
    assert codes == [404, 404, 404, 429, 429]
    assert AuditEvent.objects.filter(action="refuse_many_tries").count() == 1
    assert Client().get(mine(key_of(people.bo))).status_code == 200  # who has a key is not held up


def test_own_addresses_when_locked_out_then_they_are_none(people: People) -> None:
    key = key_of(people.bo)
    lock_out(by=Viewer.of_command_line(people.city.pk), person=people.bo)
    assert Client().get(mine(key)).status_code == Client().get(days_of(key)).status_code == 404


def test_private_feed_when_asked_for_without_a_key_then_not_found(people: People) -> None:
    key = key_of(people.bo)
    assert Client().get("/floden/aviseringar.xml").status_code == 404
    assert Client().get(reverse("feed_mine", args=[key, "behov"])).status_code == 404
    assert Client().get("/floden/nonsense.xml").status_code == 404


def test_page_when_an_address_is_made_then_shown_once_and_it_works(
    people: People, logged_in: Callable[[Person], Client], settings: Any
) -> None:
    client = logged_in(people.elif_)
    page = client.post("/floden/").content.decode()
    found = [word for word in page.replace("<", " ").replace(">", " ").split() if "/floden/min/" in word]
    assert len(found) == 2
    for address in found:
        assert address.startswith(settings.BASE_URL)
        assert Client().get(urlsplit(address).path).status_code == 200
    again = client.get("/floden/").content.decode()
    assert "/floden/min/" not in again and "Återkalla" in again
    token = AccessToken.objects.get(person=people.elif_)
    assert token.scopes == ["feed"] and token.lapses_at
    client.post(reverse("token_revoke", args=[token.uuid]))
    assert Client().get(urlsplit(found[0]).path).status_code == 404


def test_page_when_not_logged_in_then_open_feeds_are_told_and_none_is_made(people: People) -> None:
    page = Client().get("/floden/").content.decode()
    assert all(
        f"/floden/{feed.key}.xml" in page for feed in declared("feeds", "FEEDS") if not feed.is_private
    )
    assert Client().post("/floden/").status_code == 302
    assert not AccessToken.objects.exists()
    assert Client(enforce_csrf_checks=True).post("/floden/").status_code == 403


def test_page_when_there_are_twenty_keys_then_says_what_to_do(people: People) -> None:
    client = Client()
    client.force_login(people.bo)
    for _ in range(20):
        client.post("/floden/")
    page = client.post("/floden/").content.decode()
    assert AccessToken.objects.count() == 20 and 'role="alert"' in page


@pytest.mark.parametrize("page", ["need_list", "solution_list", "call_list"])
def test_lists_when_opened_then_their_head_and_text_lead_to_the_feed(people: People, page: str) -> None:
    content = Client().get(reverse(page)).content.decode()
    (key,) = {feed.key for feed in declared("feeds", "FEEDS") if feed.page == page}
    head, _, body = content.partition("</head>")
    assert 'rel="alternate" type="application/atom+xml"' in head and f"/floden/{key}.xml" in head
    assert f'href="/floden/{key}.xml"' in body


def test_feed_when_nothing_is_new_then_the_answer_is_short(people: People) -> None:
    shared_by(people.bo, "Bilarna är slut", "Öppet", "public")
    call_until(people.dag, now() + timedelta(days=3))
    for address in ("/floden/behov.xml", "/floden/utlysningar.xml", "/floden/kalender.ics"):
        first = Client().get(address)
        again = Client().get(address, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304 and not again.content
    shared_by(people.bo, "Hissen står", "Nytt", "public")
    first = Client().get("/floden/behov.xml")
    assert "Cookie" in first["Vary"] and "Accept-Language" in first["Vary"]


def test_feed_when_there_is_more_then_as_many_queries(
    people: People, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(8):
        need = shared_by(people.bo, f"Bilarna är slut {n}", f"Öppet {n}", "public")
        add_comment(by=viewer_of(people.alva), row=need, text="Hej")
        call_until(people.dag, now() + timedelta(days=n + 1), f"Middag {n}")
    key = key_of(people.bo)
    open_ones = ["/floden/behov.xml", f"/floden/behov.xml?unit={people.care.uuid}", "/floden/utlysningar.xml"]
    for address in [*open_ones, "/floden/kalender.ics", mine(key), days_of(key)]:
        with django_assert_max_num_queries(10):
            assert Client().get(address).status_code == 200
