"""Doing one run of a case: the robot's code is called, and each of its steps goes by way of the rows.

Resumed after a crash, the same run goes through the same code: steps that came to their end give back what was
kept. An effect that was intended and whose result nobody knows is asked for (`verify`) before it is done again.
"""

import inspect
import logging
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import Error as DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.rules import NotAllowed, Refused
from ringar.robots.actions import runs as case_runs
from ringar.robots.actions.changed_code import hold_run, is_held
from ringar.robots.actions.delegation import NotDelegated, require_yes, told_to_robot
from ringar.robots.actions.runs import CodeChanged, LetGo
from ringar.robots.authoring import NeedsHuman, RobotCode, StepFunction, call_recorded
from ringar.robots.case_values import plain, plain_or_text
from ringar.robots.finding import robot_named
from ringar.robots.models.cases import Case, CaseFile, Run
from ringar.robots.robot_settings import secret, setting, without_secrets
from ringar.robots.rules.cases import StepKind
from ringar.robots.step_words import words_of

log = logging.getLogger("ringar.robots")


class RecordLost(BaseException):
    """The database did not take what was to be kept. No fault of the target: the run is resumed, not counted."""


class WouldBe(dict[str, Any]):
    """What an effect gives back in a dry run: whatever is asked of it is text that says so."""

    def __missing__(self, key: str) -> str:
        return str(self)

    def __str__(self) -> str:
        return _("(not done: a dry run)")


def written(write: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Calls a write of `case_runs`; a database that is gone is told apart from what the robot itself meets."""
    try:
        return write(*args, **kwargs)
    except DatabaseError as error:
        raise RecordLost from error


class CaseInHand:
    """The case as its robot sees it."""

    def __init__(self, run: Run) -> None:
        case: Case = run.case
        self._run, self._case = run, case
        self.uuid, self.reference, self.title = str(case.uuid), case.reference, case.title
        self.robot, self.is_dry_run = case.robot.name, case.is_dry_run
        self.answer, self.asked = told_to_robot(case)  # `asked`: the facts of what was answered
        self.organisation_id = case.organisation_id

    @property
    def approved(self) -> bool:
        """A person has said yes to what this case asked."""
        return bool(self.answer.get("approved"))

    def key(self, step: str) -> str:
        """The key that an effect of that name has in this case, in every run."""
        return f"{self.uuid}:{step}"

    def log(self, text: str, **facts: object) -> None:
        """Writes a line on the case's page."""
        written(case_runs.add_note, self._run, text, facts)

    def keep_file(self, name: str, content: bytes) -> None:
        """Keeps a screenshot or a trace with the case. Mind that no filter looks for secrets in it."""
        file = ContentFile(content, name=f"{self.uuid}-{name}"[-90:])
        written(CaseFile.objects.create, case=self._case, run=self._run, name=name[:200], file=file)

    def setting(self, word: str, default: str | None = None) -> str:
        """RINGAR_ROBOT_<ROBOT>_<WORD> from the environment or a file."""
        return setting(self.robot, word, default)

    def secret(self, word: str) -> str:
        """The same for a secret: it is left out of all that is written."""
        return secret(self.robot, word)


class StepRecorder:
    """Goes between a robot and its steps, for one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.number, self.began = 0, timezone.now()
        self.failed: tuple[int, StepFunction] | None = None
        self.kept = {step.number: step for step in run.steps.all()}

    def do(self, step: StepFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.number += 1
        self.began, self.failed = timezone.now(), None
        kept = self.kept.get(self.number)
        if kept is not None and kept.name != step.name:
            raise CodeChanged(_changed(self.run, kept.name, step.name))
        if kept is not None and kept.done_at is not None:
            return WouldBe(kept.result or {}) if kept.kind == StepKind.DRY else kept.result
        try:
            if step.kind == StepKind.READ:
                return self.read(step, args, kwargs)
            if self.run.case.is_dry_run:
                return self.pretend(step, args, kwargs)
            return self.effect(step, args, kwargs)
        except Exception:
            self.failed = self.number, step
            raise

    def keep(self, step: StepFunction, kind: StepKind, result: Any) -> None:
        written(case_runs.keep_step, self.run, self.number, step, kind, result, began=self.began)

    def read(self, step: StepFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = plain(step.function(*args, **kwargs))
        self.keep(step, StepKind.READ, result)
        return result

    def pretend(self, step: StepFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> WouldBe:
        told = {"arguments": [plain_or_text(each) for each in args]}
        told |= {name: plain_or_text(value) for name, value in kwargs.items()}
        self.keep(step, StepKind.DRY, told)
        return WouldBe(told)

    def effect(self, step: StepFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        began = time.monotonic()
        written(require_yes, self.run, step)
        row, is_open = written(case_runs.intend_effect, self.run, self.number, step)
        if row.done_at is not None:
            if row.run_id == self.run.pk:
                raise CodeChanged(_twice(self.run, step.name, step.key))
            self.keep(step, StepKind.KEPT, row.result)
            return row.result
        result = self.ask(step, row.key, args, kwargs) if is_open else None
        if result is None:
            # Frozen since the intent was written? Then somebody else may have the case.
            if time.monotonic() - began > settings.RINGAR_FROZEN_SECONDS / 2:
                written(case_runs.check_owned, self.run)
            if step.takes_key:
                kwargs = {**kwargs, "key": row.key}
            result = step.function(*args, **kwargs)
        result = plain_or_text(result)
        written(case_runs.finish_effect, self.run, row, result)
        return result

    def ask(self, step: StepFunction, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the target says came of the effect; None where it was not done, or can not be asked."""
        if step.verify is None:
            return None
        takes = inspect.signature(step.verify).parameters.values()
        alone = len(takes) == 1 and all(each.kind != each.VAR_POSITIONAL for each in takes)
        return step.verify(key) if alone else step.verify(key, *args, **kwargs)


def _changed(run: Run, kept: str, now: str) -> str:
    words = words_of(run.case.robot)
    text = _(
        "The robot's code was changed while it worked on this case: it had done “%(kept)s” and now takes “%(now)s”."
    )
    return text % {"kept": words.of(kept), "now": words.of(now) if now else "–"}


def _twice(run: Run, name: str, key: str) -> str:
    text = _(
        "The robot does “%(name)s” twice in one case under the key “%(key)s”; each effect needs a key of its own."
    )
    return text % {"name": words_of(run.case.robot).of(name), "key": key}


def run_robot(run: Run, code: RobotCode, recorder: StepRecorder) -> Any:
    """Calls the robot's code. Raises CodeChanged also where it takes fewer steps than the run has kept."""
    case = CaseInHand(run)
    result = call_recorded(recorder, lambda: code.run(run.case.payload, case))
    missing = [step.name for number, step in sorted(recorder.kept.items()) if number > recorder.number]
    if missing:
        raise CodeChanged(_changed(run, missing[0], ""))
    return result


def handle_case(case_id: int, *, number: int, owner: str, is_probe: bool = False) -> None:
    """Does that run of the case, or what is left of it, unless it is in other hands. Faults end in its rows."""
    case = Case.objects.select_related("robot__map_version").filter(pk=case_id).first()
    code = robot_named(case.robot.name) if case else None
    if case is None or code is None:
        name = case and case.robot.name
        raise LookupError(f"The robot {name!r} is not known here. Does RINGAR_ROBOTS name its module?")
    if is_held(case.robot) and not case.is_dry_run:
        hold_run(case_id, number=number)
        return
    run = case_runs.begin_run(case_id, number=number, owner=owner, source_hash=code.source_hash)
    if run is None:
        return
    recorder = StepRecorder(run)
    try:
        end_run(run, code, recorder, is_probe=is_probe)
    except LetGo:
        log.warning("%s has gone to another process or to a person", run)
    except RecordLost as lost:
        raise lost.__cause__ or lost from None


def end_run(run: Run, code: RobotCode, recorder: StepRecorder, *, is_probe: bool) -> None:
    """Has the robot work, and writes how it ended. Raises LetGo, RecordLost."""
    try:
        result = run_robot(run, code, recorder)
    except CodeChanged as changed:
        written(case_runs.ask_person, run, NeedsHuman(str(changed)))
    except NotDelegated as asked:
        written(case_runs.ask_person, run, asked.question)
    except NeedsHuman as question:
        written(case_runs.ask_person, run, question)
    except (Refused, NotAllowed) as refused:
        written(case_runs.ask_person, run, NeedsHuman(str(refused) or _("The robot may not do this.")))
    except Exception as error:
        log.warning("%s\n%s", run, without_secrets(traceback.format_exc()))
        written(case_runs.fail_run, run, error, recorder.failed, is_probe=is_probe)
    else:
        written(case_runs.finish_run, run, result)
