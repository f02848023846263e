"""The town is an oracle: its breaks must follow the odds that it tells."""

import numpy as np
import pytest

from ringar_kits.errors import InputError
from ringar_kits.leaks.synthetic import MATERIALS, make_city


@pytest.fixture(scope="module")
def city():
    return make_city(4000, 25, 1)


def years_of(breaks):
    return breaks.day.astype("datetime64[Y]").astype(int) + 1970


def test_make_city_with_the_same_seed_is_the_same_and_with_another_is_not(city):
    again, other = make_city(4000, 25, 1), make_city(4000, 25, 2)
    assert np.array_equal(again.hazard, city.hazard)
    assert again.breaks.pipe.tolist() == city.breaks.pipe.tolist()
    assert again.pipes.ids == city.pipes.ids
    assert other.breaks.pipe.tolist() != city.breaks.pipe.tolist()


def test_make_city_has_as_many_pipes_as_asked_each_with_its_own_id_and_length(city):
    pipes = city.pipes
    assert len(pipes) == len(set(pipes.ids)) == 4000
    drawn = [np.hypot(*(line[1] - line[0])) for line in pipes.lines]
    assert pipes.length_m == pytest.approx(drawn)
    assert pipes.length_m.min() > 1
    assert 0.02 < np.isnan(pipes.installed).mean() < 0.06
    assert set(pipes.material) == {"", *MATERIALS}


def test_make_city_breaks_follow_the_odds_that_it_tells(city):
    pipes, breaks = city.pipes, city.breaks
    on = (breaks.pipe >= 0) & ~breaks.former
    counts = np.zeros((len(pipes), 25))
    np.add.at(counts, (breaks.pipe[on], years_of(breaks)[on] - city.first), 1)
    expected = city.hazard.astype(float)
    assert counts.sum() == pytest.approx(expected.sum(), abs=4 * np.sqrt(expected.sum()))
    # and not only in all: also among those with the lowest and the highest odds
    cells, seen = expected.ravel(), counts.ravel()
    for low, high in ((0, 0.5), (0.5, 0.9), (0.9, 1)):
        part = (cells > np.quantile(cells, low)) & (cells <= np.quantile(cells, high))
        assert seen[part].sum() == pytest.approx(cells[part].sum(), abs=4 * np.sqrt(cells[part].sum()) + 3)


def test_make_city_has_no_odds_before_a_pipe_was_laid(city):
    years = city.first + np.arange(25)
    before = years[None, :] < city.pipes.installed[:, None]
    assert city.hazard[before].max() == 0
    laid = years[None, :] >= city.pipes.installed[:, None]
    assert (city.hazard[laid] > 0).all()


def test_make_city_breaks_as_often_as_a_network_does(city):
    rate = len(city.breaks) / 25 / city.pipes.length_m.sum() * 100_000
    assert 6 < rate < 20


def test_make_city_keeps_ids_of_some_replaced_pipes_and_loses_others(city):
    breaks, pipes = city.breaks, city.pipes
    assert breaks.former.any()
    assert (breaks.pipe < 0).any()
    known = breaks.former & ~np.isnan(pipes.installed[breaks.pipe])
    assert (years_of(breaks)[known] < pipes.installed[breaks.pipe[known]]).all()
    named = np.array([name == pipes.ids[at] for name, at in zip(city.named, breaks.pipe, strict=True)])
    assert (named == (breaks.pipe >= 0)).all()


def test_make_city_puts_breaks_beside_their_pipe(city):
    near = city.breaks.pipe >= 0
    ends = np.array([city.pipes.lines[at] for at in city.breaks.pipe[near]])
    along = city.breaks.point[near] - ends[:, 0]
    step = ends[:, 1] - ends[:, 0]
    part = np.clip((along * step).sum(axis=1) / (step**2).sum(axis=1), 0, 1)
    away = np.hypot(*(along - part[:, None] * step).T)
    assert np.quantile(away, 0.99) < 10


def test_make_city_odds_rank_better_than_age(city):
    year = 2025
    on = (city.breaks.pipe >= 0) & ~city.breaks.former & (years_of(city.breaks) >= 2016)
    counts = np.bincount(city.breaks.pipe[on], minlength=4000)

    def caught(score):
        order = np.argsort(-score, kind="stable")
        top = city.pipes.length_m[order].cumsum() <= 0.1 * city.pipes.length_m.sum()
        return counts[order][top].sum() / counts.sum()

    oracle = caught(city.expected(year) / city.pipes.length_m)
    assert oracle > 1.3 * caught(-np.nan_to_num(city.pipes.installed, nan=2000))
    assert oracle > 0.3


@pytest.mark.parametrize(("pipes", "years"), [(9, 5), (100, 0), (0, 5)])
def test_make_city_that_is_no_town_refuses(pipes, years):
    with pytest.raises(InputError, match="at least 10 pipes and 1 year"):
        make_city(pipes, years)


@pytest.mark.parametrize("pipes", [10, 11, 57, 300])
def test_make_city_of_any_size_has_that_size(pipes):
    made = make_city(pipes, 2, 3)
    assert len(made.pipes) == pipes
    assert made.hazard.shape == (pipes, 2)
