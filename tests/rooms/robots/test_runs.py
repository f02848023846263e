"""Writes of a run, one by one: whose it is, what is kept, what the audit trail says."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from ringar.core.models import AuditEvent
from ringar.core.rules import Refused
from ringar.robots.actions import runs
from ringar.robots.actions.cases import answer_case, retry_case, take_over_case
from ringar.robots.actions.handing import hand_cases
from ringar.robots.authoring import NeedsHuman
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, Robot, RobotQueue, Run, Step
from ringar.robots.models.work import Work
from ringar.robots.rules.cases import CaseState, Outcome
from tests.people import People
from tests.rooms.robots import trial_robots, trial_tasks
from tests.rooms.robots.robot_people import bo, new_case, published_robot


@pytest.fixture
def robot(people: People) -> Robot:
    return published_robot(people)


@pytest.fixture
def run(robot: Robot) -> Run:
    """A run that a process called "a" has just begun."""
    case = new_case(robot, "17")
    hand_cases()
    begun = runs.begin_run(case.pk, number=1, owner="a", source_hash="")
    assert begun
    return begun


def audited(case: Case) -> list[str]:
    rows = AuditEvent.objects.filter(target_id=str(case.uuid)).order_by("id")
    return list(rows.values_list("action", flat=True))


def played(monkeypatch: pytest.MonkeyPatch, **steps: Any) -> None:
    """The trial robot takes other steps."""
    for name, step in steps.items():
        monkeypatch.setitem(trial_robots.trial_credit.run.__globals__, name, step)


def handled(robot: Robot, number: str = "17", **payload: Any) -> Case:
    case = new_case(robot, number, **payload)
    run_waiting()
    case.refresh_from_db()
    return case


def test_begin_run_when_the_case_does_not_wait_for_it_then_it_is_left_alone(run: Run) -> None:
    def begin(number: int = 1) -> Run | None:
        return runs.begin_run(run.case_id, number=number, owner="b", source_hash="")

    assert begin(2) is None
    Case.objects.update(state=CaseState.TAKEN)
    assert begin() is None
    Case.objects.update(state=CaseState.WORKING)
    Run.objects.update(ended_at=timezone.now())
    assert begin() is None
    assert Run.objects.get().worker == "a"
    Run.objects.update(ended_at=None)
    assert begin()
    assert (Run.objects.get().worker, Run.objects.get().starts) == ("b", 2)


@pytest.mark.parametrize("lost", [{"worker": "b"}, {"ended_at": timezone.now()}, {"state": "taken"}])
def test_writes_when_the_run_is_not_ours_any_more_then_it_lets_go(run: Run, lost: dict[str, Any]) -> None:
    (Case if "state" in lost else Run).objects.update(**lost)
    writes: list[Callable[[], object]] = [
        lambda: runs.check_owned(run),
        lambda: runs.intend_effect(run, 1, trial_robots.credit),
        lambda: runs.finish_run(run, "K17"),
        lambda: runs.ask_person(run, NeedsHuman("?")),
        lambda: runs.fail_run(run, ValueError(), None, is_probe=False),
        lambda: runs.keep_step(run, 1, trial_robots.find, trial_robots.find.kind, 1, began=timezone.now()),
    ]
    for write in writes:
        with pytest.raises(runs.LetGo):
            write()
    assert not Step.objects.exists()


def test_effect_when_the_case_is_taken_over_meanwhile_then_what_came_of_it_is_kept_all_the_same(
    run: Run, people: People
) -> None:
    row, is_open = runs.intend_effect(run, 1, trial_robots.credit)
    assert not is_open
    take_over_case(by=bo(people), case=run.case)
    runs.finish_effect(run, row, {"no": "K17"})
    runs.add_note(run, "Krediterad", {"no": "K17"})
    row.refresh_from_db()
    run.refresh_from_db()
    assert (row.result, row.done_at is not None) == ({"no": "K17"}, True)
    assert (run.outcome, run.case.notes.count()) == (Outcome.STOPPED, 1)
    assert audited(run.case) == ["open_case", "take_over_case", "robot_effect"]


def test_steps_when_one_comes_to_its_end_then_deaths_count_anew(run: Run) -> None:
    runs.begin_run(run.case_id, number=1, owner="b", source_hash="")
    run = runs.begin_run(run.case_id, number=1, owner="c", source_hash="") or run
    assert Run.objects.get().starts == 3
    runs.keep_step(run, 1, trial_robots.find, trial_robots.find.kind, {}, began=timezone.now())
    assert Run.objects.get().starts == 1
    Run.objects.update(starts=2)
    run.starts = 2
    row, _is_open = runs.intend_effect(run, 2, trial_robots.credit)
    assert Run.objects.get().starts == 2, "an intent is no end"
    runs.finish_effect(run, row, {})
    assert Run.objects.get().starts == 1


def test_question_when_asked_anew_then_no_old_answer_or_fault_stands_beside_it(
    run: Run, people: People
) -> None:
    Case.objects.update(
        answer={"approved": True}, answered_by=people.bo, answered_at=timezone.now(), attempts=3
    )
    Case.objects.update(error="förra felet")
    runs.ask_person(run, NeedsHuman("Får den här?", number="17"))
    case = Case.objects.get()
    assert (case.answer, case.answered_by, case.answered_at) == (None, None, None)
    assert (case.attempts, case.error, case.facts) == (0, "", {"number": "17"})
    assert audited(case)[-1] == "ask_person"


def test_case_when_done_after_faults_then_none_of_them_stands_on_it(run: Run) -> None:
    Case.objects.update(attempts=3, error="förra felet", question="Får den här?")
    runs.finish_run(run, "K17")
    case = Case.objects.get()
    assert (case.attempts, case.error, case.question, case.result) == (0, "", "", "K17")
    assert audited(case)[-1] == "finish_case"


def test_case_when_tried_again_then_it_is_as_new_and_nobodys(run: Run, people: People) -> None:
    later = timezone.now() + timedelta(days=1)
    Case.objects.update(state=CaseState.FAILED, not_before=later, finished_at=later, attempts=5, error="fel")
    case = Case.objects.get()
    case = retry_case(by=bo(people), case=take_over_case(by=bo(people), case=case))
    assert (case.state, case.taken_by, case.finished_at) == (CaseState.NEW, None, None)
    assert (case.attempts, case.error) == (0, "")
    assert case.not_before <= timezone.now()
    row = AuditEvent.objects.get(action="retry_case")
    assert row.changes["state"] == [CaseState.TAKEN, CaseState.NEW]


def test_answer_when_longer_than_a_row_then_it_is_refused(run: Run, people: People) -> None:
    runs.ask_person(run, NeedsHuman("Får den här?"))
    with pytest.raises(Refused):
        answer_case(by=bo(people), case=run.case, approved=True, text="x" * 1_000_000)
    assert Case.objects.get().state == CaseState.WAITING


def test_fault_when_technical_then_it_stands_with_its_step_and_its_end_in_the_trail(robot: Robot) -> None:
    def broken(number: str) -> None:
        raise ValueError("trasig")

    case = new_case(robot, "17")
    with pytest.MonkeyPatch.context() as patch:
        played(patch, find=trial_robots.reads(broken))
        for _time in range(5):
            Case.objects.update(not_before=timezone.now())
            run_waiting()
    case.refresh_from_db()
    assert (case.state, audited(case)) == (CaseState.FAILED, ["open_case", "fail_case"])
    assert ["trasig" in step.error for step in Step.objects.all()] == [True] * 5
    assert {run.outcome for run in Run.objects.all()} == {Outcome.FAULT}


def test_robot_when_the_database_does_not_take_its_record_then_the_run_is_resumed_and_no_fault_counts(
    robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, failures = runs.keep_step, [DatabaseError("gone")]

    def keep_or_fail(*args: Any, **named: Any) -> None:
        if failures:
            raise failures.pop()
        keep(*args, **named)

    monkeypatch.setattr(runs, "keep_step", keep_or_fail)
    case = handled(robot)
    assert (case.state, case.attempts, RobotQueue.objects.get().faults_in_row) == (CaseState.WORKING, 0, 0)
    assert "gone" in Work.objects.get(name="robots.run_case").error
    Work.objects.update(not_before=timezone.now())
    run_waiting()
    case.refresh_from_db()
    assert (case.state, case.run_number) == (CaseState.DONE, 1)


def test_robot_when_it_does_an_effect_twice_under_one_key_then_it_stops_with_a_question(
    robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(monkeypatch, post=lambda number: trial_robots.credit(number))
    case = handled(robot)
    assert (case.state, trial_tasks.lines().count("credit 17")) == (CaseState.WAITING, 1)
    assert "nyckeln ”credit”" in case.question


def test_robot_when_resumed_with_fewer_steps_then_it_stops_with_a_question(
    robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = new_case(robot, "17")
    hand_cases()
    run = Run.objects.create(case=case, number=1, worker="gone", source_hash="", starts=1)
    done = {"case": case, "run": run, "done_at": timezone.now()}
    for number, name in enumerate(("find", "credit", "post", "more"), 1):
        key = "" if name == "find" else f"{case.uuid}:{name}"
        kind = "effect" if key else "read"
        Step.objects.create(number=number, name=name, kind=kind, key=key, result={"no": "17"}, **done)
    run_waiting()
    case.refresh_from_db()
    assert (case.state, trial_tasks.lines()) == (CaseState.WAITING, [])


def test_robot_when_it_is_refused_then_a_person_reads_why(
    robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(number: str) -> None:
        raise Refused("Fakturan är låst.")

    played(monkeypatch, find=trial_robots.reads(refused))
    case = handled(robot)
    assert (case.state, case.question) == (CaseState.WAITING, "Fakturan är låst.")


def test_effect_when_what_came_of_it_is_no_json_then_it_is_kept_as_text(
    robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    @trial_robots.effect(key="credit", verify=trial_robots.was_credited)
    def credit(number: str) -> dict[str, object]:
        return {"no": object}

    played(monkeypatch, credit=credit)
    case = handled(robot)
    assert Step.objects.get(name="credit").done_at is not None
    assert case.state == CaseState.RETRYING, "the robot itself finds no number in it"


def test_effect_when_frozen_since_its_intent_then_it_is_asked_whose_the_case_is(
    robot: Robot, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    settings.RINGAR_FROZEN_SECONDS = 0  # any time is as long as a freeze
    intend = runs.intend_effect

    def intend_and_lose(run: Run, *args: Any) -> Any:
        told = intend(run, *args)
        Run.objects.filter(pk=run.pk).update(worker="b")
        return told

    monkeypatch.setattr(runs, "intend_effect", intend_and_lose)
    case = handled(robot)
    assert (case.state, trial_tasks.lines()) == (CaseState.WORKING, ["find 17"])


@pytest.mark.django_db(transaction=True)
def test_open_case_when_two_open_the_same_at_once_then_it_is_one(
    transactional_db: None, people: People
) -> None:
    robot, found, ready = published_robot(people), list[int](), threading.Barrier(2)

    def open_one() -> None:
        ready.wait()
        try:
            found.append(new_case(robot, "17").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_one) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    assert AuditEvent.objects.filter(action="open_case").count() == 1
