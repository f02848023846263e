"""How much a text gives every need: what is near everything says little about the one thing asked."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ringar_kits.texts.model import Scores

NEAREST = 5
"""Needs nearest to a text whose mean score is its crowding (Conneau et al. 2018, CSLS)."""
SAME = 1e-9
"""A kept score this near to the need's own is its own."""


class Crowding:
    """For each text the scores of the needs nearest to it, gathered need by need in constant memory."""

    def __init__(self) -> None:
        self._best = np.zeros((NEAREST + 1, 0))
        self._seen = 0
        self._columns: dict[str, int] = {}
        self._last: tuple[Sequence[str], NDArray[np.float64]] | None = None

    def see(self, scores: Scores) -> None:
        """Take in one need's scores of all texts."""
        if not self._seen:
            self._best = np.full((NEAREST + 1, len(scores)), -np.inf)
        self._seen += 1
        worst = self._best.argmin(axis=0)
        columns = np.arange(len(scores))
        self._best[worst, columns] = np.maximum(self._best[worst, columns], scores)

    def settle(self, ids: Sequence[str]) -> None:
        """Name the texts, in the order of the scores seen; nothing can be taken in after this."""
        self._best = -np.sort(-self._best, axis=0)
        self._columns = {id_: column for column, id_ in enumerate(ids)}

    @property
    def is_known(self) -> bool:
        """True when enough needs were seen to leave out the one asked and still have the nearest of the others."""
        return self._seen > NEAREST

    def of(self, ids: Sequence[str], scores: Scores) -> tuple[Scores, Scores]:
        """Return each text's crowding and its best rival's score, both by other needs than the one asked.

        `scores` are the asked need's own; texts that came after `settle` get what is usual.
        """
        if self._last is None or self._last[0] is not ids:
            self._last = ids, self._table(ids)
        best = self._last[1]
        # a need that was learnt from must not crowd out its own answer
        own = np.abs(best - scores) < SAME
        place = np.where(own.any(axis=0), own.argmax(axis=0), NEAREST)
        others = np.where(np.arange(NEAREST + 1)[:, None] == place, 0.0, best).sum(axis=0)
        rival = np.where(place == 0, best[1], best[0])
        return others / NEAREST, rival

    def _table(self, ids: Sequence[str]) -> NDArray[np.float64]:
        columns = np.fromiter((self._columns.get(id_, -1) for id_ in ids), dtype=np.int64)
        usual = np.median(self._best, axis=1, keepdims=True)
        return np.where(columns < 0, usual, self._best[:, columns])
