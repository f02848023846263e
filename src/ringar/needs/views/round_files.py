"""What a round's scores came to, as files."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ringar.core.exports import export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.needs.round_models import RoundNeed
from ringar.needs.round_result import Standing
from ringar.needs.views.outcomes import Outcome, outcome_for


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
