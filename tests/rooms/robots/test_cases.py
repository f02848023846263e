"""Cases handled in this process: what ends how, what is done once, who may do what."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ringar.core.models import AuditEvent
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.cases import answer_case, finish_by_hand, open_case, retry_case, take_over_case
from ringar.robots.actions.handing import hand_cases
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, Robot, RobotQueue, Run, Step
from ringar.robots.rules.cases import CaseState, Outcome, StepKind
from tests.people import People
from tests.rooms.robots import trial_robots, trial_tasks
from tests.rooms.robots.robot_people import bo, new_case, published_robot, viewer


@pytest.fixture
def robot(people: People) -> Robot:
    return published_robot(people)


def handled(case: Case) -> Case:
    """The case after everything that is due has been done."""
    run_waiting()
    case.refresh_from_db()
    return case


def effects() -> list[str]:
    return [line for line in trial_tasks.lines() if line.startswith(("credit", "post", "send"))]


def due(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(not_before=timezone.now() - timedelta(seconds=1))


def test_case_when_handled_then_each_step_stands_with_its_intent_result_and_audit_row(robot: Robot) -> None:
    case = handled(new_case(robot, "17"))
    assert (case.state, case.result, case.attempts) == (CaseState.DONE, "K17", 0)
    run = Run.objects.get()
    assert (run.outcome, run.source_hash) == (Outcome.DONE, trial_robots.trial_credit.source_hash)
    steps = list(Step.objects.order_by("number"))
    assert [(step.name, step.kind, step.bpmn_id) for step in steps] == [
        ("find", "read", "Find"), ("credit", "effect", "Credit"), ("post", "effect", "Post"),
    ]  # fmt: skip
    assert [step.key for step in steps] == ["", f"{case.uuid}:credit", f"{case.uuid}:post"]
    assert all(step.done_at and step.intended_at <= step.done_at for step in steps)
    rows = AuditEvent.objects.filter(action="robot_effect", target_id=str(case.uuid)).order_by("id")
    assert [row.changes["step"] for row in rows] == ["credit", "post"]
    assert {row.label for row in rows} == {"robot trial-credit"}
    assert [(note.text, note.facts) for note in case.notes.all()] == [("Credited", {"credit": "K17"})]


def test_open_case_when_the_reference_is_known_then_it_is_the_same_case_and_nothing_runs_again(
    robot: Robot,
) -> None:
    first = handled(new_case(robot, "17"))
    again = new_case(robot, "17", broken=True)
    assert again.pk == first.pk
    handled(first)
    assert effects() == ["credit 17", "post 17"]


@pytest.mark.parametrize("reference", ["", "x" * 251, "a\0b", "\ud800"])
def test_open_case_when_the_reference_fits_no_row_then_nothing_is_written(
    robot: Robot, reference: str
) -> None:
    with pytest.raises(ValueError, match="reference"):
        new_case(robot, reference)
    assert not Case.objects.exists()


def test_open_case_when_the_payload_is_no_json_or_huge_then_says_so(robot: Robot) -> None:
    for value in (object(), float("nan"), "x" * 1_000_001):
        with pytest.raises(ValueError, match="17"):
            new_case(robot, "17", value=value)
    assert new_case(robot, "18", text="a\0\ud800ö").payload["text"] == "a��ö"


def test_case_when_it_needs_a_person_then_it_waits_is_never_retried_and_goes_on_with_the_answer(
    robot: Robot, people: People
) -> None:
    case = handled(new_case(robot, "17", ask=True))
    assert (case.state, case.question, case.facts) == (
        CaseState.WAITING, "May this one be credited?", {"number": "17"},
    )  # fmt: skip
    due(case)
    assert hand_cases() == 0
    answer_case(by=bo(people), case=case, approved=True, text="Ja")
    case = handled(case)
    assert (case.state, case.run_number, case.exceptions, case.answered_by) == (
        CaseState.DONE,
        2,
        1,
        people.bo,
    )
    assert effects() == ["credit 17", "post 17"]
    assert trial_tasks.lines().count("find 17") == 2, "a new run reads afresh"
    with pytest.raises(Refused):
        answer_case(by=bo(people), case=case, approved=False)


def test_case_when_the_fault_is_technical_then_it_is_retried_with_longer_pauses_until_it_fails(
    robot: Robot,
) -> None:
    case, pauses = new_case(robot, "17", broken=True), []
    other = new_case(robot, "ok")
    for _attempt in range(4):
        due(case)
        case = handled(case)
        assert case.state == CaseState.RETRYING
        pauses.append((case.not_before - timezone.now()).total_seconds())
        RobotQueue.objects.update(faults_in_row=0)  # others go well meanwhile
    assert pauses == sorted(pauses)
    assert pauses[-1] > 20 * pauses[0] > 0
    due(case)
    case = handled(case)
    assert (case.state, case.attempts) == (CaseState.FAILED, 5)
    assert "Nobody thought of this" in case.error
    assert handled(other).state == CaseState.DONE


def test_case_when_an_effect_was_done_in_an_earlier_run_then_it_is_not_done_again(
    robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = new_case(robot, "17")
    with monkeypatch.context() as patch:
        patch.setitem(trial_robots.trial_credit.run.__globals__, "post", lambda number: 1 / 0)
        assert handled(case).state == CaseState.RETRYING
    due(case)
    case = handled(case)
    assert case.state == CaseState.DONE
    assert effects() == ["credit 17", "post 17"]
    kept = Step.objects.get(run__number=2, name="credit")
    assert (kept.kind, kept.result) == (StepKind.KEPT, {"no": "K17"})


def test_target_when_it_is_down_then_no_case_is_burned_and_the_queue_opens_again_when_it_is_back(
    robot: Robot, settings, trial_folder
) -> None:
    settings.RINGAR_RETRY_SECONDS = settings.RINGAR_BREAKER_SECONDS = 0
    (trial_folder / "down").touch()
    cases = [new_case(robot, str(number)) for number in range(12)]
    RobotQueue.objects.update(worker_limit=3)
    for _look in range(20):
        RobotQueue.objects.exclude(probe_at=None).update(probe_at=timezone.now())
        run_waiting(limit=4)
    queue = RobotQueue.objects.get()
    assert queue.is_paused and queue.paused_by == "" and "does not answer" in queue.paused_reason
    assert queue.faults_in_row > 10
    states = set(Case.objects.values_list("state", flat=True))
    assert states <= {CaseState.NEW, CaseState.RETRYING, CaseState.WORKING}
    assert max(Case.objects.values_list("attempts", flat=True)) <= 2
    (trial_folder / "down").unlink()
    RobotQueue.objects.update(probe_at=timezone.now())
    run_waiting()
    queue.refresh_from_db()
    assert (queue.is_paused, queue.faults_in_row) == (False, 0)
    assert Case.objects.filter(state=CaseState.DONE).count() == len(cases)
    assert len(effects()) == 2 * len(cases)


def test_queue_when_paused_by_the_breaker_then_one_case_tries_and_the_rest_longer_each_time(
    robot: Robot, trial_folder, settings
) -> None:
    settings.RINGAR_RETRY_SECONDS = 0
    (trial_folder / "down").touch()
    for number in range(8):
        new_case(robot, str(number))
    run_waiting()
    queue, rests = RobotQueue.objects.get(), []
    assert queue.is_paused
    for _trial in range(3):
        rests.append((queue.probe_at - timezone.now()).total_seconds())
        before = Run.objects.count()
        assert hand_cases() == 0
        RobotQueue.objects.update(probe_at=timezone.now())
        run_waiting()
        assert Run.objects.count() == before + 1
        queue.refresh_from_db()
    assert rests[0] > 20
    assert rests[1] > 1.9 * rests[0] and rests[2] > 1.9 * rests[1]


def test_take_over_when_a_person_has_it_then_the_robot_does_nothing_more(
    robot: Robot, people: People
) -> None:
    case = new_case(robot, "17")
    hand_cases()
    take_over_case(by=bo(people), case=case)
    assert handled(case).state == CaseState.TAKEN
    assert effects() == []
    finish_by_hand(by=bo(people), case=case, text="Krediterad i Raindance.")
    case.refresh_from_db()
    assert (case.state, case.is_by_hand, case.taken_by) == (CaseState.DONE, True, people.bo)
    with pytest.raises(Refused):
        retry_case(by=bo(people), case=case)


def test_cases_when_somebody_from_another_unit_tries_then_it_is_not_allowed(
    robot: Robot, people: People
) -> None:
    case = handled(new_case(robot, "17", ask=True))
    for person in (people.sam, people.elif_, people.farid):
        outsider = viewer(person, people)
        for act in (retry_case, take_over_case):
            with pytest.raises(NotAllowed):
                act(by=outsider, case=case)
        with pytest.raises(NotAllowed):
            answer_case(by=outsider, case=case, approved=True)
        with pytest.raises(NotAllowed):
            open_case(by=outsider, robot=robot, reference="1", title="", payload={})
    with pytest.raises(NotAllowed):
        answer_case(by=Viewer(), case=case, approved=True)


def test_run_when_the_code_was_changed_while_it_worked_then_it_stops_with_a_clear_question(
    robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = new_case(robot, "17")
    hand_cases()
    case.refresh_from_db()
    run = Run.objects.create(case=case, number=1, worker="gone", source_hash="old", starts=1)
    Step.objects.create(
        case=case, run=run, number=1, name="look_up", kind=StepKind.READ, done_at=timezone.now(), result={}
    )
    case = handled(case)
    assert case.state == CaseState.WAITING
    assert "Look up" in case.question and "Sök fakturan" in case.question
    assert effects() == []


def test_run_when_resumed_then_steps_that_ended_are_not_taken_again(robot: Robot) -> None:
    case = new_case(robot, "17")
    hand_cases()
    case.refresh_from_db()
    run = Run.objects.create(case=case, number=1, worker="gone", source_hash="old", starts=1)
    done = {"case": case, "run": run, "done_at": timezone.now()}
    Step.objects.create(number=1, name="find", kind="read", result={"no": "99"}, **done)
    Step.objects.create(
        number=2, name="credit", kind="effect", key=f"{case.uuid}:credit", result={"no": "K99"}, **done
    )
    assert handled(case).result == "K99"
    assert trial_tasks.lines() == ["post 17"]


def test_run_when_the_intent_stands_without_result_then_the_target_is_asked_first(robot: Robot) -> None:
    for number, is_done in (("17", True), ("18", False)):
        case = new_case(robot, number)
        hand_cases()
        case.refresh_from_db()
        run = Run.objects.create(case=case, number=1, worker="gone", source_hash="old", starts=1)
        Step.objects.create(
            case=case, run=run, number=2, name="credit", kind="effect", key=f"{case.uuid}:credit"
        )
        if is_done:
            trial_tasks.note(f"credit {number}")
        assert handled(case).result == f"K{number}"
        assert trial_tasks.lines().count(f"verify {number}") == 1
        assert trial_tasks.lines().count(f"credit {number}") == 1


def test_run_when_begun_three_times_without_a_step_then_the_case_fails(robot: Robot) -> None:
    case = new_case(robot, "17")
    hand_cases()
    case.refresh_from_db()
    Run.objects.create(case=case, number=1, worker="gone", source_hash="", starts=3)
    other = new_case(robot, "18")
    case = handled(case)
    other.refresh_from_db()
    assert (case.state, other.state) == (CaseState.FAILED, CaseState.DONE)
    assert "3" in case.error
    assert Run.objects.get(case=case).outcome == Outcome.DIED
