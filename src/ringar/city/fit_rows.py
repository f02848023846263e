"""What the kit `leaks` answers, as a fit keeps it: figures, notes, the look back, a row for each pipe."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ringar.city.models import Fit, PipeRisk
from ringar.city.queries.network import OwnNetwork
from ringar.core.kit_words import kept
from ringar_kits import leaks
from ringar_kits.errors import InputError
from ringar_kits.leaks.consequence import Consequence, risk_of
from ringar_kits.leaks.model import Backtest, Captured, Note, Ranking, Reason

YEARS_BACK = 5
YEARS_TO_LEARN = 5
"""Years of breaks that a look back leaves before the first year that it tries."""
CURVE_POINTS = 60


def figures_of(ranking: Ranking, network: OwnNetwork) -> dict[str, Any]:
    """The ranking in short: how much, how sure, from what."""
    return {
        "pipes": len(ranking.pipe_ids),
        "km": round(float(ranking.length_m.sum()) / 1000, 3),
        "breaks": int((network.breaks.day < np.datetime64(ranking.as_of)).sum()),
        "expected": float(ranking.expected.sum()),
        "imputed": sum(1 for fields in ranking.imputed if fields),
        "notes": [told(note) for note in ranking.notes],
        "features": list(ranking.features),
        "versions": dict(ranking.versions),
    }


def told(note: Note | Reason) -> dict[str, Any]:
    """A note or reason for a column: its fixed English words, and the facts in them."""
    facts = {name: plain(value) for name, value in note.facts.items()}
    kind = (
        {"code": note.code}
        if isinstance(note, Note)
        else {"kind": note.kind, "times": round(float(note.times), 3)}
    )
    return {**kind, "words": note.words, "facts": facts}


def plain(value: Any) -> str | int | float:
    """A fact as JSON has it."""
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, str | int | float) else str(value)


def risk_rows(
    fit: Fit, network: OwnNetwork, ranking: Ranking, touched: Consequence | None
) -> Iterator[PipeRisk]:
    """One row for each pipe, not saved. `touched`: what a break would touch, where places were given."""
    risks = None if touched is None else risk_of(ranking.expected, touched)
    for n, key in enumerate(network.keys):
        yield PipeRisk(
            fit=fit,
            asset_id=key,
            expected=float(ranking.expected[n]),
            low=float(ranking.low[n]),
            high=float(ranking.high[n]),
            within={
                str(years): [float(each[n]) for each in (outlook.expected, outlook.low, outlook.high)]
                for years, outlook in ranking.within.items()
                if years != fit.horizon
            },
            rank=int(ranking.rank[n]),
            reasons=[told(reason) for reason in ranking.reasons[n]],
            imputed=list(ranking.imputed[n]),
            consequence=None if touched is None else float(touched.score[n]),
            consequence_parts={} if touched is None else parts_of(touched, n),
            risk=None if risks is None else float(risks[n]),
        )


def parts_of(touched: Consequence, place: int) -> dict[str, float]:
    """How many of each kind lie near the pipe; what there is none of is left out."""
    return {kind: round(float(near[place]), 1) for kind, near in touched.near.items() if near[place] > 0}


def look_back(fit: Fit, network: OwnNetwork, progress: Callable[[float, str], None]) -> dict[str, Any]:
    """What rankings made at the start of earlier years would have caught; {} where there are too few years.

    `fault` tells where the kit could not do it.
    """
    days = network.breaks.day
    begins = int(days.min().astype("datetime64[Y]").astype(int)) + 1970 if len(days) else fit.as_of.year
    last = fit.as_of.year - fit.horizon
    first = max(begins + YEARS_TO_LEARN, last - YEARS_BACK + 1)
    if first > last:
        return {}
    try:
        found = leaks.backtest(
            network.pipes,
            network.breaks,
            first=first,
            last=last,
            horizon=fit.horizon,
            seed=fit.seed,
            progress=progress,
        )
    except InputError as error:
        return {"fault": kept(error)}
    return looked_back(found)


def looked_back(found: Backtest) -> dict[str, Any]:
    """A look back as JSON."""
    return {
        "first": found.first,
        "last": found.last,
        "calibration_slope": rounded(found.calibration_slope),
        "calibration_level": rounded(found.calibration_level),
        "coverage": rounded(found.coverage),
        "years": [
            {"year": each.year, "breaks": int(each.breaks), "expected": rounded(each.expected)}
            for each in found.years
        ],
        "methods": [method_of(each) for each in found.methods],
        "notes": [told(note) for note in found.notes],
    }


def method_of(each: Captured) -> dict[str, Any]:
    """What one way of choosing would have caught; the curve thinned, which the drawing does not show."""
    at = np.linspace(0, 1, CURVE_POINTS)
    return {
        "method": each.method,
        "share": shares(each.share),
        "low": shares(each.low),
        "high": shares(each.high),
        "inspected": rounds(at),
        "caught": rounds(np.interp(at, each.curve.inspected, each.curve.caught)),
    }


def shares(told: Mapping[int, float]) -> dict[str, float | None]:
    """Shares by per cent of length."""
    return {str(percent): rounded(value) for percent, value in told.items()}


def rounded(value: float) -> float | None:
    """The number as JSON can hold it."""
    return round(float(value), 4) if np.isfinite(value) else None


def rounds(values: Iterable[float]) -> list[float | None]:
    """All of them."""
    return [rounded(value) for value in values]
