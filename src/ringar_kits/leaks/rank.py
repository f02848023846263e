"""Ranks pipes by the breaks to expect per metre, with intervals, reasons and what a reader must know."""

from collections.abc import Sequence
from datetime import date
from importlib.metadata import version

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.leaks.cohorts import Design
from ringar_kits.leaks.fit import Model, Progress, fit_model
from ringar_kits.leaks.history import LEVELS
from ringar_kits.leaks.measure import capture, order_pipes
from ringar_kits.leaks.model import BoolArray, Breaks, Fact, FloatArray, Note, Outlook, Pipes, Ranking
from ringar_kits.leaks.panel import FAMILY, Panel, build_panel
from ringar_kits.leaks.reasons import find_reasons
from ringar_kits.leaks.spread import gamma_interval

MOST_YEARS_AHEAD = 10
FEW_BREAKS = 300
MONTHS_WITHOUT = 12  # breaks on end: then something may be missing
NOTES = {
    "no_better_than_oldest": (
        "Tried on earlier years ({years}) it caught no more than oldest first: {model} % against {oldest} % of the "
        "breaks on a tenth of the length. Use it with care"
    ),
    "few_breaks": "Only {count} breaks to learn from: the order among pipes of one kind says little",
    "no_places": "No pipe has a place: what happened near by is not used",
    "no_late_breaks": (
        "The last break on record came {months} months before {day}: see whether the list of breaks is complete"
    ),
    "not_laid": "Laid after {day}, so ranked last with no breaks to expect. Pipes: {count}",
    "imputed": (
        "Year, material, diameter or length was not known and is filled in from pipes like them. Pipes: {count}"
    ),
    "untried": "Too few years to try it on: how well it ranks is not known",
}


def rank_pipes(
    pipes: Pipes,
    breaks: Breaks,
    *,
    as_of: date,
    horizon: int = 1,
    also: Sequence[int] = (),
    seed: int = 0,
    progress: Progress | None = None,
) -> Ranking:
    """Return the pipes' expected breaks in the `horizon` years from `as_of`, learned from what was known that day.

    `also` asks for other horizons beside it, for the cost of one: `rank_pipes(…, also=(3,)).within[3].expected`.

    Method: pipe-year Poisson regression with length (material × year laid, age, size, zone and roads, all drawn to the
    mean), then breaks seen against expected on the pipe, in its lot, its area and near by, faded with time and
    shrunk (Gamma-Poisson), each with a power learned from how they foretold earlier years. `progress` is told a share
    from 0 to 1 and words. Raises `InputError` where there are fewer than 50 breaks, 3 years of them, or no pipe.
    """
    _check_horizons((horizon, *also))
    panel = build_panel(pipes, breaks, as_of=as_of)
    model = fit_model(panel, seed=seed, progress=progress)
    within = {years: _look_ahead(model, years) for years in dict.fromkeys((horizon, *also))}
    expected = within[horizon].expected
    order = order_pipes(expected / panel.length, panel.length)
    # those not yet laid stand last, whatever the ties
    order = np.concatenate([order[panel.there(0)[order]], order[~panel.there(0)[order]]])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return Ranking(
        pipe_ids=pipes.ids,
        as_of=as_of,
        horizon=horizon,
        seed=seed,
        length_m=pipes.length_m,
        expected=expected,
        low=within[horizon].low,
        high=within[horizon].high,
        rank=rank,
        reasons=find_reasons(model, _materials(pipes, panel), _have_street(pipes)),
        imputed=_imputed(panel),
        area=pipes.area,
        street=pipes.street,
        notes=_notes(model, as_of),
        features=_features(model.design),
        versions={"ringar": version("ringar"), "numpy": np.__version__},
        pipe_variance=model.pipe_variance,
        year_variance=model.year_variance / horizon,
        within=within,
    )


def _check_horizons(horizons: Sequence[int]) -> None:
    for years in horizons:
        if not 1 <= years <= MOST_YEARS_AHEAD:
            raise InputError(
                "{horizon} years ahead cannot be foretold",
                remedy="Ask for 1 to {most} years",
                facts={"horizon": years, "most": MOST_YEARS_AHEAD},
            )


def _look_ahead(model: Model, years: int) -> Outlook:
    expected = model.expected(years)
    return Outlook(expected, *gamma_interval(expected, model.variance(years)))


def _materials(pipes: Pipes, panel: Panel) -> tuple[str, ...]:
    """Return each pipe's material in the utility's own word where it has one."""
    usual = {family: code for code, family in FAMILY.items() if code in set(pipes.material)}
    names = [usual.get(name, name) for name in panel.kinds]
    return tuple(own or names[kind] for own, kind in zip(pipes.material, panel.kind.tolist(), strict=True))


def _have_street(pipes: Pipes) -> tuple[bool, ...]:
    return tuple(bool(street or area) for street, area in zip(pipes.street, pipes.area, strict=True))


def _imputed(panel: Panel) -> tuple[tuple[str, ...], ...]:
    flags: list[tuple[str, BoolArray]] = list(panel.imputed.items())
    found: list[tuple[str, ...]] = [()] * len(panel.laid)
    for name, flag in flags:
        for place in np.flatnonzero(flag).tolist():
            found[place] = (*found[place], name)
    return tuple(found)


def _features(design: Design) -> tuple[str, ...]:
    return ("age", *design.groups, *(f"breaks: {level.name}" for level in LEVELS))


def _notes(model: Model, as_of: date) -> tuple[Note, ...]:
    panel = model.panel
    count = int((panel.own & (panel.when <= panel.years)).sum())
    filled = np.zeros(len(panel.laid), dtype=bool)
    for flag in panel.imputed.values():
        filled |= flag
    later = int((~panel.there(0)).sum())
    months = round(12 * float(panel.when.min()))
    told = [
        compare_with_oldest(model),
        _note("few_breaks", count=count) if count < FEW_BREAKS else None,
        _note("no_late_breaks", months=months, day=as_of.isoformat()) if months >= MONTHS_WITHOUT else None,
        _note("no_places") if not np.isfinite(panel.spots).any() else None,
        _note("not_laid", count=later, day=as_of.isoformat()) if later else None,
        _note("imputed", count=int(filled.sum())) if filled.any() else None,
    ]
    return tuple(note for note in told if note is not None)


def compare_with_oldest(model: Model) -> Note | None:
    """Return a note where the look back on the last years was no better than oldest first, or could not be made."""
    caught: list[Sequence[float]] = []
    for each in model.tried:
        use = np.isfinite(each.expected)
        length, came = model.panel.length[use], each.came[use]
        if came.sum():
            scores: tuple[FloatArray, ...] = (each.expected[use] / length, model.panel.laid[use])
            caught.append([capture(score, length, came)[10] for score in scores])
    if not caught:
        return _note("untried")
    ours, oldest = np.mean(caught, axis=0)
    if ours > oldest:
        return None
    facts = {"model": round(100 * float(ours)), "oldest": round(100 * float(oldest))}
    return _note("no_better_than_oldest", years=len(caught), **facts)


def _note(code: str, **facts: Fact) -> Note:
    return Note(code, NOTES[code], facts)
