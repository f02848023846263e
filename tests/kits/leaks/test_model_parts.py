"""The parts that the ranking is made of, each by itself."""

import doctest
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import ringar_kits.leaks
from ringar_kits.leaks import City, make_city
from ringar_kits.leaks.cohorts import build_design, draw_rows, fit_base, year_columns
from ringar_kits.leaks.fit import Model, fit_model
from ringar_kits.leaks.history import LEVELS, build_grid, look_at_history
from ringar_kits.leaks.panel import Panel, build_panel
from ringar_kits.leaks.reasons import take_apart

CUT = date(2025, 1, 1)


@pytest.fixture(scope="module")
def panel(town: City) -> Panel:
    return build_panel(town.pipes, town.breaks, as_of=CUT)


@pytest.fixture(scope="module")
def model(panel: Panel) -> Model:
    return fit_model(panel)


def test_a_few_stray_rows_before_the_records_began_are_no_history(town: City, panel: Panel) -> None:
    assert panel.years == 25
    stray = replace(town.breaks, day=town.breaks.day.copy())
    usable = np.flatnonzero((stray.pipe >= 0) & ~stray.former & (stray.day < np.datetime64(CUT)))
    stray.day[usable[:2]] = np.array(["1989-05-01", "1986-02-03"], dtype="datetime64[D]")
    assert build_panel(town.pipes, stray, as_of=CUT).years in (24, 25)


def test_the_sample_stands_for_all_pipe_years(panel: Panel) -> None:
    rows = draw_rows(panel, np.random.default_rng(0))
    whole = rows.count == 0
    years = sum(int((panel.there(cut - 1) & (panel.counts(cut) == 0)).sum()) for cut in range(1, 26))
    assert rows.weight[whole].sum() == pytest.approx(years, rel=0.05)
    # all pipe-years with breaks are there, each once
    broken = sum(int((panel.there(cut - 1) & (panel.counts(cut) > 0)).sum()) for cut in range(1, 26))
    assert (~whole).sum() == broken
    assert np.all(rows.weight[~whole] == 1)


def test_a_cohort_that_breaks_more_is_expected_to(panel: Panel) -> None:
    rows = draw_rows(panel, np.random.default_rng(0))
    base = fit_base(panel, build_design(panel), rows, 0)
    rate = base.rate(panel, 0) / panel.length
    there = panel.there(0)
    iron, plastic = (
        np.average(rate[there & (panel.kind == panel.kinds.index(name))]) for name in ("cast iron", "PVC")
    )
    assert iron > 2 * plastic
    expected = sum(base.rate(panel, cut)[panel.there(cut)].sum() for cut in range(1, 26))
    assert expected == pytest.approx(rows.count.sum(), rel=0.1)


def test_history_counts_what_lies_where(panel: Panel, model: Model) -> None:
    history = look_at_history(panel, build_grid(panel), model.base, 0)
    names = [level.name for level in LEVELS]
    own, lot = (history.seen[names.index(name)] for name in ("own", "lot"))
    # a break fades, so no level holds more than were counted; each wider one holds what the narrower does
    use = panel.own & (panel.when <= panel.years)
    counts = np.bincount(panel.pipe[use], minlength=len(own))
    assert np.all(own <= counts)
    assert np.array_equal(own > 0, counts > 0)
    assert np.all(lot >= own - 1e-9)
    close, wide = (history.seen[names.index(name)] for name in ("within 150 m", "within 600 m"))
    assert np.all(wide >= close - 1e-6)
    early = look_at_history(panel, build_grid(panel), model.base, 20)
    assert np.all(early.seen[names.index("own")].sum() < 0.5 * counts.sum())


def test_a_break_counts_for_its_lot_and_no_other(panel: Panel, model: Model) -> None:
    lots = np.bincount(panel.lot)
    place = int(np.flatnonzero(lots[panel.lot] > 1)[0])
    one = replace(
        panel,
        when=np.array([0.01]),
        pipe=np.array([place]),
        own=np.array([True]),
        broken_area=panel.area[[place]],
        point=panel.spots[[place], 1],
    )
    seen = look_at_history(one, None, model.base, 0).seen[[level.name for level in LEVELS].index("lot")]
    same = (panel.kind == panel.kind[place]) & (panel.street == panel.street[place])
    same &= np.floor(panel.cut - panel.laid) == np.floor(panel.cut - panel.laid[place])
    assert same.sum() > 1
    assert np.array_equal(seen > 0.9, same)
    assert not seen[~same].any()


def test_the_year_laid_counts_evenly_with_no_step_at_a_decade(panel: Panel) -> None:
    kind = np.full(3, panel.kind[0])
    three = replace(panel, laid=panel.cut - np.array([1959.9, 1960.0, 1965.0]), kind=kind)
    before, on, between = year_columns(three)
    assert np.allclose([each.sum() for each in (before, on, between)], 1)
    assert np.abs(before - on).max() == pytest.approx(0.01)
    assert np.sort(on).tolist()[-1] == 1
    assert np.sort(between).tolist()[-2:] == [0.5, 0.5]


def test_late_years_tell_more_of_the_next_than_early_ones(panel: Panel) -> None:
    rows, design = draw_rows(panel, np.random.default_rng(0)), build_design(panel)
    early, late = (
        fit_base(panel, design, replace(rows, count=rows.count * np.where(years, 2, 1)), 0).rate(panel, 0)
        for years in (rows.cut > 20, rows.cut <= 5)
    )
    plain = fit_base(panel, design, rows, 0).rate(panel, 0)
    assert late.sum() > 1.3 * plain.sum()
    assert early.sum() < 1.1 * plain.sum()


def test_a_break_nearby_counts_and_one_far_off_does_not(panel: Panel, model: Model) -> None:
    # in the middle of the town, so that nothing falls off the grid
    middle = np.linalg.norm(panel.spots[:, 1] - np.nanmean(panel.spots[:, 1], axis=0), axis=1)
    place = int(np.nanargmin(middle + 0.01 * panel.length))
    spot = panel.spots[place, 1]
    for away, least, most in ((0.0, 0.8, 1.1), (100.0, 0.4, 0.8), (1_000.0, -1e-9, 1e-3)):
        one = replace(
            panel,
            when=np.array([0.01]),
            pipe=np.array([-1]),
            own=np.array([False]),
            broken_area=np.array([-1]),
            point=(spot + np.array([away, 0.0]))[None, :],
        )
        seen = look_at_history(one, build_grid(one), model.base, 0).seen
        assert least <= seen[[level.name for level in LEVELS].index("within 150 m")][place] <= most


def test_reasons_are_true_when_the_part_is_taken_out(model: Model) -> None:
    parts = take_apart(model)
    own = np.array([level.name.startswith("own") for level in LEVELS])
    # as if just as many had been seen as expected: every ratio of the pipe's own history is one
    seen = np.where(own[:, None], model.history.expected, model.history.seen)
    plain = replace(model, history=replace(model.history, seen=seen))
    there = model.panel.there(0)
    times = model.expected()[there] / plain.expected()[there]
    assert np.allclose(np.exp(parts["own"][there]), times)


def test_a_network_without_places_has_a_history_of_pipes_only() -> None:
    city = make_city(900, 20, 1, last=2025)
    bare = replace(city.pipes, lines=(None,) * len(city.pipes))
    panel = build_panel(bare, city.breaks, as_of=CUT)
    assert build_grid(panel) is None
    model = fit_model(panel)
    assert np.all(model.history.seen[-2:] == 0)
    assert np.all(np.isfinite(model.expected()))


def test_progress_goes_from_nothing_to_nearly_all(panel: Panel) -> None:
    told: list[float] = []
    fit_model(panel, progress=lambda share, words: told.append(share))
    assert told[0] == 0
    assert told == sorted(told)
    assert 0.9 < told[-1] <= 1


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(ringar_kits.leaks).failed == 0
