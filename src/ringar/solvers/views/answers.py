"""Answering a call: open to anyone; afterwards one private link shows, corrects and withdraws the answer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ringar.core.actions.limits import allow
from ringar.core.clock import now
from ringar.core.limiting import client_address, too_many
from ringar.core.middleware import Request
from ringar.core.rules import Refused, Viewer
from ringar.solvers import queries
from ringar.solvers.actions import answer_call, edit_answer, verify_email, withdraw_answer
from ringar.solvers.forms import AnswerForm, CorrectionForm
from ringar.solvers.models import Answer
from ringar.solvers.rules import AnswerState, Scope
from ringar.solvers.views import attempt

HOUR = 3_600
MOST = 30


def answer_new(request: Request, uuid: UUID) -> HttpResponse:
    """The public form. Late or refused, the text stays in it."""
    viewer = request.viewer
    call = queries.call_for(viewer, uuid)
    solutions, acting = queries.attachable_solutions(viewer), hats_of(viewer)
    form = AnswerForm(
        request.POST or None, solutions=solutions, acting=acting, initial=queries.own_address(viewer)
    )
    if form.is_valid():
        if viewer.person_id is None and not allow("answer", client_address(request), most=MOST, seconds=HOUR):
            return too_many(request, HOUR)
        facts = dict(form.cleaned_data)
        wanted = facts.pop("acting", None)
        facts["solver"] = queries.solver_for(viewer, wanted) if wanted else None
        if answer := attempt(form, lambda: answer_call(by=viewer, call=call, **facts)):
            thanks = _(
                "Thank you! Your answer has arrived. A receipt with your private link is on its way to %(email)s."
            )
            messages.success(request, thanks % {"email": answer.email})
            remember(request, answer)
            return redirect(call)
    context = {"form": form, "call": call, "takes_answers": call.takes_answers(now())}
    return render(request, "solvers/answer_new.html", context)


def remember(request: Request, answer: Answer) -> None:
    """Lets this browser's session know the answer, so that the call's page tells what comes next."""
    answered = request.session.get("answered", {})
    key = str(answer.call.uuid)
    uuids = [*answered.pop(key, []), str(answer.uuid)]
    # the latest calls and answers only: a session is no archive
    request.session["answered"] = {
        **dict([*answered.items()][-MOST:]),
        key: list(dict.fromkeys(uuids))[-MOST:],
    }


def hats_of(viewer: Viewer) -> list[tuple[UUID, str]]:
    """Whom the person may answer for: (uuid, words): their own, then those that they act for on their behalf."""
    own = [(solver.uuid, solver.name) for solver in queries.solvers_of(viewer)[:MOST]]
    behalf = [
        (row.solver.uuid, _("%(agent)s on behalf of %(solver)s") % {"agent": row.agent, "solver": row.solver})
        for row in queries.principals_of(viewer)[:MOST]
        if Scope.ANSWERS in row.scopes and row.solver.uuid not in dict(own)
    ]
    return own + behalf


@never_cache
def answer_status(request: Request, token: str) -> HttpResponse:
    """The sender's own page: what was sent, where it stands, and a form to correct it until the deadline."""
    answer = queries.answer_with_token(token)
    call = answer.call
    may_correct = call.takes_answers(now()) and answer.state == AnswerState.RECEIVED
    form = CorrectionForm(request.POST or None, instance=answer)
    if form.is_valid():
        facts = form.cleaned_data
        if attempt(form, lambda: edit_answer(by=request.viewer, answer=answer, **facts)):
            messages.success(request, _("Your correction is saved."))
            return redirect("answer_status", token=token)
    context = {
        "answer": answer,
        "call": call,
        "form": form,
        "may_correct": may_correct,
        "state": call.state_at(now()),
    }
    response = render(request, "solvers/answer_status.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def answer_verify(request: Request, token: str) -> HttpResponse:
    """Confirms the e-mail address: the link came there. A button, since mail filters open links by themselves."""
    verify_email(by=request.viewer, answer=queries.answer_with_token(token))
    messages.success(request, _("Thank you, your e-mail address is confirmed."))
    return redirect("answer_status", token=token)


@require_POST
def answer_withdraw(request: Request, token: str) -> HttpResponse:
    """Takes the answer back."""
    try:
        withdraw_answer(by=request.viewer, answer=queries.answer_with_token(token))
        messages.success(request, _("Your answer is withdrawn."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("answer_status", token=token)
