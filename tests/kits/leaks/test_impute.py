from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar_kits.leaks.impute import impute_missing
from ringar_kits.leaks.model import Pipes
from ringar_kits.leaks.synthetic import make_city

CUT = date(2015, 1, 1)


def pipes_of(*rows, area=None):
    """(year, material, diameter, x) per pipe; each 100 m, drawn from x on."""
    n = len(rows)
    nan = float("nan")
    return Pipes(
        ids=tuple(f"P{place}" for place in range(n)),
        installed=np.array([nan if row[0] is None else row[0] for row in rows], dtype=float),
        material=tuple(row[1] for row in rows),
        diameter_mm=np.array([nan if row[2] is None else row[2] for row in rows], dtype=float),
        length_m=np.full(n, 100.0),
        lines=tuple(
            None if row[3] is None else np.array([[row[3], 0.0], [row[3] + 100, 0.0]]) for row in rows
        ),
        zone=("",) * n,
        area=area or ("",) * n,
        street=("",) * n,
        lined=np.full(n, nan),
    )


def test_impute_missing_takes_the_year_of_the_same_area_and_material_first():
    pipes = pipes_of(
        (1950, "GJJ", 150, None), (1952, "GJJ", 150, None), (1990, "PVC", 110, None), (None, "GJJ", 150, None),
        *[(1930, "GJJ", 150, None)] * 5, area=("A",) * 4 + ("B",) * 5,
    )  # fmt: skip
    made, flags = impute_missing(pipes, as_of=CUT)
    assert made.installed.tolist()[:4] == [1950, 1952, 1990, 1950]
    assert flags["installed"].tolist() == [False, False, False, True] + [False] * 5
    assert not flags["material"].any()


def test_impute_missing_without_an_area_asks_the_neighbours_then_the_cohort():
    far = 100_000
    pipes = pipes_of(
        (1930, "GJJ", 150, 0), (1931, "GJJ", 150, 100), (1932, "GJJ", 150, 200), (None, "PE", 110, 100),
        (2005, "PE", 110, far), (2006, "PE", 110, far), (2007, "PE", 110, far), (None, "PE", 110, None),
    )  # fmt: skip
    made, _ = impute_missing(pipes, as_of=CUT)
    assert made.installed[3] == 1931
    assert made.installed[7] == 2006


def test_impute_missing_fills_materials_and_sizes_with_the_most_common():
    pipes = pipes_of(
        (1950, "GJJ", 150, None), (1951, "GJJ", 150, None), (1951, "SJ", 300, None), (1952, "", None, None),
        area=("A",) * 4,
    )  # fmt: skip
    made, flags = impute_missing(pipes, as_of=CUT)
    assert made.material[3] == "GJJ"
    assert made.diameter_mm[3] == 150
    assert flags["material"].tolist() == flags["diameter_mm"].tolist() == [False, False, False, True]


def test_impute_missing_asks_no_pipe_laid_after_the_cut():
    pipes = pipes_of((1950, "GJJ", 150, None), *[(2020, "PE", 110, None)] * 9, (None, "", None, None))
    made, _ = impute_missing(pipes, as_of=CUT)
    assert (made.installed[-1], made.material[-1], made.diameter_mm[-1]) == (1950, "GJJ", 150)


def test_impute_missing_where_nobody_knows_leaves_it():
    pipes = pipes_of((None, "", None, None), (None, "", None, None))
    made, flags = impute_missing(pipes, as_of=CUT)
    assert np.isnan(made.installed).all()
    assert made.material == ("", "")
    assert not any(flag.any() for flag in flags.values())


ROWS = st.tuples(
    st.none() | st.integers(1900, 2025),
    st.sampled_from(["", "GJJ", "PE"]),
    st.none() | st.sampled_from([110, 150]),
    st.none() | st.integers(0, 2000),
)


@settings(max_examples=40)
@given(st.lists(ROWS, min_size=1, max_size=12))
def test_impute_missing_changes_only_gaps_and_does_not_hang_on_later_pipes(rows):
    pipes = pipes_of(*rows)
    made, flags = impute_missing(pipes, as_of=CUT)
    given_years = ~np.isnan(pipes.installed)
    assert (made.installed[given_years] == pipes.installed[given_years]).all()
    assert not (made.installed[flags["installed"]] > 2015).any()
    assert all(new == old for new, old in zip(made.material, pipes.material, strict=True) if old)
    later = pipes.installed > 2015
    changed = replace(
        pipes,
        material=tuple("X" if out else text for out, text in zip(later, pipes.material, strict=True)),
        diameter_mm=np.where(later, 999.0, pipes.diameter_mm),
    )
    again, _ = impute_missing(changed, as_of=CUT)
    assert np.array_equal(again.installed[~later], made.installed[~later], equal_nan=True)
    assert [text for text, out in zip(again.material, later, strict=True) if not out] == [
        text for text, out in zip(made.material, later, strict=True) if not out
    ]


def test_impute_missing_of_a_town_comes_closer_than_the_median():
    pipes = make_city(3000, 3, 5).pipes
    hide = (np.arange(len(pipes)) % 10 == 0) & ~np.isnan(pipes.installed)
    made, _ = impute_missing(
        replace(pipes, installed=np.where(hide, np.nan, pipes.installed)), as_of=date(2026, 1, 1)
    )
    off = np.abs(made.installed - pipes.installed)[hide].mean()
    assert off < 0.35 * np.abs(np.nanmedian(pipes.installed) - pipes.installed)[hide].mean()
