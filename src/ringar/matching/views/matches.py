"""A need's matches: shown with reasons, judged, chosen, asked for, compared by the criteria."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.rules import Refused
from ringar.core.text import tidy_text
from ringar.matching.actions import (
    ask_match,
    check_criterion,
    choose_solution,
    judge_match,
    take_back_judgement,
    unchoose_solution,
)
from ringar.matching.cards import Card, card_of, reasons_of
from ringar.matching.forms import CheckForm, JudgeForm
from ringar.matching.queries import asked_match, candidates_of, is_shown_first, need_to_match
from ringar.matching.rules import KEPT, MATCHED_STATES, Finding, can_choose, can_judge, chooser_before
from ringar.needs.models import Need
from ringar.solvers.models import Solution
from ringar.solvers.queries import search_solutions, solution_for
from ringar.solvers.rules import can_run_call

MOST_FOUND = 20


@login_required
@require_GET
def match_list(request: Request, uuid: UUID) -> HttpResponse:
    """The solutions that fit the need, best first, each with what speaks for and against it."""
    return show_matches(request, need_to_match(request.viewer, uuid))


def show_matches(
    request: Request, need: Need, *, refused: JudgeForm | None = None, judged: Solution | None = None
) -> HttpResponse:
    """The page of matches. A judgement that was refused stands in the card of what it judged, to be corrected.

    `?om=<uuid>`: what was just said or chosen of that solution is told in its card.
    """
    viewer = request.viewer
    ranking = getattr(need, "ranking", None)
    everything = "alla" in request.GET or refused is not None
    candidates = candidates_of(viewer, need, everything=everything) if ranking else []
    cards = [card_of(need, each) for each in candidates]
    told_in = str(judged.uuid) if judged else request.GET.get("om", "")
    context = {
        "need": need,
        "ranking": ranking,
        "is_old": ranking and ranking.text_hash != need.text_hash,
        "criteria": list(need.criteria.all()),
        **cards_by_place(cards, has_best=ranking is not None and ranking.finding != Finding.NOTHING),
        "has_more": not everything and ranking and min(KEPT, ranking.looked_through) > len(candidates),
        "is_looking": ranking is None and need.state in MATCHED_STATES,
        "may_judge": can_judge(viewer, need.facts),
        "may_choose": can_choose(viewer, need.facts),
        "chooser": chooser_before(viewer, need.facts),
        "may_call": can_run_call(viewer, organisation_id=need.organisation_id),
        "refused": refused,
        "judged": judged,
        **told_in_card(request, cards, told_in),
    }
    return render(request, "matching/match_list.html", context)


def cards_by_place(cards: list[Card], *, has_best: bool) -> dict[str, list[Card]]:
    """The cards as the page shows them: those that may fit, the weak ones below, those said not to fit."""
    staying = [card for card in cards if not card.candidate.verdicts.is_out]
    return {
        "cards": [card for card in staying if not (has_best and card.is_weak)],
        "weak_cards": [card for card in staying if has_best and card.is_weak],
        "sorted_out": [card for card in cards if card.candidate.verdicts.is_out],
    }


def told_in_card(request: Request, cards: list[Card], uuid: str) -> dict[str, object]:
    """What the last step had to say, for the solution's card in place of the top of the page, where it is shown."""
    if not any(str(card.candidate.match.solution.uuid) == uuid for card in cards):
        return {}
    return {"told_in": uuid, "told": list(messages.get_messages(request)), "messages": []}


def back_to(need: Need, solution: Solution) -> HttpResponse:
    """Back to the solution's card in the list, where the answer stands: the short list, if the card is in it."""
    address = reverse("match_list", args=[need.uuid])
    whole = "" if is_shown_first(need, solution) else "alla&"
    return redirect(f"{address}?{whole}om={solution.uuid}#{solution.uuid}")


@login_required
@require_POST
def match_judge(request: Request, uuid: UUID, solution_uuid: UUID) -> HttpResponse:
    """Says that a solution fits or does not, or takes that back."""
    need = need_to_match(request.viewer, uuid)
    solution = solution_for(request.viewer, solution_uuid)
    if request.POST.get("fits") == "back":
        take_back_judgement(by=request.viewer, need=need, solution=solution)
        messages.success(request, _("Taken back."))
        return back_to(need, solution)
    form = JudgeForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return show_matches(request, need, refused=form, judged=solution)
    told = form.cleaned_data
    try:
        judge_match(
            by=request.viewer,
            need=need,
            solution=solution,
            fits=told["fits"],
            why=told["why"],
            rank_shown=told["rank"] or 1,
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Thank you. The list is put in order by it, and the ranking learns."))
    return back_to(need, solution)


@login_required
@require_POST
def match_choose(request: Request, uuid: UUID, solution_uuid: UUID) -> HttpResponse:
    """Chooses a solution for the need, or takes the choice back."""
    need = need_to_match(request.viewer, uuid)
    solution = solution_for(request.viewer, solution_uuid)
    is_back = request.POST.get("choose") == "back"
    try:
        (unchoose_solution if is_back else choose_solution)(by=request.viewer, need=need, solution=solution)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        told = (
            _("The choice is taken back.")
            if is_back
            else _("Chosen. Next: meet the supplier, on a meeting day.")
        )
        messages.success(request, told)
    return back_to(need, solution)


@login_required
@require_http_methods(["GET", "POST"])
def match_why_not(request: Request, uuid: UUID) -> HttpResponse:
    """Looks up a solution that was expected, and asks why it is not among the first."""
    need = need_to_match(request.viewer, uuid)
    problem = ""
    if request.method == "POST":
        try:
            solution = solution_for(request.viewer, UUID(request.POST.get("solution", "")))
            ask_match(by=request.viewer, need=need, solution=solution)
            return redirect("match_asked", uuid=need.uuid, solution_uuid=solution.uuid)
        except ValueError:
            problem = _("Choose one of the solutions.")
        except Refused as refused:
            problem = str(refused)
    wanted = tidy_text(request.GET.get("q", "")).strip()[:300]
    context = {
        "need": need,
        "wanted": wanted,
        "problem": problem,
        "found": search_solutions(request.viewer, wanted, limit=MOST_FOUND) if wanted else [],
        "asked": need.matches.filter(is_asked=True).select_related("solution__solver").order_by("-id")[:10],
    }
    return render(request, "matching/match_why_not.html", context)


@login_required
@require_GET
def match_asked(request: Request, uuid: UUID, solution_uuid: UUID) -> HttpResponse:
    """Why a solution is where it is: what it shares with the need, and what it lacks; or that it is being compared."""
    need = need_to_match(request.viewer, uuid)
    solution = solution_for(request.viewer, solution_uuid)
    match = asked_match(need, solution)
    if match is None:
        return redirect("match_why_not", uuid=need.uuid)
    context = {
        "need": need,
        "solution": solution,
        "match": match,
        "ranking": getattr(need, "ranking", None),
        "reasons": reasons_of(need, match, solution.language),
    }
    return render(request, "matching/match_asked.html", context)


@login_required
@require_POST
def match_check(request: Request, uuid: UUID) -> HttpResponse:
    """Notes whether a candidate meets a criterion."""
    need = need_to_match(request.viewer, uuid)
    form = CheckForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        solution = solution_for(request.viewer, told.pop("solution"))
        try:
            check_criterion(by=request.viewer, need=need, solution=solution, **told)
            messages.success(request, _("Saved."))
        except Refused as refused:
            messages.error(request, str(refused))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("need_compare", uuid=need.uuid)
