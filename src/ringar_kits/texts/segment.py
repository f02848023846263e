"""A block of analysed texts with their postings: built once, deletions marked, never rewritten.

Statistics that depend on the whole collection (document frequencies, mean length) are not stored here but summed
over blocks by the index, so that an index grown text by text scores exactly as one built in a single go.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ringar_kits.texts.analyse import guess_language, is_stop_word, parts, stem
from ringar_kits.texts.model import Document, Scores
from ringar_kits.texts.normalise import words

PART_WEIGHT = 0.5
"""What a part of a compound counts beside a whole word."""
TITLE_WEIGHT = 2.0
GRAMS = (3, 4, 5)
SATURATION, LENGTH = 0.9, 0.75
"""BM25's k1 and b; chosen on the judged sets, see docs/howto/matching.md."""

WordKey = tuple[str, str]
"""A word as written in lower case, and the language it is read as."""


def count_words(document: Document) -> dict[WordKey, float]:
    """Return how often each word stands in `document`, title words weighed up, stop words included."""
    title, text = words(document.title), words(document.text)
    language = guess_language([*title, *text])
    counts: Counter[str] = Counter(text)
    weighed: dict[WordKey, float] = {(word, language): float(count) for word, count in counts.items()}
    for word in title:
        weighed[word, language] = weighed.get((word, language), 0.0) + TITLE_WEIGHT
    return weighed


@lru_cache(maxsize=200_000)
def roots(word: str, language: str) -> tuple[tuple[str, float], ...]:
    """Return what `word` is searched by: its stem, and at part weight the stems of its compound parts."""
    if is_stop_word(word, language):
        return ()
    root = stem(word, language)
    return ((root, 1.0), *((part, PART_WEIGHT) for part in sorted(set(parts(word)) - {root})))


@lru_cache(maxsize=200_000)
def letter_grams(word: str) -> tuple[str, ...]:
    """Return the runs of 3 to 5 letters of `word`, its two edges marked by a blank."""
    edged = f" {word} "
    return tuple(edged[i : i + size] for size in GRAMS for i in range(len(edged) - size + 1)) or (edged,)


class _Table:
    """Grows a sparse matrix whose columns are named by strings."""

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self._rows: list[int] = []
        self._cells: list[int] = []
        self._values: list[float] = []

    def put(self, row: int, name: str, value: float) -> None:
        self._rows.append(row)
        self._cells.append(self.columns.setdefault(name, len(self.columns)))
        self._values.append(value)

    def matrix(self, rows: int) -> sp.csr_array:
        shape = (rows, len(self.columns))
        values = np.asarray(self._values, dtype=np.float32)
        return sp.csr_array((values, (self._rows, self._cells)), shape=shape)


class Segment:
    """The postings of some texts, by stems (with compound parts) and by letter grams."""

    def __init__(self, ids: Sequence[str], counted: Sequence[Mapping[WordKey, float]]) -> None:
        self.ids = list(ids)
        self.rows = {id_: row for row, id_ in enumerate(self.ids)}
        self.alive: NDArray[np.bool_] = np.ones(len(self.ids), dtype=bool)
        self._build(counted)

    def _build(self, counted: Sequence[Mapping[WordKey, float]]) -> None:
        names: dict[WordKey, int] = {}
        columns = [[names.setdefault(key, len(names)) for key in counts] for counts in counted]
        starts = np.cumsum([0, *map(len, columns)])
        values = np.fromiter((v for c in counted for v in c.values()), dtype=np.float32, count=starts[-1])
        cells = np.fromiter((cell for row in columns for cell in row), dtype=np.int32, count=starts[-1])
        by_word = sp.csr_array((values, cells, starts), shape=(len(self.ids), len(names)))
        rooted, grammed = _Table(), _Table()
        for row, (word, language) in enumerate(names):
            for root, weight in roots(word, language):
                rooted.put(row, root, weight)
            for gram, times in Counter(letter_grams(word)).items():
                grammed.put(row, gram, times)
        self.root_columns, self.gram_columns = rooted.columns, grammed.columns
        by_root = sp.csr_array(by_word @ rooted.matrix(len(names)))
        self._by_root_rows, self._by_root = by_root, sp.csc_array(by_root)
        self._by_gram = sp.csc_array(grammed.matrix(len(names)))
        self._names, self._counts = list(names), by_word
        self._words_of = by_word.copy()
        self._words_of.data = 1 + np.log(np.maximum(by_word.data, 1))
        self.lengths = np.asarray(by_root.sum(axis=1), dtype=np.float64).ravel()
        grams_in_word = np.asarray(self._by_gram.sum(axis=1)).ravel()
        # a cheap stand-in for the length of the text's gram vector, free of collection statistics
        self._gram_norms = np.sqrt((self._words_of**2) @ grams_in_word) + 1e-9
        self._texts_with_word = np.bincount(cells, minlength=len(names)).astype(np.float64)
        self._texts_with_gram: Scores | None = None
        self._texts_with_root = np.bincount(by_root.indices, minlength=by_root.shape[1]).astype(np.float64)

    def counted(self, row: int) -> dict[WordKey, float]:
        """Return how often each word stands in the text of `row`, as it was given."""
        cells = slice(self._counts.indptr[row], self._counts.indptr[row + 1])
        found = zip(self._counts.indices[cells], self._counts.data[cells], strict=True)
        return {self._names[cell]: float(count) for cell, count in found}

    def __len__(self) -> int:
        return int(self.alive.sum())

    def remove(self, id_: str) -> None:
        """Take one text out of all statistics; its postings stay until the block is built anew."""
        row = self.rows.pop(id_)
        self.alive[row] = False
        self._texts_with_word[_row(self._words_of, row)] -= 1
        self._texts_with_root[_row(self._by_root_rows, row)] -= 1
        self._texts_with_gram = None

    def total_length(self) -> float:
        """Return the summed length of the texts, in weighed search words."""
        return float(self.lengths[self.alive].sum())

    def root_frequency(self, root: str) -> float:
        """Return in how many texts `root` stands."""
        column = self.root_columns.get(root)
        return 0.0 if column is None else float(self._texts_with_root[column])

    def gram_frequencies(self, grams: Sequence[str]) -> Scores:
        """Return for each gram the summed text counts of the words that hold it, an upper bound of its texts."""
        if self._texts_with_gram is None:
            holds = (self._by_gram > 0).astype(np.float64)
            self._texts_with_gram = np.append(self._texts_with_word @ holds, 0.0)
        columns = np.fromiter((self.gram_columns.get(gram, -1) for gram in grams), dtype=np.int64)
        # a gram that is not here has column -1: the nought put last
        return np.asarray(self._texts_with_gram[columns])

    def root_scores(self, weights: Mapping[str, float], mean_length: float) -> Scores:
        """Return each text's BM25 score; `weights` holds each query root's weight times its idf."""
        scores = np.zeros(len(self.ids))
        damping = SATURATION * (1 - LENGTH + LENGTH * self.lengths / max(mean_length, 1e-9))
        for root, weight in weights.items():
            column = self.root_columns.get(root)
            if column is not None:
                rows, counts = _column(self._by_root, column)
                scores[rows] += weight * (SATURATION + 1) * counts / (counts + damping[rows])
        return scores

    def gram_scores(self, weights: Mapping[str, float]) -> Scores:
        """Return each text's letter-gram score; `weights` holds each query gram's weight.

        First every word of the block is scored, then every text by its words: the gram vectors of whole texts,
        far too many to keep, are never written out.
        """
        by_word = np.zeros(self._by_gram.shape[0], dtype=np.float32)
        for gram, weight in weights.items():
            column = self.gram_columns.get(gram)
            if column is not None:
                rows, times = _column(self._by_gram, column)
                by_word[rows] += weight * times
        return np.asarray(self._words_of @ by_word, dtype=np.float64) / self._gram_norms


def _column(matrix: sp.csc_array, column: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    cells = slice(matrix.indptr[column], matrix.indptr[column + 1])
    return matrix.indices[cells], matrix.data[cells]


def _row(matrix: sp.csr_array, row: int) -> NDArray[np.int32]:
    return matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
