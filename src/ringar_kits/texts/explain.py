"""Says why a text was found, and only what is true: each reason is tried by taking its words out of the text.

A reason names words of the need and of the text. The text is scored once more without them; a reason whose words
could go without loss is not one. By words and letters this costs next to nothing. By meaning it costs reading the
changed text with the language model, so that is done for the first hits only (`deep`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ringar_kits.texts.analyse import is_telling, stem
from ringar_kits.texts.embed import Embedder
from ringar_kits.texts.fuse import COLD_START, fuse, letter_part, word_part
from ringar_kits.texts.index import Index, Scored
from ringar_kits.texts.kindred import kindred
from ringar_kits.texts.model import Document, Hit, Reason, Scores, Vector
from ringar_kits.texts.normalise import clean_text, words
from ringar_kits.texts.query import Query
from ringar_kits.texts.segment import Segment, WordKey, count_words, letter_grams, roots

MOST_REASONS = 3
ALIKE = 0.6
"""Share of letter grams from which two words look alike; below it, words of no kinship are paired."""
MOST_TRIED = 4
"""Words of a text that are tried for their meaning; each costs one reading of the text."""
LEAST_KINSHIP = 0.5
"""Cosine, from the centre of both texts' words, from which two words are named as the same in meaning; those that
people would not pair ("ringer" and "gungor") lie below."""
LONGEST_SOUGHT = 60
"""Content words of a text among which those near in meaning are sought."""
SPARE = 1.2
"""How far beyond the next hit words stated together must let it fall: what each loses does not quite add up."""
LEAST_LOSS = 0.003
"""Fall of the score that counts; the model's own unsteadiness lies below it."""


@dataclass
class Explainer:
    """Explains hits of one index; keeps the vectors of single words between calls."""

    index: Index
    embedder: Embedder | None = None
    weights: Mapping[str, float] = field(default_factory=lambda: COLD_START)
    _word_vectors: dict[str, Vector] = field(default_factory=dict)

    def explain(self, query: Query, hits: Sequence[Hit], *, deep: int = 0) -> dict[str, list[Reason]]:
        """Return up to three tried reasons for each hit, the weightiest first; the first `deep` hits also by meaning.

        `weight` is how far the hit's score falls without the reason's words. Each is enough for the hit to fall below
        the next one; where none is alone, all are stated `together`.
        """
        scored = self.index.score(query)
        total = fuse(scored.parts, self.weights)
        wanted, ladder = {hit.id for hit in hits}, np.sort(total)
        score = {id_: float(total[row]) for row, id_ in enumerate(scored.ids) if id_ in wanted}
        found = {hit.id: self._by_words(query, scored, self.index.documents[hit.id]) for hit in hits}
        if self.embedder is not None and query.vector is not None:
            for hit in hits[:deep]:
                document = self.index.documents[hit.id]
                near = self._near(self.embedder, query, document, found[hit.id])
                tried = [*found[hit.id][:MOST_REASONS], *near]
                found[hit.id] = self._try_meaning(self.embedder, query, scored, document, tried)
        return {hit.id: _telling(found[hit.id], score[hit.id], ladder) for hit in hits}

    def _by_words(self, query: Query, scored: Scored, document: Document) -> list[Reason]:
        """Return reasons by shared words, parts and letters, each with the loss of score by words alone."""
        counts = count_words(document)
        reasons = _shared(query, [key for key in counts if is_telling(*key)])
        if not reasons:
            return []
        return self._holding(reasons, self._word_losses(scored, counts, reasons))

    def _word_losses(
        self, scored: Scored, counts: Mapping[WordKey, float], reasons: Sequence[Reason]
    ) -> Scores:
        """Return how far the score by words and letters falls without each reason's words."""
        variants = [counts] + [
            {key: count for key, count in counts.items() if key[0] not in reason.solution_words}
            for reason in reasons
        ]
        block = Segment([str(place) for place in range(len(variants))], variants)
        by_words = word_part(block.root_scores(scored.roots, scored.mean_length), scored.own_words)
        by_letters = letter_part(block.gram_scores(scored.grams), scored.own_letters)
        scores = self.weights.get("words", 0) * by_words + self.weights.get("letters", 0) * by_letters
        return np.asarray(scores[0] - scores[1:])

    @staticmethod
    def _holding(reasons: Sequence[Reason], losses: Scores) -> list[Reason]:
        weighed = [replace(r, weight=round(float(loss), 4)) for r, loss in zip(reasons, losses, strict=True)]
        return sorted((r for r in weighed if r.weight > LEAST_LOSS), key=lambda r: -r.weight)

    def _near(
        self, embedder: Embedder, query: Query, document: Document, known: Iterable[Reason]
    ) -> list[Reason]:
        """Return words of the text nearest in meaning to the need, as reasons still to be tried."""
        named = {word for reason in known for word in reason.solution_words}
        theirs = [word for word in _content(words(document.whole), LONGEST_SOUGHT) if word not in named]
        ours = _content(query.words, 20)
        if not theirs or not ours or query.vector is None:
            return []
        vectors = self._vectors_of(embedder, [*theirs, *ours])
        seen = vectors - vectors.mean(axis=0)
        sought = query.vector if self.index.query_centre is None else query.vector - self.index.query_centre
        nearest = np.argsort(-(seen[: len(theirs)] @ sought), kind="stable")[:MOST_TRIED]
        level = seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9)
        kinship = level[: len(theirs)] @ level[len(theirs) :].T
        return [
            Reason("meaning", ours[int(kinship[place].argmax())], _same_stem(theirs[place], document), 0.0)
            for place in nearest
            if kinship[place].max() >= LEAST_KINSHIP
        ]

    def _try_meaning(
        self,
        embedder: Embedder,
        query: Query,
        scored: Scored,
        document: Document,
        tried: Sequence[Reason],
    ) -> list[Reason]:
        """Return the reasons that hold when the changed text is read anew, with their whole weight."""
        if not tried:
            return []
        texts = [document.whole, *(without_words(document.whole, r.solution_words) for r in tried)]
        near = self.index.cosines(query, embedder.embed_passages(texts))
        by_meaning = self.weights.get("meaning", 0) * (near[0] - near[1:])
        return self._holding(tried, by_meaning + self._word_losses(scored, count_words(document), tried))

    def _vectors_of(self, embedder: Embedder, found: Sequence[str]) -> Vector:
        fresh = [word for word in dict.fromkeys(found) if word not in self._word_vectors]
        if fresh:
            self._word_vectors.update(zip(fresh, embedder.embed_passages(fresh), strict=True))
        return np.stack([self._word_vectors[word] for word in found])


def _telling(reasons: Sequence[Reason], score: float, ladder: Scores) -> list[Reason]:
    """Return the reasons without any of which a hit of this score falls below the next; else the fewest together."""
    below = int(np.searchsorted(ladder, score - LEAST_LOSS)) - 1
    gap = score - float(ladder[below]) if below >= 0 else 0.0
    alone = [reason for reason in reasons if reason.weight >= gap]
    if alone:
        return alone[:MOST_REASONS]
    lost = np.cumsum([reason.weight for reason in reasons])
    needed = int(np.searchsorted(lost, SPARE * gap)) + 1
    return [replace(reason, together=len(reasons) > 1) for reason in reasons[:needed]]


def without_words(text: str, gone: Iterable[str]) -> str:
    """Return `text` without the words `gone` (lower case, as `words` gives them), wherever they stand."""
    pattern = "|".join(sorted((re.escape(word) for word in gone), key=len, reverse=True))
    return re.sub(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", " ", clean_text(text), flags=re.IGNORECASE)


def _shared(query: Query, keys: Sequence[tuple[str, str]]) -> list[Reason]:
    """Return a reason without weight for each word of the need that meets words of a text; no set of words twice."""
    by_root: dict[str, list[str]] = {}
    heads: dict[str, str] = {}
    for word, language in keys:
        for root, _ in roots(word, language):
            heads.setdefault(word, root)
            by_root.setdefault(root, []).append(word)
    reasons: dict[tuple[str, ...], Reason] = {}
    for ours in dict.fromkeys(word for word in query.words if is_telling(word, query.language)):
        own_roots = roots(ours, query.language)
        theirs = {word for root, _ in own_roots for word in by_root.get(root, ())}
        kind = "word" if own_roots and own_roots[0][0] in {heads[word] for word in theirs} else "part"
        if not theirs:
            kind, theirs = "letters", {word for word, _ in keys if _alike(ours, word)}
        kin = {word for root, _ in own_roots for other in kindred(root) for word in by_root.get(other, ())}
        for how, named in ((kind, theirs), ("kindred", kin - theirs)):
            if named:
                key = tuple(sorted(named))
                reasons.setdefault(key, Reason(how, ours, key, 0.0))
    return list(reasons.values())


def _alike(first: str, second: str) -> bool:
    if min(len(first), len(second)) < 4:
        return False
    ours, theirs = set(letter_grams(first)), set(letter_grams(second))
    return len(ours & theirs) >= ALIKE * min(len(ours), len(theirs))


def _content(found: Iterable[str], most: int) -> list[str]:
    kept = (word for word in found if len(word) > 3 and word.isalpha())
    telling = (word for word in kept if is_telling(word, "sv") and is_telling(word, "en"))
    return list(dict.fromkeys(telling))[:most]


def _same_stem(word: str, document: Document) -> tuple[str, ...]:
    """Return the forms of `word` in the text: taking out one and leaving the other would try nothing."""
    root = stem(word)
    return tuple(sorted({other for other in words(document.whole) if stem(other) == root}))
