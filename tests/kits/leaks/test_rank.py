from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ringar_kits.errors import InputError
from ringar_kits.leaks import Breaks, City, Pipes, Ranking, capture, rank_pipes
from ringar_kits.leaks.baselines import score_baselines
from ringar_kits.leaks.panel import build_panel
from ringar_kits.leaks.reasons import WORDS
from ringar_kits.leaks.synthetic import FRAILTY

CUT = date(2025, 1, 1)


def chosen(breaks: Breaks, use: np.ndarray) -> Breaks:
    """Only some of the breaks."""
    picked = np.flatnonzero(use)
    return Breaks(
        breaks.pipe[picked],
        breaks.day[picked],
        breaks.point[picked],
        breaks.former[picked],
        tuple(breaks.material[k] for k in picked),
        breaks.installed[picked],
        breaks.diameter_mm[picked],
        tuple(breaks.area[k] for k in picked) if breaks.area else (),
    )


def test_the_ranking_catches_most_of_what_can_be_known(town: City, ranking: Ranking) -> None:
    panel = build_panel(town.pipes, town.breaks, as_of=CUT)
    hazard = town.expected(2025)
    there = panel.there(0) & (hazard > 0)
    length = panel.length[there]
    soft = town.hazard / town.frailty[:, None]
    use = (town.breaks.pipe >= 0) & ~town.breaks.former & (town.breaks.day < np.datetime64(CUT))
    seen = np.bincount(town.breaks.pipe[use], minlength=len(town.pipes))
    knowable = soft[:, -1] * (seen + FRAILTY) / (soft[:, :-1].sum(axis=1) + FRAILTY)
    scores = {"model": ranking.expected, "knowable": knowable}
    caught = {
        name: capture((score / panel.length)[there], length, hazard[there]) for name, score in scores.items()
    }
    simple = score_baselines(panel, np.random.default_rng(0))
    beside = {name: capture(score[there], length, hazard[there]) for name, score in simple.items()}
    for share in (10, 20):
        assert caught["model"][share] > 0.87 * caught["knowable"][share]
        assert caught["model"][share] > max(each[share] for each in beside.values())


def test_the_numbers_are_of_the_right_size_and_the_intervals_hold_the_truth(
    town: City, ranking: Ranking
) -> None:
    hazard = town.expected(2025)
    there = (ranking.expected > 0) & (hazard > 0)
    # winters differ by a third in this town: one year's sum may well do so too
    assert 0.6 < ranking.expected.sum() / hazard.sum() < 1.6
    inside = (ranking.low <= hazard) & (hazard <= ranking.high)
    assert 0.65 < np.average(inside[there], weights=ranking.length_m[there]) < 0.95
    assert np.all(ranking.low <= ranking.expected)
    assert np.all(ranking.expected <= ranking.high)


def test_ranks_go_by_expected_breaks_per_metre(ranking: Ranking) -> None:
    order = np.argsort(ranking.rank)
    rate = (ranking.expected / ranking.length_m)[order]
    assert sorted(ranking.rank.tolist()) == list(range(1, len(order) + 1))
    assert np.all(np.diff(rate) <= 1e-12)


def test_nothing_after_the_cut_is_used(town: City) -> None:
    cut = date(2015, 1, 1)
    before = town.breaks.day < np.datetime64(cut)
    one = rank_pipes(town.pipes, town.breaks, as_of=cut)
    other = rank_pipes(town.pipes, chosen(town.breaks, before), as_of=cut)
    assert np.array_equal(one.expected, other.expected)
    later = town.pipes.installed >= 2015
    assert later.any()
    assert np.all(one.expected[later] == 0)
    assert one.rank[later].min() > one.rank[~later & ~np.isnan(town.pipes.installed)].max()
    assert "not_laid" in [note.code for note in one.notes]


def test_the_same_seed_gives_the_same_ranking(town: City, ranking: Ranking) -> None:
    again = rank_pipes(town.pipes, town.breaks, as_of=CUT)
    assert np.array_equal(again.expected, ranking.expected)
    assert again.reasons[:100] == ranking.reasons[:100]


def test_three_years_bring_more_than_one_and_come_of_one_fit(town: City, ranking: Ranking) -> None:
    longer = rank_pipes(town.pipes, town.breaks, as_of=CUT, horizon=3, also=(1,))
    assert list(longer.within) == [3, 1]
    assert np.array_equal(longer.within[1].expected, ranking.expected)
    assert np.array_equal(longer.within[1].high, ranking.high)
    assert longer.within[3].expected is longer.expected
    there = ranking.expected > 0
    assert 2.5 < longer.expected[there].sum() / ranking.expected[there].sum() < 3.6
    with pytest.raises(InputError, match="11 years ahead cannot be foretold"):
        rank_pipes(town.pipes, town.breaks, as_of=CUT, also=(11,))
    with pytest.raises(InputError, match="cannot be foretold"):
        rank_pipes(town.pipes, town.breaks, as_of=CUT, horizon=40)


def test_reasons_are_told_in_known_words_and_agree_with_the_breaks(town: City, ranking: Ranking) -> None:
    use = (town.breaks.pipe >= 0) & ~town.breaks.former & (town.breaks.day < np.datetime64(CUT))
    seen = np.bincount(town.breaks.pipe[use], minlength=len(town.pipes))
    told = [(place, reason) for place, each in enumerate(ranking.reasons) for reason in each]
    assert {reason.kind for _, reason in told} >= {"cohort", "age", "own", "neighbours"}
    for place, reason in told:
        assert reason.words in WORDS[reason.kind]
        assert "{" not in str(reason)
        if reason.kind == "own":
            assert reason.facts["count"] == seen[place]
            assert (reason.times > 1) == (seen[place] > 0)
    worst = ranking.reasons[int(np.argmin(ranking.rank))]
    assert worst[0].times > 1


def test_areas_add_up_what_their_pipes_do(ranking: Ranking) -> None:
    streets = ranking.by_area(ranking.street)
    assert sum(each.expected for each in streets) == pytest.approx(ranking.expected.sum(), rel=1e-9)
    assert sum(each.pipes for each in streets) == len(ranking.pipe_ids)
    rates = [each.expected / each.length_m for each in streets]
    assert rates == sorted(rates, reverse=True)
    assert all(each.low <= each.expected <= each.high for each in streets)


def test_what_was_not_known_is_flagged(town: City, ranking: Ranking) -> None:
    unknown = np.isnan(town.pipes.installed)
    flagged = np.array(["installed" in each for each in ranking.imputed])
    assert np.array_equal(unknown, flagged)


def test_fifty_breaks_are_enough_and_forty_are_not(town: City) -> None:
    usable = (town.breaks.pipe >= 0) & ~town.breaks.former & (town.breaks.day < np.datetime64(CUT))
    places = np.flatnonzero(usable)
    few = np.zeros(len(usable), dtype=bool)
    few[places[:: len(places) // 50][:50]] = True
    found = rank_pipes(town.pipes, chosen(town.breaks, few), as_of=CUT)
    assert "few_breaks" in [note.code for note in found.notes]
    assert np.all(np.isfinite(found.expected))
    few[places[0]] = False
    with pytest.raises(InputError, match="before 2025-01-01: 49, and 50 are needed"):
        rank_pipes(town.pipes, chosen(town.breaks, few), as_of=CUT)


def test_no_breaks_at_all_is_a_clear_error(town: City) -> None:
    with pytest.raises(InputError, match="breaks on a pipe before 2025-01-01: 0"):
        rank_pipes(town.pipes, chosen(town.breaks, town.breaks.pipe > 1e9), as_of=CUT)


def breaks_on(pipes: Pipes, weights: np.ndarray, count: int, first: int, last: int) -> Breaks:
    """Breaks drawn by weight from pipes, evenly over the years."""
    rng = np.random.default_rng(2)
    pipe = rng.choice(len(pipes), count, p=weights / weights.sum())
    days = (np.datetime64(f"{last + 1}-01-01") - np.datetime64(f"{first}-01-01")).astype(int)
    day = np.datetime64(f"{first}-01-01") + rng.integers(0, days, count)
    none = np.full(count, np.nan)
    nowhere = np.full((count, 2), np.nan)
    return Breaks(pipe, day, nowhere, np.zeros(count, bool), ("",) * count, none, none)


def joined(one: Breaks, other: Breaks) -> Breaks:
    """Both lists."""
    return Breaks(
        *(
            np.concatenate([getattr(one, name), getattr(other, name)])
            for name in ("pipe", "day", "point", "former")
        ),
        one.material + other.material,
        np.concatenate([one.installed, other.installed]),
        np.concatenate([one.diameter_mm, other.diameter_mm]),
    )


def without_places(pipes: Pipes) -> Pipes:
    """The same pipes as a bare list: no lines, zones, areas or streets."""
    none = ("",) * len(pipes)
    return replace(pipes, lines=(None,) * len(pipes), zone=none, area=none, street=none, extra={})


def test_a_bare_list_of_pipes_is_enough_and_that_is_said(town: City) -> None:
    age = 2025 - np.nan_to_num(town.pipes.installed, nan=1985)
    breaks = breaks_on(town.pipes, np.maximum(age - 45, 0) ** 4 * town.pipes.length_m, 300, 2015, 2024)
    unknown = np.full(len(town.pipes), np.nan)
    found = rank_pipes(replace(without_places(town.pipes), installed=unknown), breaks, as_of=date(2026, 3, 1))
    assert [note.code for note in found.notes] == ["few_breaks", "no_late_breaks", "no_places", "imputed"]
    assert found.notes[1].facts["months"] == 14
    assert found.notes[3].facts["count"] == len(town.pipes)
    assert {reason.words for each in found.reasons[:500] for reason in each} & set(WORDS["near by"])
    assert found.expected.sum() == pytest.approx(30, rel=0.5)


def test_where_oldest_first_was_better_that_is_said(town: City) -> None:
    age = 2025 - np.nan_to_num(town.pipes.installed, nan=1985)
    young, oldest = (age < 45) * town.pipes.length_m, (age > 75) * town.pipes.length_m
    early = breaks_on(town.pipes, young, 300, 2008, 2019)
    late = breaks_on(town.pipes, oldest, 40, 2020, 2024)
    found = rank_pipes(without_places(town.pipes), joined(early, late), as_of=CUT)
    note = next(note for note in found.notes if note.code == "no_better_than_oldest")
    assert note.facts["oldest"] > note.facts["model"]
    assert "no more than oldest first" in str(note)
