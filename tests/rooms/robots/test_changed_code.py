"""A robot's code is changed after it was published: it works on while it is what its map shows, else it is held."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.registry import waiting_for
from ringar.robots.actions.handing import hand_cases
from ringar.robots.dry_runs import begin_dry_run
from ringar.robots.engine.cases import handle_case
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, Robot, Run, Step
from ringar.robots.models.maps import MapVersion
from ringar.robots.rules.cases import CaseState, Outcome
from tests.people import People
from tests.rooms.robots import trial_robots, trial_tasks
from tests.rooms.robots.robot_people import BPMN, bo, new_case, published_robot

EN = {"accept-language": "en"}
SHORTER = BPMN.replace('<serviceTask id="Post" name="Bokför"/>', "").replace(
    'targetRef="Post"', 'targetRef="Over"'
)
SHORTER = SHORTER.replace('<sequenceFlow id="e" sourceRef="Post" targetRef="Over"/>', "")
LogIn = Callable[[Person], Client]


@pytest.fixture
def robot(people: People) -> Robot:
    """Published, with another text than the one at hand."""
    made = published_robot(people)
    Robot.objects.update(source_hash="another text")
    return made


def no_longer_fits() -> None:
    MapVersion.objects.update(bpmn=SHORTER)


def state_of(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def page_of(client: Client, robot: Robot) -> str:
    return client.get(reverse("robot_detail", args=[robot.uuid]), headers=EN).content.decode()


def test_changed_robot_when_its_steps_are_still_those_of_the_map_then_works_on_and_its_keeper_is_told(
    people: People, logged_in: LogIn, robot: Robot
) -> None:
    case = new_case(robot, "17")
    run_waiting()
    assert state_of(case) == CaseState.DONE
    assert [row.title for row in waiting_for(viewer_of(people.bo))] == ["Credit an invoice"]
    assert waiting_for(viewer_of(people.sam)) == []
    page = page_of(logged_in(people.bo), robot)
    assert "so it works on" in page and "publish again" in page


def test_changed_robot_when_it_no_longer_fits_its_map_then_begins_nothing_and_says_why(
    people: People, logged_in: LogIn, robot: Robot
) -> None:
    no_longer_fits()
    case = new_case(robot, "17")
    run_waiting()
    assert (state_of(case), trial_tasks.lines()) == (CaseState.NEW, [])
    client = logged_in(people.bo)
    page = page_of(client, robot)
    assert "It begins nothing; its cases wait." in page and "“Post”, which is not on the map" in page
    page = client.get(reverse("case_detail", args=[case.uuid]), headers=EN).content.decode()
    assert "no longer fits its signed map" in page


def test_changed_robot_when_it_is_mended_and_published_again_then_what_waited_is_handled(
    people: People, logged_in: LogIn, robot: Robot
) -> None:
    no_longer_fits()
    case, client = new_case(robot, "17"), logged_in(people.bo)
    address = reverse("robot_publish", args=[robot.uuid])
    assert "which is not on the map" in client.post(address, follow=True, headers=EN).content.decode()
    MapVersion.objects.update(bpmn=BPMN)
    assert "is published" in client.post(address, follow=True, headers=EN).content.decode()
    robot.refresh_from_db()
    assert robot.source_hash == trial_robots.trial_credit.source_hash
    assert "code has been changed" not in page_of(client, robot)
    assert waiting_for(viewer_of(people.bo)) == []
    run_waiting()
    assert state_of(case) == CaseState.DONE


def test_changed_robot_when_it_was_at_a_case_then_the_case_waits_and_does_nothing_twice(
    people: People, robot: Robot
) -> None:
    case = new_case(robot, "17")
    hand_cases()
    no_longer_fits()
    for _again in range(2):
        handle_case(case.pk, number=1, owner="here-1-a")
    assert (state_of(case), trial_tasks.lines()) == (CaseState.NEW, [])
    assert not Step.objects.exists() and not Run.objects.filter(ended_at=None).exists()
    assert AuditEvent.objects.filter(action="hold_case").count() == 1
    MapVersion.objects.update(bpmn=BPMN)
    run_waiting()
    assert state_of(case) == CaseState.DONE
    assert trial_tasks.lines().count("credit 17") == 1


def test_changed_robot_when_a_run_was_broken_off_then_it_is_stopped(people: People, robot: Robot) -> None:
    case = new_case(robot, "17")
    hand_cases()
    Run.objects.create(case=case, number=1, worker="gone", source_hash="old", starts=1)
    no_longer_fits()
    handle_case(case.pk, number=1, owner="here-1-a")
    assert Run.objects.get().outcome == Outcome.STOPPED


def test_changed_robot_when_tried_without_doing_anything_then_it_is(people: People, robot: Robot) -> None:
    no_longer_fits()
    new_case(robot, "17")
    made = begin_dry_run(by=bo(people), robot=robot, reference="17")
    run_waiting()
    assert state_of(made) == CaseState.DONE
    assert trial_tasks.lines() == ["find 17"]
