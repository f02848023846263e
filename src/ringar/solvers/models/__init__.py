"""Solvers and their solutions, shared across the installation; calls and their answers, an organisation's own."""

from ringar.solvers.models.calls import Answer, Call, CallCriterion, CallNeed, new_token
from ringar.solvers.models.members import JoinRequest, OnBehalf, SolverCheck, SolverMember
from ringar.solvers.models.secrecy import SecrecyTrial
from ringar.solvers.models.solvers import Reference, Solution, Solver, once_per_source

__all__ = [
    "Answer",
    "Call",
    "CallCriterion",
    "CallNeed",
    "JoinRequest",
    "OnBehalf",
    "Reference",
    "SecrecyTrial",
    "Solution",
    "Solver",
    "SolverCheck",
    "SolverMember",
    "new_token",
    "once_per_source",
]
