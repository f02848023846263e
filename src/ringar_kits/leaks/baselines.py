"""What a utility does without a model, and what a simple one would do: methods to hold a ranking against."""

from collections.abc import Mapping

import numpy as np

from ringar_kits.leaks.model import FloatArray
from ringar_kits.leaks.panel import Panel


def score_baselines(panel: Panel, rng: np.random.Generator) -> Mapping[str, FloatArray]:
    """Return each simple method's score of every pipe, from what was known at the panel's cut.

    "EB rate" is a Gamma-Poisson rate per pipe: its own breaks and exposure, drawn towards those of its material; the
    strength is by moments (Robbins 1956; Efron & Morris).
    """
    use = panel.own & (panel.when <= panel.years)
    breaks = np.bincount(panel.pipe[use], minlength=len(panel.laid)).astype(float)
    km = panel.length / 1_000
    return {
        "random": rng.random(len(km)),
        "oldest first": panel.laid,
        "breaks so far": breaks,
        "breaks per km so far": breaks / km,
        "EB rate": _shrunk_rate(panel, breaks),
    }


def _shrunk_rate(panel: Panel, breaks: FloatArray) -> FloatArray:
    """Return breaks per km and year, shrunk towards the rate of the pipe's material."""
    exposure = panel.length / 1_000 * np.clip(panel.laid, 0.05, panel.years)
    kinds = len(panel.kinds)
    by_kind = (np.bincount(panel.kind, breaks, minlength=kinds) + 0.5) / (
        np.bincount(panel.kind, exposure, minlength=kinds) + 1.0
    )
    rate = by_kind[panel.kind]
    expected = rate * exposure
    # excess of the squared deviations over Poisson's, relative to the squared means
    spread = float(((breaks - expected) ** 2 - breaks).sum() / max((expected**2).sum(), 1e-9))
    shape = 1 / float(np.clip(spread, 0.05, 20.0))
    return rate * (breaks + shape) / (expected + shape)
