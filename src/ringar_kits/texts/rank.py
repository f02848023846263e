"""Ranks the texts of an index for a need."""

import numpy as np

from ringar_kits.texts.index import Index
from ringar_kits.texts.model import Document, Hit, Ranking, Vector
from ringar_kits.texts.query import Query


def rank(
    index: Index, sought: str | Document | Query, top: int = 10, *, vector: Vector | None = None
) -> Ranking:
    """Return the `top` texts of `index` for what is sought, best first; equal scores in the order they came.

    `vector` is the query's row of `Embedder.embed_queries`; without it words alone decide.
    """
    query = Query.of(sought, vector)
    scored = index.score(query)
    best = np.argsort(-scored.total, kind="stable")[:top]
    hits = [
        Hit(
            id=scored.ids[row],
            rank=place,
            score=round(float(scored.total[row]), 6),
            words=float(scored.by_words[row]),
            meaning=None if scored.meaning is None else float(scored.meaning[row]),
        )
        for place, row in enumerate(best, 1)
    ]
    return Ranking(tuple(hits), 1.0, scored.meaning is not None)
