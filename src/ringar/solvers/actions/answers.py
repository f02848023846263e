"""Answers to calls: sent by anyone with an e-mail address, corrected, withdrawn, decided with a reason."""

from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions.calls import settle_call
from ringar.solvers.actions.facts import apply_facts, check_fields, refuse_groundless
from ringar.solvers.actions.letters import send_receipt
from ringar.solvers.actions.solutions import on_behalf
from ringar.solvers.models import Answer, Call, Solution, Solver
from ringar.solvers.queries import people_of_call, standing_of
from ringar.solvers.rules import (
    ANSWERS_PER_CALL_AND_HOUR,
    ANSWERS_PER_EMAIL_AND_CALL,
    ANSWERS_PER_EMAIL_AND_DAY,
    STRANGER,
    UNCONFIRMED_PER_EMAIL_AND_DAY,
    AnswerState,
    CallState,
    Scope,
    SolverState,
    Standing,
    can_edit,
)
from ringar.talk.actions import tell_people
from ringar_kits.texts import guess_language
from ringar_kits.texts.normalise import words


class AnswerFacts(TypedDict, total=False):
    """What an answer says; `secrecy` names the parts, `secrecy_reason` what would be lost."""

    text: str
    name: str
    secrecy: str
    secrecy_reason: str


@transaction.atomic
def answer_call(
    *,
    by: Viewer,
    call: Call,
    email: str,
    solver: Solver | None = None,
    solution: Solution | None = None,
    **facts: Unpack[AnswerFacts],
) -> Answer:
    """An answer from anyone. A receipt with a private link, and one to confirm the address, go out by e-mail.

    `solver` is whose answer it is, where the viewer acts for one (or on its behalf, which the answer then says).
    The same text from the same address again is the same answer. Raises Refused where the call takes no
    answers (any more), a fact does not hold, or too much arrives from one address or at one time.
    """
    call = Call.objects.select_for_update().get(pk=call.pk)
    moment = now()
    refuse_late(call, moment)
    solver, standing = answering_solver(by, solver, solution)
    answer = Answer(call=call, created_at=moment, changed_at=moment, solution=solution, solver=solver)
    answer.agent_id, answer.created_by_id = standing.agent_id, by.person_id
    apply_facts(answer, [("email", email.lower()), *facts.items()])
    check_answer(answer)
    if owns_address(by, answer.email):
        answer.email_verified_at = moment
    sent = Answer.objects.filter(call=call, email=answer.email, text=answer.text)
    if same := sent.exclude(state=AnswerState.WITHDRAWN).first():
        return same
    refuse_flood(answer, moment)
    answer.save()
    changes = on_behalf(standing, solver) if solver else {}
    record_audit(by=as_sender(by), action="answer_call", target=answer, changes=changes)
    send_receipt(answer)
    people = people_of_call(call)
    tell_people(by=by, row=call, event="solvers.answered", people=people, followers=False)
    return answer


@transaction.atomic
def edit_answer(*, by: Viewer, answer: Answer, **facts: Unpack[AnswerFacts]) -> Answer:
    """The sender's correction, until the deadline. Whoever holds the private link is the sender."""
    answer = locked(answer)
    refuse_late(answer.call, now())
    if answer.state != AnswerState.RECEIVED:
        raise Refused(_("The answer is withdrawn. Send a new one instead."))
    if changes := apply_facts(answer, facts.items()):
        check_answer(answer)
        answer.changed_at = now()
        answer.save()
        told: dict[str, object] = dict.fromkeys(changes, "changed")
        record_audit(by=as_sender(by), action="edit_answer", target=answer, changes=told)
    return answer


@transaction.atomic
def withdraw_answer(*, by: Viewer, answer: Answer) -> Answer:
    """The sender takes the answer back. It is kept as received, but no longer considered."""
    # The call first, as whoever decides does: else the two may wait for each other.
    call = Call.objects.select_for_update().get(pk=answer.call_id)
    answer = locked(answer)
    if answer.state == AnswerState.WITHDRAWN:
        return answer
    if answer.state != AnswerState.RECEIVED:
        raise Refused(_("The answer has been decided on, and can no longer be withdrawn."))
    answer.state = AnswerState.WITHDRAWN
    answer.changed_at = now()
    answer.save(update_fields=["state", "changed_at"])
    changes: dict[str, object] = {"state": [AnswerState.RECEIVED.value, AnswerState.WITHDRAWN.value]}
    if call.state == CallState.CLOSED:
        changes["call"] = settle_call(call)
    record_audit(by=as_sender(by), action="withdraw_answer", target=answer, changes=changes)
    return answer


@transaction.atomic
def verify_email(*, by: Viewer, answer: Answer) -> Answer:
    """Notes that the sender reads the e-mail address. Twice is the same as once."""
    answer = locked(answer)
    if answer.email_verified_at is None:
        answer.email_verified_at = now()
        answer.save(update_fields=["email_verified_at"])
        record_audit(by=as_sender(by), action="verify_email", target=answer)
    return answer


def locked(answer: Answer) -> Answer:
    """The answer as it stands in the database, with its call, locked."""
    return (
        Answer.objects.select_for_update(of=["self"]).select_related("call__organisation").get(pk=answer.pk)
    )


def as_sender(by: Viewer) -> Viewer:
    """Who the audit names: the person logged in, else whoever sent the answer. Never an e-mail address."""
    return by if by.label else Viewer(label="sender")


def answering_solver(
    by: Viewer, solver: Solver | None, solution: Solution | None
) -> tuple[Solver | None, Standing]:
    """Whose answer it is, and what ties the viewer to it. Raises NotAllowed for who may not answer for it.

    Only those who may write for a solver answer with its solution: what it asks to keep secret follows along.
    """
    if solution is not None and solver is None:
        solver = solution.solver
    if solver is None:
        return None, STRANGER
    standing = standing_of(by, solver)
    if solution is not None and solution.solver_id != solver.pk:
        raise NotAllowed
    may_edit = can_edit(by, standing, registered_in_id=solver.registered_in_id)
    if not (standing.acts(Scope.ANSWERS) or may_edit) or solver.state in {
        SolverState.REFUSED,
        SolverState.HIDDEN,
    }:
        raise NotAllowed
    return solver, standing


def owns_address(by: Viewer, email: str) -> bool:
    """Whether the person logged in has proved to read that address."""
    if by.person_id is None:
        return False
    rows = EmailAddress.objects.filter(user_id=by.person_id, email__iexact=email, verified=True)
    return bool(rows.exists())


def told_time(moment: datetime) -> str:
    """A date and time as pages tell it."""
    return date_format(timezone.localtime(moment), "j F Y H:i")


def check_answer(answer: Answer) -> None:
    """Raises Refused where the address or the text do not hold; sets the language."""
    if not answer.text:
        raise Refused(_("Write your answer."))
    check_fields(answer, exclude=["call", "solution"])
    refuse_groundless(answer)
    answer.language = guess_language(words(answer.text))


def refuse_late(call: Call, moment: datetime) -> None:
    """Raises Refused, with a kind word, where the call takes no answers at that time."""
    if call.takes_answers(moment):
        return
    if call.state == CallState.DRAFT:
        raise NotAllowed
    closed_at = call.deadline if call.state == CallState.OPEN else min(call.deadline, call.changed_at)
    raise Refused(
        _("Thank you, but the call closed on %(closed)s and that holds for everyone. Your text is kept here.")
        % {"closed": told_time(closed_at)}
    )


def refuse_flood(answer: Answer, moment: datetime) -> None:
    """Raises Refused where one address sends much, or one call gets very much in an hour.

    Answers to an address that nobody has confirmed do not use up what its owner may send. They are counted by
    themselves, as each sends a letter there; whoever gets the letters can take away what they never wrote.
    """
    by_email = Answer.objects.filter(email=answer.email).exclude(state=AnswerState.WITHDRAWN)
    confirmed = by_email.filter(email_verified_at__isnull=False)
    if confirmed.filter(call=answer.call).count() >= ANSWERS_PER_EMAIL_AND_CALL:
        raise Refused(
            _("This address has answered the call before. Use the link in the receipt to correct it.")
        )
    yesterday = moment - timedelta(days=1)
    if answer.email_verified_at is None:
        waiting = by_email.filter(email_verified_at=None, created_at__gt=yesterday).count()
        if waiting >= UNCONFIRMED_PER_EMAIL_AND_DAY:
            raise Refused(
                _(
                    "Many answers wait for this address to be confirmed. Open the letters: confirm what you wrote, "
                    "and withdraw what you did not write. Then try again; your text is kept here."
                )
            )
    today = confirmed.filter(created_at__gt=yesterday).count()
    lately = answer.call.answers.filter(created_at__gt=moment - timedelta(hours=1)).count()
    if today >= ANSWERS_PER_EMAIL_AND_DAY or lately >= ANSWERS_PER_CALL_AND_HOUR:
        raise Refused(_("A great many answers arrive just now. Keep your text and try again in an hour."))
