"""Breaks to expect of a pipe within some years. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SHOWN_YEARS = (1, 3)
"""Years ahead that are told of each pipe, beside those that a fit was asked for."""


@dataclass(frozen=True, order=True)
class Outlook:
    """Breaks to expect within so many years; eight of ten expectations lie from `low` to `high`."""

    years: int
    expected: float
    low: float
    high: float


def outlooks_of(own: Outlook, within: Mapping[str, Sequence[float]]) -> list[Outlook]:
    """A fit's own outlook and those kept beside it ({"3": [expected, low, high]}), the fewest years first."""
    return sorted([own, *(Outlook(int(years), *told) for years, told in within.items())])
