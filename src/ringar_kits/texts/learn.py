"""Learns from people's judgements how much each part of a score should weigh for them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from ringar_kits.texts.fuse import COLD_START
from ringar_kits.texts.model import Hit

SPREAD_KNOWN, SPREAD_NEW = 0.15, 0.5
"""How far weights are thought to lie from the cold start: as a share of a weight that thousands of judgements on
texts chose, and, for parts that the cold start does not know (facts of solutions), outright."""
SHARPNESS = 6.0
"""Log-odds that one text is preferred to another, per unit of score between them."""
FEWEST_JUDGEMENTS = 10
FOLDS = 5
POSITION = 0.5
"""How fast attention falls with rank: a text at rank r is looked at with chance r ** -POSITION."""
EXPLORED = 0.07
"""Share of rankings in which one newcomer is lifted to be seen."""


@dataclass(frozen=True)
class Judgement:
    """What someone said of a solution shown for a need: the parts of its score then, and the rank shown at."""

    need: str
    solution: str
    fits: bool
    parts: Mapping[str, float]
    rank: int = 1


@dataclass(frozen=True)
class Preferences:
    """Weights of the parts of a score, and how much likelier they make held-out judgements (`gain`, in nats)."""

    weights: Mapping[str, float] = field(default_factory=lambda: dict(COLD_START))
    judgements: int = 0
    gain: float = 0.0

    def to_json(self) -> str:
        """Return the preferences as text that `from_json` reads."""
        return json.dumps({**asdict(self), "weights": dict(self.weights)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Preferences":
        """Return the preferences written by `to_json`."""
        return cls(**json.loads(text))


def learn(judgements: Sequence[Judgement], *, seed: int = 0) -> Preferences:
    """Return the weights that the judgements speak for, or the cold start where they do not better it.

    Pairwise Bayesian logistic regression: within a need, what fits should score above what does not. The prior
    mean is the cold start, so that few judgements move little; a pair counts by the inverse chance that its
    lower text was looked at (inverse propensity weighting, Joachims et al. 2017). Guarded by cross-validation
    over needs: held-out pairs must become likelier, and no fewer of them be ordered rightly.
    """
    names = sorted({*COLD_START, *(name for judged in judgements for name in judged.parts)})
    pairs, weights, needs = _pairs(judgements, names)
    cold = np.array([COLD_START.get(name, 0.0) for name in names])
    if len(judgements) < FEWEST_JUDGEMENTS or not len(pairs):
        return Preferences(judgements=len(judgements))
    gain, right = _held_out(pairs, weights, needs, cold, seed)
    if gain <= 0 or right < 0:
        return Preferences(judgements=len(judgements))
    found = _fit(pairs, weights, cold)
    learnt = {name: round(float(weight), 6) for name, weight in zip(names, found, strict=True)}
    return Preferences(learnt, len(judgements), round(gain, 4))


def explore(
    hits: Sequence[Hit], newcomers: Sequence[str], *, seed: int, place: int = 5, share: float = EXPLORED
) -> tuple[list[Hit], str | None]:
    """Return the hits, in a `share` of the seeds with one newcomer lifted to `place`, and its id (else None).

    Newcomers are texts that nobody has judged; only those among the hits and below `place` can be lifted. The
    same seed gives the same answer, so that a page looks the same when it is opened again.
    """
    chance = np.random.default_rng(seed)
    waiting = [hit for hit in hits[place:] if hit.id in set(newcomers)]
    if not waiting or chance.random() >= share:
        return list(hits), None
    lifted = waiting[int(chance.integers(len(waiting)))]
    rest = [hit for hit in hits if hit.id != lifted.id]
    return [*rest[: place - 1], lifted, *rest[place - 1 :]], lifted.id


def _pairs(
    judgements: Sequence[Judgement], names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Return part differences (fits less does not) of pairs within a need, their weights and needs."""
    by_need: dict[str, list[Judgement]] = {}
    for judged in judgements:
        by_need.setdefault(judged.need, []).append(judged)
    rows, weights, needs = [], [], []
    for need, given in sorted(by_need.items()):
        good, bad = [j for j in given if j.fits], [j for j in given if not j.fits]
        for better in good:
            for worse in bad:
                rows.append([better.parts.get(n, 0.0) - worse.parts.get(n, 0.0) for n in names])
                # capped: one lucky look at a low rank must not outvote everything else
                weights.append(min(10.0, max(better.rank, worse.rank) ** POSITION) / (len(good) * len(bad)))
                needs.append(need)
    return np.array(rows).reshape(-1, len(names)), np.array(weights), needs


def _fit(
    pairs: NDArray[np.float64], weights: NDArray[np.float64], cold: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the posterior mode by Newton's method; the prior keeps unseen parts at their cold-start weight."""
    found, tightness = cold.copy(), 1 / np.where(cold == 0, SPREAD_NEW, SPREAD_KNOWN * np.abs(cold)) ** 2
    rows = SHARPNESS * pairs
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (weights * (1 - chance)) - tightness * (found - cold)
        bend = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + np.diag(tightness)
        step = np.linalg.solve(bend, slope)
        found = found + step
        if np.abs(step).max() < 1e-8:
            break
    return found


def _held_out(
    pairs: NDArray[np.float64],
    weights: NDArray[np.float64],
    needs: Sequence[str],
    cold: NDArray[np.float64],
    seed: int,
) -> tuple[float, float]:
    """Return what learnt weights gain over the cold start on held-out pairs: log-likelihood, and share right."""
    names = sorted(set(needs))
    fold_of = dict(zip(names, np.random.default_rng(seed).permutation(len(names)) % FOLDS, strict=True))
    folds = np.array([fold_of[need] for need in needs])
    gain = right = 0.0
    for fold in np.unique(folds):
        held, kept = folds == fold, folds != fold
        learnt = _fit(pairs[kept], weights[kept], cold) if kept.any() else cold
        before, after = SHARPNESS * pairs[held] @ cold, SHARPNESS * pairs[held] @ learnt
        gain += float(weights[held] @ (np.logaddexp(0, -before) - np.logaddexp(0, -after)))
        right += float(weights[held] @ ((after > 0).astype(float) - (before > 0)))
    return gain / float(weights.sum()), right / float(weights.sum())
