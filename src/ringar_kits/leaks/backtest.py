"""What rankings made at the start of each year would have caught, beside simple methods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.leaks.baselines import score_baselines
from ringar_kits.leaks.fit import Model, Progress, fit_model
from ringar_kits.leaks.measure import (
    SHARES,
    Scored,
    bootstrap_shares,
    calibrate,
    capture,
    draw_curve,
    mean_curve,
)
from ringar_kits.leaks.model import Backtest, BoolArray, Breaks, Captured, FloatArray, Note, Pipes, Year
from ringar_kits.leaks.panel import build_panel
from ringar_kits.leaks.spread import count_interval

MODEL = "model"
DRAWS = 200
GROUPS = 10
BOOTSTRAP_PIPES = 4_000_000  # pipes × years × draws stay below a hundred times this
NOTES = {
    "no_better": "Not surely better than {method} at 10 % of the length: the difference may be chance",
    "few_breaks": "Few breaks came in these years ({count}): the shares may be off by several per cent",
    "survivors": "The inventory of today is used for earlier years: pipes replaced since are not in it",
}


@dataclass(frozen=True, slots=True)
class _Looked:
    """One year: its breaks and each method's scores, only pipes that lay there."""

    year: int
    scored: tuple[Scored, ...]
    expected: FloatArray
    pipe_variance: float
    year_variance: float


def backtest(
    pipes: Pipes,
    breaks: Breaks,
    *,
    first: int,
    last: int,
    horizon: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
) -> Backtest:
    """Return what rankings at 1 January of `first` to `last` would have caught of the breaks that followed.

    Each year's model sees only breaks before it and pipes laid before it. Raises `InputError` where a year has no
    breaks after it or too few before it.
    """
    _check_years(breaks, first, last, horizon)
    looked: list[_Looked] = []
    methods: tuple[str, ...] = ()
    for place, year in enumerate(range(first, last + 1)):
        if progress is not None:
            progress(place / (last - first + 1), str(year))
        panel = build_panel(pipes, breaks, as_of=date(year, 1, 1))
        model = fit_model(panel, seed=seed)
        scores = score_baselines(panel, np.random.default_rng(seed + year))
        methods = (MODEL, *scores)
        looked.append(
            _look(year, model, tuple(scores.values()), came_after(breaks, year, horizon, len(pipes)), horizon)
        )
    drawn = bootstrap_shares([each.scored for each in looked], draws=_draws(looked), seed=seed)
    caught = tuple(_captured(name, place, looked, drawn) for place, name in enumerate(methods))
    slope, level = calibrate(
        np.concatenate([each.expected for each in looked]),
        np.concatenate([each.scored[0].came for each in looked]),
    )
    return Backtest(
        first=first,
        last=last,
        horizon=horizon,
        years=tuple(_year(each, methods) for each in looked),
        methods=caught,
        calibration_slope=slope,
        calibration_level=level,
        coverage=_coverage(looked),
        notes=_notes(looked, methods, drawn),
    )


def came_after(breaks: Breaks, year: int, horizon: int, pipes: int) -> FloatArray:
    """Return breaks per pipe in the years from 1 January of `year`; those of pipes that lay there before are not."""
    begin, end = np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + horizon}-01-01")
    use = (breaks.pipe >= 0) & ~breaks.former & (breaks.day >= begin) & (breaks.day < end)
    return np.bincount(breaks.pipe[use], minlength=pipes).astype(float)


def _check_years(breaks: Breaks, first: int, last: int, horizon: int) -> None:
    if not len(breaks):
        raise InputError("there are no breaks", remedy="Give a list of breaks with dates")
    end = int(breaks.day.max().astype("datetime64[Y]").astype(int)) + 1970
    if not 1_800 < first <= last or last + horizon - 1 > end:
        raise InputError(
            "{first} to {last} cannot be looked back on: the last break is of {end}",
            remedy="Give a first year not after the last, and a last after which breaks are known (years: {horizon})",
            facts={"first": first, "last": last, "end": end, "horizon": horizon},
        )


def _look(year: int, model: Model, scores: Sequence[FloatArray], came: FloatArray, horizon: int) -> _Looked:
    there: BoolArray = model.panel.there(0)
    length, area = model.panel.length[there], model.panel.area[there]
    expected = model.expected(horizon)[there]
    ranked = [expected / length, *(score[there] for score in scores)]
    scored = tuple(Scored(score, length, came[there], area) for score in ranked)
    return _Looked(year, scored, expected, model.pipe_variance, model.year_variance / horizon)


def _draws(looked: Sequence[_Looked]) -> int:
    """Return fewer draws for large networks, whose shares vary less."""
    size = sum(len(each.expected) for each in looked)
    return int(np.clip(100 * BOOTSTRAP_PIPES / max(size, 1) / 10, 20, DRAWS))


def _captured(name: str, place: int, looked: Sequence[_Looked], drawn: FloatArray) -> Captured:
    scored = [each.scored[place] for each in looked if each.scored[place].came.sum()]
    shares = [capture(each.score, each.length, each.came) for each in scored]
    low, high = np.nanquantile(drawn[:, place], [0.025, 0.975], axis=0)
    return Captured(
        method=name,
        share={share: float(np.mean([year[share] for year in shares])) for share in SHARES},
        low=dict(zip(SHARES, low.tolist(), strict=True)),
        high=dict(zip(SHARES, high.tolist(), strict=True)),
        curve=mean_curve(
            [draw_curve(each.score, each.length, each.came) for each in scored],
            [float(each.came.sum()) for each in scored],
        ),
    )


def _year(looked: _Looked, methods: Sequence[str]) -> Year:
    came = looked.scored[0].came
    return Year(
        year=looked.year,
        breaks=int(came.sum()),
        length_m=float(looked.scored[0].length.sum()),
        expected=float(looked.expected.sum()),
        share={
            name: capture(each.score, each.length, each.came)
            for name, each in zip(methods, looked.scored, strict=True)
        },
    )


def _coverage(looked: Sequence[_Looked]) -> float:
    """Return how often the breaks of a tenth of the pipes (by expected breaks) lay in their 80 % interval."""
    inside = []
    for each in looked:
        order = np.argsort(-each.expected / each.scored[0].length, kind="stable")
        run = np.cumsum(each.expected[order])
        group = np.minimum((run / run[-1] * GROUPS).astype(int), GROUPS - 1)
        for number in range(GROUPS):
            part = order[group == number]
            mean = float(each.expected[part].sum())
            if not mean:
                continue
            square = float((each.expected[part] ** 2).sum())
            low, high = count_interval(mean, each.year_variance + each.pipe_variance * square / mean**2)
            inside.append(low <= each.scored[0].came[part].sum() <= high)
    return float(np.mean(inside)) if inside else float("nan")


def _notes(looked: Sequence[_Looked], methods: Sequence[str], drawn: FloatArray) -> tuple[Note, ...]:
    at = SHARES.index(10)
    told = [
        Note("no_better", NOTES["no_better"], {"method": name})
        for place, name in enumerate(methods)
        if place and np.nanquantile(drawn[:, 0, at] - drawn[:, place, at], 0.05) <= 0
    ]
    count = int(sum(each.scored[0].came.sum() for each in looked))
    if count < 300:
        told.append(Note("few_breaks", NOTES["few_breaks"], {"count": count}))
    return (*told, Note("survivors", NOTES["survivors"]))
