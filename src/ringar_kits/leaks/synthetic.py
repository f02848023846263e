"""A town whose pipes break by known odds: age, material, hidden soil, each pipe's own frailty, winters, contagion.

The odds are the oracle: no ranking can catch more, in the long run, than one by `City.hazard`. The numbers are chosen
to look like a Nordic network (some 10 to 15 breaks per 100 km and year), not fitted to one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringar_kits.errors import InputError
from ringar_kits.leaks.model import Breaks, FloatArray, IntArray, Pipes
from ringar_kits.leaks.town import EPSG, Plan, plan_town

MATERIALS = ("GJJ", "SJ", "PVC", "PE", "ETE")  # grey iron, ductile iron, two plastics, asbestos cement
RATE = np.array([0.115, 0.062, 0.018, 0.012, 0.085])  # breaks per km and year at 40 years of age
AGEING = np.array([0.012, 0.035, 0.012, 0.008, 0.022])  # per year
CLAY = np.array([2.4, 1.2, 1.5, 1.1, 2.0])  # times as many breaks in the hidden patches of moving clay
SOUR = np.array([1.3, 3.2, 1.0, 1.0, 1.2])  # and in those of sour soil
COLD = np.array([0.35, 0.15, 0.05, 0.03, 0.2])  # how much a cold winter adds, per standard deviation
SIZES = (63.0, 110.0, 160.0, 200.0, 315.0, 400.0, 600.0)
FRAILTY = 2.0  # shape of the gamma spread of pipes that are otherwise alike
OWN, NEAR, MEMORY = (
    0.9,
    0.12,
    0.6,
)  # what a break adds to its pipe and to its area, and what is left a year on
REPLACED = 0.003  # of pipes a year in any case; more after breaks


@dataclass(frozen=True)
class City:
    """A town: pipes and breaks as its utility knows them, and the truth.

    `named` holds the pipe's id that each break's record names. `hazard` (n, years) holds the expected breaks of each
    pipe in each year from `first`, as the odds stood at the start of that year (0 before the pipe was laid); `frailty`
    and `soil` (0 none, 1 clay, 2 sour, 3 both) are what nobody sees.
    """

    pipes: Pipes
    breaks: Breaks
    named: tuple[str, ...]
    hazard: NDArray[np.float32]
    first: int
    frailty: FloatArray
    soil: IntArray
    plan: Plan

    def expected(self, year: int) -> FloatArray:
        """Return each pipe's expected breaks in a year: the oracle's score."""
        return self.hazard[:, year - self.first].astype(np.float64)


@dataclass
class _Stock:
    """What lies in the ground now: one place per place for a pipe."""

    material: IntArray
    installed: FloatArray
    diameter: FloatArray
    frailty: FloatArray
    number: IntArray  # of the pipe; a replacement may keep its predecessor's


def make_city(n_pipes: int, years: int = 25, seed: int = 0, *, last: int = 2025) -> City:
    """Return a town of so many pipes with the breaks of `years` years up to 31 December of `last`.

    One pipe in twenty-five has no known year, some no material or diameter; replaced pipes are gone from the
    inventory, and some of their ids live on. The same arguments give the same town. Raises `InputError` for fewer
    than 10 pipes or less than one year.
    """
    if n_pipes < 10 or years < 1:
        raise InputError("a town has at least 10 pipes and 1 year", place="make_city", remedy="Ask for more")
    random = np.random.default_rng(seed)
    plan = plan_town(n_pipes, random)
    n = len(plan.ends)
    first = last - years + 1
    length = np.hypot(*(plan.ends[:, 1] - plan.ends[:, 0]).T)
    soil = _soil(plan.ends.mean(axis=1), random)
    stock = _lay(plan, last, random)
    hazard = np.zeros((n, years), dtype=np.float32)
    own, near = np.zeros(n), np.zeros(int(plan.area.max()) + 1)
    found: list[Mapping[str, np.ndarray]] = []
    following = n
    winters = random.normal(0, 1, years)
    for at in range(years):
        year = first + at
        odds = _odds(stock, length, soil, year, winters[at]) * (1 + OWN * own + NEAR * near[plan.area])
        hazard[:, at] = odds
        counts = random.poisson(odds)
        found.append(_happened(counts, stock, year, random))
        own, near = MEMORY * (own + counts), MEMORY * (near + np.bincount(plan.area, counts, len(near)))
        replaced = _choose_replaced(stock, own, year, random)
        hazard[replaced, : at + 1] = 0  # what is in the ground at the end was not there before
        following = _replace(stock, replaced, year + 1, following, random)
        own[replaced] = 0
    breaks = {key: np.concatenate([each[key] for each in found]) for key in found[0]}
    pipes = _inventory(plan, stock, length, random)
    named = tuple(_name(each) for each in breaks["number"].tolist())
    return City(
        pipes, _recorded(breaks, stock, plan, random), named, hazard, first, stock.frailty, soil, plan
    )


def _soil(points: FloatArray, random: np.random.Generator) -> IntArray:
    """Return each point's soil: patches some hundred metres wide, of sums of waves that nobody drew on a map."""
    kinds = np.zeros(len(points), dtype=np.int64)
    for bit, share in ((1, 0.25), (2, 0.2)):
        value = np.zeros(len(points))
        for _ in range(12):
            wave = random.normal(0, 1 / random.uniform(350, 1_500), 2) * 2
            value += np.cos(points @ wave + random.uniform(0, 2 * np.pi))
        kinds += bit * (value > np.quantile(value, 1 - share))
    return kinds


def _lay(plan: Plan, last: int, random: np.random.Generator) -> _Stock:
    """Return the pipes as first laid, the youngest in the year before the last; they do not break before that."""
    n = len(plan.ends)
    street = plan.street_number
    when = plan.built + random.normal(0, 4, street.max() + 1)[street] + random.normal(0, 1.5, n)
    installed = np.clip(np.round(when), 1890, last - 1)
    main = random.random(street.max() + 1)[street] < 0.12
    diameter = np.where(
        main,
        random.choice(SIZES[4:], n, p=(0.6, 0.3, 0.1)),
        random.choice(SIZES[:4], n, p=(0.05, 0.35, 0.4, 0.2)),
    )
    return _Stock(_materials(installed, random), installed, diameter, random.gamma(FRAILTY, 1 / FRAILTY, n),
                  np.arange(n))  # fmt: skip


def _materials(year: FloatArray, random: np.random.Generator) -> IntArray:
    """Return what pipes were made of, by the year: iron, then asbestos cement and ductile iron, then plastics."""
    eras = np.array([1950.0, 1966, 1975, 1995, 2300])
    shares = np.array([
        (1.0, 0.0, 0.0, 0.0, 0.0), (0.8, 0.02, 0.0, 0.0, 0.18), (0.2, 0.45, 0.25, 0.0, 0.1),
        (0.0, 0.3, 0.6, 0.1, 0.0), (0.0, 0.15, 0.15, 0.7, 0.0),
    ])  # fmt: skip
    cumulated = shares.cumsum(axis=1)[np.searchsorted(eras, year, side="right").clip(max=4)]
    return (random.random(len(year))[:, None] > cumulated[:, :-1]).sum(axis=1)


def _odds(stock: _Stock, length: FloatArray, soil: IntArray, year: int, winter: float) -> FloatArray:
    """Return expected breaks per pipe in a year, before what earlier breaks add."""
    material = stock.material
    age = np.maximum(year - stock.installed, 0)
    narrow = np.where(stock.diameter < 150, 1.3, np.where(stock.diameter > 300, 0.5, 1.0))
    odds = RATE[material] * np.exp(AGEING[material] * (age - 40)) * narrow * stock.frailty * length / 1_000
    odds *= np.where(soil & 1, CLAY[material], 1) * np.where(soil & 2, SOUR[material], 1)
    return odds * np.exp(COLD[material] * winter) * (year >= stock.installed)


def _happened(
    counts: IntArray, stock: _Stock, year: int, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return a year's breaks, one place per break, with what was in the ground; more of them in winter."""
    slot = np.repeat(np.arange(len(counts)), counts)
    day = np.where(
        random.random(len(slot)) < 0.5,
        random.normal(20, 35, len(slot)) % 365,
        random.uniform(0, 365, len(slot)),
    )
    start = np.datetime64(f"{year}-01-01", "D")
    return {
        "slot": slot, "number": stock.number[slot], "day": start + day.astype(np.int64).clip(0, 364),
        "material": stock.material[slot], "installed": stock.installed[slot], "diameter": stock.diameter[slot],
    }  # fmt: skip


def _choose_replaced(stock: _Stock, own: FloatArray, year: int, random: np.random.Generator) -> IntArray:
    """Return which pipes are replaced at the year's end: a few of the old, more of those that broke again and again."""
    old = year - stock.installed > 40
    share = REPLACED * old + 0.3 * np.maximum(own - 0.9, 0)
    return np.flatnonzero(random.random(len(own)) < share.clip(max=0.5))


def _replace(stock: _Stock, which: IntArray, year: int, following: int, random: np.random.Generator) -> int:
    """Lay new pipes there; half of them keep the old one's number. Returns the next free number."""
    k = len(which)
    stock.installed[which] = year
    stock.material[which] = _materials(np.full(k, float(year)), random)
    stock.frailty[which] = random.gamma(FRAILTY, 1 / FRAILTY, k)
    fresh = which[random.random(k) < 0.5]
    stock.number[fresh] = following + np.arange(len(fresh))
    return following + len(fresh)


def _name(number: int) -> str:
    return f"V{number:07d}"


def _inventory(plan: Plan, stock: _Stock, length: FloatArray, random: np.random.Generator) -> Pipes:
    """Return what the utility knows of its pipes: most of it."""
    n = len(length)
    installed = np.where(random.random(n) < 0.04, np.nan, stock.installed)
    nameless = random.random(n) < 0.02
    names = [MATERIALS[each] for each in stock.material.tolist()]
    ring = np.minimum(plan.district // 6, 9)
    return Pipes(
        ids=tuple(_name(each) for each in stock.number.tolist()),
        installed=installed, material=tuple("" if hide else name for hide, name in zip(nameless, names, strict=True)),
        diameter_mm=np.where(random.random(n) < 0.01, np.nan, stock.diameter), length_m=length,
        lines=tuple(plan.ends), zone=tuple(f"Zon {each + 1}" for each in ring.tolist()),
        area=tuple(f"A{each:05d}" for each in plan.area.tolist()), street=plan.street, lined=np.full(n, np.nan),
        extra={"district": tuple(plan.district_names[each] for each in plan.district.tolist())}, epsg=EPSG,
    )  # fmt: skip


def _recorded(
    breaks: Mapping[str, np.ndarray], stock: _Stock, plan: Plan, random: np.random.Generator
) -> Breaks:
    """Return the breaks as recorded: on the pipe of that number, if there still is one, a few metres off."""
    slot = breaks["slot"]
    still = stock.number[slot] == breaks["number"]
    part = random.random(len(slot))[:, None]
    point = plan.ends[slot, 0] * (1 - part) + plan.ends[slot, 1] * part + random.normal(0, 2, (len(slot), 2))
    year = breaks["day"].astype("datetime64[Y]").astype(np.int64) + 1970
    return Breaks(
        pipe=np.where(still, slot, -1), day=breaks["day"], point=point, former=still & (year < stock.installed[slot]),
        material=tuple(MATERIALS[each] for each in breaks["material"].tolist()),
        installed=breaks["installed"], diameter_mm=breaks["diameter"],
        area=tuple(f"A{each:05d}" for each in plan.area[slot].tolist()),
    )  # fmt: skip
