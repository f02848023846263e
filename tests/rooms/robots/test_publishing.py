"""What a robot must have before it may work, what it saves, how its queue is kept."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from ringar import cli
from ringar.core.models import AuditEvent
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots import robot_settings
from ringar.robots.actions import sources
from ringar.robots.actions.cases import answer_case, finish_by_hand, open_case, take_over_case
from ringar.robots.actions.publishing import publish_robot, withdraw_robot
from ringar.robots.actions.robots import (
    pause_queue,
    record_upkeep,
    resume_queue,
    set_worker_limit,
    time_by_hand,
)
from ringar.robots.authoring import ROBOTS, Item, RobotCode, reads
from ringar.robots.dry_runs import begin_dry_run
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.cases import Case, CaseNote, Robot, RobotQueue, Run, Step
from ringar.robots.models.maps import ProcessMap
from ringar.robots.models.work import Work
from ringar.robots.queries.cases import (
    cases_waiting,
    queue_rows,
    real_case,
    saved_by,
    visible_cases,
    visible_queues,
)
from ringar.robots.rules.cases import CaseState, RobotState, hours_saved, probe_pause
from tests.people import People
from tests.rooms.robots import trial_robots, trial_tasks
from tests.rooms.robots.robot_people import (
    BPMN,
    bo,
    draft_robot,
    new_case,
    published_robot,
    signed_map,
    viewer,
)

THERE = "trial-credit"


def refusal(people: People, name: str = THERE) -> str:
    with pytest.raises(Refused) as refused:
        publish_robot(by=bo(people), robot=draft_robot(people, name))
    assert not Robot.objects.exclude(state=RobotState.DRAFT).exists()
    return str(refused.value)


def test_publish_when_all_is_there_then_it_works_against_that_map(people: People) -> None:
    robot = published_robot(people)
    assert (robot.state, str(robot.map_version)) == (RobotState.PUBLISHED, "trial@1")
    assert robot.source_hash == trial_robots.trial_credit.source_hash
    row = AuditEvent.objects.get(action="publish_robot")
    assert row.changes["map"] == "trial@1"


def test_publish_when_an_effect_has_neither_key_nor_verify_then_it_is_refused(people: People) -> None:
    signed_map(people)
    assert "”send”" in refusal(people, "trial-unguarded")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"slug": "other"}, "ingen karta"),
        ({"state": "draft"}, "inte underskriven"),
        ({"state": "open"}, "inte underskriven"),
        ({"kind": "as_is"}, "hur det är i dag"),
        ({"decision": "simplify"}, "inte beslutat"),
        ({"bpmn": BPMN.replace('"Find"', '"Look"')}, "”Find”"),
        ({"bpmn": BPMN.replace("<endEvent", '<serviceTask id="Mail"/><endEvent')}, "”Mail”"),
        ({"bpmn": "<x"}, "inte läsas"),
    ],
)
def test_publish_when_the_map_does_not_hold_then_it_says_what_is_missing(
    people: People, changes: dict[str, Any], told: str
) -> None:
    signed_map(people, **changes)
    assert told in refusal(people)


@pytest.mark.parametrize(
    ("facts", "is_asked"),
    [
        ({"is_authority": True, "delegation": "Nämnden 2026-03-01 § 12"}, False),
        ({"is_authority": True}, True),
        ({"is_authority": True, "delegation": " "}, True),
        ({"is_procurement": True}, True),
        ({"is_authority": True, "is_procurement": True, "delegation": "Nämnden 2026-03-01 § 12"}, True),
        ({}, False),
    ],
)
def test_robot_when_nothing_is_delegated_then_it_only_prepares_until_a_person_says_yes(
    people: People, facts: dict[str, Any], is_asked: bool
) -> None:
    signed_map(people, **facts)
    robot = publish_robot(by=bo(people), robot=draft_robot(people))
    case = new_case(robot, "17")
    run_waiting()
    case.refresh_from_db()
    assert ("credit 17" in trial_tasks.lines()) is not is_asked
    assert (case.state == CaseState.WAITING) is is_asked
    if is_asked:
        answer_case(by=bo(people), case=case, approved=False)
        run_waiting()
        case.refresh_from_db()
        assert (case.state, trial_tasks.lines().count("credit 17")) == (CaseState.WAITING, 0)
        answer_case(by=bo(people), case=case, approved=True)
        run_waiting()
        case.refresh_from_db()
    assert (case.state, trial_tasks.lines().count("credit 17")) == (CaseState.DONE, 1)


def test_robot_when_it_only_prepares_then_a_yes_is_no_yes_to_its_own_question_and_its_own_counts(
    people: People,
) -> None:
    signed_map(people, is_authority=True)
    robot = publish_robot(by=bo(people), robot=draft_robot(people))
    asked = new_case(robot, "17", ask=True)
    run_waiting()
    asked.refresh_from_db()
    assert asked.question == "May this one be credited?"
    asked.facts = {"would_do": "Credit"}  # as if the layer had asked, before the robot did
    asked.save()
    answer_case(by=bo(people), case=asked, approved=True)
    run_waiting()
    asked.refresh_from_db()
    assert (asked.state, asked.question) == (CaseState.WAITING, "May this one be credited?")
    answer_case(by=bo(people), case=asked, approved=True)
    run_waiting()
    asked.refresh_from_db()
    assert (asked.state, trial_tasks.lines().count("credit 17")) == (CaseState.DONE, 1)


def test_robot_when_the_delegation_is_taken_back_then_it_only_prepares_from_then_on(people: People) -> None:
    signed_map(people, is_authority=True, delegation="Nämnden 2026-03-01 § 12")
    robot = publish_robot(by=bo(people), robot=draft_robot(people))
    ProcessMap.objects.update(delegation="")
    case = new_case(robot, "17")
    run_waiting()
    case.refresh_from_db()
    assert (case.state, case.facts) == (CaseState.WAITING, {"would_do": "Kreditera"})


def test_publish_when_by_somebody_who_does_not_keep_the_unit_then_it_is_not_allowed(people: People) -> None:
    signed_map(people)
    robot = draft_robot(people)
    for person in (people.sam, people.elif_, people.farid):
        with pytest.raises(NotAllowed):
            publish_robot(by=viewer(person, people), robot=robot)


def test_robot_when_it_is_a_draft_or_withdrawn_then_it_begins_no_case(people: People) -> None:
    robot = draft_robot(people)
    new_case(robot, "17")
    run_waiting()
    signed_map(people)
    publish_robot(by=bo(people), robot=robot)
    withdraw_robot(by=bo(people), robot=robot, reason="Fel i fakturorna")
    run_waiting()
    assert trial_tasks.lines() == []
    assert Case.objects.get().state == CaseState.NEW
    with pytest.raises(Refused):
        withdraw_robot(by=bo(people), robot=robot)


def test_dry_run_when_tried_then_it_reads_and_does_nothing_beside_the_real_case(people: People) -> None:
    robot = draft_robot(people)
    real = new_case(robot, "17")
    case = begin_dry_run(by=bo(people), robot=robot, reference="17")
    run_waiting()
    case.refresh_from_db()
    real.refresh_from_db()
    assert (case.state, real.state) == (CaseState.DONE, CaseState.NEW)
    assert trial_tasks.lines() == ["find 17"]
    steps = Step.objects.filter(case=case).order_by("number")
    assert [(step.kind, step.key) for step in steps] == [("read", ""), ("dry", ""), ("dry", "")]
    assert steps[1].result == {"arguments": ["17"]}
    assert not AuditEvent.objects.filter(action="robot_effect").exists()
    assert (real_case(case), real_case(real)) == (real, None)
    with pytest.raises(Refused):
        begin_dry_run(by=bo(people), robot=robot, reference="99")


def test_dry_run_command_when_given_a_reference_then_prints_the_steps(people: People, capsys) -> None:
    new_case(draft_robot(people), "17")
    assert cli.main(["robots", "dry-run", THERE, "--reference", "17"]) == 0
    told = capsys.readouterr().out
    assert "2. credit (dry)" in told
    assert trial_tasks.lines() == ["find 17"]
    assert cli.main(["robots", "dry-run", THERE, "--reference", "x"]) == 2
    made_up = ["robots", "dry-run", THERE, "--reference", "x", "--payload"]
    assert cli.main([*made_up, '{"no": "99"}']) == 0
    assert trial_tasks.lines() == ["find 17", "find 99"]
    for wrong in ("{", "[]", "17"):
        with pytest.raises(SystemExit):
            cli.main([*made_up, wrong])
    capsys.readouterr()
    assert cli.main(["robots", "list"]) == 0
    assert "Hemtjänst Björkliden  draft" in capsys.readouterr().out


def test_queue_when_paused_by_a_person_then_nothing_begins_until_it_goes_on(people: People) -> None:
    robot = published_robot(people)
    queue = pause_queue(by=bo(people), queue=robot.queue, reason="Bokslut")
    new_case(robot, "17")
    run_waiting()
    assert trial_tasks.lines() == []
    with pytest.raises(Refused):
        pause_queue(by=bo(people), queue=queue, reason="igen")
    with pytest.raises(NotAllowed):
        resume_queue(by=viewer(people.sam, people), queue=queue)
    resume_queue(by=bo(people), queue=queue)
    run_waiting()
    assert "post 17" in trial_tasks.lines()


def test_robot_when_it_may_only_do_so_many_an_hour_then_the_rest_waits(people: People) -> None:
    robot = published_robot(people)
    Robot.objects.update(max_per_hour=2)
    for number in range(5):
        new_case(robot, str(number))
    run_waiting()
    run_waiting()
    assert Run.objects.count() == 2
    assert Case.objects.filter(state=CaseState.NEW).count() == 3


def test_secret_when_a_robot_meets_it_then_it_stands_in_no_row_and_no_log(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path, caplog
) -> None:
    (tmp_path / "password").write_text("hemligt-lösen\n")
    monkeypatch.setenv("RINGAR_ROBOT_TRIAL_CREDIT_PASSWORD_FILE", str(tmp_path / "password"))
    robot = published_robot(people)

    def leak(number: str) -> dict[str, str]:
        value = robot_settings.secret("trial-credit", "PASSWORD")
        if number == "18":
            raise ConnectionError(f"401 for ekonomi:{value}")
        return {"no": number, "header": value}

    monkeypatch.setitem(trial_robots.trial_credit.run.__globals__, "find", reads(leak))
    first, second = new_case(robot, "17"), new_case(robot, "18")
    run_waiting()
    first.refresh_from_db()
    second.refresh_from_db()
    assert Step.objects.get(case=first, number=1).result["header"] == "•••"
    assert "401 for ekonomi:•••" in second.error
    rows = [*Step.objects.values(), *Run.objects.values(), *Case.objects.values(), *Work.objects.values(),
            *CaseNote.objects.values(), *AuditEvent.objects.values()]  # fmt: skip
    assert "hemligt-lösen" not in repr(rows)
    assert "hemligt-lösen" not in caplog.text
    with pytest.raises(OSError, match="RINGAR_ROBOT_TRIAL_CREDIT_USER"):
        robot_settings.setting("trial-credit", "USER")


class Box:
    """A source that tells each item again until it is acknowledged."""

    def __init__(self, *references: str) -> None:
        self.references, self.seen = list(references), []

    def new_items(self) -> list[Item]:
        return [Item(each, f"Brev {each}", {"no": each}) for each in self.references]

    def acknowledge(self, item: Item) -> None:
        assert Case.objects.filter(reference=item.reference).exists(), "first the case, then the receipt"
        self.seen.append(item.reference)
        self.references.remove(item.reference)


def test_source_when_things_come_in_then_each_becomes_one_case_and_a_bad_one_holds_up_nobody(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot, box = published_robot(people), Box("1", "", "2", "1")
    code = trial_robots.trial_credit
    fields = {"label": code.label, "queue": code.queue, "process_map": code.process_map, "run": code.run}
    monkeypatch.setitem(ROBOTS, code.name, RobotCode(code.name, **fields, source=box))
    run_waiting()
    assert sorted(Case.objects.values_list("reference", flat=True)) == ["1", "2"]
    assert (box.seen, box.references) == (["1", "2", "1"], [""])
    assert "reference" in Work.objects.get(key=f"source:{robot.uuid}").error
    sources.queue_reading()
    assert Work.objects.filter(name="robots.read_source").count() == 1
    assert trial_tasks.lines().count("credit 1") == 1


def test_hours_saved_when_counted_then_exceptions_upkeep_and_cases_by_hand_are_taken_off(
    people: People,
) -> None:
    robot = published_robot(people)
    time_by_hand(
        by=bo(people),
        robot=robot,
        minutes=12,
        minutes_per_exception=3,
        source="30 ärenden",
        on=date(2026, 9, 1),
    )
    record_upkeep(by=bo(people), robot=robot, hours=0.25, on=date(2026, 9, 2), what="Ny mall")
    for number in range(5):
        new_case(robot, str(number))
    asked, taken = new_case(robot, "a", ask=True), new_case(robot, "t", ask=True)
    begin_dry_run(by=bo(people), robot=robot, reference="0")
    run_waiting()
    assert [case.reference for case in cases_waiting(bo(people))] == ["a", "t"]
    answer_case(by=bo(people), case=asked, approved=True)
    take_over_case(by=bo(people), case=taken)
    finish_by_hand(by=bo(people), case=taken, text="Klart")
    run_waiting()
    robot.refresh_from_db()
    saved = saved_by([robot])[robot.pk]
    assert (saved.by_robot, saved.exceptions, saved.upkeep_hours) == (6, 1, 0.25)
    assert saved.hours == pytest.approx((6 * 12 - 3) / 60 - 0.25)
    row = queue_rows(bo(people))[0]
    assert row.counts[CaseState.DONE] == 7
    assert row.oldest is None


def test_hours_saved_when_nobody_has_timed_it_then_none_is_told() -> None:
    assert (
        hours_saved(
            by_robot=9, exceptions=0, upkeep_hours=0, minutes_by_hand=None, minutes_per_exception=None
        ).hours
        is None
    )
    assert (
        hours_saved(
            by_robot=1, exceptions=2, upkeep_hours=0, minutes_by_hand=60, minutes_per_exception=None
        ).hours
        == -1
    )


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf"), 1e9])
def test_time_by_hand_when_it_is_no_time_then_it_is_refused(people: People, minutes: float) -> None:
    robot = draft_robot(people)
    for source in ("30 ärenden", " "):
        with pytest.raises(Refused):
            time_by_hand(
                by=bo(people), robot=robot, minutes=minutes if source.strip() else 5,
                minutes_per_exception=None, source=source, on=date(2026, 9, 1),
            )  # fmt: skip
    with pytest.raises(Refused):
        record_upkeep(
            by=bo(people), robot=robot, hours=minutes / 60, on=date(2026, 9, 1), what="x" * (minutes < 1e9)
        )


def test_queues_when_looked_at_then_each_sees_those_of_own_units_only(people: People) -> None:
    robot = published_robot(people)
    new_case(robot, "17")
    for person, sees in (
        (people.bo, 1),
        (people.alva, 1),
        (people.dag, 1),
        (people.sam, 0),
        (people.elif_, 0),
    ):
        who = viewer(person, people)
        assert (visible_queues(who).count(), visible_cases(who).count()) == (sees, sees), person.name
    assert visible_queues(Viewer()).count() == 0
    assert visible_queues(Viewer.of_command_line()).count() == 1


def test_worker_limit_when_out_of_bounds_then_it_is_refused(people: People) -> None:
    queue = draft_robot(people).queue
    with pytest.raises(Refused):
        set_worker_limit(by=bo(people), queue=queue, limit=0)
    assert set_worker_limit(by=bo(people), queue=queue, limit=9).worker_limit == 9


def test_probe_pause_when_faults_mount_then_it_doubles_up_to_half_an_hour() -> None:
    assert [probe_pause(n, 30).total_seconds() for n in (5, 6, 7, 30)] == [30, 60, 120, 1800]


def test_open_case_when_the_callers_change_is_rolled_back_then_there_is_no_case(people: People) -> None:
    robot = published_robot(people)
    assert RobotQueue.objects.count() == 1
    with pytest.raises(ZeroDivisionError):
        open_and_fail(robot)
    assert not Case.objects.exists()


def open_and_fail(robot: Robot) -> None:
    with transaction.atomic():
        by = Viewer.of_robot(robot.organisation_id)
        open_case(by=by, robot=robot, reference="1", title="", payload={})
        1 / 0  # noqa: B018  # the change that follows fails


def test_queue_rows_when_there_are_many_cases_then_the_questions_to_the_database_stay_three(
    people: People, django_assert_num_queries
) -> None:
    robot, who = published_robot(people), bo(people)
    for number in range(9):
        new_case(robot, str(number), ask=number % 2)
    run_waiting()
    with django_assert_num_queries(3):
        row = queue_rows(who)[0]
    assert (row.counts[CaseState.DONE], row.counts[CaseState.WAITING]) == (5, 4)
    assert row.oldest == Case.objects.get(reference="1").created_at
    with django_assert_num_queries(2):
        saved_by([robot])
