"""Pages of a round: the list, a new one, where it stands, and the steps of who leads it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.clock import now
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.models import Organisation
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import close_round, move_deadline, open_round, withdraw_round
from ringar.needs.round_models import Round
from ringar.needs.round_queries import (
    PAGE,
    asides,
    entries_of,
    listed_rounds,
    own_scores,
    progress_of,
    round_for,
    sees_scores,
)
from ringar.needs.round_rules import (
    STEPS,
    RoundState,
    can_lead_round,
    can_open_round,
    round_state,
    takes_scores,
)
from ringar.needs.views.round_forms import DeadlineForm, ReasonForm, RoundForm, end_of


def state_line(state: RoundState) -> list[tuple[str | Promise, str]]:
    """The steps with "done", "now" or "" each; none for a round that was withdrawn."""
    if state not in STEPS:
        return []
    at = STEPS.index(state)
    return [
        (step.label, "now" if place == at else "done" if place < at else "")
        for place, step in enumerate(STEPS)
    ]


@login_required
@require_GET
def round_list(request: Request) -> HttpResponse:
    """The rounds that the viewer may see, newest first."""
    viewer, after = request.viewer, request.GET.get("after", "")
    if not viewer.is_inside:
        raise NotAllowed
    rows = listed_rounds(viewer)
    if after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    shown, at = list(rows[: PAGE + 1]), now()
    context = {
        "rounds": [
            (each, round_state(each.facts, at, has_scores=each.has_scores))  # type: ignore[attr-defined]
            for each in shown[:PAGE]
        ],
        "more": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "after": after,
        "may_open": can_open_round(viewer),
    }
    return render(request, "needs/round_list.html", context)


@login_required
@require_GET
def round_list_csv(request: Request) -> HttpResponseBase:
    """The list as a file."""
    if not request.viewer.is_inside:
        raise NotAllowed
    header = (_("Round"), _("State"), _("Last day"), _("Needs"), _("Assessors"), _("Handed in"), _("Address"))
    at = now()
    rows = (
        (
            each.title,
            round_state(each.facts, at, has_scores=each.has_scores).label,  # type: ignore[attr-defined]
            timezone.localdate(each.deadline),
            each.needs,  # type: ignore[attr-defined]
            each.named,  # type: ignore[attr-defined]
            each.done,  # type: ignore[attr-defined]
            request.build_absolute_uri(each.get_absolute_url()),
        )
        for each in listed_rounds(request.viewer)[: MOST_ROWS + 1]
    )
    return export_response(_("rounds"), header, rows, kind=request.GET.get("format"))


@login_required
@require_http_methods(["GET", "POST"])
def round_new(request: Request) -> HttpResponse:
    """Opens a round: which needs, by what, by whom, until when."""
    viewer = request.viewer
    if not can_open_round(viewer):
        raise NotAllowed
    form = RoundForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        zone = ZoneInfo(Organisation.objects.get(pk=viewer.organisation_id or 0).time_zone)
        try:
            round = open_round(
                by=viewer,
                title=form.cleaned_data["title"],
                about=form.cleaned_data["about"],
                needs=list(form.cleaned_data["needs"]),
                criteria=form.criteria(),
                assessors=form.people(),
                deadline=end_of(form.cleaned_data["deadline"], zone),
                may_choose=form.cleaned_data["may_choose"],
                own_allowed=form.cleaned_data["own_allowed"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                _("The round is open. The assessors are told, and what they give is hidden until it closes."),
            )
            return redirect(round)
    return render(request, "needs/round_new.html", {"form": form})


@login_required
@require_GET
def round_detail(request: Request, uuid: UUID) -> HttpResponse:
    """Where a round stands: what is weighed, by what, who has scored how much; never what."""
    viewer = request.viewer
    round, assessor = round_for(viewer, uuid)
    entries, criteria = entries_of(round), list(round.criteria.all())
    progress = progress_of(round, entries)
    state = round_state(round.facts, now(), has_scores=any(each.scored for each in progress))
    aside = asides(round, entries, [assessor.person_id]) if assessor else set()
    scored = own_scores(assessor) if assessor else {}
    mine = next((each for each in progress if assessor and each.assessor.pk == assessor.pk), None)
    waiting = [
        e for e in entries if assessor and e.pk not in scored and (e.pk, assessor.person_id) not in aside
    ]
    is_open = takes_scores(round.facts, now())
    weight = sum(each.weight for each in criteria)
    context = {
        "round": round,
        "state": state,
        "steps": state_line(state),
        "entries": [
            (entry, entry.pk in scored, bool(assessor) and (entry.pk, viewer.person_id) in aside)
            for entry in entries
        ],
        "criteria": [(each, f"{100 * each.weight / weight:.0f}") for each in criteria],
        "progress": progress,
        "handed_in": sum(1 for each in progress if each.assessor.handed_in_at),
        "mine": mine,
        "next": waiting[0] if waiting else None,
        "may_score": is_open and assessor is not None and not assessor.handed_in_at and viewer.may_write,
        "is_open": is_open,
        "sees_scores": sees_scores(viewer, round, assessor),
        "may_lead": can_lead_round(viewer, round.facts),
    }
    return render(request, "needs/round_detail.html", context)


def led_round(request: Request, uuid: UUID) -> Round:
    """The round, for who leads it. Raises NotAllowed."""
    round, _assessor = round_for(request.viewer, uuid)
    if not can_lead_round(request.viewer, round.facts):
        raise NotAllowed
    return round


@login_required
@require_http_methods(["GET", "POST"])
def round_deadline(request: Request, uuid: UUID) -> HttpResponse:
    """Gives the assessors more time."""
    round = led_round(request, uuid)
    form = DeadlineForm(
        request.POST or None, initial={"deadline": round.deadline.astimezone(round.zone).date()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            deadline = end_of(form.cleaned_data["deadline"], round.zone)
            move_deadline(by=request.viewer, round=round, deadline=deadline)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The last day is moved. The assessors are told."))
            return redirect(round)
    return render(request, "needs/round_step.html", {"round": round, "form": form, "step": "deadline"})


@login_required
@require_http_methods(["GET", "POST"])
def round_withdraw(request: Request, uuid: UUID) -> HttpResponse:
    """Takes a round back that was a mistake."""
    round = led_round(request, uuid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_round(by=request.viewer, round=round, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The round is withdrawn. Its needs may be put in another."))
            return redirect(round)
    return render(request, "needs/round_step.html", {"round": round, "form": form, "step": "withdraw"})


@login_required
@require_http_methods(["GET", "POST"])
def round_close(request: Request, uuid: UUID) -> HttpResponse:
    """Ends the scoring before the last day, after a look at who has not handed in."""
    round = led_round(request, uuid)
    if request.method == "POST":
        try:
            close_round(by=request.viewer, round=round)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The round has closed. The result is there to read."))
        return redirect(round)
    left = [each for each in progress_of(round, entries_of(round)) if not each.assessor.handed_in_at]
    return render(request, "needs/round_step.html", {"round": round, "left": left, "step": "close"})
