"""Decisions on answers to calls: by a person without an interest in it, after the deadline, with a reason."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ringar.core.actions import declare_interest, record_audit
from ringar.core.clock import now
from ringar.core.queries import has_interest, shown_name
from ringar.core.rules import Refused, Viewer
from ringar.solvers.actions.answers import locked, told_time
from ringar.solvers.actions.calls import own_call, settle_call
from ringar.solvers.actions.facts import apply_facts, check_fields
from ringar.solvers.actions.letters import send_decision
from ringar.solvers.models import Answer, Call
from ringar.solvers.queries import deciders_of, people_of_solver
from ringar.solvers.rules import DECISIONS, SHORTEST_REASON, AnswerState, clean_text
from ringar.talk.actions import tell_people


def invite_answer(*, by: Viewer, answer: Answer, declares_none: bool, reason: str = "") -> Answer:
    """Invites the sender to a meeting, by e-mail; `reason` says what speaks for it, if anything is to be said."""
    return decide_answer(
        by=by, answer=answer, state=AnswerState.INVITED, reason=reason, declares_none=declares_none
    )


def decline_answer(*, by: Viewer, answer: Answer, declares_none: bool, reason: str) -> Answer:
    """Says no, by e-mail, with a reason of at least 20 characters in a human's own words."""
    if len(clean_text(reason)) < SHORTEST_REASON:
        raise Refused(
            _("Write a reason of at least %(shortest)d characters: whoever answered deserves to know why.")
            % {"shortest": SHORTEST_REASON}
        )
    return decide_answer(
        by=by, answer=answer, state=AnswerState.DECLINED, reason=reason, declares_none=declares_none
    )


@transaction.atomic
def step_aside(*, by: Viewer, call: Call, reason: str = "") -> None:
    """The viewer has an interest in one of those who answer (jäv), and decides on none of the call's answers."""
    declare_interest(by=by, row=own_call(by, call), reason=reason)


@transaction.atomic
def decide_answer(*, by: Viewer, answer: Answer, state: str, reason: str, declares_none: bool) -> Answer:
    """Decides once the deadline has passed, so that everyone has had the same time, and tells the sender.

    `declares_none`: the viewer says to have no interest in the answer (jäv).
    """
    call = own_call(by, answer.call)
    answer = locked(answer)
    refuse_interest(by, call, answer, declares_none=declares_none)
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
    changes: dict[str, object] = {"state": [before, state], "interest": "none declared"}
    moved = settle_call(call)
    if moved[0] != moved[1]:
        changes["call"] = moved
    record_audit(by=by, action="decide_answer", target=answer, changes=changes)
    send_decision(answer)
    tell_decision(by, answer)
    return answer


def tell_decision(by: Viewer, answer: Answer) -> None:
    """Tells the sender who has an account; the letter has gone to everyone."""
    with translation.override(answer.language):
        decision = str(AnswerState(answer.state).label)
    facts = {"organisation": answer.call.organisation.name, "decision": decision}
    people = [answer.created_by_id] if answer.created_by_id else []
    tell_people(by=by, row=answer.call, event="solvers.decided", people=people, facts=facts, followers=False)


def refuse_interest(by: Viewer, call: Call, answer: Answer, *, declares_none: bool) -> None:
    """Raises Refused for who has an interest in the call or the answer, or has not said; tells who else decides."""
    if by.person_id is not None and answer.solver and by.person_id in people_of_solver(answer.solver):
        raise Refused(_("You act for the one who answered. Leave the decision to a colleague who does not."))
    if has_interest(by, call) or has_interest(by, answer):
        others = ", ".join(shown_name(person, by) for person in deciders_of(call, by))
        raise Refused(
            _("You have declared an interest in this call. These may decide: %(others)s.")
            % {"others": others or _("nobody yet. Ask an administrator to give somebody the role")}
        )
    if not declares_none:
        raise Refused(_("Answer first whether you have an interest in this answer."))
