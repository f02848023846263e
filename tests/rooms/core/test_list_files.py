"""The files of lists: the same rows as the page shows, as CSV and as Excel, and no more."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ringar.core.actions import invite_people, take_role
from ringar.core.clock import now
from ringar.core.models import Person, Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.robots.models.work import Work
from ringar.robots.rules.work import State
from ringar.solvers.actions import open_call, start_call
from ringar.talk.actions import add_comment, hide_comment
from tests.people import People
from tests.rooms.needs.cast import shared_by

LogIn = Callable[[Person], Client]
FILES = ("unit_csv", "invitation_csv", "work_csv", "call_csv", "moderation_log_csv", "notification_csv")


def lines(client: Client, name: str, **asked: str) -> list[list[str]]:
    """The file without its heading."""
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]


def fill(people: People) -> None:
    """Something in each list."""
    dag = viewer_of(people.dag)
    invite_people(by=dag, unit=people.care, role="staff", emails=["nina@ny.example"])
    told = {"needs": [(uuid4(), "Ensamhet")], "criteria": ["Utan telefon"]}
    for title in ("Middag", "=1+1"):
        call = start_call(by=dag, title=title, text="Ät", deadline=now() + timedelta(days=3), **told)  # type: ignore[arg-type]
    open_call(by=dag, call=call)
    need = shared_by(people.bo, "Larmet tjuter", "Larmet", "public")
    comment = add_comment(by=viewer_of(people.alva), row=need, text="Fult sagt").comment
    hide_comment(by=dag, comment=comment, reason="Pekar ut en granne")


def test_files_when_opened_by_who_may_then_both_kinds_hold_the_same(people: People, logged_in: LogIn) -> None:
    fill(people)
    for name in FILES:
        person = people.bo if name == "notification_csv" else people.dag
        rows = lines(logged_in(person), name)
        book = logged_in(person).get(reverse(name), {"format": "xlsx"}).getvalue()
        sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
        assert rows and sheet.max_row == len(rows) + 1, name
        assert sheet.max_column == len(rows[0]), name


def test_units_when_in_a_tree_then_each_tells_its_path(people: People, logged_in: LogIn) -> None:
    told = {row[0]: row[1:] for row in lines(logged_in(people.bo), "unit_csv")}
    assert told["Hemtjänst Björkliden"] == [
        "Ringsala kommun > Stadsdelen Björkliden > Hemtjänst Björkliden",
        *("2", "1"),
    ]
    assert told["Vattennätet"][0] == "Ringsala kommun > Vattennätet"
    assert set(told) == set(Unit.objects.filter(organisation=people.city).values_list("name", flat=True))


def test_calls_when_some_are_drafts_then_outsiders_get_the_open_ones(
    people: People, logged_in: LogIn
) -> None:
    fill(people)
    assert [row[0] for row in lines(Client(), "call_csv")] == ["'=1+1"]
    assert {row[0] for row in lines(logged_in(people.dag), "call_csv")} == {"Middag", "'=1+1"}


def test_invitations_when_listed_then_who_asked_and_where_it_stands(people: People, logged_in: LogIn) -> None:
    fill(people)
    ((email, _role, unit, by, _sent, _until, state),) = lines(logged_in(people.dag), "invitation_csv")
    assert (email, unit, by, state) == ("nina@ny.example", "Hemtjänst Björkliden", "Dag", "Väntar på svar")
    assert lines(logged_in(people.sam), "invitation_csv") == []


def test_work_when_narrowed_to_a_state_then_so_is_the_file(people: People, logged_in: LogIn) -> None:
    fill(people)
    client = logged_in(people.dag)
    waiting = Work.objects.filter(state=State.WAITING, organisation__in=[people.city]).count()
    everything = lines(client, "work_csv")
    assert everything and len(lines(client, "work_csv", state="done")) < len(everything)
    assert len(lines(client, "work_csv", state="waiting")) >= waiting
    assert lines(client, "work_csv", state="nonsense") == everything


def test_moderation_when_something_is_hidden_then_who_and_why(people: People, logged_in: LogIn) -> None:
    fill(people)
    ((_at, who, what, *_rest, why),) = lines(logged_in(people.dag), "moderation_log_csv")
    assert (who, what, why) == ("Dag", "Dold", "Pekar ut en granne")


def test_notifications_when_the_row_is_closed_to_the_reader_then_left_out(
    people: People, logged_in: LogIn
) -> None:
    need = shared_by(people.alva, "Larmet tjuter", "Kommunens", "organisation")
    add_comment(by=viewer_of(people.bo), row=need, text="Här också")
    add_comment(by=viewer_of(people.alva), row=need, text="=SUM(A1)")
    told = lines(logged_in(people.bo), "notification_csv")
    assert any("Kommunens" in row[1] and row[2] == "'=SUM(A1)" and row[3] == "ja" for row in told)
    assert lines(logged_in(people.sam), "notification_csv") == []
    take_role(by=Viewer.of_command_line(people.city.pk), membership=people.bo.memberships.get())
    assert lines(logged_in(people.bo), "notification_csv") == []


@pytest.mark.parametrize("name", FILES)
def test_files_when_opened_then_few_queries(
    people: People, logged_in: LogIn, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fill(people)
    fill_more(people)
    client = logged_in(people.dag)
    with django_assert_max_num_queries(12):
        client.get(reverse(name)).getvalue()


def fill_more(people: People) -> None:
    """More of what is read row by row."""
    dag = viewer_of(people.dag)
    invite_people(by=dag, unit=people.care, role="staff", emails=[f"n{n}@ny.example" for n in range(10)])
    for n in range(5):
        need = shared_by(people.dag, f"Larmet tjuter {n}", f"Larmet {n}", "public")
        hide_comment(
            by=dag, comment=add_comment(by=viewer_of(people.bo), row=need, text="Fult").comment, reason="Fult"
        )
