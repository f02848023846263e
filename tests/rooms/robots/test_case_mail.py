"""Letters about robots' questions, and the link in them: one person's, for one question, once, for a week."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.test import Client
from django.urls import reverse

from ringar.core.actions import lock_out
from ringar.core.models import AuditEvent
from ringar.core.registry import waiting_for
from ringar.core.rules import Viewer
from ringar.robots.case_mail import LINK_DAYS, link_token, opened_by
from ringar.robots.case_news import MOST_WAITING
from ringar.robots.dry_runs import begin_dry_run
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, Robot
from ringar.robots.queries.cases import keepers_of
from ringar.robots.rules.cases import CaseState
from tests.people import People
from tests.rooms.robots.robot_people import bo, new_case, published_robot, viewer

EN = {"accept-language": "en"}


@pytest.fixture
def robot(people: People) -> Robot:
    return published_robot(people)


def asked(robot: Robot, number: str = "17") -> Case:
    case = new_case(robot, number, ask=True)
    run_waiting()
    case.refresh_from_db()
    return case


def link() -> str:
    found = re.search(r"/robotar/fraga/\S+", mail.outbox[-1].body)
    assert found
    return found[0]


def test_question_when_asked_then_who_keeps_the_queue_gets_a_letter(people: People, robot: Robot) -> None:
    case = asked(robot)
    assert [letter.to for letter in mail.outbox] == [[people.bo.email]]
    assert "Faktura 17" in mail.outbox[0].subject
    assert "May this one be credited?" in mail.outbox[0].body
    assert str(case.uuid) in mail.outbox[0].body


def test_letters_when_nobody_keeps_the_unit_then_the_unit_above_is_asked(
    people: People, robot: Robot
) -> None:
    lock_out(by=Viewer.of_command_line(), person=people.bo)
    assert keepers_of(robot.queue) == [people.alva]
    for person in (people.alva, people.cilla, people.dag):
        lock_out(by=Viewer.of_command_line(), person=person)
    assert keepers_of(robot.queue) == []
    assert asked(robot).state == CaseState.WAITING


def test_letters_when_many_wait_then_no_more_are_sent_and_the_last_says_so(
    people: People, robot: Robot
) -> None:
    for number in range(MOST_WAITING + 3):
        new_case(robot, str(number), ask=True)
    run_waiting()
    assert len(mail.outbox) == MOST_WAITING
    told = [letter for letter in mail.outbox if "inga fler brev" in letter.body]
    assert told == [mail.outbox[-1]]


def test_dry_run_when_it_asks_then_nobody_gets_a_letter(people: People, robot: Robot) -> None:
    new_case(robot, "17", ask=True)
    Case.objects.update(state=CaseState.TAKEN)
    begin_dry_run(by=bo(people), robot=robot, reference="17")
    run_waiting()
    assert Case.objects.filter(state=CaseState.WAITING, is_dry_run=True).exists()
    assert mail.outbox == []


def test_link_when_opened_then_it_shows_the_question_and_whose_it_is_and_changes_nothing(
    people: People, robot: Robot
) -> None:
    case, client = asked(robot), Client()
    for _ in range(2):
        response = client.get(link(), headers=EN)
    page = response.content.decode()
    assert "May this one be credited?" in page
    assert "Bo" in page
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    case.refresh_from_db()
    assert case.state == CaseState.WAITING


def test_link_when_answered_then_the_robot_goes_on_and_the_link_is_used_up(
    people: People, robot: Robot, caplog: Any
) -> None:
    case, client, address = asked(robot), Client(), link()
    page = client.post(address, {"choice": "yes", "text": "Ja, kreditera"})
    assert page.status_code == 200
    assert "Tack" in page.content.decode()
    run_waiting()
    case.refresh_from_db()
    assert (case.state, case.answered_by, case.answer["text"]) == (CaseState.DONE, people.bo, "Ja, kreditera")
    assert AuditEvent.objects.get(action="answer_case").person_id == people.bo.pk
    for again in (client.get(address), client.post(address, {"choice": "no"})):
        assert "Länken gäller inte längre" in again.content.decode()
        assert "May this one" not in again.content.decode()
    assert address.split("/")[3] not in caplog.text


def test_link_when_taken_by_hand_then_the_case_is_the_persons(people: People, robot: Robot) -> None:
    case = asked(robot)
    Client().post(link(), {"choice": "hand"})
    case.refresh_from_db()
    assert (case.state, case.taken_by) == (CaseState.TAKEN, people.bo)


def test_link_when_nothing_is_chosen_then_it_says_so_and_still_works(people: People, robot: Robot) -> None:
    asked(robot)
    address = link()
    page = Client().post(address, {"text": "x" * 9_000}).content.decode()
    assert 'id="form-errors"' in page
    assert Client().post(address, {"choice": "no"}).status_code == 200


def test_link_when_another_question_is_asked_then_the_first_ones_has_ended(
    people: People, robot: Robot
) -> None:
    case, first = asked(robot), link()
    Client().post(first, {"choice": "no"})
    run_waiting()
    case.refresh_from_db()
    assert case.state == CaseState.WAITING
    assert "May this one" not in Client().get(first).content.decode()
    assert "May this one" in Client().get(link()).content.decode()


def test_link_when_its_owner_may_no_longer_answer_then_it_has_ended(people: People, robot: Robot) -> None:
    case = asked(robot)
    assert opened_by(link_token(case, people.bo))
    for person in (people.sam, people.elif_, people.farid):
        assert opened_by(link_token(case, person)) is None, person.name
    lock_out(by=Viewer.of_command_line(), person=people.bo)
    assert opened_by(link_token(case, people.bo)) is None


def test_link_when_older_than_a_week_or_changed_then_it_is_none(
    people: People, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(robot)
    token = link_token(case, people.bo)
    for wrong in (token[:-1], "x", signing.dumps(["a"], salt="other"), token.replace(":", ".")):
        assert opened_by(wrong) is None
    clock = signing.time.time
    monkeypatch.setattr(
        signing.time, "time", lambda: clock() + timedelta(days=LINK_DAYS, hours=1).total_seconds()
    )
    assert opened_by(token) is None


def test_first_page_when_a_robot_asks_then_it_waits_for_those_near(people: People, robot: Robot) -> None:
    case = asked(robot)
    for person, count in ((people.bo, 1), (people.dag, 1), (people.cilla, 0), (people.sam, 0)):
        found = [each.url for each in waiting_for(viewer(person, people))]
        assert found.count(reverse("case_detail", args=[case.uuid])) == count, person.name
