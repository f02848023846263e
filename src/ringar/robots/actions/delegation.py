"""Where a robot only prepares: before its first effect in a case, a person decides.

So it is in routines that decide about somebody, unless the board has delegated it, and in procurement. What is asked
here is not the robot's own question, and the robot is not told the answer: a yes to it is no yes to the robot's.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ringar.robots.authoring import NeedsHuman, StepFunction
from ringar.robots.models.cases import Case, Run
from ringar.robots.models.maps import ProcessMap
from ringar.robots.rules.maps import only_prepares
from ringar.robots.step_words import words_of

WOULD_DO = "would_do"
"""The fact by which this question is told from the robot's own."""


class NotDelegated(BaseException):
    """A person must decide first. No Exception, so that a robot that catches those does not go on all the same."""

    def __init__(self, question: NeedsHuman) -> None:
        self.question = question
        super().__init__(str(question))


def is_asked_here(case: Case) -> bool:
    """Whether what was last asked of a person in the case was asked here."""
    return WOULD_DO in (case.facts or {})


def told_to_robot(case: Case) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The answer to the robot's own question and the facts it was about; nothing of what was asked here."""
    return ({}, {}) if is_asked_here(case) else (case.answer or {}, case.facts or {})


def require_yes(run: Run, step: StepFunction) -> None:
    """Raises NotDelegated where a person has not decided in the case. 1 query.

    A person has decided who has answered the robot's own question, whichever way, or said yes to what is asked here.
    """
    case: Case = run.case
    answer = case.answer or {}
    if answer and (answer.get("approved") or not is_asked_here(case)):
        return
    routine = ProcessMap.objects.filter(versions__robots=case.robot_id).first()
    if routine is None or not only_prepares(
        is_authority=routine.is_authority,
        delegation=routine.delegation,
        is_procurement=routine.is_procurement,
    ):
        return
    text = _("A robot does not decide this by itself. It has prepared the case. May it go on?")
    raise NotDelegated(NeedsHuman(text, **{WOULD_DO: words_of(case.robot).of(step.name, step.bpmn_id)}))
