"""Poisson regression with exposure and a ridge: the workhorse of both stages."""

from dataclasses import dataclass

import numpy as np

from ringar_kits.leaks.model import FloatArray

BOUND = 12.0  # of the linear predictor, so that no exponent runs away
REFRESH, CLOSE = 0.1, 5e-4  # steps above which the information is worked out anew, and below which it is done


@dataclass(frozen=True, slots=True)
class Fitted:
    """Coefficients and their covariance (inverse of the penalised information)."""

    beta: FloatArray
    covariance: FloatArray


def fit_poisson(
    design: FloatArray,
    counts: FloatArray,
    exposure: FloatArray,
    weights: FloatArray,
    ridge: FloatArray,
    start: FloatArray | None = None,
) -> Fitted:
    """Return the coefficients b of E[counts] = exposure × exp(design b), by Newton's method.

    `weights` say how many rows each row stands for; `ridge` is the penalty per coefficient (half its square). The first
    column of `design` is taken for the constant when there is no `start`.
    """
    beta = np.zeros(design.shape[1]) if start is None else start.copy()
    if start is None:
        beta[0] = np.log(max((weights * counts).sum(), 0.5) / (weights * exposure).sum())
    information, moved = np.diag(ridge), np.inf
    for _ in range(40):
        mean = weights * exposure * np.exp(np.clip(design @ beta, -BOUND, BOUND))
        gradient = design.T @ (weights * counts - mean) - ridge * beta
        # the information is what costs: near the end the last one serves as well
        if moved > REFRESH:
            information = (design * mean[:, None]).T @ design + np.diag(ridge)
        step = np.clip(np.linalg.solve(information, gradient), -1.5, 1.5)
        beta, moved = beta + step, float(np.abs(step).max())
        if moved < CLOSE:
            break
    return Fitted(beta, np.asarray(np.linalg.inv(information), dtype=np.float64))
