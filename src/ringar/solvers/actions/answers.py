"""Answers to calls: sent by anyone with an e-mail address, corrected, withdrawn, decided with a reason."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions.calls import own_call, settle_call
from ringar.solvers.actions.facts import apply_facts, check_fields
from ringar.solvers.actions.letters import send_decision, send_receipt
from ringar.solvers.models import Answer, Call, Solution
from ringar.solvers.rules import (
    ANSWERS_PER_CALL_AND_HOUR,
    ANSWERS_PER_EMAIL_AND_CALL,
    ANSWERS_PER_EMAIL_AND_DAY,
    DECISIONS,
    SHORTEST_REASON,
    AnswerState,
    CallState,
    can_edit,
    clean_text,
)
from ringar_kits.texts import guess_language
from ringar_kits.texts.normalise import words


@transaction.atomic
def answer_call(
    *, by: Viewer, call: Call, email: str, text: str, name: str = "", solution: Solution | None = None
) -> Answer:
    """An answer from anyone. A receipt with a private link, and one to confirm the address, go out by e-mail.

    The same text from the same address again is the same answer. Raises Refused where the call takes no
    answers (any more), a fact does not hold, or too much arrives from one address or at one time.
    """
    call = Call.objects.select_for_update().get(pk=call.pk)
    moment = now()
    refuse_late(call, moment)
    if solution is not None and not may_attach(by, solution):
        raise NotAllowed
    answer = Answer(call=call, created_at=moment, changed_at=moment, solution=solution)
    apply_facts(answer, [("email", email.lower()), ("name", name), ("text", text)])
    check_answer(answer)
    sent = Answer.objects.filter(call=call, email=answer.email, text=answer.text)
    if same := sent.exclude(state=AnswerState.WITHDRAWN).first():
        return same
    refuse_flood(answer, moment)
    answer.save()
    record_audit(by=as_sender(by), action="answer_call", target=answer)
    send_receipt(answer)
    return answer


@transaction.atomic
def edit_answer(*, by: Viewer, answer: Answer, text: str, name: str = "") -> Answer:
    """The sender's correction, until the deadline. Whoever holds the private link is the sender."""
    answer = locked(answer)
    refuse_late(answer.call, now())
    if answer.state != AnswerState.RECEIVED:
        raise Refused(_("The answer is withdrawn. Send a new one instead."))
    if apply_facts(answer, [("text", text), ("name", name)]):
        check_answer(answer)
        answer.changed_at = now()
        answer.save()
        record_audit(by=as_sender(by), action="edit_answer", target=answer)
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
    record_audit(by=as_sender(by), action="withdraw_answer", target=answer)
    if call.state == CallState.CLOSED:
        settle_call(call)
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


def invite_answer(*, by: Viewer, answer: Answer, reason: str = "") -> Answer:
    """Invites the sender to a meeting, by e-mail; `reason` says what speaks for it, if anything is to be said."""
    return decide_answer(by=by, answer=answer, state=AnswerState.INVITED, reason=reason)


def decline_answer(*, by: Viewer, answer: Answer, reason: str) -> Answer:
    """Says no, by e-mail, with a reason of at least 20 characters in a human's own words."""
    if len(clean_text(reason)) < SHORTEST_REASON:
        raise Refused(
            _("Write a reason of at least %(shortest)d characters: whoever answered deserves to know why.")
            % {"shortest": SHORTEST_REASON}
        )
    return decide_answer(by=by, answer=answer, state=AnswerState.DECLINED, reason=reason)


@transaction.atomic
def decide_answer(*, by: Viewer, answer: Answer, state: str, reason: str) -> Answer:
    """Decides once the deadline has passed, so that everyone has had the same time, and tells the sender."""
    call = own_call(by, answer.call)
    answer = locked(answer)
    if call.takes_answers(now()):
        raise Refused(
            _(
                "Answers are decided on after the deadline, %(deadline)s, so that everyone has had the same time."
            )
            % {"deadline": told_time(call.deadline)}
        )
    if answer.state == state:
        return answer
    if answer.state not in DECISIONS[state]:
        raise Refused(_("The answer has been decided on already, or withdrawn. Load the page anew."))
    before, answer.state = answer.state, state
    apply_facts(answer, [("reason", reason)])
    check_fields(answer, exclude=["call"])
    answer.answered_at = now()
    answer.decided_by_id = by.person_id
    answer.save(update_fields=["state", "reason", "answered_at", "decided_by"])
    record_audit(by=by, action="decide_answer", target=answer, changes={"state": [before, state]})
    send_decision(answer)
    settle_call(call)
    return answer


def locked(answer: Answer) -> Answer:
    """The answer as it stands in the database, with its call, locked."""
    return (
        Answer.objects.select_for_update(of=["self"]).select_related("call__organisation").get(pk=answer.pk)
    )


def as_sender(by: Viewer) -> Viewer:
    """Who the audit names: the person logged in, else whoever sent the answer. Never an e-mail address."""
    return by if by.label else Viewer(label="sender")


def may_attach(by: Viewer, solution: Solution) -> bool:
    """Only those who may edit a solution answer with it: what it asks to keep secret follows along."""
    solver = solution.solver
    return can_edit(by, author_id=solver.created_by_id, registered_in_id=solver.registered_in_id)


def told_time(moment: datetime) -> str:
    """A date and time as pages tell it."""
    return date_format(timezone.localtime(moment), "j F Y H:i")


def check_answer(answer: Answer) -> None:
    """Raises Refused where the address or the text do not hold; sets the language."""
    if not answer.text:
        raise Refused(_("Write your answer."))
    check_fields(answer, exclude=["call", "solution"])
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
    """Raises Refused where one address sends much, or one call gets very much in an hour."""
    by_email = Answer.objects.filter(email=answer.email)
    today = by_email.filter(created_at__gt=moment - timedelta(days=1)).count()
    if by_email.filter(call=answer.call).count() >= ANSWERS_PER_EMAIL_AND_CALL:
        raise Refused(
            _("This address has answered the call before. Use the link in the receipt to correct it.")
        )
    lately = answer.call.answers.filter(created_at__gt=moment - timedelta(hours=1)).count()
    if today >= ANSWERS_PER_EMAIL_AND_DAY or lately >= ANSWERS_PER_CALL_AND_HOUR:
        raise Refused(_("A great many answers arrive just now. Keep your text and try again in an hour."))
