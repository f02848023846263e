"""A ranking as a table: a row per pipe, or per shut-off area or street."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ringar_kits.leaks.consequence import Consequence, risk_by_area, risk_of
from ringar_kits.leaks.model import FloatArray, Ranking
from ringar_kits.tables import write_csv

COLUMNS = ("pipe_id", "length_m", "expected_breaks", "low", "high", "rank", "reasons")
TOGETHER = ("pipes", "length_m", "expected_breaks", "low", "high", "rank")


def write_ranking(ranking: Ranking, out: Path, consequence: Consequence | None = None) -> None:
    """Write a ranking as CSV, the first in rank first; a file that was there is replaced when all is written.

    After `COLUMNS` come those of other horizons (`expected_breaks_3_years`, `low_…`, `high_…`) and, with `consequence`,
    what is near by of each kind, consequence and risk.
    """
    more: dict[str, FloatArray] = {}
    for years, outlook in ranking.within.items():
        if years != ranking.horizon:
            told = {"expected_breaks": outlook.expected, "low": outlook.low, "high": outlook.high}
            more |= {f"{name}_{years}_year{'s' * (years > 1)}": values for name, values in told.items()}
    if consequence is not None:
        risk = risk_of(ranking.expected, consequence)
        more |= {**consequence.near, "consequence": consequence.score, "risk": risk}
    write_csv(out, (*COLUMNS, *more), _pipe_rows(ranking, more))


def _pipe_rows(ranking: Ranking, more: Mapping[str, FloatArray]) -> Iterator[Sequence[object]]:
    for place in np.argsort(ranking.rank).tolist():
        yield (
            ranking.pipe_ids[place],
            f"{ranking.length_m[place]:.3f}",
            *_short(column[place] for column in (ranking.expected, ranking.low, ranking.high)),
            int(ranking.rank[place]),
            "; ".join(str(reason) for reason in ranking.reasons[place]),
            *_short(column[place] for column in more.values()),
        )


def write_areas(ranking: Ranking, out: Path, by: str, consequence: Consequence | None = None) -> int:
    """Write shut-off areas (`by` "area") or streets ("street") as CSV, most expected breaks per metre first.

    With `consequence` there are two further columns: what one break there would touch on average, and risk. Returns
    how many pipes are of no area or street, and so in no row.
    """
    names = ranking.area if by == "area" else ranking.street
    risks = {} if consequence is None else {
        each.name: (each.consequence, each.risk) for each in risk_by_area(names, ranking.expected, consequence)
    }  # fmt: skip
    header = (by, *TOGETHER, *(("consequence", "risk") if consequence else ()))
    rows = (
        (
            each.name,
            each.pipes,
            f"{each.length_m:.3f}",
            *_short((each.expected, each.low, each.high)),
            rank,
            *_short(risks.get(each.name, ())),
        )
        for rank, each in enumerate(ranking.by_area(names), 1)
    )
    write_csv(out, header, rows)
    return names.count("")


def _short(numbers: Iterable[float]) -> tuple[str, ...]:
    return tuple(f"{number:.4g}" for number in numbers)
