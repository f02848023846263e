"""Every write of this room: solvers and solutions, imports, calls and their answers."""

from ringar.solvers.actions.answers import (
    answer_call,
    decline_answer,
    edit_answer,
    invite_answer,
    verify_email,
    withdraw_answer,
)
from ringar.solvers.actions.calls import close_call, edit_call, open_call, start_call
from ringar.solvers.actions.facts import ReferenceFacts, SolutionFacts, SolverFacts
from ringar.solvers.actions.imports import import_solutions
from ringar.solvers.actions.solutions import (
    edit_solution,
    edit_solver,
    publish_solution,
    register_solver,
    set_solver_state,
)

__all__ = [
    "ReferenceFacts",
    "SolutionFacts",
    "SolverFacts",
    "answer_call",
    "close_call",
    "decline_answer",
    "edit_answer",
    "edit_call",
    "edit_solution",
    "edit_solver",
    "import_solutions",
    "invite_answer",
    "open_call",
    "publish_solution",
    "register_solver",
    "set_solver_state",
    "start_call",
    "verify_email",
    "withdraw_answer",
]
