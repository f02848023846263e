"""Where a person chooses among a round's needs."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ringar.core.clock import now
from ringar.core.middleware import Request
from ringar.core.rules import Refused
from ringar.needs.actions import NotReady, decide_round, save_choices
from ringar.needs.actions.choices import deciding_entries
from ringar.needs.flags import Flag, Flagged
from ringar.needs.round_models import Round, RoundNeed
from ringar.needs.round_result import Standing
from ringar.needs.round_rules import has_closed, missing_to_choose
from ringar.needs.rules import ASKS
from ringar.needs.views.outcomes import Outcome, interval_of, outcome_of, points
from ringar.needs.views.rounds import led_round
from ringar.needs.views.scoring_forms import ChoosingForm


def first_text(outcome: Outcome, standing: Standing) -> str:
    """Where a reason starts: what the scores say. The one who chooses goes on from there."""
    if standing.mean is None:
        return ""
    n = len(standing.by_assessor)
    text = ngettext(
        "%(n)d assessor gave it %(mean)s of 5 on average: rank %(rank)d of %(total)d.",
        "%(n)d assessors gave it %(mean)s of 5 on average: rank %(rank)d of %(total)d.",
        n,
    )
    facts = {
        "n": n,
        "mean": number_format(standing.mean, 1),
        "rank": standing.rank,
        "total": len(outcome.entries),
    }
    return text % facts


@login_required
@require_http_methods(["GET", "POST"])
def round_choose(request: Request, uuid: UUID) -> HttpResponse:
    """A person chooses, with a reason for each; those who have the needs are answered."""
    viewer, round = request.viewer, led_round(request, uuid)
    if not has_closed(round.facts, now()) or round.decided_at:
        return redirect("round_result", round.uuid)
    outcome = outcome_of(round)
    mine = {entry.pk for entry in deciding_entries(viewer, round)}
    entries = [entry for entry, _standing in outcome.standings if entry.pk in mine]
    texts = {standing.entry: first_text(outcome, standing) for standing in outcome.result.standings}
    form = ChoosingForm(
        request.POST or None, entries=entries, texts=texts, is_final="keep" not in request.POST
    )
    late, flags = set[int](), list[Flag]()
    if request.method == "POST" and form.is_valid():
        late, flags = faults_of(request, round, form)
        if not form.errors:
            return redirect("round_result" if "decide" in request.POST else "round_choose", round.uuid)
    context = {
        "round": round,
        "form": form,
        "flags": flags,
        "kept": request.POST.getlist("kept"),
        "rows": [choosing_row(entry, outcome.standing(entry), form, late) for entry in entries],
        "aside": [e for e in outcome.entries if e.decided_at is None and e.pk not in mine],
    }
    return render(request, "needs/round_choose.html", context)


def choosing_row(
    entry: RoundNeed, standing: Standing, form: ChoosingForm, late: set[int]
) -> dict[str, object]:
    """One need on the page: where it stands, what it lacks, and what is said of it."""
    why = form[f"why_{entry.pk}"]
    return {
        "entry": entry,
        "standing": standing,
        "mean": points(standing.mean),
        "interval": interval_of(standing),
        "fields": form.fields_of(entry),
        "why": why,
        "is_late": entry.pk in late or bool(why.value()),
        "missing": [ASKS[ask] for ask in missing_to_choose(entry.need.facts)],
    }


def faults_of(request: Request, round: Round, form: ChoosingForm) -> tuple[set[int], list[Flag]]:
    """Does what the pressed button says; else the entries whose fields show what is wrong, and the flagged words."""
    kept = request.POST.getlist("kept")
    try:
        if "decide" in request.POST:
            decide_round(by=request.viewer, round=round, choices=form.choices(), kept=kept)
            messages.success(request, _("Decided. Those who have the needs are answered, with your reasons."))
        else:
            save_choices(by=request.viewer, round=round, choices=form.choices())
            messages.success(request, _("Kept for later. Nobody is told yet."))
    except NotReady as refused:
        form.add_error(None, str(refused))
        for pk, fault in refused.faults.items():
            form.add_error(f"choice_{pk}", fault)
        return set(refused.faults), []
    except Refused as refused:
        form.add_error(None, str(refused))
        return set(), refused.flags if isinstance(refused, Flagged) else []
    return set(), []
