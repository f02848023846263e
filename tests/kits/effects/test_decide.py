from dataclasses import replace

import pytest

from ringar_kits.effects import Posterior, decide, estimate_effect, planned_looks
from ringar_kits.errors import InputError
from tests.kits.effects.made import noisy, week


def asked(data=None, **more):
    given = {"treated": ["A"], "controls": ["B", "C", "D"], "start": week(12), "worthwhile": 2} | more
    return estimate_effect(noisy() if data is None else data, **given)


def believed(centre, scale=1.0, **more):
    """An estimate whose belief is one normal-like t."""
    return replace(asked(), posterior=Posterior((1.0,), (centre,), (scale,), dof=10_000), **more)


@pytest.mark.parametrize(
    ("centre", "code"),
    [
        (3.0, "scale"),  # P(>0) .999, P(>2) .84
        (2.8, "extend"),  # P(>2) .79
        (1.2, "extend"),  # P(>2) .21
        (1.1, "stop"),  # P(>2) .18
        (-3.0, "stop"),
    ],
)
def test_decide_when_believed_then_follows_the_rule(centre, code):
    assert decide(believed(centre), worthwhile=2).code == code
    assert decide(believed(-centre, better="lower"), worthwhile=2).code == code
    assert decide(believed(-centre, better="lower"), worthwhile=-2).code == code


def test_decide_when_worthwhile_is_small_then_it_must_still_be_better_than_nothing():
    assert decide(believed(1.6), worthwhile=0.1).code == "extend"
    assert decide(believed(1.7), worthwhile=0.1).code == "scale"


def test_decide_when_no_smallest_effect_was_agreed_then_nothing_is_concluded():
    found = decide(asked(), worthwhile=None)
    assert (found.code, found.reasons[0].code) == ("no_conclusion", "no_worthwhile")
    assert asked(worthwhile=None).p_worthwhile is None


def test_estimate_when_effects_are_large_none_or_unclear_then_the_verdicts_differ():
    assert asked().verdict == "scale"
    assert asked(noisy(effect=0)).verdict == "stop"
    assert asked(noisy(effect=1)).verdict == "extend"


def test_looks_when_planned_then_are_thirds_with_rising_thresholds():
    assert [(look.number, look.weeks, look.threshold) for look in planned_looks(12)] == [
        (1, 4, 0.0005),
        (2, 8, 0.014),
        (3, 12, 0.045),
    ]
    assert [look.weeks for look in planned_looks(10)] == [4, 7, 10]
    with pytest.raises(InputError, match="at least 3 weeks"):
        planned_looks(2)


def test_estimate_when_a_look_has_come_then_is_reckoned_from_its_own_weeks():
    found = asked(weeks_planned=12)
    then = asked(until=week(15))
    assert [look.p is None for look in found.looks] == [False, False, True]
    assert found.looks[0].p == pytest.approx(2 * min(then.p_better, 1 - then.p_better))
    assert [look.passed for look in found.looks] == [
        look.p and look.p < look.threshold for look in found.looks
    ]


def test_decide_when_between_looks_then_waits_for_the_next_one():
    sure = believed(5.0)
    looks = planned_looks(12)
    assert decide(replace(sure, looks=looks), worthwhile=2).code == "extend"
    passed = (replace(looks[0], p=0.0001, passed=True), *looks[1:])
    assert decide(replace(sure, looks=passed), worthwhile=2).code == "scale"
    failed = (replace(looks[0], p=0.01, passed=False), *looks[1:])
    found = decide(replace(sure, looks=failed), worthwhile=2)
    assert [note.code for note in found.reasons] == ["sure_and_worthwhile", "wait_for_look"]
    assert found.reasons[1].facts == {"number": 2, "weeks": 8}
    last = tuple(replace(look, p=0.06, passed=False) for look in looks)
    assert decide(replace(sure, looks=last), worthwhile=2).reasons[1].code == "last_look_not_passed"


def test_decide_when_hopeless_between_looks_then_stops_at_once():
    assert decide(replace(believed(-5.0), looks=planned_looks(12)), worthwhile=2).code == "stop"


def test_nesta_level_when_there_is_no_change_for_the_better_then_is_one():
    assert asked().nesta_level == 3
    assert asked(better="lower").nesta_level == 1
    assert asked(noisy(effect=0)).nesta_level == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"start": week(12).replace(day=31)}, "is no Monday.*Monday: 2026-03-30"),
        ({"burn_in": -1}, "-1 burn-in weeks"),
        ({"rho": 1.0}, "rho.*below 1"),
        ({"rho": float("nan")}, "rho.*below 1"),
        ({"better": "more"}, "Say higher or lower"),
        ({"worthwhile": -2}, "say that lower is better"),
        ({"worthwhile": float("inf")}, "Give a number"),
        ({"weeks_planned": 1}, "at least 3 weeks"),
        ({"scale": "root"}, "Choose one of identity, log, logit"),
        ({"treated": []}, "at least one treated unit"),
        ({"treated": ["A", "Z"]}, "no unit Z. The units are: A, B, C, D"),
        ({"controls": ["B", "A"]}, "A cannot both try and be compared with"),
        ({"until": week(-3)}, "no value to look at"),
    ],
)
def test_estimate_when_asked_wrongly_then_says_how(more, told):
    with pytest.raises(InputError, match=told):
        asked(**more)
