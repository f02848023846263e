"""A robot set up on its page: by whom, in which unit, and that settings are named and never shown."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.models import Person
from ringar.robots.library import cancel_invoice
from ringar.robots.models.cases import Robot, RobotQueue
from ringar.robots.robot_settings import is_set
from ringar.robots.rules.cases import RobotState
from tests.people import People
from tests.rooms.robots.robot_people import draft_robot

EN = {"accept-language": "en"}
NAME = cancel_invoice.NAME
LogIn = Callable[[Person], Client]


def send(client: Client, **fields: object) -> str:
    response = client.post(reverse("robot_new"), fields, follow=True, headers=EN)
    assert response.status_code == 200
    return response.content.decode()


def test_robot_new_when_filled_in_then_it_is_a_draft_in_that_unit_and_offered_no_more(
    people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.bo)
    assert "Set up a robot" in client.get(reverse("robot_list"), headers=EN).content.decode()
    page = send(client, name="trial-credit", unit=people.care.pk, queue_label="Fakturor som ska bort")
    assert "set up as a draft" in page and "There is no map “trial@1”" in page
    robot = Robot.objects.get()
    assert (robot.state, robot.queue.unit, robot.queue.label) == (
        RobotState.DRAFT,
        people.care,
        "Fakturor som ska bort",
    )
    page = client.get(reverse("robot_new"), headers=EN).content.decode()
    assert 'value="trial-credit"' not in page and f'value="{NAME}"' in page


@pytest.mark.parametrize(
    "fields", [{}, {"name": "no-such"}, {"name": "trial-credit", "queue_label": "x" * 50_000}]
)
def test_robot_new_when_it_is_no_answer_then_says_so_and_keeps_what_was_written(
    people: People, logged_in: LogIn, fields: dict[str, str]
) -> None:
    assert 'id="form-errors"' in send(logged_in(people.bo), unit=people.care.pk, **fields)
    assert not Robot.objects.exists()


def test_robot_new_when_by_others_then_only_who_keeps_a_unit_and_only_there(
    people: People, logged_in: LogIn
) -> None:
    for person in (people.farid, people.elif_):
        assert logged_in(person).get(reverse("robot_new")).status_code == 404
    page = send(logged_in(people.sam), name="trial-credit", unit=people.care.pk)
    assert 'id="form-errors"' in page and not Robot.objects.exists()


def test_robot_new_when_its_queue_is_another_units_then_says_so(people: People, logged_in: LogIn) -> None:
    RobotQueue.objects.create(organisation=people.city, unit=people.water, name="trial", label="Vattnets")
    page = send(logged_in(people.bo), name="trial-credit", unit=people.care.pk)
    assert "belongs to another unit" in page and not Robot.objects.exists()


def test_settings_when_shown_then_named_and_told_whether_they_are_set_and_no_value(
    people: People, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGAR_ROBOT_CANCEL_INVOICE_MAIL_PASSWORD", "HEMLIGT-ORD")
    monkeypatch.setenv("RINGAR_ROBOT_CANCEL_INVOICE_FINANCE_TOKEN_FILE", "/no/such/file")
    robot = draft_robot(people, NAME)
    address = reverse("robot_detail", args=[robot.uuid])
    page = logged_in(people.bo).get(address, headers=EN).content.decode()
    assert "RINGAR_ROBOT_CANCEL_INVOICE_MAIL_PASSWORD" in page
    assert "HEMLIGT-ORD" not in page and "/no/such/file" not in page
    assert is_set(NAME, "MAIL_PASSWORD") and not is_set(NAME, "FINANCE_TOKEN") and not is_set(NAME, "LIMIT")
    monkeypatch.setenv("RINGAR_ROBOT_CANCEL_INVOICE_FINANCE_TOKEN_FILE", __file__)
    assert is_set(NAME, "FINANCE_TOKEN")
