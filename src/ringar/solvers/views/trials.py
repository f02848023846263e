"""Trials of secrecy: begun when somebody asks to read a record, decided by law, listed as a log."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed
from ringar.solvers import queries
from ringar.solvers.actions import begin_trial, decide_trial
from ringar.solvers.actions.trials import may_try
from ringar.solvers.forms import TrialDecisionForm, TrialForm
from ringar.solvers.models import Answer, Solution
from ringar.solvers.rules import can_run_call
from ringar.solvers.views import attempt

PAGE = 50


@login_required
@require_safe
def trial_list(request: Request) -> HttpResponse:
    """The organisation's log, the newest first, a page at a time."""
    rows = queries.visible_trials(request.viewer)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    page = list(rows[: PAGE + 1])
    context = {"trials": page[:PAGE], "after": page[PAGE - 1].pk if len(page) > PAGE else None}
    return render(request, "solvers/trial_list.html", context)


@login_required
@require_safe
def trial_csv(request: Request) -> FileResponse:
    """The log as a file; never what was asked to be kept secret."""
    header = [
        _("Number"),
        _("Concerns"),
        _("They ask to read"),
        _("Began"),
        _("Decision"),
        _("Reason"),
        _("Paragraph in the law"),
        _("Decided"),
        _("Decided by"),
    ]
    rows = queries.visible_trials(request.viewer)[: MOST_ROWS + 1]
    cells = (
        [
            row.uuid,
            row,
            row.wanted,
            row.began_at,
            row.get_decision_display(),
            row.reason,
            row.ground,
            row.decided_at,
            shown_name(row.decided_by, request.viewer),
        ]
        for row in rows
    )
    return export_response("sekretess", header, cells, kind=request.GET.get("format"))


@login_required
def trial_new(request: Request, uuid: UUID, answer_uuid: UUID) -> HttpResponse:
    """Somebody asks to read an answer."""
    call = queries.call_for(request.viewer, uuid)
    answer = get_object_or_404(queries.answers_to(request.viewer, call), uuid=answer_uuid)
    return new_trial(request, answer)


@login_required
def trial_new_solution(request: Request, uuid: UUID) -> HttpResponse:
    """Somebody asks to read a solution's secret part."""
    return new_trial(request, queries.solution_for(request.viewer, uuid))


def new_trial(request: Request, record: Answer | Solution) -> HttpResponse:
    """The form that begins a trial of the record."""
    if not may_try(request.viewer, record):
        raise NotAllowed
    form = TrialForm(request.POST or None)
    if form.is_valid():
        wanted = form.cleaned_data["wanted"]
        if trial := attempt(form, lambda: begin_trial(by=request.viewer, record=record, wanted=wanted)):
            return redirect(trial)
    return render(request, "solvers/trial_new.html", {"form": form, "record": record})


@login_required
def trial_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One trial: what the sender asked for and why, and the decision."""
    trial = queries.trial_for(request.viewer, uuid)
    may_decide = can_run_call(request.viewer, organisation_id=trial.organisation_id) and not trial.decision
    form = TrialDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        if attempt(form, lambda: decide_trial(by=request.viewer, trial=trial, **facts)):
            messages.success(request, _("The decision is noted."))
            return redirect(trial)
    context = {"trial": trial, "form": form, "may_decide": may_decide}
    return render(request, "solvers/trial_detail.html", context)
