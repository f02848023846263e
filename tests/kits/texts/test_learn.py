import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.texts import Hit, Judgement, Preferences, explore, learn
from ringar_kits.texts.fuse import COLD_START


def judgements_of(count: int, *, likes_fact: bool, seed: int = 0) -> list[Judgement]:
    """What a manager says who accepts a text of some fact only (or takes what scores best)."""
    chance = random.Random(seed)
    given_ = []
    for number in range(count):
        meaning, fact = chance.uniform(0.2, 0.5), float(chance.random() < 0.5)
        fits = bool(fact) if likes_fact else chance.random() < 0.5
        parts = {
            "words": chance.random() / 5,
            "letters": 0.1,
            "meaning": meaning,
            "crowding": 0.3,
            "fact": fact,
        }
        given_.append(Judgement(f"need{number // 4}", f"s{number}", fits, parts, 1 + number % 4))
    return given_


def test_learn_when_a_fact_decides_then_it_gets_weight_and_texts_keep_theirs():
    learnt = learn(judgements_of(20, likes_fact=True))
    assert learnt.gain > 0
    assert learnt.weights["fact"] > 0.1
    assert learnt.weights["meaning"] == pytest.approx(COLD_START["meaning"], abs=0.2)


def test_learn_when_judgements_are_few_or_one_sided_then_the_cold_start_stays():
    assert learn([]).weights == COLD_START
    assert learn(judgements_of(8, likes_fact=True)).weights == COLD_START
    praised = [Judgement("need", f"s{n}", True, {"words": 0.1}) for n in range(30)]
    assert learn(praised) == Preferences(judgements=30)


@pytest.mark.parametrize("seed", range(5))
def test_learn_when_judgements_say_nothing_then_it_stays_near_the_cold_start(seed):
    learnt = learn(judgements_of(20, likes_fact=False, seed=seed))
    assert all(learnt.weights[name] == pytest.approx(weight, abs=0.1) for name, weight in COLD_START.items())


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_learn_when_asked_twice_then_it_says_the_same_and_can_be_kept(seed):
    given_ = judgements_of(24, likes_fact=bool(seed % 2), seed=seed)
    learnt = learn(given_, seed=seed)
    assert learn(given_, seed=seed) == learnt
    assert Preferences.from_json(learnt.to_json()) == learnt
    assert all(np.isfinite(value) for value in json.loads(learnt.to_json())["weights"].values())


HITS = [Hit(str(place), place, 1.0 / place) for place in range(1, 31)]


def test_explore_when_many_seeds_are_tried_then_a_small_share_lifts_a_newcomer():
    lifted = [explore(HITS, ["20", "25"], seed=seed)[1] for seed in range(1000)]
    assert 0.05 <= sum(each is not None for each in lifted) / 1000 <= 0.10
    assert set(lifted) == {None, "20", "25"}


def test_explore_when_one_is_lifted_then_nobody_is_lost_and_the_first_stay():
    shown, lifted = next(found for seed in range(200) if (found := explore(HITS, ["20"], seed=seed))[1])
    assert lifted == "20"
    assert [hit.id for hit in shown[:5]] == ["1", "2", "3", "4", "20"]
    assert sorted(hit.id for hit in shown) == sorted(hit.id for hit in HITS)


def test_explore_when_there_are_no_newcomers_then_all_stay():
    assert all(explore(HITS, ["1", "unknown"], seed=seed) == (HITS, None) for seed in range(50))
