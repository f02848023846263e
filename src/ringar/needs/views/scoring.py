"""Pages of an assessor: scoring one need at a time, stepping aside, handing in."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.queries import has_interest
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import hand_in_scores, save_score, step_aside, step_back
from ringar.needs.models import Need
from ringar.needs.queries import evidence_of, whys_and_criteria
from ringar.needs.round_models import Round, RoundNeed
from ringar.needs.round_queries import asides, entries_of, own_scores, round_for
from ringar.needs.round_rules import can_lead_round
from ringar.needs.views.scoring_forms import AsideForm, ScoreForm


def entry_in(entries: list[RoundNeed], need: UUID) -> RoundNeed:
    """The entry of the need with that uuid. Raises NotAllowed where the round has none in play."""
    found = next((entry for entry in entries if entry.need.uuid == need), None)
    if found is None:
        raise NotAllowed
    return found


def read_of(need: Need, request: Request) -> dict[str, object]:
    """What an assessor reads of the need before scoring it."""
    _whys, criteria = whys_and_criteria(need)
    return {"need": need, "evidence": evidence_of(need, request.viewer), "must_meet": criteria}


def on_to_next(request: Request, round: Round, left: list[RoundNeed]) -> HttpResponse:
    """To the first need that is left to score; to the round when all are."""
    if left:
        messages.success(request, _("Saved. Nobody else sees it yet. Here is the next one."))
        return redirect("round_score", round.uuid, left[0].need.uuid)
    messages.success(request, _("Saved. All are scored: look them through, and hand in."))
    return redirect(round)


@login_required
@require_http_methods(["GET", "POST"])
def round_score(request: Request, uuid: UUID, need: UUID) -> HttpResponse:
    """One need to read and score. Saved at once; the next one that waits comes after it."""
    viewer = request.viewer
    round, assessor = round_for(viewer, uuid)
    if assessor is None:
        raise NotAllowed
    entries = entries_of(round)
    entry, scored = entry_in(entries, need), own_scores(assessor)
    aside = asides(round, entries, [assessor.person_id])
    form = ScoreForm(request.POST or None, criteria=list(round.criteria.all()), score=scored.get(entry.pk))
    if request.method == "POST" and form.is_valid():
        try:
            save_score(by=viewer, entry=entry, values=form.values(), reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            done = {*scored, entry.pk, *(pk for pk, _person in aside)}
            return on_to_next(request, round, [e for e in entries if e.pk not in done])
    place = entries.index(entry)
    context = {
        "round": round,
        "entry": entry,
        "form": form,
        "is_aside": (entry.pk, assessor.person_id) in aside,
        "is_own": entry.need.created_by_id == viewer.person_id,
        "has_interest": has_interest(viewer, entry.need),
        "number": place + 1,
        "total": len(entries),
        "done": sum(1 for e in entries if e.pk in scored or (e.pk, assessor.person_id) in aside),
        "previous": entries[place - 1] if place else None,
        "next": entries[place + 1] if place + 1 < len(entries) else None,
        "is_fixed": assessor.handed_in_at is not None,
        **read_of(entry.need, request),
    }
    return render(request, "needs/round_score.html", context)


@login_required
@require_POST
def round_hand_in(request: Request, uuid: UUID) -> HttpResponse:
    """The viewer's scores are done."""
    round, assessor = round_for(request.viewer, uuid)
    if assessor is None:
        raise NotAllowed
    try:
        hand_in_scores(by=request.viewer, round=round)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Thank you. You can see now what the others who have handed in gave."))
    return redirect(round)


@login_required
@require_http_methods(["GET", "POST"])
def round_interest(request: Request, uuid: UUID, need: UUID) -> HttpResponse:
    """Says that one has an interest in a need, and steps aside; or that one has none after all."""
    viewer = request.viewer
    round, assessor = round_for(viewer, uuid)
    if assessor is None and not can_lead_round(viewer, round.facts):
        raise NotAllowed
    entry = entry_in(entries_of(round), need)
    form = AsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if "back" in request.POST:
                step_back(by=viewer, entry=entry)
            else:
                step_aside(by=viewer, entry=entry, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Kept."))
            return redirect(round)
    context = {
        "round": round,
        "entry": entry,
        "form": form,
        "has_interest": has_interest(viewer, entry.need),
    }
    return render(request, "needs/round_interest.html", context)
