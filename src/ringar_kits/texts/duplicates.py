"""Finds texts that seem to say the same, to be shown to people; nothing is ever merged by machine.

Two texts are as alike as the rarity of the words they share is large beside that of all their words (a weighed
Jaccard), and, with a model, as their vectors are near. The thresholds were chosen for a precision of 0.9 on
sentence pairs judged by people, see docs/howto/matching.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ringar_kits.texts.analyse import content_words
from ringar_kits.texts.index import Index
from ringar_kits.texts.model import Document, Pair, Vector
from ringar_kits.texts.normalise import words
from ringar_kits.texts.query import Query
from ringar_kits.texts.rank import rank
from ringar_kits.texts.segment import roots

SHOWN_BY_WORDS, SHOWN_WITH_MEANING = 0.85, 0.87
"""Likeness from which a pair is shown: by words alone, and with a model."""
AKIN_BY_WORDS, AKIN_WITH_MEANING = 0.30, 0.60
"""Likeness from which a text is worth a look while another is being written: here a miss costs more."""
WORDS_BESIDE_MEANING = 0.45
"""What the likeness by words counts beside the cosine."""
CANDIDATES = 10
"""Nearest texts of each text, by words and by meaning, that are compared closely."""
COMMON = 0.05
"""Share of the texts above which a word does not propose candidates; it still counts in their likeness."""
FEWEST_VECTORS = 50
"""Texts from which their vectors have a centre worth subtracting."""
BLOCK = 500
EMPTY = np.zeros(0, dtype=np.int64)
NEGATIONS = frozenset(("inte", "ej", "ingen", "inget", "inga", "aldrig", "utan", "not", "no", "never"))


@dataclass(frozen=True)
class _Read:
    """A text as it is compared: search words by weight, how each is written, and what turns its sense."""

    roots: Mapping[str, float]
    written: Mapping[str, str]
    turns: frozenset[str]


def find_duplicates(
    documents: Sequence[Document],
    vectors: Sequence[Vector] | None = None,
    *,
    threshold: float | None = None,
) -> list[Pair]:
    """Return the pairs that seem to say the same, surest first.

    `vectors` are rows of `Embedder.embed_passages`, one per document; without them, or below 50 texts, words
    alone are compared. `threshold` replaces the likeness (0 to 1) from which a pair is shown.
    """
    seen = _around_centre(vectors) if vectors is not None and len(documents) >= FEWEST_VECTORS else None
    usual = SHOWN_BY_WORDS if seen is None else SHOWN_WITH_MEANING
    least = usual if threshold is None else threshold
    read = [_read(document.whole) for document in documents]
    rarity = _rarity(read)
    pairs = []
    for first, second in sorted(_candidates(read, rarity, seen)):
        near = None if seen is None else float(seen[first] @ seen[second])
        score = _likeness(read[first], read[second], rarity, near)
        if score >= least:
            why = _why(read[first], read[second], rarity)
            pairs.append(Pair(documents[first].id, documents[second].id, round(score, 4), why))
    return sorted(pairs, key=lambda pair: -pair.score)


def similar(
    index: Index, sought: str | Document | Query, top: int = 5, *, vector: Vector | None = None
) -> list[Pair]:
    """Return texts of `index` that may say the same as one being written, best first (`first` is empty).

    `vector` is the text's row of `Embedder.embed_passages`. Quick enough to be asked while someone writes.
    """
    query = Query.of(sought, vector)
    own = _read(query.text)
    if not own.roots:
        return []
    hits = rank(index, query, 3 * top)
    rarity = {root: index.rarity(root) for root in own.roots}
    found = []
    for hit in hits:
        other = _read(index.documents[hit.id].whole)
        rarity |= {root: index.rarity(root) for root in other.roots if root not in rarity}
        near = hit.parts.get("meaning") if len(index) >= FEWEST_VECTORS else None
        score = _likeness(own, other, rarity, near)
        if score >= (AKIN_BY_WORDS if near is None else AKIN_WITH_MEANING):
            found.append(Pair("", hit.id, round(score, 4), _why(own, other, rarity)))
    return sorted(found, key=lambda pair: -pair.score)[:top]


@lru_cache(maxsize=20_000)
def _read(text: str) -> _Read:
    weights: dict[str, float] = {}
    written: dict[str, str] = {}
    for word, root in content_words(text):
        for part, weight in roots(word, "sv") or ((root, 1.0),):
            weights[part] = max(weight, weights.get(part, 0.0))
            if weight == 1.0:
                written.setdefault(part, word)
    turns = frozenset(word for word in words(text) if word in NEGATIONS or word.isdecimal())
    return _Read(weights, written, turns)


def _rarity(read: Sequence[_Read]) -> dict[str, float]:
    counts: dict[str, int] = {}
    for text in read:
        for root in text.roots:
            counts[root] = counts.get(root, 0) + 1
    return {root: float(np.log1p((len(read) - n + 0.5) / (n + 0.5))) for root, n in counts.items()}


def _likeness(first: _Read, second: _Read, rarity: Mapping[str, float], near: float | None) -> float:
    """Return 0 to 1. Texts of which only one says "not", or that name other numbers, do not say the same."""
    if first.turns != second.turns:
        return 0.0
    both = sum(
        rarity[root] * min(w, second.roots[root]) for root, w in first.roots.items() if root in second.roots
    )
    whole = sum(
        rarity[root] * max(first.roots.get(root, 0.0), second.roots.get(root, 0.0))
        for root in first.roots.keys() | second.roots.keys()
    )
    shared = both / whole if whole else 0.0
    if near is None:
        return shared
    return max(0.0, (near + WORDS_BESIDE_MEANING * shared) / (1 + WORDS_BESIDE_MEANING))


def _why(first: _Read, second: _Read, rarity: Mapping[str, float]) -> str:
    shared = [root for root in first.written if root in second.roots]
    named = [first.written[root] for root in sorted(shared, key=lambda root: -rarity[root])[:5]]
    return ", ".join(f"'{word}'" for word in named) or "near in meaning"


def _candidates(
    read: Sequence[_Read], rarity: Mapping[str, float], seen: Vector | None
) -> Iterable[tuple[int, int]]:
    """Return pairs of places (lower first) that share rare words or lie near each other."""
    pairs: set[tuple[int, int]] = set()
    usable = float(np.log1p((len(read) * (1 - COMMON) + 0.5) / (len(read) * COMMON + 0.5)))
    least = usable if len(read) > CANDIDATES / COMMON else -1.0
    names: dict[str, int] = {}
    cells = [
        (row, names.setdefault(root, len(names)), weight * rarity[root])
        for row, text in enumerate(read)
        for root, weight in text.roots.items()
        if rarity[root] >= least
    ]
    rows, columns, values = (
        (np.array(column) for column in zip(*cells, strict=True)) if cells else (EMPTY,) * 3
    )
    squares = np.bincount(rows, weights=values**2, minlength=len(read))
    values = (values / np.sqrt(squares[rows])).astype(np.float32)
    matrix = sp.csr_array((values, (rows, columns)), shape=(len(read), len(names)))
    turned = sp.csr_array(matrix.T)
    for start in range(0, len(read), BLOCK):
        by_words = (matrix[start : start + BLOCK] @ turned).toarray()
        _add_nearest(pairs, by_words, start)
        if seen is not None:
            _add_nearest(pairs, seen[start : start + BLOCK] @ seen.T, start)
    return pairs


def _add_nearest(pairs: set[tuple[int, int]], scores: NDArray[np.float32], start: int) -> None:
    own = np.arange(len(scores))
    scores[own, start + own] = -1
    kept = min(CANDIDATES, scores.shape[1] - 1)
    if kept <= 0:
        return
    nearest = np.argpartition(-scores, kept - 1, axis=1)[:, :kept]
    for row, places in enumerate(nearest, start):
        pairs.update(
            (min(row, place), max(row, place)) for place in places.tolist() if scores[row - start, place] > 0
        )


def _around_centre(vectors: Sequence[Vector]) -> Vector:
    seen = np.asarray(vectors, dtype=np.float32)
    seen = seen - seen.mean(axis=0)
    return np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9), dtype=np.float32)
