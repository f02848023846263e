"""How much a text gives every need: what is near everything says little about the one thing asked."""

from collections.abc import Sequence

import numpy as np

from ringar_kits.texts.model import Scores

NEAREST = 5
"""Needs nearest to a text whose mean score is its crowding (Conneau et al. 2018, CSLS)."""


class Crowding:
    """For each text the mean score of the needs nearest to it, gathered need by need in constant memory."""

    def __init__(self) -> None:
        self._best: np.ndarray | None = None
        self._seen = 0
        self._by_id: dict[str, float] = {}
        self._usual = 0.0
        self._last: tuple[Sequence[str], Scores] | None = None

    def see(self, scores: Scores) -> None:
        """Take in one need's scores of all texts."""
        self._seen += 1
        if self._best is None:
            self._best = np.full((NEAREST, len(scores)), -np.inf)
        worst = self._best.argmin(axis=0)
        columns = np.arange(len(scores))
        self._best[worst, columns] = np.maximum(self._best[worst, columns], scores)

    def settle(self, ids: Sequence[str]) -> None:
        """Name the texts, in the order of the scores seen; nothing can be taken in after this."""
        if self._best is None or self._seen < NEAREST:
            return
        means = self._best.mean(axis=0)
        self._by_id = dict(zip(ids, means.tolist(), strict=True))
        self._usual = float(np.median(means)) if len(means) else 0.0
        self._best = None

    def of(self, ids: Sequence[str]) -> Scores:
        """Return each text's crowding; texts that came later get the usual one."""
        if self._last is None or self._last[0] is not ids:
            found = np.fromiter((self._by_id.get(id_, self._usual) for id_ in ids), dtype=np.float64)
            self._last = ids, found
        return self._last[1]
