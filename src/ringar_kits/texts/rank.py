"""Ranks the texts of an index for a need."""

from collections.abc import Mapping

import numpy as np

from ringar_kits.texts.fits import confidence
from ringar_kits.texts.fuse import fuse
from ringar_kits.texts.index import Index, Scored
from ringar_kits.texts.model import Document, Hit, Ranking, Scores, Vector
from ringar_kits.texts.query import Query


def rank(
    index: Index,
    sought: str | Document | Query,
    top: int = 10,
    *,
    vector: Vector | None = None,
    weights: Mapping[str, float] | None = None,
) -> Ranking:
    """Return the `top` texts of `index` for what is sought, best first; equal scores in the order they came.

    `vector` is the query's row of `Embedder.embed_queries`; without it words alone decide. `weights` of the parts
    of a score come from `learn`; None is the cold start.
    """
    scored = index.score(Query.of(sought, vector))
    total = fuse(scored.parts, weights)
    hits = tuple(_hit(scored, total, row, place) for place, row in enumerate(best_rows(total, top), 1))
    return Ranking(hits, confidence(scored.parts), "meaning" in scored.parts)


def best_rows(total: Scores, top: int) -> list[int]:
    """Return the rows of the `top` highest scores, best first, equal ones in row order."""
    if 0 < top < len(total) // 4:
        # sort only those that can be among the best; all that equal the last of them included
        last = np.partition(total, len(total) - top)[len(total) - top]
        rows = np.flatnonzero(total >= last)
        return rows[np.argsort(-total[rows], kind="stable")][:top].tolist()
    return np.argsort(-total, kind="stable")[: max(top, 0)].tolist()


def _hit(scored: Scored, total: Scores, row: int, place: int) -> Hit:
    parts = {name: round(float(values[row]), 6) for name, values in scored.parts.items()}
    return Hit(scored.ids[row], place, round(float(total[row]), 6), parts)
