"""Calls: listed, shown to everyone, written, opened, closed, and their answers decided on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ringar.core.clock import now
from ringar.core.flags import Flagged
from ringar.core.middleware import Request
from ringar.core.queries import has_interest
from ringar.core.registry import lookup, subject_of
from ringar.core.rules import NotAllowed, Refused
from ringar.solvers import queries
from ringar.solvers.actions import (
    close_call,
    decline_answer,
    edit_call,
    invite_answer,
    open_call,
    start_call,
    step_aside,
)
from ringar.solvers.forms import CallForm, DeadlineForm, DecisionForm
from ringar.solvers.models import Answer, Call
from ringar.solvers.rules import AnswerState, CallState, can_read_answers, can_run_call
from ringar.solvers.views import attempt

MOST_CALLS = 100
COPY_SHOWN = timedelta(hours=1)
"""How long a browser that sent an answer is shown its text: it may be a shared one, as in a library."""


@require_safe
def call_list(request: Request) -> HttpResponse:
    """Open calls first, soonest deadline on top; then those that are closed, and the organisation's drafts."""
    viewer, moment = request.viewer, now()
    rows = queries.open_calls(moment)[:MOST_CALLS]
    others = queries.visible_calls(viewer).exclude(pk__in=[call.pk for call in rows])[:MOST_CALLS]
    context = {
        "open_calls": rows,
        "drafts": [call for call in others if call.state == CallState.DRAFT],
        "closed_calls": [call for call in others if call.state != CallState.DRAFT],
        "may_start": can_run_call(viewer, organisation_id=viewer.organisation_id),
    }
    return render(request, "solvers/call_list.html", context)


@require_safe
def call_detail(request: Request, uuid: UUID) -> HttpResponse:
    """The call as everyone sees it: criteria and deadline are the same for all."""
    call = queries.call_for(request.viewer, uuid)
    moment = now()
    counts = queries.answer_counts(call)
    can_read = can_read_answers(request.viewer, organisation_id=call.organisation_id)
    own = own_answers(request, call)
    context = {
        "call": call,
        "state": call.state_at(moment),
        "steps": steps_of(call.state_at(moment), with_draft=can_read),
        "needs": named_needs(request, call),
        "takes_answers": call.takes_answers(moment),
        "waiting": counts.get(AnswerState.RECEIVED, 0),
        "answers": sum(counts.values()),
        "may_run": can_run_call(request.viewer, organisation_id=call.organisation_id),
        "may_read": can_read,
        "is_past": moment >= call.deadline,
        "own_answers": own,
        "has_answered": any(answer.state != AnswerState.WITHDRAWN for answer, _is_mine, _copy in own),
    }
    return render(request, "solvers/call_detail.html", context)


def named_needs(request: Request, call: Call) -> list[tuple[str, str]]:
    """The call's needs as (title, address): no address where the viewer may not see the need. 1 query."""
    needs, subject = list(call.needs.all()), subject_of("need")
    seen = subject.visible_rows(request.viewer, [need.need_uuid for need in needs]) if subject else {}
    return [
        (need.need_title, seen[need.need_uuid].get_absolute_url() if need.need_uuid in seen else "")
        for need in needs
    ]


def own_answers(request: Request, call: Call) -> list[tuple[Answer, bool, bool]]:
    """The answers of this person and this browser: (answer, whether it is the person's, whether to show its text)."""
    viewer = request.viewer
    sent = uuids_in(request.session.get("answered", {}).get(str(call.uuid), []))
    return [
        (
            answer,
            viewer.person_id is not None and answer.created_by_id == viewer.person_id,
            answer.created_at > now() - COPY_SHOWN,
        )
        for answer in queries.own_answers(viewer, call, sent)
    ]


def steps_of(state: CallState, *, with_draft: bool) -> list[tuple[str, str]]:
    """The line of states: (label, "done" | "now" | ""). The draft concerns those who run the call alone."""
    order = [each for each in CallState if with_draft or each != CallState.DRAFT or state == each]
    here = order.index(state)
    return [
        (str(each.label), "done" if place < here else "now" if place == here else "")
        for place, each in enumerate(order)
    ]


@login_required
def call_new(request: Request) -> HttpResponse:
    """Writes a draft of a call; `?need=<uuid>` ticks a need beforehand."""
    viewer = request.viewer
    if not can_run_call(viewer, organisation_id=viewer.organisation_id):
        raise NotAllowed
    chosen = uuids_in([*request.GET.getlist("need"), *request.POST.getlist("needs")])
    form = CallForm(
        request.POST or None, needs=lookup("need", viewer, chosen), criteria=[], initial={"needs": chosen}
    )
    call = attempt(form, lambda: start_call(by=viewer, **form.facts)) if form.is_valid() else None
    if call:
        messages.success(request, _("The draft is saved. Read it through, then open the call."))
        return redirect(call)
    return render(request, "solvers/call_form.html", {"form": form})


@login_required
def call_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Changes a draft; in an open call the text, and the deadline to a later one."""
    viewer = request.viewer
    call = queries.call_for(viewer, uuid)
    if not can_run_call(viewer, organisation_id=call.organisation_id):
        raise NotAllowed
    form, facts = call_form(request, call)
    flags, kept = [], request.POST.getlist("kept")
    if form.is_valid():
        try:
            edit_call(by=viewer, call=call, kept=kept, **facts())
            messages.success(request, _("Saved."))
            return redirect(call)
        except Refused as refused:
            flags = refused.flags if isinstance(refused, Flagged) else []
            form.add_error(None, str(refused))
    context = {"form": form, "call": call, "flags": flags, "kept": kept}
    return render(request, "solvers/call_form.html", context)


def call_form(request: Request, call: Call) -> tuple[CallForm | DeadlineForm, Callable[[], dict[str, Any]]]:
    """The form for what can still be changed, and what gives its facts once it is valid."""
    if call.state != CallState.DRAFT:
        later = DeadlineForm(request.POST or None, instance=call)
        return later, lambda: later.cleaned_data
    chosen = {need.need_uuid: need.need_title for need in call.needs.all()}
    posted = uuids_in(request.POST.getlist("needs"))
    needs = {**chosen, **dict(lookup("need", request.viewer, [*chosen, *posted]))}
    form = CallForm(
        request.POST or None,
        instance=call,
        needs=list(needs.items()),
        criteria=[criterion.text for criterion in call.criteria.all()],
        initial={"needs": list(chosen)},
    )
    return form, lambda: form.facts


def uuids_in(texts: list[str]) -> list[UUID]:
    """Those of the texts that are uuids."""
    found = []
    for text in texts[:50]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@login_required
@require_POST
def call_open(request: Request, uuid: UUID) -> HttpResponse:
    """Shows the call to everyone; words that are flagged are decided on first."""
    call = queries.call_for(request.viewer, uuid)
    kept = request.POST.getlist("kept")
    try:
        open_call(by=request.viewer, call=call, kept=kept)
        messages.success(
            request, _("The call is open. Spread its address: anyone with an e-mail address can answer.")
        )
    except Flagged as flagged:
        context = {"call": call, "flags": flagged.flags, "kept": kept}
        return render(request, "solvers/call_open.html", context)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(call)


@login_required
@require_POST
def call_close(request: Request, uuid: UUID) -> HttpResponse:
    """Closes the call."""
    call = queries.call_for(request.viewer, uuid)
    try:
        close_call(by=request.viewer, call=call)
        messages.success(request, _("The call is closed."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(call)


@login_required
@require_safe
def call_answers(request: Request, uuid: UUID) -> HttpResponse:
    """All answers to the call; who waits stands first."""
    call = queries.call_for(request.viewer, uuid)
    rows = list(queries.answers_to(request.viewer, call)[:500])
    return answers_page(request, call, rows)


def answers_page(
    request: Request, call: Call, rows: list[Answer], wrong: dict[UUID, DecisionForm] | None = None
) -> HttpResponse:
    """The page of answers; `wrong` holds the form that was refused, by the answer's uuid."""
    viewer, wrong = request.viewer, wrong or {}
    may_run = can_run_call(viewer, organisation_id=call.organisation_id)
    steps_aside = may_run and has_interest(viewer, call)
    items = [
        (
            answer,
            wrong.get(answer.uuid) or DecisionForm(prefix=str(answer.pk), initial={"reason": answer.reason}),
            *queries.sender_of(answer, viewer),
        )
        for answer in rows
    ]
    context = {
        "call": call,
        "state": call.state_at(now()),
        "waiting": [item for item in items if item[0].state == AnswerState.RECEIVED],
        "decided": [item for item in items if item[0].state != AnswerState.RECEIVED],
        "is_decidable": may_run and not steps_aside and not call.takes_answers(now()),
        "may_run": may_run,
        "steps_aside": steps_aside,
        "others": queries.deciders_of(call, viewer) if steps_aside else [],
    }
    return render(request, "solvers/call_answers.html", context)


@login_required
@require_POST
def answer_decide(request: Request, uuid: UUID, answer_uuid: UUID) -> HttpResponse:
    """Invites or declines one answer, or steps aside; a refused decision keeps its text on the page."""
    call = queries.call_for(request.viewer, uuid)
    if not can_run_call(request.viewer, organisation_id=call.organisation_id):
        raise NotAllowed
    rows = queries.answers_to(request.viewer, call)
    answer = get_object_or_404(rows, uuid=answer_uuid)
    form = DecisionForm(request.POST, prefix=str(answer.pk))
    if form.is_valid() and decided(request, call, answer, form):
        return redirect("call_answers", uuid=call.uuid)
    return answers_page(request, call, list(rows[:500]), {answer.uuid: form})


def decided(request: Request, call: Call, answer: Answer, form: DecisionForm) -> bool:
    """Does what the form says; what is refused becomes its error."""
    by, reason = request.viewer, form.cleaned_data["reason"]
    if form.cleaned_data["interest"] == "has":
        if attempt(form, lambda: step_aside(by=by, call=call) or True):
            messages.success(request, _("You step aside from this call. A colleague decides on its answers."))
            return True
        return False
    decide = invite_answer if request.POST.get("decision") == "invite" else decline_answer
    if attempt(form, lambda: decide(by=by, answer=answer, reason=reason, declares_none=True)):
        messages.success(request, _("Decided. The answer is on its way by e-mail."))
        return True
    return False
