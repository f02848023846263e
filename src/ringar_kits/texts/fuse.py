"""How the rankers' scores become one, so that exact words win where they should and meaning where words differ.

Every score is put on a scale of its own query before it is added: the words by what share of the query's rarity
they cover, the letters by how the query would match itself, the meaning by the cosine as it is. A query whose words
stand in no text thus adds little by words, and the meaning decides; nothing has to guess which kind of query it is.
The constants were chosen on the judged sets, see docs/howto/matching.md.
"""

from collections.abc import Mapping

import numpy as np

from ringar_kits.texts.model import Scores

COLD_START = {"words": 0.25, "letters": 0.25, "meaning": 1.0, "crowding": -0.5}
"""What each part of a score weighs before anyone has judged a ranking."""
WORD_SCALE, LETTER_SCALE = 5.0, 25.0
"""Bring words and letters to the size of a cosine."""


def word_part(words: Scores, own: float) -> Scores:
    """Return BM25 scores on the query's own scale; `own` is what all its words together weigh."""
    return np.asarray(words / (WORD_SCALE * np.sqrt(own) + 1e-9))


def letter_part(letters: Scores, own: float) -> Scores:
    """Return letter scores on the query's own scale; `own` is what a text that is the query would get."""
    return np.asarray(letters / (LETTER_SCALE * np.sqrt(own) + 1e-9))


def meaning_part(meaning: Scores, by_words: Scores) -> Scores:
    """Give texts without a vector (NaN) the cosine of texts with as good words, never above the best known."""
    missing = np.isnan(meaning)
    if not missing.any():
        return meaning
    known = meaning[~missing]
    standing = (by_words - by_words.mean()) / (by_words.std() + 1e-9)
    guess = known.mean() + known.std() * standing
    return np.where(missing, np.minimum(guess, known.max()), meaning)


def fuse(parts: Mapping[str, Scores], weights: Mapping[str, float] | None = None) -> Scores:
    """Return the weighed sum of the parts; a part that `weights` does not name weighs nothing."""
    chosen = COLD_START if weights is None else weights
    return np.asarray(sum(chosen.get(name, 0.0) * scores for name, scores in parts.items()))
