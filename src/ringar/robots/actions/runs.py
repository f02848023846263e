"""Writes of a run: its beginning, each step's intent and result, its end. Each first makes sure that the run is ours.

The case's row is locked first, then what belongs to it: two processes that both think that they have a run are
told apart here, and a person who takes a case over stops the robot before its next effect.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.rules import Viewer
from ringar.robots.actions.breaker import note_fault, note_question, note_success
from ringar.robots.authoring import NeedsHuman, StepFunction, TargetDown
from ringar.robots.case_news import tell_asked, tell_failed
from ringar.robots.case_values import clean_text, fault_text, plain_or_text
from ringar.robots.models.cases import Case, CaseNote, Run, Step
from ringar.robots.rules.cases import ATTEMPTS, CaseState, Outcome, StepKind
from ringar.robots.rules.work import pause_after

TARGETS_FAULTS = (TargetDown, OSError)


class LetGo(BaseException):
    """The run is not ours any more. No Exception, so that a robot that catches those does not go on all the same."""


class CodeChanged(BaseException):
    """The robot takes other steps than those that this run has kept. The text says which."""


def as_robot(case: Case) -> Viewer:
    """The robot as the audit trail names it."""
    return replace(Viewer.of_robot(case.organisation_id), label=f"robot {case.robot.name}")


@transaction.atomic
def begin_run(case_id: int, *, number: int, owner: str, source_hash: str) -> Run | None:
    """Claims the run for the process `owner`; None where the case does not wait for it (any more).

    A run that was begun as often as RINGAR_DEATHS_IN_CASE without a step coming to its end has stopped its process
    each time: the case fails here, and the others go on.
    """
    case = _locked(case_id)
    if case is None or (case.state, case.run_number) != (CaseState.WORKING, number):
        return None
    run, _is_new = Run.objects.get_or_create(
        case=case, number=number, defaults={"worker": owner, "source_hash": source_hash}
    )
    if run.ended_at is not None:
        return None
    run.case, run.worker = case, owner
    if run.starts >= settings.RINGAR_DEATHS_IN_CASE:
        error = _("The robot's process stopped %(count)s times at the same step of this case.")
        _fail_case(case, error % {"count": run.starts})
        _end(run, Outcome.DIED, case.error)
        note_question(case)
        record_audit(by=as_robot(case), action="fail_case", target=case, changes={"error": case.error})
        return None
    run.starts += 1
    run.save()
    return run


def _locked(case_id: int) -> Case | None:
    rows = Case.objects.select_for_update(of=("self",)).select_related("robot__queue")
    return rows.filter(pk=case_id).first()


def _owned(run: Run, *, is_open: bool = True) -> Case:
    """The case, locked. Raises LetGo where another process or a person has it."""
    case = _locked(run.case_id)
    rows = Run.objects.filter(pk=run.pk, worker=run.worker)
    if case is None or not (rows.filter(ended_at=None) if is_open else rows).exists():
        raise LetGo
    if is_open and (case.state, case.run_number) != (CaseState.WORKING, run.number):
        raise LetGo
    return case


@transaction.atomic
def check_owned(run: Run) -> None:
    """Raises LetGo where the run is not ours any more."""
    _owned(run)


def effect_key(case: Case, step: StepFunction) -> str:
    """The same in every run of the case."""
    return f"{case.uuid}:{step.key}"


@transaction.atomic
def intend_effect(run: Run, number: int, step: StepFunction) -> tuple[Step, bool]:
    """The effect's row, and whether it was intended before and nobody knows what came of it.

    A row that is done already tells what came of it: then the effect must not be done.
    """
    case = _owned(run)
    row = Step.objects.filter(case=case, key=effect_key(case, step)).first()
    if row is not None and row.done_at is not None:
        return row, False
    is_open = row is not None
    if row is None:
        row = Step(case=case, key=effect_key(case, step), kind=StepKind.EFFECT)
    row.run, row.number, row.name, row.bpmn_id = run, number, step.name, step.bpmn_id
    row.intended_at, row.error = timezone.now(), ""
    row.save()
    return row, is_open


@transaction.atomic
def finish_effect(run: Run, row: Step, result: Any) -> None:
    """Keeps what came of the effect, with its audit row; also where a person has taken the case over meanwhile."""
    case = _owned(run, is_open=False)
    row.result, row.done_at, row.error = result, timezone.now(), ""
    row.save()
    _advance(run)
    changes: dict[str, object] = {"step": row.name, "key": row.key, "run": run.number}
    record_audit(by=as_robot(case), action="robot_effect", target=case, changes=changes)


@transaction.atomic
def keep_step(
    run: Run, number: int, step: StepFunction, kind: StepKind, result: Any, *, began: datetime
) -> None:
    """Keeps what came of a step that changes nothing outside."""
    case = _owned(run)
    fields = {"name": step.name, "bpmn_id": step.bpmn_id, "kind": kind, "result": result, "error": ""}
    fields |= {"case": case, "intended_at": began, "done_at": timezone.now()}
    Step.objects.update_or_create(run=run, number=number, defaults=fields)
    _advance(run)


def _advance(run: Run) -> None:
    """A step came to its end: deaths count anew, this process being the first at the next one."""
    if run.starts != 1:
        run.starts = 1
        Run.objects.filter(pk=run.pk).update(starts=1)


@transaction.atomic
def add_note(run: Run, text: str, facts: dict[str, Any]) -> None:
    """A line about the case. Facts are plain JSON."""
    case = _owned(run, is_open=False)
    CaseNote.objects.create(
        case=case,
        run=run,
        text=clean_text(text)[:1000],
        facts={name: plain_or_text(value) for name, value in facts.items()},
    )


@transaction.atomic
def finish_run(run: Run, result: object) -> None:
    """The case is done."""
    case = _owned(run)
    case.state, case.result, case.error = CaseState.DONE, plain_or_text(result), ""
    case.finished_at, case.attempts, case.question = timezone.now(), 0, ""
    case.save()
    _end(run, Outcome.DONE)
    note_success(case)
    record_audit(by=as_robot(case), action="finish_case", target=case)


@transaction.atomic
def ask_person(run: Run, question: NeedsHuman) -> None:
    """The case waits for a person, and holds no place among those at work; who keeps its queue gets a letter."""
    case = _owned(run)
    case.state, case.question = CaseState.WAITING, clean_text(question)
    case.facts = {name: plain_or_text(value) for name, value in question.facts.items()}
    case.asked_at, case.attempts, case.error = timezone.now(), 0, ""
    case.answer = case.answered_by = case.answered_at = None
    case.save()
    _end(run, Outcome.QUESTION, case.question)
    note_question(case)
    record_audit(by=as_robot(case), action="ask_person", target=case, changes={"question": case.question})
    tell_asked(case)


@transaction.atomic
def fail_run(
    run: Run, error: BaseException, failed: tuple[int, StepFunction] | None, *, is_probe: bool
) -> None:
    """A technical fault: the case is tried again after a pause, and fails when its attempts are used up.

    A fault that belongs to a target that is down uses up no attempt of any case.
    """
    case, text = _owned(run), fault_text(error)
    if failed is not None:
        _keep_fault(run, failed, text)
    _end(run, Outcome.FAULT, text)
    is_targets = isinstance(error, TARGETS_FAULTS)
    counts = note_fault(case, is_probe=is_probe, is_targets=is_targets, text=text)
    case.attempts = case.attempts + 1 if counts else 0
    if case.attempts >= ATTEMPTS:
        _fail_case(case, text)
        record_audit(by=as_robot(case), action="fail_case", target=case, changes={"error": text})
        return
    case.state, case.error = CaseState.RETRYING, text
    case.not_before = timezone.now() + _pause(case.attempts)
    case.save()


def _pause(attempts: int) -> timedelta:
    return pause_after(max(attempts, 1), settings.RINGAR_RETRY_SECONDS)


def _keep_fault(run: Run, failed: tuple[int, StepFunction], text: str) -> None:
    number, step = failed
    fields = {"name": step.name, "bpmn_id": step.bpmn_id, "kind": step.kind, "case_id": run.case_id}
    row, _is_new = Step.objects.get_or_create(run=run, number=number, defaults=fields)
    Step.objects.filter(pk=row.pk).update(error=text)


def _fail_case(case: Case, error: str) -> None:
    case.state, case.error, case.finished_at = CaseState.FAILED, error, timezone.now()
    case.save()
    tell_failed(case)


def _end(run: Run, outcome: Outcome, error: str = "") -> None:
    run.ended_at, run.outcome, run.error = timezone.now(), outcome, error
    run.save()
