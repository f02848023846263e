"""Ranks the texts of an index for a need."""

import numpy as np

from ringar_kits.texts.fuse import fuse
from ringar_kits.texts.index import Index
from ringar_kits.texts.model import Document, Hit, Ranking, Vector
from ringar_kits.texts.query import Query


def rank(
    index: Index, sought: str | Document | Query, top: int = 10, *, vector: Vector | None = None
) -> Ranking:
    """Return the `top` texts of `index` for what is sought, best first; equal scores by id.

    `vector` is the query's row of `Embedder.embed_queries`; without it words alone decide.
    """
    query = Query.of(sought, vector)
    scored = index.score(query)
    scores = fuse(scored.words, scored.letters, scored.meaning)
    best = np.argsort(-scores, kind="stable")[:top]
    hits = [
        Hit(
            id=scored.ids[row],
            rank=place,
            score=round(float(scores[row]), 6),
            parts={"words": float(scored.words[row]), "letters": float(scored.letters[row])},
        )
        for place, row in enumerate(best, 1)
    ]
    return Ranking(tuple(hits), 1.0, scored.meaning is not None)
