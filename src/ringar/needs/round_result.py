"""What a round's scores come to: the ranking, how sure it is, and where the assessors disagree. Pure: no database.

Weighted means: an assessor's score of a need is the mean of its criteria by weight. What was not judged is left
out, never counted as zero or as middling; the need's score is the mean of those assessors' scores.

Uncertainty: percentile bootstrap over assessors (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
ch. 13): assessors are drawn anew with replacement, all needs are ranked each time, and the middle 90 % of a need's
ranks is shown. With few assessors such intervals are too narrow rather than too wide; below three none is given.

Disagreement: r_wg = 1 - s²/2, where 2 is the variance of answers spread evenly over 1-5 (James, Demaree and Wolf,
Journal of Applied Psychology 69, 1984). Below 0.5 agreement is weak (LeBreton and Senter, Organizational Research
Methods 11, 2008): that is a variance above 1, here as the mean over criteria by weight.

Harshness: each assessor's own mean is taken out and the mean of all put back, before needs are ranked once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 1_000
LEAST_FOR_INTERVAL = 3
EVEN_VARIANCE = 2.0  # (5² - 1) / 12
WEAK_AGREEMENT = 0.5
CLOSE = 1e-9  # means nearer than this are a tie

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Given:
    """One assessor's values (1–5 or None) of one need, in the order of the criteria."""

    entry: int
    assessor: int
    values: Sequence[int | None]


@dataclass(frozen=True)
class Judged:
    """One criterion of one need: how many judged it, their mean, variance (None below two), lowest and highest."""

    n: int
    mean: float | None
    variance: float | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Standing:
    """Where one need stands. What could not be computed, since too few scored, is None.

    `best` and `worst` are the interval of ranks, `spread` the standard deviation between assessors (both in points
    of the scale), `level_rank` the rank once harshness is taken out, `by_assessor` (assessor, score) each.
    """

    entry: int
    rank: int | None
    mean: float | None
    best: int | None
    worst: int | None
    spread: float | None
    agreement: float | None
    level_mean: float | None
    level_rank: int | None
    criteria: tuple[Judged, ...]
    by_assessor: tuple[tuple[int, float], ...]

    @property
    def is_disputed(self) -> bool:
        """Whether the assessors disagree so much that the need is to be talked about first."""
        return self.agreement is not None and self.agreement < WEAK_AGREEMENT


@dataclass(frozen=True)
class Result:
    """All needs, best first, those without scores last. `order_changes`: harsh and mild assessors matter."""

    standings: tuple[Standing, ...]
    order_changes: bool
    assessors: int
    draws: int


@dataclass(frozen=True)
class Table:
    """Scores, assessors × needs, nan where there is none; and whose each row is."""

    assessors: tuple[int, ...]
    scores: Floats

    def scored(self, place: int) -> tuple[tuple[int, float], ...]:
        """Who scored the need at that place, and what each gave."""
        column = self.scores[:, place]
        return tuple((self.assessors[row], float(column[row])) for row in np.flatnonzero(~np.isnan(column)))


def weigh(values: Sequence[int | None], weights: Sequence[float]) -> float | None:
    """The mean of the values that were given, by weight (> 0); None where nothing was judged."""
    pairs = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    total = sum(weight for _value, weight in pairs)
    return sum(value * weight for value, weight in pairs) / total if total else None


def ranks_of(means: Floats) -> Floats:
    """The rank of each mean along the last axis, 1 the highest; equal means share one; nan stays nan."""
    above = means[..., None, :] > means[..., :, None] + CLOSE
    return np.where(np.isnan(means), np.nan, 1.0 + above.sum(axis=-1))


def means_of(scores: Floats) -> Floats:
    """The mean of each column over those who scored; nan where nobody did."""
    counted = (~np.isnan(scores)).sum(axis=0)
    total = np.nansum(scores, axis=0)
    means: Floats = np.divide(total, counted, out=np.full(total.shape, np.nan), where=counted > 0)
    return means


def rank_intervals(scores: Floats, *, seed: int, draws: int = DRAWS) -> list[tuple[int | None, int | None]]:
    """The middle 90 % of each need's ranks when assessors are drawn anew. `scores`: assessors × needs, nan missing."""
    assessors, needs = scores.shape
    if assessors < LEAST_FOR_INTERVAL:
        return [(None, None)] * needs
    random = np.random.default_rng(seed)
    times = random.multinomial(assessors, np.full(assessors, 1 / assessors), size=draws).astype(float)
    seen = ~np.isnan(scores)
    counted = times @ seen
    total = times @ np.where(seen, scores, 0.0)
    means = np.divide(total, counted, out=np.full(total.shape, np.nan), where=counted > 0)
    intervals: list[tuple[int | None, int | None]] = []
    for column in ranks_of(means).T:
        ranks = np.sort(column[~np.isnan(column)])
        if not ranks.size:
            intervals.append((None, None))
            continue
        low, high = np.percentile(ranks, [5, 95], method="inverted_cdf")
        intervals.append((int(low), int(high)))
    return intervals


def level(scores: Floats) -> Floats:
    """The scores with each assessor's own mean taken out, and the mean of all put back."""
    own = means_of(scores.T)
    return scores - own[:, None] + (np.nanmean(scores) if (~np.isnan(scores)).any() else 0.0)


def judge(values: Sequence[int | None]) -> Judged:
    """What the assessors gave on one criterion."""
    given = [value for value in values if value is not None]
    if not given:
        return Judged(0, None, None, None, None)
    variance = float(np.var(given, ddof=1)) if len(given) > 1 else None
    return Judged(len(given), float(np.mean(given)), variance, min(given), max(given))


def agreement_of(criteria: Sequence[Judged], weights: Sequence[float]) -> float | None:
    """r_wg over the criteria that two or more judged, by weight; None where there is none. May be below zero."""
    pairs = [(j.variance, w) for j, w in zip(criteria, weights, strict=True) if j.variance is not None]
    if not pairs:
        return None
    return 1 - sum(v * w for v, w in pairs) / sum(w for _v, w in pairs) / EVEN_VARIANCE


def score_table(entries: Sequence[int], given: Sequence[Given], weights: Sequence[float]) -> Table:
    """The assessors' scores of the needs; nan where an assessor judged nothing of a need."""
    places = {entry: place for place, entry in enumerate(entries)}
    people = {person: row for row, person in enumerate(sorted({each.assessor for each in given}))}
    scores = np.full((len(people), len(entries)), np.nan)
    for each in given:
        score = weigh(each.values, weights)
        if score is not None:
            scores[people[each.assessor], places[each.entry]] = score
    return Table(tuple(people), scores)


def rank_needs(
    entries: Sequence[int], given: Sequence[Given], weights: Sequence[float], *, seed: int
) -> Result:
    """The result of a round.

    `entries` are the needs' ids in the round's order, `weights` one for each criterion (> 0). Equal input gives an
    equal result: what is drawn at random starts from `seed`. See the module's text for methods and sources.
    """
    given = [each for each in given if each.entry in set(entries)]
    table = score_table(entries, given, weights)
    means, levelled = means_of(table.scores), means_of(level(table.scores))
    ranks, level_ranks = ranks_of(means), ranks_of(levelled)
    intervals = rank_intervals(table.scores, seed=seed)
    standings = []
    for place, entry in enumerate(entries):
        rows = [each.values for each in given if each.entry == entry]
        criteria = tuple(judge([row[at] for row in rows]) for at in range(len(weights)))
        scored = table.scored(place)
        standings.append(
            Standing(
                entry=entry,
                rank=as_rank(ranks[place]),
                mean=as_number(means[place]),
                best=intervals[place][0],
                worst=intervals[place][1],
                spread=float(np.std([score for _who, score in scored], ddof=1)) if len(scored) > 1 else None,
                agreement=agreement_of(criteria, weights),
                level_mean=as_number(levelled[place]),
                level_rank=as_rank(level_ranks[place]),
                criteria=criteria,
                by_assessor=scored,
            )
        )
    standings.sort(key=lambda each: each.rank or len(entries) + 1)
    changes = any(each.rank != each.level_rank for each in standings)
    return Result(tuple(standings), changes, len(table.assessors), DRAWS)


def as_number(value: float) -> float | None:
    """A plain number; None for nan."""
    return None if np.isnan(value) else float(value)


def as_rank(value: float) -> int | None:
    """A plain rank; None for nan."""
    return None if np.isnan(value) else int(value)
