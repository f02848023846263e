"""The index of texts to be found: grows and shrinks text by text, and scores them all for a query."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringar_kits.texts.crowding import Crowding
from ringar_kits.texts.fuse import fuse, letter_part, meaning_part, word_part
from ringar_kits.texts.model import Document, Scores, Vector
from ringar_kits.texts.query import Query
from ringar_kits.texts.segment import Segment, WordKey, count_words
from ringar_kits.texts.vectors import VectorTable

SMALL_BLOCK = 256
"""Texts in a block below which it is merged with the next: adding one text then costs a small block."""
CENTRE_PRIOR = 5
"""Needs' worth of doubt in the mean of the needs seen."""
FEWEST_NEEDS = 20
"""Needs from which it is judged what is common to them all."""
MOST_NEEDS = 1000
"""Needs that are enough for it; more would only cost time."""
GRAM_POWER = 3.0
"""Letter grams are weighed by idf to this power, both sides together; chosen on the judged sets."""


@dataclass(frozen=True)
class Scored:
    """The parts of every text's score; row i of each array is the text `ids[i]`.

    `parts` holds "words" and "letters", with a model "meaning", and "crowding" once needs are learnt; `rivals` then
    is the score that the best other need gives each text (parts but for crowding, cold-start weights). The rest is
    what `explain` needs to score a changed text alike: weights of search words and letter grams, and the
    query's own scores by both.
    """

    ids: list[str]
    parts: dict[str, Scores]
    rivals: Scores | None
    roots: Mapping[str, float]
    grams: Mapping[str, float]
    own_words: float
    own_letters: float
    mean_length: float


class Index:
    """Texts with their postings and, where there are some, vectors. One thread at a time may use it."""

    def __init__(
        self, documents: Iterable[Document] = (), vectors: Mapping[str, Vector] | None = None
    ) -> None:
        self.documents: dict[str, Document] = {}
        self.query_centre: Vector | None = None
        self._segments: list[Segment] = []
        self._vectors = VectorTable()
        self._crowding: dict[bool, Crowding] = {}
        self._rows: tuple[list[str], NDArray[np.bool_], NDArray[np.int64]] | None = None
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
        self._rows = None

    def set_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Give texts their vectors (rows of `Embedder.embed_passages`); until then their words must do."""
        unknown = vectors.keys() - self.documents.keys()
        if unknown:
            raise KeyError(f"not in the index: {sorted(unknown)[:3]}")
        self._vectors.put(vectors)
        self._rows = None

    def without_vectors(self) -> list[str]:
        """Return the ids that still lack a vector, in the order they came."""
        return [id_ for id_ in self.documents if id_ not in self._vectors.rows]

    def set_query_centre(self, query_vectors: Vector) -> None:
        """Learn what questions have in common from their vectors (rows): that part tells nothing of what is asked."""
        shrunk = len(query_vectors) / (len(query_vectors) + CENTRE_PRIOR)
        self.query_centre = np.asarray(query_vectors.mean(axis=0) * shrunk, dtype=np.float32)

    def learn_needs(self, needs: Sequence[Query]) -> None:
        """Learn from the needs at hand what they have in common; at most `MOST_NEEDS` are read, evenly spread.

        Two things: the centre of their vectors, and each text's crowding, which is what it gives every need.
        Fewer than `FEWEST_NEEDS` teach nothing. To be called now and then as texts and needs change.
        """
        self._crowding, self.query_centre = {}, None
        if len(needs) < FEWEST_NEEDS or not len(self):
            return
        needs = needs[:: -(-len(needs) // MOST_NEEDS)]
        vectors = [need.vector for need in needs if need.vector is not None]
        if vectors:
            self.set_query_centre(np.asarray(vectors))
        learnt: dict[bool, Crowding] = {}
        for need in needs:
            scored = self.score(need)
            learnt.setdefault("meaning" in scored.parts, Crowding()).see(fuse(scored.parts))
            if "meaning" in scored.parts:
                by_words = {name: part for name, part in scored.parts.items() if name != "meaning"}
                learnt.setdefault(False, Crowding()).see(fuse(by_words))
        for crowding in learnt.values():
            crowding.settle(scored.ids)
        self._crowding = {kind: crowding for kind, crowding in learnt.items() if crowding.is_known}

    def score(self, query: Query) -> Scored:
        """Return the parts of every text's score for `query`."""
        roots, own_words = self._root_weights(query)
        grams = self._gram_weights(query)
        own_letters = query.own_letters(grams)
        ids, alive, vector_rows = self._row_view()
        mean_length = sum(s.total_length() for s in self._segments) / max(len(self), 1)
        words = _joined([s.root_scores(roots, mean_length) for s in self._segments])[alive]
        letters = _joined([s.gram_scores(grams) for s in self._segments])[alive]
        parts = {"words": word_part(words, own_words), "letters": letter_part(letters, own_letters)}
        if query.vector is not None and len(self._vectors) and ids:
            table = np.append(self._vectors.scores(query.vector, self.query_centre), np.nan)
            parts["meaning"] = meaning_part(table[vector_rows], parts["words"] + parts["letters"])
        rivals, crowding = None, self._crowding.get("meaning" in parts)
        if crowding is not None:
            parts["crowding"], rivals = crowding.of(ids, fuse(parts))
        return Scored(ids, parts, rivals, roots, grams, own_words, own_letters, mean_length)

    def rarity(self, root: str) -> float:
        """Return the inverse document frequency of a search word (BM25's, never below 0)."""
        frequency = sum(segment.root_frequency(root) for segment in self._segments)
        return float(np.log1p((len(self) - frequency + 0.5) / (frequency + 0.5)))

    def cosines(self, query: Query, vectors: Vector) -> Scores:
        """Return the cosine of `query` to rows that are not in the index, as `score` reckons it for those that are."""
        if query.vector is None:
            raise ValueError("the query has no vector")
        return self._vectors.cosines(query.vector, self.query_centre, vectors)

    def _root_weights(self, query: Query) -> tuple[dict[str, float], float]:
        """Return the query's search words and their kin with weight times idf, and what its own add up to."""
        weights = {root: weight * self.rarity(root) for root, weight in query.root_weights.items()}
        kin = {root: weight * self.rarity(root) for root, weight in query.kindred_weights.items()}
        return weights | kin, sum(weights.values())

    def _gram_weights(self, query: Query) -> dict[str, float]:
        grams = list(query.gram_weights)
        frequencies = sum((s.gram_frequencies(grams) for s in self._segments), np.zeros(len(grams)))
        idf = np.log((1 + len(self)) / (1 + np.minimum(frequencies, len(self)))) + 0.2
        return {
            gram: query.gram_weights[gram] * float(rarity**GRAM_POWER)
            for gram, rarity, frequency in zip(grams, idf, frequencies, strict=True)
            if frequency > 0
        }

    def _row_view(self) -> tuple[list[str], NDArray[np.bool_], NDArray[np.int64]]:
        """Return the living ids in row order, which rows live, and the vector row of each (-1: none)."""
        if self._rows is None:
            alive = np.concatenate([np.zeros(0, dtype=bool), *(s.alive for s in self._segments)])
            every = [id_ for segment in self._segments for id_ in segment.ids]
            ids = [id_ for id_, lives in zip(every, alive, strict=True) if lives]
            self._rows = ids, alive, self._vectors.row_of(ids)
        return self._rows

    def _grow(self, counted: dict[str, Mapping[WordKey, float]]) -> None:
        """Add a block, merged with those before it that are no larger, so that blocks stay few and grow."""
        ids, rows = list(counted), list(counted.values())
        while self._segments and len(self._segments[-1]) <= max(SMALL_BLOCK, len(ids)):
            last = self._segments.pop()
            ids = [*last.rows, *ids]
            rows = [*(last.counted(row) for row in last.rows.values()), *rows]
        self._segments.append(Segment(ids, rows))
        self._rows = None


def _joined(blocks: list[Scores]) -> Scores:
    return np.concatenate(blocks) if blocks else np.zeros(0)
