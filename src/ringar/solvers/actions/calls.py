"""Calls: written, opened, closed. What is promised to all (criteria, deadline) holds once the call is open."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.flags import decide_flags
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions.facts import apply_facts, check_fields
from ringar.solvers.models import Call, CallCriterion, CallNeed
from ringar.solvers.rules import AnswerState, CallState, can_run_call, clean_criteria, clean_text
from ringar.talk.actions import tell_people
from ringar_kits.texts import guess_language
from ringar_kits.texts.normalise import words

Needs = Iterable[tuple[UUID, str]]

FIELDS: dict[str, str | Promise] = {
    "title": gettext_lazy("heading"),
    "text": gettext_lazy("what we look for"),
    "criteria": gettext_lazy("criterion"),
}
"""What flagged words stand in, as the page names it."""


@transaction.atomic
def start_call(
    *, by: Viewer, title: str, text: str, deadline: datetime, needs: Needs, criteria: Iterable[str]
) -> Call:
    """A draft of a call, seen by the organisation alone. `needs` are (uuid, title), at least one.

    Raises NotAllowed, or Refused where a fact does not hold.
    """
    if by.organisation_id is None or not can_run_call(by, organisation_id=by.organisation_id):
        raise NotAllowed
    moment = now()
    call = Call(
        organisation_id=by.organisation_id,
        deadline=deadline,
        created_by_id=by.person_id,
        created_at=moment,
        changed_at=moment,
    )
    apply_facts(call, [("title", title), ("text", text)])
    check_call(call)
    call.save()
    set_needs(call, needs)
    set_criteria(call, clean_criteria(criteria))
    record_audit(by=by, action="start_call", target=call)
    return call


@transaction.atomic
def edit_call(
    *,
    by: Viewer,
    call: Call,
    title: str | None = None,
    text: str | None = None,
    deadline: datetime | None = None,
    needs: Needs | None = None,
    criteria: Iterable[str] | None = None,
    kept: Iterable[str] = (),
) -> Call:
    """Changes what is given. In an open call flagged words are decided on (`kept`: keys of flags that may stay),
    criteria and needs stand, and the deadline can only be put off.

    Raises NotAllowed, or Refused where the call is closed or a change would break what is promised to all.
    """
    call = own_call(by, call)
    if call.state not in {CallState.DRAFT, CallState.OPEN}:
        raise Refused(_("The call is closed, and stands as it was. Start a new one."))
    given = [("title", title), ("text", text), ("deadline", deadline)]
    if call.state == CallState.OPEN:
        refuse_broken_promise(call, deadline, needs, criteria)
    shared = call_texts(call) if call.state == CallState.OPEN else {}
    changes = apply_facts(call, [(name, value) for name, value in given if value is not None])
    if needs is not None and call.state == CallState.DRAFT:
        changes["needs"] = set_needs(call, needs)
    if criteria is not None and call.state == CallState.DRAFT:
        changes["criteria"] = set_criteria(call, clean_criteria(criteria))
    check_call(call)
    if call.state == CallState.OPEN:
        changes |= decide_flags(call_texts(call), shared=shared, kept=kept, names=FIELDS)
    call.changed_at = now()
    call.save()
    record_audit(by=by, action="edit_call", target=call, changes=changes)
    if call.state == CallState.OPEN and changes:
        tell_senders(by, call, "solvers.call_changed")
    return call


@transaction.atomic
def open_call(*, by: Viewer, call: Call, kept: Iterable[str] = ()) -> Call:
    """Shows the call to everyone, from now to its deadline. Opening an open call changes nothing.

    Raises Flagged where words are to be looked at first; `kept` are the keys of those that may stay.
    """
    call = own_call(by, call)
    if call.state == CallState.OPEN:
        return call
    if call.state != CallState.DRAFT:
        raise Refused(_("The call is closed, and stands as it was. Start a new one."))
    if call.deadline <= now():
        raise Refused(_("The deadline has passed. Choose a later one, so that people have time to answer."))
    decided = decide_flags(call_texts(call), shared={}, kept=kept, names=FIELDS)
    call.state = CallState.OPEN
    call.opened_at = call.changed_at = now()
    call.save(update_fields=["state", "opened_at", "changed_at"])
    states = [CallState.DRAFT.value, CallState.OPEN.value]
    changes: dict[str, object] = {"state": states, "deadline": call.deadline.isoformat(), **decided}
    record_audit(by=by, action="open_call", target=call, changes=changes)
    tell_senders(by, call, "solvers.call_opened")
    return call


def call_texts(call: Call) -> dict[str, str]:
    """What everyone reads of an open call, by field; the titles of its needs are public already."""
    criteria = "\n".join(call.criteria.values_list("text", flat=True)) if call.pk else ""
    return {"title": call.title, "text": call.text, "criteria": criteria}


def tell_senders(by: Viewer, call: Call, event: str) -> None:
    """Tells those who follow the call and those with accounts who have answered it."""
    people = call.answers.exclude(created_by=None).exclude(state=AnswerState.WITHDRAWN)
    facts = {"deadline": f"{timezone.localtime(call.deadline):%Y-%m-%d %H:%M}"}
    tell_people(
        by=by, row=call, event=event, people=people.values_list("created_by_id", flat=True), facts=facts
    )


@transaction.atomic
def close_call(*, by: Viewer, call: Call) -> Call:
    """Closes the call. Before the deadline that is possible only while nobody has answered.

    Where nobody waits for an answer the call is answered at once.
    """
    call = own_call(by, call)
    if call.state != CallState.OPEN:
        raise Refused(_("Only an open call can be closed."))
    sent = call.answers.exclude(state=AnswerState.WITHDRAWN)
    if call.takes_answers(now()) and sent.exists():
        raise Refused(
            _("The deadline is promised to everyone, and some have answered. Wait until it has passed.")
        )
    record_audit(by=by, action="close_call", target=call, changes={"state": settle_call(call)})
    tell_senders(by, call, "solvers.call_closed")
    return call


def settle_call(call: Call) -> list[str]:
    """Sets and saves where a closed call stands: answered once nobody waits, else closed. Returns before and after."""
    before, waiting = call.state, call.answers.filter(state=AnswerState.RECEIVED).exists()
    call.state = CallState.CLOSED if waiting else CallState.ANSWERED
    call.changed_at = now()
    call.save(update_fields=["state", "changed_at"])
    return [before, call.state]


def own_call(by: Viewer, call: Call) -> Call:
    """The call as it stands in the database, locked, if the viewer may run it; else NotAllowed."""
    found = Call.objects.select_for_update().filter(pk=call.pk).first()
    if found is None or not can_run_call(by, organisation_id=found.organisation_id):
        raise NotAllowed
    return found


def check_call(call: Call) -> None:
    """Raises Refused where title, text or deadline do not hold; sets the language."""
    if not call.title or not call.text:
        raise Refused(_("Write a title and what you look for."))
    check_fields(call)
    call.language = guess_language(words(call.text))


def refuse_broken_promise(
    call: Call, deadline: datetime | None, needs: Needs | None, criteria: Iterable[str] | None
) -> None:
    """Raises Refused where an open call's criteria or needs would change, or its deadline come earlier."""
    if needs is not None and {uuid for uuid, _title in needs} != set(
        call.needs.values_list("need_uuid", flat=True)
    ):
        raise Refused(_("The call is open: the needs it is for can no longer be changed."))
    if criteria is not None and clean_criteria(criteria) != list(
        call.criteria.values_list("text", flat=True)
    ):
        raise Refused(
            _("The call is open: the criteria are the same for everyone, and can no longer be changed.")
        )
    if deadline is not None and deadline < call.deadline:
        raise Refused(_("The call is open: the deadline can be put off, but not brought forward."))
    if deadline is not None and call.deadline <= now():
        raise Refused(_("The deadline has passed, and holds for everyone."))


def set_needs(call: Call, needs: Needs) -> list[str]:
    """Replaces the needs that the call is for. Raises Refused where there is none."""
    rows = [
        CallNeed(call=call, need_uuid=uuid, need_title=clean_text(title)[:200])
        for uuid, title in dict(needs).items()
    ]
    if not rows:
        raise Refused(_("Choose at least one need that the call is for."))
    call.needs.all().delete()
    CallNeed.objects.bulk_create(rows)
    return [str(row.need_uuid) for row in rows]


def set_criteria(call: Call, criteria: Sequence[str]) -> list[str]:
    """Replaces the criteria, in order."""
    call.criteria.all().delete()
    CallCriterion.objects.bulk_create(
        CallCriterion(call=call, order=order, text=text) for order, text in enumerate(criteria, start=1)
    )
    return list(criteria)
