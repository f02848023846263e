"""Estimates what a pilot did: a level change in the difference between those who tried and those who did not."""

from collections.abc import Collection, Iterable
from datetime import date

from ringar_kits.effects.model import Estimate, Observation


def estimate_effect(
    observations: Iterable[Observation],
    *,
    treated: Collection[str],
    controls: Collection[str] = (),
    start: date,
    burn_in: int = 0,
    scale: str = "identity",
    worthwhile: float | None = None,
    better: str = "higher",
    rho: float | None = None,
    cost: float | None = None,
    until: date | None = None,
    weeks_planned: int | None = None,
) -> Estimate:
    """Return the effect of what `treated` units did from the week `start` (an ISO Monday) on."""
    raise NotImplementedError
