"""Who is told in the app that robots need people, and that a letter is not doubled by another."""

import logging

import pytest
from django.core import mail

from ringar.core import registry
from ringar.core.clock import now
from ringar.core.queries import viewer_of
from ringar.core.registry import waiting_for
from ringar.robots.case_news import MOST_WAITING
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, Robot, RobotQueue
from ringar.robots.rules.cases import ATTEMPTS, FAULTS_TO_PAUSE, CaseState
from ringar.talk.actions import choose_digest, follow_row, send_due_mail
from ringar.talk.models import Notification
from ringar.talk.queries.notices import page_of_groups
from ringar.talk.rules import Digest
from tests.people import People
from tests.rooms.robots import trial_tasks
from tests.rooms.robots.robot_people import new_case, published_robot


@pytest.fixture
def robot(people: People) -> Robot:
    return published_robot(people)


def asked(robot: Robot, number: str = "17") -> Case:
    case = new_case(robot, number, ask=True)
    run_waiting()
    case.refresh_from_db()
    return case


def told(event: str) -> set[str]:
    return set(Notification.objects.filter(event=event).values_list("person__name", flat=True))


def all_mail_now(people: People) -> None:
    for person in (people.bo, people.dag):
        choose_digest(by=viewer_of(person), how=Digest.AT_ONCE, hour=7, weekday=1)


def test_question_when_asked_then_its_keeper_is_told_in_the_app_and_gets_one_letter(
    people: People, robot: Robot
) -> None:
    all_mail_now(people)
    case = asked(robot)
    assert told("robots.asked") == {"Bo"}
    Notification.objects.exclude(mail_at=None).update(mail_at=now())
    send_due_mail()
    assert [letter.to for letter in mail.outbox] == [[people.bo.email]], (
        "the one with the link, and no digest of it"
    )
    (group,), _more = page_of_groups(viewer_of(people.bo))
    assert (group.title, group.url) == ("Faktura 17", f"/robotar/arenden/{case.uuid}/")
    assert "avgör ”Faktura 17”" in group.lines[0].text


def test_question_when_somebody_follows_the_queue_then_they_are_told_and_only_while_they_see_it(
    people: People, robot: Robot
) -> None:
    all_mail_now(people)
    follow_row(by=viewer_of(people.dag), row=robot.queue)
    asked(robot)
    assert told("robots.asked") == {"Bo", "Dag"}
    Notification.objects.exclude(mail_at=None).update(mail_at=now())
    send_due_mail()
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([people.bo.email, people.dag.email])
    RobotQueue.objects.update(unit=people.water)
    groups, _more = page_of_groups(viewer_of(people.bo))
    assert [group.is_open for group in groups] == [False], "not one's queue any more: nothing of it is told"


def test_questions_when_many_wait_then_no_more_are_told(people: People, robot: Robot) -> None:
    for number in range(MOST_WAITING + 2):
        new_case(robot, str(number), ask=True)
    run_waiting()
    assert Notification.objects.count() == MOST_WAITING


def test_case_when_given_up_then_its_keeper_is_told_and_it_waits_on_the_first_page(
    people: People, robot: Robot
) -> None:
    case = new_case(robot, "17", broken=True)
    Case.objects.update(attempts=ATTEMPTS - 1)
    run_waiting()
    case.refresh_from_db()
    assert case.state == CaseState.FAILED
    assert told("robots.failed") == {"Bo"}
    assert [(row.title, row.url) for row in waiting_for(viewer_of(people.bo))] == [
        ("Faktura 17", case.get_absolute_url())
    ]
    assert waiting_for(viewer_of(people.sam)) == []
    assert mail.outbox == []


def test_queue_when_it_pauses_itself_then_its_keeper_is_told_once(people: People, robot: Robot) -> None:
    (trial_tasks.folder() / "down").touch()
    for number in range(FAULTS_TO_PAUSE):
        new_case(robot, str(number))
    run_waiting()
    robot.queue.refresh_from_db()
    assert robot.queue.is_paused
    assert told("robots.paused") == {"Bo"} and Notification.objects.count() == 1
    assert [row.title for row in waiting_for(viewer_of(people.bo))] == [str(robot.queue)]


def test_question_when_nobody_can_be_told_then_the_case_waits_all_the_same(
    people: People, robot: Robot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = registry.declared
    monkeypatch.setattr(
        registry,
        "declared",
        lambda module, name: ("no teller",) if module == "telling" else real(module, name),
    )
    with caplog.at_level(logging.ERROR, "ringar.robots"):
        assert asked(robot).state == CaseState.WAITING
    assert "Nobody could be told" in caplog.text
