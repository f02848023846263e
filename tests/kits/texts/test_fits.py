import numpy as np
import pytest

from ringar_kits.texts.fits import LINES, confidence, fit_line


@pytest.mark.parametrize("semantic", [True, False])
@pytest.mark.parametrize("learnt", [True, False])
def test_confidence_when_the_best_score_rises_then_it_rises(semantic, learnt):
    assert LINES[semantic, learnt][0] > 0
    parts = {"words": np.array([0.0, 0.1]), "letters": np.zeros(2)}
    parts |= {"meaning": np.array([0.0, 0.1])} if semantic else {}
    parts |= {"crowding": np.zeros(2)} if learnt else {}
    better = {**parts, "words": np.array([0.0, 2.0])}
    assert 0 < confidence(parts) < confidence(better) < 1


def test_confidence_when_there_is_no_text_then_it_is_nothing():
    assert confidence({"words": np.zeros(0), "letters": np.zeros(0)}) == 0


def test_fit_line_when_answers_score_higher_then_a_tenth_of_them_falls_below():
    chance = np.random.default_rng(1)
    present, absent = chance.normal(0.6, 0.1, 500), chance.normal(0.3, 0.1, 500)
    slope, offset = fit_line(present, absent)
    below = lambda scores: float(np.mean(slope * scores + offset < 0))  # noqa: E731
    assert below(present) == pytest.approx(0.10, abs=0.01)
    assert below(absent) > 0.9
