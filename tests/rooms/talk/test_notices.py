"""What people are told: grouped, newest first, in words that the reader may read, and nothing that is closed."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from ringar.core.actions import add_person
from ringar.core.clock import at, now
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.needs.actions import edit_need
from ringar.talk.actions import (
    add_comment,
    choose_digest,
    follow_row,
    forget_old_notifications,
    mark_read,
    take_back_comment,
    tell_people,
)
from ringar.talk.actions.digests import KEPT_FOR
from ringar.talk.models import Notification
from ringar.talk.queries.notices import PAGE, page_of_groups, unread_count
from ringar.talk.queries.telling import said
from tests.people import People
from tests.rooms.needs.cast import shared_by

OPERATOR = Viewer.of_command_line()
LIST = "/aviseringar/"


def page(client: Client, path: str = LIST) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_of_groups_when_several_things_then_newest_first_and_gathered(people: People) -> None:
    one, other = shared_by(people.bo, title="Nycklarna"), shared_by(people.bo, title="Bilarna")
    for by, need, text in (
        (people.dag, one, "ett"),
        (people.dag, other, "två"),
        (people.cilla, one, "tre"),
    ):
        add_comment(by=viewer_of(by), row=need, text=text)
    bo = viewer_of(people.bo)
    groups, more = page_of_groups(bo)
    assert [group.title for group in groups] == ["Nycklarna", "Bilarna"]
    assert [line.excerpt for line in groups[0].lines] == ["tre", "ett"]
    assert [group.unread for group in groups] == [2, 1]
    assert (more, unread_count(bo)) == ("", 3)
    with override("en"):
        assert page_of_groups(bo)[0][0].lines[0].text == "Cilla wrote about “Nycklarna”."


def test_page_of_groups_when_many_then_each_thing_once_over_the_pages_and_few_queries(
    people: People, logged_in
) -> None:
    first = shared_by(people.bo, title="Behov 0")
    add_comment(by=viewer_of(people.dag), row=first, text="hej")
    client = logged_in(people.bo)
    with CaptureQueriesContext(connection) as before:
        page(client)
    needs = [first, *(shared_by(people.bo, title=f"Behov {number}") for number in range(1, 30))]
    for turn in range(3):
        for need in needs:
            tell_people(by=viewer_of(people.dag), row=need, event="talk.commented", people=[people.bo.pk])
        assert turn < 3
    with CaptureQueriesContext(connection) as after:
        page(client)
    assert len(after) == len(before) <= 10
    groups, more = page_of_groups(viewer_of(people.bo))
    rest, end = page_of_groups(viewer_of(people.bo), after=more)
    assert (len(groups), len(rest), end) == (PAGE, 5, "")
    assert len({group.row for group in [*groups, *rest]}) == 30
    assert all(group.unread == 3 for group in rest if group.title != "Behov 0")
    for odd in ("x", "-1", "9" * 40, "'"):
        assert page(client, f"{LIST}?after={odd}")


def test_notification_when_the_row_is_closed_to_the_reader_since_then_nothing_of_it_is_told(
    people: People, logged_in
) -> None:
    need = shared_by(people.bo, title="HEMLIG TITEL", visibility="public")
    follow_row(by=viewer_of(people.farid), row=need)
    add_comment(by=viewer_of(people.dag), row=need, text="HEMLIGA ORD")
    client = logged_in(people.farid)
    assert "HEMLIGA ORD" in page(client) and "HEMLIG TITEL" in page(client)
    edit_need(by=viewer_of(people.bo), need=need, changes={"visibility": "unit"})
    told = page(client)
    assert "HEMLIG" not in told
    note = Notification.objects.get(person=people.farid)
    assert client.get(reverse("notification_open", args=[note.uuid])).status_code == 404


def test_notification_when_the_comment_is_taken_back_then_its_words_are_not_told(
    people: People, logged_in
) -> None:
    need = shared_by(people.bo)
    comment = add_comment(by=viewer_of(people.dag), row=need, text="ÅNGRADE ORD").comment
    assert "ÅNGRADE ORD" in page(logged_in(people.bo))
    take_back_comment(by=viewer_of(people.dag), comment=comment)
    assert "ÅNGRADE ORD" not in page(logged_in(people.bo))


def test_notification_when_the_actor_is_outside_the_readers_organisation_then_no_name(
    people: People, logged_in
) -> None:
    need = shared_by(people.bo, visibility="public")
    for person in (people.farid, people.sam):
        follow_row(by=viewer_of(person), row=need)
    add_comment(by=viewer_of(people.alva), row=need, text="Hej")
    for person in (people.farid, people.sam):
        told = page(logged_in(person))
        assert people.district.name in told and "Alva" not in told
    assert "Alva" in page(logged_in(people.bo))


def test_notification_when_the_actor_is_protected_then_no_name(people: People, logged_in) -> None:
    need = shared_by(people.bo)
    people.alva.is_protected, people.alva.title = True, "Utvecklare"
    people.alva.save()
    add_comment(by=viewer_of(people.alva), row=need, text="Hej")
    told = page(logged_in(people.bo))
    assert "Utvecklare" in told and "Alva" not in told
    assert "Alva" not in str(list(Notification.objects.values()))


def test_notification_open_when_pressed_then_read_and_led_to_the_thing(people: People, logged_in) -> None:
    need, other = shared_by(people.bo), shared_by(people.bo)
    for _ in range(2):
        add_comment(by=viewer_of(people.dag), row=need, text="Hej")
    add_comment(by=viewer_of(people.dag), row=other, text="Hej")
    client = logged_in(people.bo)
    note = Notification.objects.filter(row=need.uuid)[0]
    answer = client.get(reverse("notification_open", args=[note.uuid]))
    assert answer["Location"] == need.get_absolute_url()
    assert unread_count(viewer_of(people.bo)) == 1
    assert logged_in(people.dag).get(reverse("notification_open", args=[note.uuid])).status_code == 404


def test_notification_read_when_one_or_all_then_only_ones_own(people: People, logged_in) -> None:
    needs = [shared_by(people.bo) for _ in range(3)]
    for need in needs:
        follow_row(by=viewer_of(people.cilla), row=need)
        add_comment(by=viewer_of(people.dag), row=need, text="Hej")
    client = logged_in(people.bo)
    of = Notification.objects.filter(person=people.bo)[0].uuid
    client.post("/aviseringar/lasta/", {"of": str(of)})
    assert unread_count(viewer_of(people.bo)) == 2
    theirs = Notification.objects.filter(person=people.cilla)[0].uuid
    for wrong in (str(theirs), "nonsense", "\0"):
        assert client.post("/aviseringar/lasta/", {"of": wrong}).status_code == 404
    client.post("/aviseringar/lasta/")
    assert unread_count(viewer_of(people.bo)) == 0
    assert unread_count(viewer_of(people.cilla)) == 3


def test_header_when_something_is_new_then_the_number_is_on_every_page(people: People, logged_in) -> None:
    add_comment(by=viewer_of(people.dag), row=shared_by(people.bo), text="Hej")
    bo = logged_in(people.bo)
    assert '<span class="badge-count">1<' in page(bo, "/")
    mark_read(by=viewer_of(people.bo))
    assert "badge-count" not in page(bo, "/")
    assert "/aviseringar/" not in page(Client(), "/")


def test_notification_settings_when_saved_then_chosen_and_odd_values_told(people: People, logged_in) -> None:
    client = logged_in(people.bo)
    path = "/aviseringar/installningar/"
    assert client.post(path, {"how": "weekly", "hour": "6", "weekday": "5"}).status_code == 302
    shown = client.get(path).content.decode()
    assert 'value="weekly" ' in shown and 'value="6" selected' in shown and 'value="5" selected' in shown
    for odd in ({"how": "x"}, {"how": "daily", "hour": "24", "weekday": "1"}, {"how": "\0"}):
        assert client.post(path, odd).context["form"].errors


def test_tell_people_when_the_event_is_unknown_then_an_error_and_nobody_is_told(people: People) -> None:
    need = shared_by(people.bo)
    with pytest.raises(LookupError):
        tell_people(by=viewer_of(people.dag), row=need, event="talk.no_such", people=[people.bo.pk])
    assert not Notification.objects.exists()


def test_tell_people_when_a_team_member_or_stranger_is_named_then_only_who_sees_the_row(
    people: People,
) -> None:
    need = shared_by(people.bo, visibility="unit")
    water = add_person(by=OPERATOR, email="v@ringsala.example", name="Vera", unit=people.water)
    everyone = [person.pk for person in [*people.all(), water]]
    count = tell_people(by=viewer_of(people.dag), row=need, event="talk.commented", people=everyone)
    told = set(Notification.objects.values_list("person__name", flat=True))
    assert told == {"Bo", "Alva", "Cilla"} and count == 3


def test_forget_old_notifications_when_read_long_ago_then_gone_and_the_unread_stay(people: People) -> None:
    need = shared_by(people.bo)
    add_comment(by=viewer_of(people.dag), row=need, text="Hej")
    mark_read(by=viewer_of(people.bo))
    add_comment(by=viewer_of(people.cilla), row=need, text="Hej igen")
    assert forget_old_notifications() == 0
    with at(now() + KEPT_FOR):
        assert forget_old_notifications() == 1
    assert Notification.objects.filter(person=people.bo, read_at=None).count() == 1


def test_choose_digest_when_nobody_is_logged_in_then_to_the_log_in(people: People) -> None:
    assert "/konto/login/" in Client().get(LIST)["Location"]
    assert choose_digest(by=viewer_of(people.bo), how="none").how == "none"


@pytest.mark.parametrize(
    ("language", "day"), [("sv", "27 november 2026"), ("en", "27 November 2026")], ids=["Swedish", "English"]
)
def test_said_when_a_fact_is_a_day_then_it_is_written_as_the_reader_does(language: str, day: str) -> None:
    with override(language):
        assert said("2026-11-27") == day
        assert [said(fact) for fact in ("2026-13-01", "ten letters", "", 7, None)] == [
            "2026-13-01",
            "ten letters",
            "",
            7,
            None,
        ]
