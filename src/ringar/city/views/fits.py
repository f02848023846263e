"""Pages of fits: those there are, a new one, how it goes, what came out."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.city.actions.fits import UNDER_WAY, has_stopped, start_again, start_fit, work_key
from ringar.city.curves import look_back_chart
from ringar.city.forms.lists import FitForm
from ringar.city.leak_words import fault_of, notes_of
from ringar.city.models import Fit
from ringar.city.queries.data import holding
from ringar.city.queries.fits import (
    areas_of,
    changed_since,
    fit_for,
    planned_fit,
    sets_to_reckon,
    top_risks,
    visible_fits,
)
from ringar.city.rules.data import DataKind
from ringar.city.rules.fits import FitState
from ringar.city.rules.lists import can_plan
from ringar.core.exports import export_response
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.robots.models.work import Work
from ringar.robots.rules.work import UNFINISHED

PAGE = 25
TOP = 10


@login_required
@require_safe
def fit_list(request: Request) -> HttpResponse:
    """What has been reckoned, the latest first."""
    if not request.viewer.is_inside:
        raise NotAllowed
    after = request.GET.get("after", "")
    rows = visible_fits(request.viewer).defer("result").order_by("-id")
    if after.isascii() and after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    context = {
        "fits": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "may_plan": bool(sets_to_reckon(request.viewer, DataKind.PIPES)),
    }
    return render(request, "city/fit_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def fit_new(request: Request) -> HttpResponse:
    """Asks for breaks to be reckoned."""
    if not sets_to_reckon(request.viewer, DataKind.PIPES):
        raise NotAllowed
    asked = request.GET.get("ledningar", "")
    form = FitForm(request.POST or None, viewer=request.viewer, initial={"pipes": asked} if asked else {})
    if request.method == "POST" and form.is_valid():
        try:
            fit = start_fit(by=request.viewer, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(fit)
    return render(request, "city/fit_new.html", {"form": form})


@login_required
@require_safe
def fit_detail(request: Request, uuid: UUID) -> HttpResponse:
    """How far a fit has come, why it failed, or what came out."""
    fit = fit_for(request.viewer, uuid)
    context = {
        "fit": fit,
        "may_plan": can_plan(request.viewer, holding(fit.pipes)),
        "changed": changed_since(fit),
    }
    if fit.state == FitState.DONE:
        return render(request, "city/fit_detail.html", context | answered(fit))
    work = Work.objects.filter(key=work_key(fit)).first()
    is_going = fit.state in UNDER_WAY and work is not None and work.state in UNFINISHED
    context |= {"work": work if is_going else None, "failure": fault_of(fit.error) if fit.error else ""}
    context["said"] = work.error if work is not None and not fit.error else ""
    context["may_retry"] = context["may_plan"] and has_stopped(fit)
    return render(request, "city/fit_wait.html", context)


def answered(fit: Fit) -> dict[str, object]:
    """What the page of a fit that is done shows."""
    return {
        "result": fit.result,
        "notes": notes_of(fit.result.get("notes", [])),
        "risks": list(top_risks(fit)[:TOP]),
        "areas": areas_of(fit)[:TOP],
        "back": look_back_chart(fit.result.get("look_back", {})),
        "lists": fit.work_lists.order_by("-id")[:TOP],
    }


@login_required
@require_POST
def fit_again(request: Request, uuid: UUID) -> HttpResponse:
    """Asks a robot once more."""
    fit = planned_fit(request.viewer, uuid)
    try:
        start_again(by=request.viewer, fit=fit)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(fit)


@login_required
@require_safe
def fit_areas_csv(request: Request, uuid: UUID) -> FileResponse:
    """Breaks to expect by shut-off area or street, as a file."""
    fit = fit_for(request.viewer, uuid)
    headers = [
        _("Area or street"),
        _("Pipes"),
        _("Kilometres"),
        _("Breaks to expect"),
        _("For each kilometre"),
    ]
    rows = ([row["name"], row["pipes"], row["km"], row["expected"], row["per_km"]] for row in areas_of(fit))
    return export_response("omraden", headers, rows, kind=request.GET.get("format"))
