"""Solvers, solutions, calls and answers as rows that can be followed and discussed; and what people are told of them.

The writes of this room tell people themselves; who calls them does not tell the same again.
"""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Event, Subject
from ringar.core.rules import Viewer
from ringar.solvers import queries
from ringar.solvers.models import Answer, Call, Solution, Solver
from ringar.solvers.rules import can_run_call


def may_write_call(viewer: Viewer, call: Call) -> bool:
    """Whether the viewer runs the call."""
    return can_run_call(viewer, organisation_id=call.organisation_id)


def may_write_answer(viewer: Viewer, answer: Answer) -> bool:
    """Whether the viewer decides on the answer."""
    return may_write_call(viewer, answer.call)


SUBJECTS = [
    Subject(
        kind="solver",
        label=_("supplier"),
        visible=queries.visible_solvers,
        concerned=queries.people_of_solver,
        model=Solver._meta.label,
        may_write=queries.may_edit_solver,
    ),
    Subject(
        kind="solution",
        label=_("solution"),
        visible=queries.visible_solutions,
        concerned=lambda solution: queries.people_of_solver(solution.solver),
        model=Solution._meta.label,
        may_write=lambda viewer, solution: queries.may_describe_solver(viewer, solution.solver),
    ),
    Subject(
        kind="call",
        label=_("call"),
        visible=queries.visible_calls,
        concerned=queries.people_of_call,
        model=Call._meta.label,
        may_write=may_write_call,
    ),
    Subject(
        kind="answer",
        label=_("answer"),
        visible=queries.readable_answers,
        concerned=lambda answer: queries.people_of_call(answer.call),
        model=Answer._meta.label,
        may_write=may_write_answer,
    ),
]

EVENTS = [
    Event("solvers.answered", _("An answer has come to the call “%(title)s”.")),
    Event("solvers.decided", _("%(organisation)s has decided on your answer to “%(title)s”: %(decision)s.")),
    Event("solvers.call_opened", _("The call “%(title)s” is open until %(deadline)s.")),
    Event(
        "solvers.call_changed",
        _("%(actor)s changed the call “%(title)s”. Answers are taken until %(deadline)s."),
    ),
    Event("solvers.call_closed", _("The call “%(title)s” is closed.")),
    Event("solvers.verified", _("%(organisation)s has checked “%(title)s”. %(reason)s"), is_answer=True),
    Event(
        "solvers.not_verified", _("%(organisation)s did not take in “%(title)s”: %(reason)s"), is_answer=True
    ),
    Event("solvers.join_asked", _("%(person)s asks to act for “%(title)s” together with you.")),
    Event("solvers.joined", _("You may act for “%(title)s” now."), is_answer=True),
    Event("solvers.not_joined", _("Your request to act for “%(title)s” was declined."), is_answer=True),
    Event("solvers.agent_asked", _("%(agent)s asks to act on behalf of “%(title)s”.")),
    Event("solvers.agent_approved", _("%(agent)s may act on behalf of “%(title)s” now."), is_answer=True),
    Event("solvers.agent_ended", _("%(agent)s no longer acts on behalf of “%(title)s”."), is_answer=True),
    Event("solvers.suggested", _("%(actor)s added a draft, “%(title)s”, for you to publish or leave.")),
]
