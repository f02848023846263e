"""How the rankers' scores become one, so that exact words win where they should and meaning where words differ.

Every score is put on a scale of its own query before it is added: the words by what share of the query's rarity
they cover, the letters by how the query would match itself, the meaning by the cosine as it is. A query whose words
stand in no text thus adds little by words, and the meaning decides; nothing has to guess which kind of query it is.
The constants were chosen on the judged sets, see docs/howto/matching.md.
"""

import numpy as np

from ringar_kits.texts.model import Scores

WORD_SCALE, LETTER_SCALE = 5.0, 25.0
"""Bring both to the size of a cosine; their sum is then weighed by `LEXICAL`."""
LEXICAL = 0.25
CROWDING = 0.5


def lexical(words: Scores, letters: Scores, own_words: float, own_letters: float) -> Scores:
    """Return words and letters as one; `own_…` is what a text that says all the query says would get."""
    return np.asarray(
        words / (WORD_SCALE * np.sqrt(own_words) + 1e-9)
        + letters / (LETTER_SCALE * np.sqrt(own_letters) + 1e-9)
    )


def fuse(by_words: Scores, meaning: Scores | None) -> Scores:
    """Return one score per text from `lexical` scores and cosines (NaN: no vector yet; None: no model)."""
    if meaning is None:
        return LEXICAL * by_words
    return _filled(meaning, by_words) + LEXICAL * by_words


def _filled(meaning: Scores, by_words: Scores) -> Scores:
    """Give texts without a vector the cosine that texts with as good words have, never above the best known."""
    missing = np.isnan(meaning)
    if not missing.any():
        return meaning
    known = meaning[~missing]
    standing = (by_words - by_words.mean()) / (by_words.std() + 1e-9)
    guess = known.mean() + known.std() * standing
    return np.where(missing, np.minimum(guess, known.max()), meaning)
