"""Queueing work and the steps of its life, without engine: `run_waiting` does it in this process."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from ringar.core.models import AuditEvent
from ringar.core.rules import Refused, Viewer
from ringar.robots import registry
from ringar.robots.actions.work import begin_work, finish_work, queue_work, report_progress, retry_work
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.work import Work
from ringar.robots.registry import WorkContext
from ringar.robots.rules.work import State
from tests.people import People
from tests.rooms.robots import trial_tasks

OPERATOR = Viewer.of_command_line()


def queue(name: str = "trial.note", key: str = "a", **payload: Any) -> Work:
    return queue_work(name, by=OPERATOR, key=key, payload={"what": key, **payload})


def queue_again(key: str = "a", **payload: Any) -> Work:
    return queue_work("trial.note", by=OPERATOR, key=key, payload={"what": key, **payload}, again=True)


def make_due() -> None:
    Work.objects.update(not_before="2000-01-01T00:00Z")


def test_queue_work_when_the_key_is_waiting_or_done_then_it_is_the_same_row_and_runs_once(db: None) -> None:
    first = queue()
    assert queue() == first
    assert run_waiting() == 1
    assert queue() == first
    assert run_waiting() == 0
    assert trial_tasks.lines() == ["effect a"]
    first.refresh_from_db()
    assert (first.state, first.progress, first.attempts, first.queued_by) == (
        State.DONE,
        1,
        1,
        "command line",
    )


def test_queue_work_when_asked_for_again_then_it_runs_once_more_with_the_new_payload(db: None) -> None:
    queue()
    run_waiting()
    work = queue_again(what="new")
    assert (work.state, work.revision) == (State.WAITING, 2)
    assert queue_again(what="newest").revision == 2, "it waits already"
    run_waiting()
    assert trial_tasks.lines() == ["effect a", "effect newest"]


def test_queue_work_when_asked_for_again_during_a_run_then_it_runs_once_more_afterwards(db: None) -> None:
    queue()
    running = begin_work(Work.objects.get().pk, revision=1, owner="me", attempts=5, is_alive=lambda _: True)
    assert running is not None
    queue_again(what="new")
    finish_work(running)
    assert Work.objects.get().state == State.WAITING
    run_waiting()
    assert trial_tasks.lines() == ["effect new"]
    assert Work.objects.get().state == State.DONE


@pytest.mark.django_db(transaction=True)
def test_queue_work_when_the_transaction_is_rolled_back_then_there_is_no_work() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        queue()
        raise RuntimeError
    assert not Work.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_queue_work_when_two_queue_the_same_at_once_then_there_is_one_row() -> None:
    def queue_in_thread() -> None:
        try:
            queue()
        finally:
            connection.close()

    threads = [threading.Thread(target=queue_in_thread) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Work.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "payload", "expected"),
    [
        ("", {}, "a key has 1 to 200"),
        ("k" * 201, {}, "a key has 1 to 200"),
        ("a\0b", {}, "a key has 1 to 200"),
        ("a", {"x": object()}, "not JSON"),
        ("a", {"x": float("nan")}, "not JSON"),
        ("a", {"x": "\ud800"}, "lone surrogate"),
        ("a", {"x": "a\0b"}, "NUL"),
    ],
)
def test_queue_work_when_it_could_not_be_stored_then_it_is_refused_by_name(
    db: None, key: str, payload: dict[str, object], expected: str
) -> None:
    with pytest.raises(ValueError, match="queue_work") as caught:
        queue_work("trial.note", by=OPERATOR, key=key, payload=payload)
    assert expected in str(caught.value)
    assert not Work.objects.exists()


def test_queue_work_when_the_payload_is_strange_text_then_it_arrives_unchanged(db: None) -> None:
    strange = "שלום 🦉 \\u0000 " + "ö" * 50_000
    queue(what=strange)
    run_waiting()
    assert trial_tasks.lines() == [f"effect {strange}"]


def test_run_waiting_when_there_is_urgent_work_then_it_comes_first_and_a_limit_holds(db: None) -> None:
    queue(key="a")
    queue(key="b")
    Work.objects.filter(key="b").update(is_urgent=True)
    assert run_waiting(limit=1) == 1
    assert trial_tasks.lines() == ["effect b"]


def test_work_when_its_task_is_unknown_or_its_payload_lacks_something_then_it_fails_at_once(db: None) -> None:
    queue("trial.nobody", "x")
    queue_work("trial.note", by=OPERATOR, key="y")
    queue("trial.refused", "z")
    assert run_waiting() == 3
    errors = dict(Work.objects.filter(state=State.FAILED, attempts=1).values_list("key", "error"))
    assert errors == {
        "x": "There is no task called 'trial.nobody'. Is the worker older than the pages?",
        "y": "The payload of 'trial.note' lacks 'what'.",
        "z": "The invoice is paid already. Nothing to cancel.",
    }


def test_work_when_it_goes_wrong_then_it_is_tried_five_times_with_longer_pauses(db: None) -> None:
    work = queue("trial.flaky", failures=9)
    pauses = []
    for _ in range(5):
        assert run_waiting() == 1
        assert run_waiting() == 0, "it waits for its time"
        work.refresh_from_db()
        pauses.append((work.not_before - work.created_at).total_seconds())
        make_due()
    assert work.state == State.FAILED
    assert work.attempts == 5
    assert work.error == "ConnectionError: The other side does not answer. \ufffd\ufffd"
    assert 1 < pauses[0] < pauses[1] / 2 < pauses[2] / 4


def test_retry_work_when_it_has_failed_then_it_runs_anew_and_the_audit_says_who(
    people: People, viewer: Any
) -> None:
    work = queue("trial.flaky", failures=5)
    for _ in range(5):
        run_waiting()
        make_due()
    retry_work(by=viewer(people.cilla), work=work)
    assert run_waiting() == 1
    work.refresh_from_db()
    assert (work.state, work.attempts, work.error) == (State.DONE, 1, "")
    assert AuditEvent.objects.get(action="retry_work").person_id == people.cilla.pk
    with pytest.raises(Refused):
        retry_work(by=viewer(people.cilla), work=work)


def test_begin_work_when_another_living_process_has_it_then_it_is_left_alone(db: None) -> None:
    row = queue()

    def begin(owner: str, *, others_live: bool) -> Work | None:
        return begin_work(row.pk, revision=1, owner=owner, attempts=5, is_alive=lambda _: others_live)

    first = begin("first", others_live=True)
    assert first is not None
    assert begin("second", others_live=True) is None
    second = begin("second", others_live=False)
    assert second is not None
    assert second.attempts == 2
    assert not report_progress(first, 0.9, "")
    finish_work(first)
    assert Work.objects.get().state == State.WORKING, "the first one has no say any more"
    finish_work(second)
    assert Work.objects.get().state == State.DONE
    assert begin("third", others_live=False) is None


def test_task_when_it_loses_its_work_then_reporting_stops_it(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(work: WorkContext) -> None:
        Work.objects.update(owner="somebody else")
        work.report(0.5)
        trial_tasks.note("went on")

    monkeypatch.setitem(registry.TASKS, "trial.lose", registry.Task("trial.lose", lose, "", False, 5))
    queue("trial.lose")
    run_waiting(limit=1)
    assert trial_tasks.lines() == []
    assert Work.objects.get().state == State.WORKING


def test_task_when_it_runs_then_it_acts_as_the_robot_of_the_organisation(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[WorkContext] = []
    monkeypatch.setitem(registry.TASKS, "trial.see", registry.Task("trial.see", seen.append, "", False, 5))
    work = queue_work("trial.see", by=OPERATOR, key="a", organisation_id=people.city.pk)
    run_waiting()
    assert seen[0].by == Viewer.of_robot(people.city.pk)
    assert seen[0].key == str(work.uuid)
