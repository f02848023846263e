"""What a round's scores came to, as pages: the ranking, and how each need was scored."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ringar.core.charts import Chart, Row, range_chart
from ringar.core.clock import now
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed
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
from ringar.needs.round_rules import LEAST_VALUE, MOST_VALUE, can_lead_round, has_closed
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


def chart_by_criterion(criteria: list[RoundCriterion], scores: list[Score]) -> Chart:
    """A dot for each assessor's value of one need, criterion by criterion."""
    rows = [
        Row(criterion.name, [s.values[place] for s in scores if s.values[place] is not None])
        for place, criterion in enumerate(criteria)
    ]
    title = _("What they gave, criterion by criterion")
    return range_chart("need", title, rows, low=LEAST_VALUE, high=MOST_VALUE, measure=_("points"))


@login_required
@require_GET
def round_need(request: Request, uuid: UUID, need: UUID) -> HttpResponse:
    """How each assessor, by name, scored one need, and why."""
    outcome, _assessor = outcome_for(request, uuid)
    viewer, entry = request.viewer, entry_in(outcome.entries, need)
    standing = outcome.standing(entry)
    scores = [score for score in outcome.scores if score.entry_id == entry.pk]
    people = {each.person_id: each.person for each in outcome.round.assessors.select_related("person")}
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
        "chart": chart_by_criterion(outcome.criteria, scores) if scores else None,
    }
    return render(request, "needs/round_need.html", context)
