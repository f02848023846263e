"""How the rankers' scores become one."""

import numpy as np

from ringar_kits.texts.model import Scores


def fuse(words: Scores, letters: Scores, meaning: Scores | None) -> Scores:
    """Return one score per text; `meaning` is NaN where a text has no vector yet."""
    lexical = standard(words) + standard(letters)
    if meaning is None:
        return lexical
    return lexical + 2 * np.nan_to_num(standard(meaning))


def standard(scores: Scores) -> Scores:
    """Return scores in standard deviations from their mean; NaN stays and does not count."""
    known = scores[~np.isnan(scores)]
    if not known.size:
        return scores
    return np.asarray((scores - known.mean()) / (known.std() + 1e-9))
