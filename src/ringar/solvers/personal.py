"""What this room keeps about a person: answers and trials are public records; who acts for a solver is not."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person
from ringar.core.registry import Personal, keep_all, told
from ringar.solvers.models import (
    Answer,
    Call,
    JoinRequest,
    OnBehalf,
    SecrecyTrial,
    Solution,
    Solver,
    SolverCheck,
    SolverMember,
)

RECORD = _(
    "It is a public record, kept as it was received or decided. Your account is no longer named with it."
)
COMPANY = _("It belongs to the company, and others go on with it.")
ACTED = _("It only says that you acted for a company.")


def answered(person: Person) -> Q:
    """Answers that the person sent: logged in, or with the account's address."""
    return Q(created_by=person) | Q(email__iexact=person.email)


def erase_address(person: Person) -> None:
    """The person's own address is no longer the company's."""
    Solver.objects.filter(email__iexact=person.email).update(email="")


PERSONAL = [
    Personal(
        table="solvers.SolverMember",
        label=_("Companies that you act for"),
        export=lambda person: told(person.solver_members.all(), "solver__name", "role", "since"),
        fate="removed",
        why=ACTED,
        erase=lambda person: SolverMember.objects.filter(person=person).delete(),
    ),
    Personal(
        table="solvers.JoinRequest",
        label=_("Requests to act for a company"),
        export=lambda person: told(person.join_requests.all(), "solver__name", "state", "asked_at"),
        fate="removed",
        why=ACTED,
        erase=lambda person: JoinRequest.objects.filter(person=person).delete(),
    ),
    Personal(
        table="solvers.Solver",
        label=_("Suppliers that you registered"),
        export=lambda person: told(
            Solver.objects.filter(created_by=person), "name", "kind", "email", "created_at"
        ),
        fate="anonymised",
        why=COMPANY,
        erase=erase_address,
    ),
    Personal(
        table="solvers.Solution",
        label=_("Solutions that you described"),
        export=lambda person: told(Solution.objects.filter(created_by=person), "name", "what", "created_at"),
        fate="archived",
        why=COMPANY,
        erase=keep_all,
    ),
    Personal(
        table="solvers.Answer",
        label=_("Answers that you sent to calls"),
        export=lambda person: told(
            Answer.objects.filter(answered(person)),
            "call__title",
            "name",
            "email",
            "text",
            "secrecy",
            "secrecy_reason",
            "state",
            "reason",
            "created_at",
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="solvers.Answer",
        label=_("Answers that you decided on"),
        export=lambda person: told(person.decided_answers.all(), "call__title", "state", "answered_at"),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="solvers.Call",
        label=_("Calls that you wrote"),
        export=lambda person: told(Call.objects.filter(created_by=person), "title", "text", "created_at"),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="solvers.OnBehalf",
        label=_("What you asked, approved or ended of acting on behalf"),
        export=lambda person: told(
            OnBehalf.objects.filter(Q(asked_by=person) | Q(approved_by=person) | Q(ended_by=person)),
            "agent__name",
            "solver__name",
            "scopes",
            "asked_at",
            "approved_at",
            "ended_at",
        ),
        fate="archived",
        why=COMPANY,
        erase=keep_all,
    ),
    Personal(
        table="solvers.SolverCheck",
        label=_("Checks of suppliers that you made"),
        export=lambda person: told(
            SolverCheck.objects.filter(by=person), "solver__name", "state", "note", "at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="solvers.SecrecyTrial",
        label=_("Trials of secrecy that you made"),
        export=lambda person: told(
            SecrecyTrial.objects.filter(Q(began_by=person) | Q(decided_by=person)),
            "wanted",
            "decision",
            "reason",
            "ground",
            "decided_at",
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
]
