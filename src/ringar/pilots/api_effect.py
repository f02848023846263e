"""What a pilot's numbers show, in the JSON interface."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from ringar.core.api import ERRORS, caller, reads
from ringar.pilots.queries.pilots import pilot_for
from ringar.pilots.standing import standing_of
from ringar.pilots.wording import effect_words, verdict_words

router = Router(tags=["pilots"])


class WeekOut(Schema):
    """A week of the chart. Numbers are null where none was measured, or none can be said."""

    week: date
    phase: str
    treated: float | None
    controls: float | None
    expected: float | None
    low: float | None
    high: float | None


class EffectOut(Schema):
    """The effect as it may be told now; `why` says why nothing is judged yet, and is "" once something is.

    `verdict` is "scale", "stop", "extend" or "no_conclusion"; act on it only where `is_final`. `effect`, `low` and
    `high` (95 %) are in the metric's own unit and sign: a fall is negative. `cost_per_unit` is null while chance alone
    could have made the effect.
    """

    metric: str
    measured_in: str
    better: str
    scale: str
    worthwhile: float | None
    verdict: str
    told: Annotated[str, Field(description="the verdict and the effect in words")]
    is_final: bool
    why: str
    effect: float | None
    low: float | None
    high: float | None
    p_better: float | None
    p_worthwhile: float | None
    p_exact: float | None
    rho: float | None
    weeks_before: int
    weeks_after: int
    nesta_level: int
    cost_per_unit: float | None
    as_of: str
    next_look: date | None
    notes: list[str]
    is_simulated: bool
    weeks: list[WeekOut]


@router.get(
    "/{uuid:uuid}/effect",
    response={200: EffectOut, **ERRORS},
    auth=reads("measurements:read"),
    summary="What a pilot's numbers show",
)
def show_effect(request: HttpRequest, uuid: UUID) -> Any:
    """As on the pilot's page: without a key those that are published, with one those that its owner may see."""
    pilot = pilot_for(caller(request), uuid)
    standing = standing_of(pilot)
    figures, answered = standing.figures, standing.answered
    told = (verdict_words(figures), effect_words(figures))
    return figures.as_json() | {
        "cost_per_unit": figures.told_cost,
        "told": "" if standing.why else " ".join(filter(None, told)),
        "why": standing.why,
        "next_look": standing.next_look,
        "notes": standing.notes,
        "weeks": answered.whole.series if answered and answered.whole else (),
    }
