"""The index of texts to be found: grows and shrinks text by text, and scores them all for a query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringar_kits.texts.model import Document, Scores, Vector
from ringar_kits.texts.query import Query
from ringar_kits.texts.segment import Segment, WordKey, count_words
from ringar_kits.texts.vectors import VectorTable

SMALL_BLOCK = 256
"""Texts in a block below which it is merged with the next: adding one text then costs a small block."""
CENTRE_PRIOR = 5
"""Questions' worth of doubt in the mean of questions seen."""
GRAM_POWER = 3.0
"""Letter grams are weighed by idf to this power, both sides together; chosen on the judged sets."""


@dataclass(frozen=True)
class Scored:
    """Each ranker's score for every text: `ids[i]` goes with row i; `meaning` is None without a model."""

    ids: list[str]
    words: Scores
    letters: Scores
    meaning: Scores | None


class Index:
    """Texts with their postings and, where there are some, vectors. One thread at a time may change it."""

    def __init__(
        self, documents: Iterable[Document] = (), vectors: Mapping[str, Vector] | None = None
    ) -> None:
        self.documents: dict[str, Document] = {}
        self.query_centre: Vector | None = None
        self._segments: list[Segment] = []
        self._vectors = VectorTable()
        self._vector_rows: dict[int, NDArray[np.int64]] = {}
        self.add(documents, vectors)

    def __len__(self) -> int:
        return len(self.documents)

    def __contains__(self, id_: str) -> bool:
        return id_ in self.documents

    def add(self, documents: Iterable[Document], vectors: Mapping[str, Vector] | None = None) -> None:
        """Put texts in; one whose id is there already takes the place of the old one and loses its vector."""
        fresh = {document.id: document for document in documents}
        self.remove([id_ for id_ in fresh if id_ in self.documents])
        self.documents.update(fresh)
        if fresh:
            self._grow({id_: count_words(document) for id_, document in fresh.items()})
        self.set_vectors(vectors or {})

    def remove(self, ids: Iterable[str]) -> None:
        """Take texts out. Raises KeyError for an id that is not there."""
        gone = list(ids)
        for id_ in gone:
            del self.documents[id_]
            next(segment for segment in self._segments if id_ in segment.rows).remove(id_)
        self._segments = [segment for segment in self._segments if len(segment)]
        self._vectors.drop(gone)
        self._vector_rows.clear()

    def set_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Give texts their vectors (rows of `Embedder.embed_passages`); until then their words must do."""
        unknown = vectors.keys() - self.documents.keys()
        if unknown:
            raise KeyError(f"not in the index: {sorted(unknown)[:3]}")
        self._vectors.put(vectors)
        self._vector_rows.clear()

    def set_query_centre(self, query_vectors: Vector) -> None:
        """Tell what questions have in common, from the vectors of those at hand (rows; 20 or more help).

        All questions point the same way in a model's space; what they share says nothing of what is asked.
        """
        if len(query_vectors):
            shrunk = len(query_vectors) / (len(query_vectors) + CENTRE_PRIOR)
            self.query_centre = np.asarray(query_vectors.mean(axis=0) * shrunk, dtype=np.float32)

    def without_vectors(self) -> list[str]:
        """Return the ids that still lack a vector, in the order they came."""
        return [id_ for id_ in self.documents if id_ not in self._vectors.rows]

    def score(self, query: Query) -> Scored:
        """Return every ranker's score of every text for `query`."""
        roots, grams = self.root_weights(query), self._gram_weights(query)
        mean_length = sum(s.total_length() for s in self._segments) / max(len(self), 1)
        blocks = self._segments
        alive = [segment.alive for segment in blocks]
        ids = [id_ for s in blocks for id_, lives in zip(s.ids, s.alive, strict=True) if lives]
        words = [s.root_scores(roots, mean_length)[lives] for s, lives in zip(blocks, alive, strict=True)]
        letters = [s.gram_scores(grams)[lives] for s, lives in zip(blocks, alive, strict=True)]
        meaning = self._meaning(query, alive)
        return Scored(ids, _joined(words), _joined(letters), meaning)

    def root_weights(self, query: Query) -> dict[str, float]:
        """Return the query's search words with weight times idf (BM25's); words of no text are left out."""
        weights = {}
        for root, weight in query.root_weights.items():
            frequency = sum(segment.root_frequency(root) for segment in self._segments)
            if frequency > 0:
                weights[root] = weight * float(np.log1p((len(self) - frequency + 0.5) / (frequency + 0.5)))
        return weights

    def _gram_weights(self, query: Query) -> dict[str, float]:
        grams = list(query.gram_weights)
        frequencies = sum((s.gram_frequencies(grams) for s in self._segments), np.zeros(len(grams)))
        idf = np.log((1 + len(self)) / (1 + np.minimum(frequencies, len(self)))) + 0.2
        found = frequencies > 0
        return {
            gram: query.gram_weights[gram] * float(rarity**GRAM_POWER)
            for gram, rarity, is_found in zip(grams, idf, found, strict=True)
            if is_found
        }

    def _meaning(self, query: Query, alive: list[NDArray[np.bool_]]) -> Scores | None:
        if query.vector is None or not len(self._vectors):
            return None
        table = np.append(self._vectors.scores(query.vector, self.query_centre), np.nan)
        rows = []
        for segment, lives in zip(self._segments, alive, strict=True):
            key = id(segment)
            if key not in self._vector_rows:
                self._vector_rows[key] = self._vectors.row_of(segment.ids)
            rows.append(self._vector_rows[key][lives])
        return np.asarray(table[np.concatenate(rows)])

    def _grow(self, counted: dict[str, Mapping[WordKey, float]]) -> None:
        """Add a block, merged with those before it that are no larger, so that blocks stay few and grow."""
        ids, rows = list(counted), list(counted.values())
        while self._segments and len(self._segments[-1]) <= max(SMALL_BLOCK, len(ids)):
            last = self._segments.pop()
            ids = [*last.rows, *ids]
            rows = [*(last.counted[row] for row in last.rows.values()), *rows]
        self._segments.append(Segment(ids, rows))
        self._vector_rows.clear()


def _joined(blocks: list[Scores]) -> Scores:
    return np.concatenate(blocks) if blocks else np.zeros(0)
