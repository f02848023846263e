"""What people fill in: a solver, a solution with references, a call, an answer, a decision, a trial of secrecy."""

from ringar.solvers.forms.calls import (
    AnswerForm,
    CallForm,
    CorrectionForm,
    DeadlineForm,
    DecisionForm,
    TrialDecisionForm,
    TrialForm,
)
from ringar.solvers.forms.members import CheckForm, OnBehalfForm, PasswordForm, RegistrationForm
from ringar.solvers.forms.offers import FilterForm, ReferenceFormSet, SolutionForm, SolverForm

__all__ = [
    "AnswerForm",
    "CallForm",
    "CheckForm",
    "CorrectionForm",
    "DeadlineForm",
    "DecisionForm",
    "FilterForm",
    "OnBehalfForm",
    "PasswordForm",
    "ReferenceFormSet",
    "RegistrationForm",
    "SolutionForm",
    "SolverForm",
    "TrialDecisionForm",
    "TrialForm",
]
