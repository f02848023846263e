"""How the rankers' scores become one, so that exact words win where they should and meaning where words differ.

Words and letters are added as the evidence they are, only partly put on their query's own scale, and the meaning as
the cosine it is. A query whose words stand in no text thus adds little by words, and the meaning decides; one of many
rare words that are found is decided by them. Nothing has to guess which kind of query it is.
The constants were chosen on the judged sets, see docs/howto/matching.md.
"""

from collections.abc import Mapping

import numpy as np

from ringar_kits.texts.model import Scores

COLD_START = {"words": 0.3, "letters": 0.3, "meaning": 1.0, "crowding": -0.5}
"""What each part of a score weighs before anyone has judged a ranking."""
WORD_SCALE, LETTER_SCALE = 11.0, 110.0
"""Bring words and letters to the size of a cosine."""
OWN_POWER = 0.25
"""How far a score is put on its query's own scale: 0 lets long queries outweigh all meaning, 1 makes them mute."""


def word_part(words: Scores, own: float) -> Scores:
    """Return BM25 scores on the query's own scale; `own` is what all its words together weigh."""
    return np.asarray(words / (WORD_SCALE * own**OWN_POWER + 1e-9))


def letter_part(letters: Scores, own: float) -> Scores:
    """Return letter scores on the query's own scale; `own` is what a text that is the query would get."""
    return np.asarray(letters / (LETTER_SCALE * own**OWN_POWER + 1e-9))


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
