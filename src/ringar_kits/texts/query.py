"""What is sought, taken apart once: words, letter grams and, with a model, a vector."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.kindred import KINDRED_WEIGHT, kindred
from ringar_kits.texts.model import Document, Vector
from ringar_kits.texts.normalise import words
from ringar_kits.texts.segment import letter_grams, roots

LONGEST_QUERY = 400
"""Words of a query that are used; a whole report pasted in is judged by its beginning."""


@dataclass(frozen=True)
class Query:
    """A need as text; `vector` is its row of `Embedder.embed_queries`, None without a model."""

    text: str
    vector: Vector | None = None

    @classmethod
    def of(cls, sought: "str | Document | Query", vector: Vector | None = None) -> "Query":
        """Return `sought` as a query, with `vector` where one is given."""
        if isinstance(sought, Query):
            return sought if vector is None else cls(sought.text, vector)
        return cls(sought.whole if isinstance(sought, Document) else sought, vector)

    @cached_property
    def words(self) -> list[str]:
        """The lower-case words in order, stop words included."""
        return words(self.text)[:LONGEST_QUERY]

    @cached_property
    def language(self) -> str:
        """The language its words are read as, "sv" or "en"."""
        return guess_language(self.words)

    @cached_property
    def root_weights(self) -> dict[str, float]:
        """Stems and stems of compound parts, each with how often it stands in the query."""
        weights: dict[str, float] = defaultdict(float)
        for word in self.words:
            for root, weight in roots(word, self.language):
                weights[root] += weight
        return weights

    @cached_property
    def kindred_weights(self) -> dict[str, float]:
        """Stems of words that mean nearly the same as the query's, each at the weight of its weightiest kin."""
        found: dict[str, float] = {}
        for root, weight in self.root_weights.items():
            for other in sorted(kindred(root) - self.root_weights.keys()):
                found[other] = max(found.get(other, 0.0), KINDRED_WEIGHT * weight)
        return found

    @cached_property
    def gram_weights(self) -> dict[str, float]:
        """Letter grams with the logarithm of their counts."""
        counts = Counter(gram for word in self.words for gram in letter_grams(word))
        return {gram: 1.0 + float(np.log(count)) for gram, count in counts.items()}

    def own_letters(self, weights: Mapping[str, float]) -> float:
        """Return the letter-gram score of a text that is the query itself, by the index's gram `weights`."""
        score, squares = 0.0, 0.0
        for word, count in Counter(self.words).items():
            weight, grams = 1.0 + float(np.log(count)), letter_grams(word)
            score += weight * sum(weights.get(gram, 0.0) for gram in grams)
            squares += weight**2 * len(grams)
        return score / (squares**0.5 + 1e-9)
