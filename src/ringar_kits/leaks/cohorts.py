"""What a pipe of this material, age, size and place is expected to break, before its own history is asked."""

from dataclasses import dataclass

import numpy as np

from ringar_kits.leaks.model import FloatArray, IntArray
from ringar_kits.leaks.panel import Panel
from ringar_kits.leaks.poisson import fit_poisson

KNOTS = (20.0, 45.0, 70.0)  # years of age where the hazard may bend
OLDEST = 140
MOST_ROWS = 60_000  # years of pipes without breaks in a fit: more change the third figure only
RIDGE_MATERIAL, RIDGE_COHORT, RIDGE_TRAIT, RIDGE_AGE, RIDGE_SIZE = 1.0, 2.0, 10.0, 5.0, 0.1
# Years after which a year counts half. Pipes that broke often were replaced and are gone from the inventory: the
# longer ago, the fewer of the breaks that came are left to see.
HALF_LIFE = 6.0


@dataclass(frozen=True, slots=True)
class Rows:
    """A sample of pipe-years: all with breaks, and of those without so many that each stands for `weight`."""

    pipe: IntArray
    cut: IntArray  # the year that follows `cut` years before the cut
    count: FloatArray
    exposure: FloatArray  # the part of the year that the pipe lay there
    weight: FloatArray


@dataclass(frozen=True, slots=True)
class Design:
    """The parts of the design that do not change with age, one row per pipe, and which columns are what."""

    columns: FloatArray
    groups: dict[str, slice]
    ridge: FloatArray
    ages: int  # columns of age per row, appended to `columns`
    main_kinds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """Breaks per metre and year of each pipe, as log: a part that stays and one by kind and age (a table)."""

    steady: FloatArray
    by_age: FloatArray  # (kinds, OLDEST + 1)
    beta: FloatArray
    covariance: FloatArray

    def rate(self, panel: Panel, cut: float) -> FloatArray:
        """Return expected breaks in the year that follows `cut` years before the cut, for all pipes if there."""
        age = np.clip(panel.laid - cut + 0.5, 0, OLDEST).astype(np.int64)
        return panel.length * np.exp(self.steady + self.by_age[panel.kind, age])


def draw_rows(panel: Panel, rng: np.random.Generator) -> Rows:
    """Return pipe-years from all recorded years."""
    pipes, cuts, counts = [], [], []
    chance = panel.length / panel.length.mean()
    total = sum(float(panel.there(cut - 1).sum()) for cut in range(1, panel.years + 1))
    chance = np.clip(chance * MOST_ROWS / max(total, 1.0), 0.1 * MOST_ROWS / max(total, 1.0), 1.0)
    weights = []
    for cut in range(1, panel.years + 1):
        count = panel.counts(cut)
        there = panel.there(cut - 1)
        broken = np.flatnonzero(there & (count > 0))
        whole = np.flatnonzero(there & (count == 0) & (rng.random(len(count)) < chance))
        pipes.append(np.concatenate([broken, whole]))
        cuts.append(np.full(len(broken) + len(whole), cut))
        counts.append(count[pipes[-1]])
        weights.append(np.concatenate([np.ones(len(broken)), 1 / chance[whole]]))
    pipe, year = np.concatenate(pipes), np.concatenate(cuts)
    exposure = np.clip(panel.laid[pipe] - year + 1, 0.05, 1.0)
    return Rows(pipe, year, np.concatenate(counts), exposure, np.concatenate(weights))


def build_design(panel: Panel) -> Design:
    """Return one row per pipe: constant, cohort (material × year laid), size, traits."""
    columns, ridge, groups = [np.ones((len(panel.laid), 1))], [1e-6], {}

    def add(name: str, part: FloatArray, penalty: float) -> None:
        begin = len(ridge)
        columns.append(part)
        ridge.extend([penalty] * part.shape[1])
        groups[name] = slice(begin, len(ridge))

    add("material", _one_hot(panel.kind), RIDGE_MATERIAL)
    add("cohort", year_columns(panel), RIDGE_COHORT)
    width = np.log(panel.diameter / 150)
    add(
        "diameter",
        np.stack([np.minimum(width, 0), np.clip(width, 0, 0.7), np.maximum(width - 0.7, 0)], 1),
        1.0,
    )
    run = np.log(panel.length / 50)
    # breaks per metre fall with length; below 7 m the records are of stubs and fittings, and tell no more
    add("length", np.stack([np.clip(run, -2, 0), np.maximum(run, 0)], 1), RIDGE_SIZE)
    for name, values in panel.traits.items():
        add(name, _one_hot(values), RIDGE_TRAIT)
    use = panel.own & (panel.when < panel.years)
    broken = np.bincount(panel.kind[panel.pipe[use]], minlength=len(panel.kinds))
    main = tuple(int(kind) for kind in np.argsort(-broken)[:3] if broken[kind] >= 30)
    ages = len(KNOTS) + 1
    return Design(
        np.concatenate(columns, axis=1),
        groups,
        np.array(ridge + [RIDGE_AGE] * ages * (len(main) + 1)),
        ages * (len(main) + 1),
        main,
    )


def year_columns(panel: Panel) -> FloatArray:
    """Return, for each material, straight lines between decades of laying: each column is 1 at one, 0 at the next."""
    at = np.clip(panel.cut - panel.laid, panel.cut - OLDEST, panel.cut) / 10
    decade = np.floor(at).astype(np.int64)
    keys, place = np.unique(
        [panel.kind * 1_000 + decade, panel.kind * 1_000 + decade + 1], return_inverse=True
    )
    place, tents = place.reshape(2, -1), np.zeros((len(at), len(keys)))
    every = np.arange(len(at))
    tents[every, place[0]] = 1 - (at - decade)
    tents[every, place[1]] = at - decade
    return tents


def _one_hot(values: IntArray) -> FloatArray:
    return (values[:, None] == np.unique(values)[None, :]).astype(float)


def age_columns(age: FloatArray, kind: IntArray, main_kinds: tuple[int, ...]) -> FloatArray:
    """Return the bends of age (in steps of 30 years), for all kinds together and more of it for each main kind."""
    bends = np.stack([np.minimum(age, KNOTS[0])] + [np.maximum(age - knot, 0) for knot in KNOTS], 1) / 30
    bends[:, -1] = np.minimum(bends[:, -1], 1.0)
    return np.concatenate([bends, *(bends * (kind == each)[:, None] for each in main_kinds)], axis=1)


def fit_base(panel: Panel, design: Design, rows: Rows, cut: int, start: Base | None = None) -> Base:
    """Return the hazard learned from the years before `cut` (in years before the panel's cut)."""
    use = rows.cut > cut
    pipe, year = rows.pipe[use], rows.cut[use]
    age = np.clip(panel.laid[pipe] - year + 0.5, 0, OLDEST)
    matrix = np.concatenate(
        [design.columns[pipe], age_columns(age, panel.kind[pipe], design.main_kinds)], axis=1
    )
    exposure = panel.length[pipe] * rows.exposure[use]
    weights = rows.weight[use] * 0.5 ** ((year - cut) / HALF_LIFE)
    fitted = fit_poisson(
        matrix,
        rows.count[use],
        exposure,
        weights,
        design.ridge,
        None if start is None else start.beta,
    )
    split = design.columns.shape[1]
    steady = design.columns @ fitted.beta[:split]
    ages = np.arange(OLDEST + 1, dtype=float) + 0.5
    table = [
        age_columns(ages, np.full(len(ages), kind), design.main_kinds) @ fitted.beta[split:]
        for kind in range(len(panel.kinds))
    ]
    return Base(steady, np.stack(table), fitted.beta, fitted.covariance)
