"""A startup registers itself: a letter proves the address; then come the account and the solver, or it asks to join."""

from typing import Any, TypedDict, Unpack

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ringar.core.actions import add_person, record_audit
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions.facts import apply_facts, complete_solver
from ringar.solvers.actions.members import ask_to_join
from ringar.solvers.actions.solutions import add_member, save_once
from ringar.solvers.models import JoinRequest, Solver
from ringar.solvers.rules import Kind, SolverState, clean_number, clean_text

SALT = "solvers.registration"
DAYS = 3


class Registration(TypedDict, total=False):
    """What somebody tells of themselves and their company; `language` of the page they wrote on."""

    name: str
    kind: str
    organisation_number: str
    website: str
    person: str
    email: str
    language: str


def send_registration(**told: Unpack[Registration]) -> str:
    """A letter to the address with a link that makes the account and the solver. Nothing is kept before that.

    What is told lies signed in the link, which holds for DAYS days. The page says the same whether the address or
    the number is known here or not. Returns where the letter goes; raises Refused where a fact does not hold.
    """
    checked(told)
    link = settings.BASE_URL + reverse("solver_confirm", args=[signing.dumps(told, salt=SALT, compress=True)])
    with translation.override(told.get("language", "sv")):
        context = {"told": told, "link": link, "days": DAYS}
        title = " ".join(told["name"].split())
        subject = _("Confirm that you register %(name)s") % {"name": title}
        send_mail(subject, render_to_string("solvers/mail/registration.txt", context), None, [told["email"]])
    return told["email"]


def read_registration(token: str) -> Registration:
    """What the link holds. Raises NotAllowed for one that is not ours, Refused for one that has lapsed."""
    try:
        told: Registration = signing.loads(token, salt=SALT, max_age=DAYS * 86_400)
    except signing.SignatureExpired as error:
        raise Refused(_("The link held for %(days)d days. Register anew.") % {"days": DAYS}) from error
    except signing.BadSignature as error:
        raise NotAllowed from error
    return told


@transaction.atomic
def confirm_registration(*, token: str, password: str = "") -> tuple[Person, bool, Solver | JoinRequest]:
    """Makes the account (or takes the one with that address), then the solver or the request to join.

    Returns the person, whether the account is new, and what was made. Twice changes nothing. An account that
    exists keeps its password: the link proves the address, not that its other keys are at hand.
    """
    told = read_registration(token)
    person = Person.objects.filter(email=told["email"].lower()).first()
    is_new = person is None
    if person is None:
        person = new_account(told, password)
    elif not person.is_active:
        raise NotAllowed
    return person, is_new, register_startup(by=viewer_of(person), **told)


def new_account(told: Registration, password: str) -> Person:
    """The account of whoever opened the letter. Without a password they log in by a code in a letter."""
    if password:
        try:
            validate_password(password)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
    person = add_person(
        by=Viewer(label="registration"),
        email=told["email"],
        name=told["person"],
        password=password or None,
        language=told.get("language", "sv"),
    )
    EmailAddress.objects.get_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
    return person


@transaction.atomic
def register_startup(*, by: Viewer, **told: Unpack[Registration]) -> Solver | JoinRequest:
    """A solver that waits to be checked, with the person as its owner; or a request to join the one that is here.

    Raises NotAllowed without a log-in, Refused where a fact does not hold.
    """
    if by.person_id is None:
        raise NotAllowed
    solver = checked(told)
    solver.created_by_id = by.person_id
    same = Solver.objects.exclude(kind=Kind.SOLE_TRADER).filter(
        organisation_number=solver.organisation_number
    )
    if solver.shown_number and (known := same.first()):
        return ask_to_join(by=by, solver=known)
    mine = Solver.objects.filter(members__person_id=by.person_id, name=solver.name, organisation_number="")
    if not solver.organisation_number and (known := mine.first()):
        return known
    save_once(by, solver)
    add_member(solver, by.person_id)
    record_audit(by=by, action="register_startup", target=solver, changes={"kind": solver.kind})
    return solver


def checked(told: Registration) -> Solver:
    """The solver that they would become, not saved. Raises Refused where a fact does not hold."""
    kind = told.get("kind", Kind.COMPANY.value)
    number = clean_number(told.get("organisation_number", ""), kind)
    if kind == Kind.SOLE_TRADER and number:
        raise Refused(
            _("A sole trader's number is a personal number. Leave it out here; tell it once logged in.")
        )
    if kind != Kind.SOLE_TRADER and not number:
        raise Refused(_("Write the organisation number, so that nobody is registered twice."))
    if not clean_text(told.get("person", "")):
        raise Refused(_("Write your name."))
    moment = now()
    solver = Solver(state=SolverState.UNVERIFIED, created_at=moment, changed_at=moment)
    facts: list[tuple[str, Any]] = [("kind", kind), ("organisation_number", number)]
    facts += [(name, told.get(name, "")) for name in ("name", "email", "website")]
    apply_facts(solver, facts)
    complete_solver(solver)
    return solver
