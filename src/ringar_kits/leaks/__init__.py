"""Where will the next pipe burst? Pipes ranked by the breaks to expect, from what a utility already knows.

>>> from datetime import date
>>> from ringar_kits.leaks import make_city, rank_pipes
>>> city = make_city(2_000, 15, seed=3)
>>> ranking = rank_pipes(city.pipes, city.breaks, as_of=date(2025, 1, 1))
>>> first = int(ranking.rank.argmin())
>>> rate = ranking.expected / ranking.length_m
>>> bool(rate[first] > 3 * rate.mean()), len(ranking.reasons[first]) > 0
(True, True)
"""

from ringar_kits.leaks.backtest import backtest
from ringar_kits.leaks.consequence import Places, add_consequence, read_places, risk_by_area, risk_of
from ringar_kits.leaks.handed_in import write_city
from ringar_kits.leaks.measure import capture, draw_curve
from ringar_kits.leaks.model import (
    AreaRank,
    Backtest,
    Breaks,
    Captured,
    Curve,
    Network,
    Note,
    Outlook,
    Pipes,
    Ranking,
    Reason,
    Remark,
    Report,
    Year,
)
from ringar_kits.leaks.rank import rank_pipes
from ringar_kits.leaks.read import read_network
from ringar_kits.leaks.synthetic import City, make_city

__all__ = [
    "AreaRank",
    "Backtest",
    "Breaks",
    "Captured",
    "City",
    "Curve",
    "Network",
    "Note",
    "Outlook",
    "Pipes",
    "Places",
    "Ranking",
    "Reason",
    "Remark",
    "Report",
    "Year",
    "add_consequence",
    "backtest",
    "capture",
    "draw_curve",
    "make_city",
    "rank_pipes",
    "read_network",
    "read_places",
    "risk_by_area",
    "risk_of",
    "write_city",
]
