"""The breaker in a quiet queue: a case that can not be done ends, and a target that is down burns none all the same."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ringar.core.models import AuditEvent
from ringar.robots.actions.handing import hand_cases
from ringar.robots.actions.robots import pause_queue
from ringar.robots.dry_runs import begin_dry_run
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, Robot, RobotQueue, Run
from ringar.robots.rules.cases import CaseState, Outcome
from tests.people import People
from tests.rooms.robots.robot_people import bo, new_case, published_robot


@pytest.fixture
def robot(people: People) -> Robot:
    return published_robot(people)


def tried(case: Case, times: int = 1) -> Case:
    """The case after it was due so many times more."""
    for _time in range(times):
        Case.objects.filter(pk=case.pk).update(not_before=timezone.now() - timedelta(seconds=1))
        run_waiting()
    case.refresh_from_db()
    return case


def test_case_when_it_alone_goes_wrong_in_a_quiet_queue_then_it_fails_and_the_queue_stays_open(
    robot: Robot,
) -> None:
    broken = tried(new_case(robot, "17", broken=True), 4)
    assert (broken.state, broken.attempts) == (CaseState.RETRYING, 4)
    broken = tried(broken)
    assert (broken.state, "Nobody thought of this" in broken.error) == (CaseState.FAILED, True)
    queue = RobotQueue.objects.get()
    assert (queue.is_paused, queue.faults_in_row) == (False, 1)
    assert tried(new_case(robot, "18")).state == CaseState.DONE
    assert AuditEvent.objects.filter(action="fail_case", target_id=str(broken.uuid)).count() == 1


def test_cases_when_five_go_wrong_in_a_row_then_the_queue_rests_whatever_the_fault(robot: Robot) -> None:
    for number in range(4):
        new_case(robot, str(number), broken=True)
    run_waiting()
    assert not RobotQueue.objects.get().is_paused
    tried(new_case(robot, "4", broken=True))
    assert RobotQueue.objects.get().is_paused
    assert set(Case.objects.values_list("attempts", flat=True)) == {0}, "no try of any case is used up"


def test_target_when_down_and_one_case_alone_waits_then_it_is_not_burned(robot: Robot, trial_folder) -> None:
    (trial_folder / "down").touch()
    case = tried(new_case(robot, "17"), 5)
    queue = RobotQueue.objects.get()
    assert (case.state, case.attempts, queue.is_paused) == (CaseState.RETRYING, 0, True)


def test_queue_when_it_rests_then_a_new_case_tries_before_one_that_has_gone_wrong(
    robot: Robot, trial_folder
) -> None:
    (trial_folder / "down").touch()
    old = tried(new_case(robot, "17"), 5)
    (trial_folder / "down").unlink()
    new = new_case(robot, "18")
    Case.objects.filter(pk=old.pk).update(not_before=timezone.now() - timedelta(hours=1))
    RobotQueue.objects.update(probe_at=timezone.now())
    assert hand_cases() == 1
    new.refresh_from_db()
    assert new.state == CaseState.WORKING
    assert hand_cases() == 0, "one at a time"
    run_waiting()
    assert not RobotQueue.objects.get().is_paused
    assert tried(old).state == CaseState.DONE


def test_dry_run_when_it_goes_wrong_or_well_then_the_breaker_takes_no_notice(
    robot: Robot, people: People, trial_folder
) -> None:
    real = new_case(robot, "17")
    Case.objects.filter(pk=real.pk).update(state=CaseState.TAKEN)
    (trial_folder / "down").touch()
    dry = tried(begin_dry_run(by=bo(people), robot=robot, reference="17"), 5)
    assert (dry.state, RobotQueue.objects.get().faults_in_row) == (CaseState.FAILED, 0)
    RobotQueue.objects.update(faults_in_row=4)
    (trial_folder / "down").unlink()
    dry = tried(begin_dry_run(by=bo(people), robot=robot, reference="17"))
    assert (dry.state, RobotQueue.objects.get().faults_in_row) == (CaseState.DONE, 4)
    RobotQueue.objects.update(is_paused=True, probe_at=timezone.now(), faults_in_row=5)
    assert tried(begin_dry_run(by=bo(people), robot=robot, reference="17")).state == CaseState.NEW
    assert RobotQueue.objects.get().is_paused


def test_probe_when_its_case_ends_without_telling_of_the_target_then_the_next_tries_at_once(
    robot: Robot, trial_folder
) -> None:
    (trial_folder / "down").touch()
    tried(new_case(robot, "17"), 5)
    (trial_folder / "down").unlink()
    asks, dead, good = new_case(robot, "1", ask=True), new_case(robot, "2"), new_case(robot, "3")
    RobotQueue.objects.update(probe_at=timezone.now())
    hand_cases()
    asks.refresh_from_db()
    assert asks.state == CaseState.WORKING
    run_waiting(limit=1)
    asks.refresh_from_db()
    assert (asks.state, RobotQueue.objects.get().is_paused) == (CaseState.WAITING, True)
    assert RobotQueue.objects.get().probe_at <= timezone.now()
    assert hand_cases() == 1
    Run.objects.create(case=dead, number=1, worker="gone", source_hash="", starts=3)
    run_waiting(limit=1)
    dead.refresh_from_db()
    assert (dead.state, Run.objects.get(case=dead).outcome) == (CaseState.FAILED, Outcome.DIED)
    assert AuditEvent.objects.filter(action="fail_case", target_id=str(dead.uuid)).exists()
    assert hand_cases() == 1, "nor does it wait for the queue's rest"
    run_waiting()
    good.refresh_from_db()
    assert (good.state, RobotQueue.objects.get().is_paused) == (CaseState.DONE, False)


def test_queue_when_a_person_has_paused_it_then_nothing_opens_it_but_a_person(
    robot: Robot, people: People, trial_folder
) -> None:
    cases = [new_case(robot, str(number)) for number in range(2)]
    hand_cases()
    RobotQueue.objects.update(faults_in_row=3)
    pause_queue(by=bo(people), queue=RobotQueue.objects.get(), reason="Lov")
    run_waiting()
    queue = RobotQueue.objects.get()
    assert Case.objects.filter(state=CaseState.DONE).count() == len(cases)
    assert (queue.is_paused, queue.paused_reason) == (True, "Lov"), "a case that was at work ended well"
    asks, late = new_case(robot, "8", ask=True), new_case(robot, "9")
    RobotQueue.objects.update(faults_in_row=3)
    Case.objects.filter(pk=asks.pk).update(state=CaseState.WORKING, run_number=1)
    assert hand_cases() == 0
    assert tried(late).state == CaseState.NEW
