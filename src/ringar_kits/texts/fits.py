"""How sure it is that the best text found truly answers, and when to say that nothing fits.

A logistic line over the best text's cold-start score, fitted on judged needs with their answers in the index and
with them taken out (`bench/matching.py --refit` fits and prints it anew). The best score tells about as much as
any set of signs that was tried; what it cannot tell is an answer from a near neighbour of one.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ringar_kits.texts.fuse import fuse
from ringar_kits.texts.model import Scores

Line = tuple[float, float]
"""Slope and offset of the log-odds over the best score."""

LINES: Mapping[tuple[bool, bool], Line] = {
    (True, True): (1.37, -0.40),
    (True, False): (1.17, -0.56),
    (False, True): (1.25, -0.11),
    (False, False): (0.97, -0.15),
}
"""By whether a model was used, and whether needs had been learnt from: both change the scale of scores."""


def confidence(parts: Mapping[str, Scores]) -> float:
    """Return the probability that the best text truly fits, 0 where there is none; 0.5 is where `fits` turns."""
    scores = fuse(parts)
    if not len(scores):
        return 0.0
    slope, offset = LINES["meaning" in parts, "crowding" in parts]
    return float(1 / (1 + np.exp(-(slope * scores.max() + offset))))


def fit_line(present: Sequence[float], absent: Sequence[float], *, wrong: float = 0.10) -> Line:
    """Return the line for best scores of needs with their answer `present` and `absent`.

    The line is put so that at most the share `wrong` of the needs with an answer falls below 0.5. Logistic
    regression by Newton's method with a slight ridge.
    """
    seen = np.concatenate([present, absent])
    design = np.stack([seen, np.ones_like(seen)], axis=1)
    truth = np.concatenate([np.ones(len(present)), np.zeros(len(absent))])
    line = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ line))
        slope = design.T @ (truth - chance) - 1e-3 * line
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + 1e-3 * np.eye(2)
        line = line + np.linalg.solve(bend, slope)
    turn = float(np.quantile(np.asarray(present), wrong))
    return float(line[0]), float(-line[0] * turn)
