"""What a round's scores came to, as pages and files; and where a person chooses."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.charts import Chart, Row, range_chart
from ringar.core.clock import now
from ringar.core.exports import export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import NotReady, decide_round, save_choices
from ringar.needs.actions.choices import deciding_entries
from ringar.needs.round_models import Assessor, Round, RoundCriterion, RoundNeed, Score
from ringar.needs.round_queries import (
    asides,
    counted_scores,
    entries_of,
    result_of,
    round_for,
    sees_scores,
)
from ringar.needs.round_result import Result, Standing
from ringar.needs.round_rules import (
    LEAST_VALUE,
    MOST_VALUE,
    can_lead_round,
    has_closed,
    missing_to_choose,
)
from ringar.needs.rules import ASKS
from ringar.needs.views.round_forms import ChoosingForm
from ringar.needs.views.rounds import led_round
from ringar.needs.views.scoring import entry_in


@dataclass(frozen=True)
class Outcome:
    """All that the pages tell of the scores."""

    round: Round
    entries: list[RoundNeed]
    criteria: list[RoundCriterion]
    scores: list[Score]
    result: Result

    @property
    def standings(self) -> list[tuple[RoundNeed, Standing]]:
        """The needs with where they stand, best first."""
        by_id = {entry.pk: entry for entry in self.entries}
        return [(by_id[standing.entry], standing) for standing in self.result.standings]

    def standing(self, entry: RoundNeed) -> Standing:
        """Where one need stands."""
        return next(each for each in self.result.standings if each.entry == entry.pk)


def outcome_of(round: Round) -> Outcome:
    """The result as it is now; only for who may see scores. 5 queries."""
    entries = entries_of(round)
    scores = counted_scores(round, entries, now())
    result = result_of(round, entries, scores)
    return Outcome(round, entries, list(round.criteria.all()), scores, result)


def outcome_for(request: Request, uuid: UUID) -> tuple[Outcome, Assessor | None]:
    """The result, for who may see scores. Raises NotAllowed for everyone else: scoring is blind."""
    round, assessor = round_for(request.viewer, uuid)
    if not sees_scores(request.viewer, round, assessor):
        raise NotAllowed
    return outcome_of(round), assessor


def points(value: float | None) -> str:
    """A mean or spread with two decimals, the reader's way; a dash for None."""
    return "–" if value is None else number_format(value, 2)


def interval_of(standing: Standing) -> str:
    """The interval of ranks, as "2–5", or "2"; a dash where there is none."""
    if standing.best is None:
        return "–"
    return str(standing.best) if standing.best == standing.worst else f"{standing.best}–{standing.worst}"


def chart_of(outcome: Outcome) -> Chart:
    """A dot for each assessor's score of each need, best need first."""
    rows = [
        Row(
            entry.need.title,
            [score for _who, score in standing.by_assessor],
            url=reverse("round_need", args=[outcome.round.uuid, entry.need.uuid]),
            language=entry.need.language,
            note=_("rank %(rank)s, mean %(mean)s") % {"rank": standing.rank, "mean": points(standing.mean)},
        )
        for entry, standing in outcome.standings
    ]
    address = reverse("round_scores_csv", args=[outcome.round.uuid])
    title = _("Each assessor's score of each need")
    return range_chart(
        "round", title, rows, low=LEAST_VALUE, high=MOST_VALUE, measure=_("points"), csv_url=address
    )


@login_required
@require_GET
def round_result(request: Request, uuid: UUID) -> HttpResponse:
    """The needs ranked, how sure that is, and where to begin talking. Before closing it says that it is hidden."""
    viewer = request.viewer
    round, assessor = round_for(viewer, uuid)
    context: dict[str, object] = {"round": round, "may_lead": can_lead_round(viewer, round.facts)}
    if not sees_scores(viewer, round, assessor):
        return render(request, "needs/round_hidden.html", context)
    outcome = outcome_of(round)
    context |= {
        "rows": [
            {
                "entry": entry,
                "standing": standing,
                "mean": points(standing.mean),
                "interval": interval_of(standing),
                "spread": points(standing.spread),
                "n": len(standing.by_assessor),
            }
            for entry, standing in outcome.standings
        ],
        "disputed": [
            (entry, widest(outcome.criteria, standing))
            for entry, standing in outcome.standings
            if standing.is_disputed
        ],
        "chart": chart_of(outcome) if outcome.scores else None,
        "result": outcome.result,
        "moved": [(e, s) for e, s in outcome.standings if s.rank != s.level_rank],
        "is_closed": has_closed(round.facts, now()),
    }
    return render(request, "needs/round_result.html", context)


def widest(criteria: list[RoundCriterion], standing: Standing) -> tuple[RoundCriterion, int, int] | None:
    """The criterion that the assessors differ most on, and the lowest and highest value."""
    spreads = [
        (judged.variance, -place)
        for place, judged in enumerate(standing.criteria)
        if judged.variance is not None
    ]
    if not spreads:
        return None
    place = -max(spreads)[1]
    judged = standing.criteria[place]
    return criteria[place], judged.low or 0, judged.high or 0


@login_required
@require_GET
def round_need(request: Request, uuid: UUID, need: UUID) -> HttpResponse:
    """How each assessor, by name, scored one need, and why."""
    outcome, _assessor = outcome_for(request, uuid)
    viewer, entry = request.viewer, entry_in(outcome.entries, need)
    standing = outcome.standing(entry)
    scores = [score for score in outcome.scores if score.entry_id == entry.pk]
    people = {each.person_id: each.person for each in outcome.round.assessors.select_related("person")}
    chart = range_chart(
        "need",
        _("What they gave, criterion by criterion"),
        [
            Row(criterion.name, [s.values[place] for s in scores if s.values[place] is not None])
            for place, criterion in enumerate(outcome.criteria)
        ],
        low=LEAST_VALUE,
        high=MOST_VALUE,
        measure=_("points"),
    )
    context = {
        "round": outcome.round,
        "entry": entry,
        "need": entry.need,
        "standing": standing,
        "mean": points(standing.mean),
        "interval": interval_of(standing),
        "spread": points(standing.spread),
        "criteria": [
            (
                criterion,
                points(judged.mean),
                points(None if judged.variance is None else judged.variance**0.5),
            )
            for criterion, judged in zip(outcome.criteria, standing.criteria, strict=True)
        ],
        "scores": [(shown_name(score.assessor.person, viewer), score) for score in scores],
        "aside": [
            shown_name(people[person], viewer)
            for _entry, person in sorted(asides(outcome.round, [entry], people))
        ],
        "chart": chart if scores else None,
    }
    return render(request, "needs/round_need.html", context)


@login_required
@require_GET
def round_csv(request: Request, uuid: UUID) -> HttpResponseBase:
    """The ranking as a file."""
    outcome, _assessor = outcome_for(request, uuid)
    header = [
        _("Rank"),
        _("Need"),
        _("Unit"),
        _("Mean"),
        _("Rank at best"),
        _("Rank at worst"),
        _("Assessors"),
        _("Spread"),
        _("Agreement"),
        _("Rank without harshness"),
        *(criterion.name for criterion in outcome.criteria),
        _("Chosen"),
        _("Reason"),
        _("Why out of rank order"),
    ]
    rows = (ranking_row(entry, standing) for entry, standing in outcome.standings)
    return export_response(_("ranking"), header, rows, kind=request.GET.get("format"))


def ranking_row(entry: RoundNeed, standing: Standing) -> list[object]:
    """One need as a row of the file; a choice only once it is made."""
    chosen = {True: _("yes"), False: _("no")}.get(entry.is_chosen, "") if entry.decided_at else ""  # type: ignore[arg-type]
    return [
        standing.rank,
        entry.need.title,
        entry.need.unit.name,
        rounded(standing.mean),
        standing.best,
        standing.worst,
        len(standing.by_assessor),
        rounded(standing.spread),
        rounded(standing.agreement),
        standing.level_rank,
        *(rounded(judged.mean) for judged in standing.criteria),
        chosen,
        entry.reason if entry.decided_at else "",
        entry.why_out_of_order if entry.decided_at else "",
    ]


def rounded(value: float | None) -> float | None:
    """The number with three decimals, as files hold it."""
    return None if value is None else round(value, 3)


@login_required
@require_GET
def round_scores_csv(request: Request, uuid: UUID) -> HttpResponseBase:
    """Every score that counts as a file, by name."""
    outcome, _assessor = outcome_for(request, uuid)
    header = [_("Need"), _("Assessor"), *(c.name for c in outcome.criteria), _("Reason")]
    return export_response(_("scores"), header, score_rows(request, outcome), kind=request.GET.get("format"))


def score_rows(request: Request, outcome: Outcome) -> Iterator[list[object]]:
    """A row for each assessor's score of each need; empty for "can not judge"."""
    titles = {entry.pk: entry.need.title for entry in outcome.entries}
    for score in outcome.scores:
        name = shown_name(score.assessor.person, request.viewer)
        yield [titles[score.entry_id], name, *score.values, score.reason]


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
    late: set[int] = set()
    if request.method == "POST" and form.is_valid():
        late = faulty_entries(request, round, form)
        if not form.errors:
            return redirect("round_result" if "decide" in request.POST else "round_choose", round.uuid)
    standings = {standing.entry: standing for standing in outcome.result.standings}
    context = {
        "round": round,
        "form": form,
        "rows": [
            {
                "entry": entry,
                "standing": standings[entry.pk],
                "mean": points(standings[entry.pk].mean),
                "interval": interval_of(standings[entry.pk]),
                "fields": form.fields_of(entry),
                "why": form[f"why_{entry.pk}"],
                "is_late": entry.pk in late or bool(form[f"why_{entry.pk}"].value()),
                "missing": [ASKS[ask] for ask in missing_to_choose(entry.need.facts)],
            }
            for entry in entries
        ],
        "aside": [e for e in outcome.entries if e.decided_at is None and e.pk not in mine],
    }
    return render(request, "needs/round_choose.html", context)


def faulty_entries(request: Request, round: Round, form: ChoosingForm) -> set[int]:
    """Does what the pressed button says; what stands in the way is shown at the fields of the entries returned."""
    try:
        if "decide" in request.POST:
            decide_round(by=request.viewer, round=round, choices=form.choices())
            messages.success(request, _("Decided. Those who have the needs are answered, with your reasons."))
        else:
            save_choices(by=request.viewer, round=round, choices=form.choices())
            messages.success(request, _("Kept for later. Nobody is told yet."))
    except NotReady as refused:
        form.add_error(None, str(refused))
        for pk, fault in refused.faults.items():
            form.add_error(f"choice_{pk}", fault)
        return set(refused.faults)
    except Refused as refused:
        form.add_error(None, str(refused))
    return set()
