"""Every write of this room: solvers, who acts for them, solutions, imports, calls, their answers, secrecy."""

from ringar.solvers.actions.answers import (
    AnswerFacts,
    answer_call,
    edit_answer,
    verify_email,
    withdraw_answer,
)
from ringar.solvers.actions.behalf import approve_on_behalf, ask_on_behalf, end_on_behalf
from ringar.solvers.actions.calls import close_call, edit_call, open_call, start_call
from ringar.solvers.actions.checks import refuse_solver, step_aside_from_check, verify_solver
from ringar.solvers.actions.decisions import decline_answer, invite_answer, step_aside
from ringar.solvers.actions.facts import ReferenceFacts, SolutionFacts, SolverFacts
from ringar.solvers.actions.imports import import_solutions
from ringar.solvers.actions.members import answer_join, ask_to_join, change_member, remove_member
from ringar.solvers.actions.registration import (
    Registration,
    confirm_registration,
    read_registration,
    register_startup,
    send_registration,
)
from ringar.solvers.actions.solutions import (
    edit_solution,
    edit_solver,
    publish_solution,
    register_solver,
    set_solver_state,
)
from ringar.solvers.actions.trials import begin_trial, decide_trial

__all__ = [
    "AnswerFacts",
    "ReferenceFacts",
    "Registration",
    "SolutionFacts",
    "SolverFacts",
    "answer_call",
    "answer_join",
    "approve_on_behalf",
    "ask_on_behalf",
    "ask_to_join",
    "begin_trial",
    "change_member",
    "close_call",
    "confirm_registration",
    "decide_trial",
    "decline_answer",
    "edit_answer",
    "edit_call",
    "edit_solution",
    "edit_solver",
    "end_on_behalf",
    "import_solutions",
    "invite_answer",
    "open_call",
    "publish_solution",
    "read_registration",
    "refuse_solver",
    "register_solver",
    "register_startup",
    "remove_member",
    "send_registration",
    "set_solver_state",
    "start_call",
    "step_aside",
    "step_aside_from_check",
    "verify_email",
    "verify_solver",
    "withdraw_answer",
]
