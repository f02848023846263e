"""What a posterior says in the metric's own unit: probabilities, averages, and what more data could be worth."""

import numpy as np
from scipy.special import stdtrit

from ringar_kits.effects.fit import Mixture
from ringar_kits.effects.model import Estimate, Posterior
from ringar_kits.effects.scales import Values, change_of, effect_of

SIGNS = {"higher": 1.0, "lower": -1.0}
DRAWS = 400
"""Evenly spread draws from each component: deterministic, and close enough for averages of money."""


def mixture_of(posterior: Posterior) -> Mixture:
    """Return the posterior as arrays of one run."""
    weights, centres, scales = np.array([posterior.weights, posterior.centres, posterior.scales])[:, None, :]
    return Mixture(weights, centres, scales, posterior.dof)


def chance_beyond(estimate: Estimate, effect: float) -> float:
    """Return the probability of an effect better than `effect` (own unit; for "lower", its size counts downwards)."""
    if estimate.posterior is None or estimate.level_before is None:
        raise ValueError("there is no number to ask")
    sign = SIGNS[estimate.better]
    limit = change_of(sign * abs(effect), estimate.scale, estimate.level_before)
    below = float(mixture_of(estimate.posterior).below(limit)[0])
    return below if sign < 0 else 1 - below


def value_of_waiting(mixture: Mixture, *, scale: str, level: float, sign: float, worthwhile: float) -> float:
    """Return the expected value of perfect information, in the metric's own unit per week.

    The gain of going on is the effect less `worthwhile`, the effect at which it pays. E[max(0, gain)] less max(0,
    E[gain]): what knowing the truth before deciding would add on average (Raiffa & Schlaifer, 1961).
    """
    shares = (np.arange(DRAWS) + 0.5) / DRAWS
    changes = mixture.centres[0][:, None] + mixture.scales[0][:, None] * stdtrit(mixture.dof, shares)
    gains: Values = sign * effect_of(changes, scale, level) - abs(worthwhile)
    weights = mixture.weights[0][:, None] / DRAWS
    return float(np.sum(weights * np.maximum(gains, 0)) - max(0.0, np.sum(weights * gains)))
