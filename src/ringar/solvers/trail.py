"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

from ringar.solvers.rules import AnswerState, CallState, Kind, Maturity, MemberRole, PriceClass, SolverState

ACTIONS = (
    ("answer_call", _("answered a call")),
    ("answer_join", _("answered somebody who asked to join a supplier")),
    ("approve_on_behalf", _("approved that somebody acts on a supplier's behalf")),
    ("ask_on_behalf", _("asked to act on a supplier's behalf")),
    ("ask_to_join", _("asked to join a supplier")),
    ("begin_trial", _("began to try whether something may be kept secret")),
    ("change_member", _("changed a role with a supplier")),
    ("check_solver", _("checked a supplier")),
    ("close_call", _("closed a call")),
    ("decide_answer", _("decided on an answer")),
    ("decide_trial", _("decided what is kept secret")),
    ("edit_answer", _("changed an answer")),
    ("edit_call", _("changed a call")),
    ("edit_solution", _("changed a solution")),
    ("edit_solver", _("changed a supplier")),
    ("end_on_behalf", _("ended that somebody acts on a supplier's behalf")),
    ("import_solution", _("imported a solution")),
    ("import_solver", _("imported a supplier")),
    ("open_call", _("opened a call")),
    ("publish_solution", _("described a solution")),
    ("register_solver", _("registered a supplier")),
    ("register_startup", _("registered their own company")),
    ("remove_member", _("took somebody off a supplier")),
    ("set_solver_state", _("changed a supplier's state")),
    ("start_call", _("began to write a call")),
    ("verify_email", _("verified an address")),
    ("withdraw_answer", _("withdrew an answer")),
)
KINDS = (
    ("solvers.solver", _("supplier")),
    ("solvers.solution", _("solution")),
    ("solvers.call", _("call")),
    ("solvers.answer", _("answer")),
    ("solvers.solvermember", _("member of a supplier")),
    ("solvers.joinrequest", _("request to join a supplier")),
    ("solvers.solvercheck", _("check of a supplier")),
    ("solvers.onbehalf", _("acting on a supplier's behalf")),
    ("solvers.secrecytrial", _("trial of secrecy")),
)
FIELDS = (
    ("about", _("about")),
    ("call", _("call")),
    ("criteria", _("criteria")),
    ("deadline", _("deadline")),
    ("decision", _("decision")),
    ("needs", _("needs")),
    ("organisation_number", _("organisation number")),
    ("price_class", _("price")),
    ("references", _("references")),
    ("scopes", _("may do")),
    ("secrecy", _("asked to be kept secret")),
    ("website", _("website")),
)
VALUES = (
    ("solvers.solver.state", SolverState),
    ("solvers.solver.kind", Kind),
    ("solvers.call.state", CallState),
    ("solvers.answer.state", AnswerState),
    ("solvers.answer.call", CallState),
    ("solvers.solution.maturity", Maturity),
    ("price_class", PriceClass),
    ("solvers.solvermember.role", MemberRole),
)
