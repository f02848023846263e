"""The lot between two ways of choosing: fair, within capacity, and the same again with its seed."""

from collections import Counter

import pytest

from ringar.city.rules.draws import (
    Candidate,
    before_score,
    choose_by_lot,
    choose_by_model,
    model_score,
)
from ringar.city.rules.fits import Arm, AsBefore, CapacityIn, OrderedBy


def pipes(count: int = 60) -> list[Candidate]:
    """Pipes of which the model wants the last ones and age the first."""
    return [
        Candidate(
            n, 10.0 + n % 7 * 30, expected=n / count, risk=(n % 11) / 10, installed=1900.0 + n, so_far=n % 3
        )
        for n in range(count)
    ]


def drawn(size: float, capacity_in: str, seed: int, rows: list[Candidate] | None = None):
    rows = pipes() if rows is None else rows
    model = model_score(OrderedBy.EXPECTED, capacity_in)
    return choose_by_lot(
        rows, model, before_score(AsBefore.OLDEST), size=size, capacity_in=capacity_in, seed=seed
    )


def test_lot_of_pipes_gives_each_way_half_and_no_pipe_twice():
    chosen = drawn(20, CapacityIn.PIPES, 7)
    assert Counter(each.arm for each in chosen) == {Arm.MODEL: 10, Arm.AS_BEFORE: 10}
    assert len({each.key for each in chosen}) == 20


def test_lot_each_way_takes_its_own_best():
    chosen = drawn(20, CapacityIn.PIPES, 7)
    assert {each.key for each in chosen if each.arm == Arm.MODEL} == set(range(50, 60))
    assert {each.key for each in chosen if each.arm == Arm.AS_BEFORE} == set(range(10))


def test_lot_with_the_same_seed_is_the_same_whatever_order_the_rows_come_in():
    rows = [Candidate(n, 10.0, expected=n // 20, installed=1950.0 + n // 20) for n in range(60)]  # many alike
    turned = rows[::-1]
    assert drawn(20, CapacityIn.PIPES, 7, rows) == drawn(20, CapacityIn.PIPES, 7, turned)
    assert drawn(20, CapacityIn.PIPES, 7, rows) != drawn(20, CapacityIn.PIPES, 8, rows)


def test_lot_an_odd_pipe_falls_to_either():
    extra = Counter(
        Counter(each.arm for each in drawn(9, CapacityIn.PIPES, seed)).most_common(1)[0][0]
        for seed in range(60)
    )
    assert min(extra[Arm.MODEL], extra[Arm.AS_BEFORE]) > 15


def test_lot_a_pipe_that_both_want_falls_to_either_as_often():
    both = [
        Candidate(0, 10, expected=9, installed=1800),
        *(Candidate(n, 10, 0.1, installed=1950) for n in range(1, 9)),
    ]
    won = Counter(
        next(each.arm for each in drawn(4, CapacityIn.PIPES, seed, both) if each.key == 0)
        for seed in range(400)
    )
    assert 150 < won[Arm.MODEL] < 250


def test_lot_of_metres_never_passes_either_half():
    rows = pipes()
    length = {pipe.key: pipe.length_m for pipe in rows}
    chosen = drawn(900, CapacityIn.METRES, 5)
    for arm in Arm:
        metres = sum(length[each.key] for each in chosen if each.arm == arm)
        assert 380 < metres <= 450


def test_lot_with_more_capacity_than_pipes_takes_each_once():
    chosen = drawn(1000, CapacityIn.PIPES, 1)
    assert len(chosen) == len({each.key for each in chosen}) == 60


def test_choose_by_model_takes_the_most_expected_first():
    score = model_score(OrderedBy.EXPECTED, CapacityIn.PIPES)
    chosen = choose_by_model(pipes(), score, size=3, capacity_in=CapacityIn.PIPES, seed=1)
    assert [each.key for each in chosen] == [59, 58, 57]


@pytest.mark.parametrize(
    ("ordered_by", "capacity_in", "value"),
    [
        (OrderedBy.RATE, CapacityIn.PIPES, 0.02),
        (OrderedBy.EXPECTED, CapacityIn.METRES, 0.4),
        (OrderedBy.RISK, CapacityIn.PIPES, 3.0),
        (OrderedBy.RISK, CapacityIn.METRES, 0.15),
    ],
)
def test_model_score_is_for_each_metre_where_that_is_asked(ordered_by, capacity_in, value):
    pipe = Candidate(1, 20.0, expected=0.4, risk=3.0)
    assert model_score(ordered_by, capacity_in)(pipe) == pytest.approx(value)


def test_before_score_unknown_age_comes_last():
    rows = [Candidate(1, 10, 1), Candidate(2, 10, 1, installed=1990), Candidate(3, 10, 1, installed=1920)]
    score = before_score(AsBefore.OLDEST)
    assert [pipe.key for pipe in sorted(rows, key=score, reverse=True)] == [3, 2, 1]


def test_before_score_by_history_is_breaks_for_each_metre():
    score = before_score(AsBefore.BREAKS)
    assert score(Candidate(1, 10, 1, so_far=1)) > score(Candidate(2, 100, 1, so_far=5))
