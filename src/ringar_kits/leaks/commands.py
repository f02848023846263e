"""`ringar leaks rank` and `ringar leaks backtest`: which pipes first, and what that would have caught."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.leaks.backtest import backtest
from ringar_kits.leaks.file_commands import (
    add_file_commands,
    add_network,
    add_places,
    read_consequence,
    read_named,
    report_lines,
    seed,
)
from ringar_kits.leaks.measure import SHARES
from ringar_kits.leaks.model import Backtest, Curve, Note
from ringar_kits.leaks.rank import rank_pipes
from ringar_kits.leaks.ranked_tables import write_areas, write_ranking

Group = Callable[[str], Any]


def add_commands(group: Group) -> None:
    """Add this kit's commands to the group `leaks`."""
    leaks = group("leaks")
    rank = leaks.add_parser("rank", help="pipes by the breaks to expect, from pipes and breaks")
    add_network(rank)
    add_places(rank)
    rank.add_argument("--as-of", required=True, type=_day, help="what is known that day is used: 2021-01-01")
    rank.add_argument("--horizon", type=_years, default=1, help="years ahead (1)")
    rank.add_argument(
        "--also",
        action="append",
        type=_years,
        default=[],
        metavar="YEARS",
        help="another horizon beside it, as further columns: 3; may be given many times",
    )
    rank.add_argument(
        "--by",
        choices=("pipe", "area", "street"),
        default="pipe",
        help="a row per pipe, shut-off area or street",
    )
    rank.add_argument("--out", required=True, help="table to write: CSV")
    rank.add_argument("--seed", type=seed, default=0, help="of the sample of pipes without breaks (0)")
    rank.set_defaults(run=run_rank)
    back = leaks.add_parser("backtest", help="what earlier years' rankings would have caught")
    add_network(back)
    back.add_argument("--from", dest="first", required=True, type=_year, help="first year, 2013")
    back.add_argument("--to", dest="last", required=True, type=_year, help="last year, 2020")
    back.add_argument("--horizon", type=_years, default=1, help="years ahead (1)")
    back.add_argument("--seed", type=seed, default=0, help="of samples and intervals (0)")
    back.add_argument("--json", action="store_true", help="one JSON object on the last line")
    back.set_defaults(run=run_backtest)
    add_file_commands(leaks)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2021-01-01") from None


def _years(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of years from 1 to 10")
    return int(text)


def _year(text: str) -> int:
    if not text.isdecimal() or len(text) != 4:
        raise argparse.ArgumentTypeError(f"{text!r} is not a year like 2013")
    return int(text)


def run_rank(args: argparse.Namespace) -> int:
    """Write the ranking as a table; returns the exit code."""
    out = Path(args.out)
    if not out.parent.is_dir():
        raise InputError("the folder does not exist", place=str(out), remedy="Make it first")
    if args.also and args.by != "pipe":
        raise InputError("it adds columns to pipes only", place="--also", remedy="Give --horizon instead")
    network = read_named(args)
    _say(*report_lines(network.report))
    if args.by != "pipe" and not any(getattr(network.pipes, args.by)):
        raise InputError(
            f"no pipe has a known {args.by}", place="--by", remedy=f"Name the column: --map {args.by}=COLUMN"
        )
    consequence = read_consequence(args, network.pipes)
    ranking = rank_pipes(
        network.pipes,
        network.breaks,
        as_of=args.as_of,
        horizon=args.horizon,
        also=args.also,
        seed=args.seed,
        progress=_progress,
    )
    if args.by == "pipe":
        write_ranking(ranking, out, consequence)
    elif left := write_areas(ranking, out, args.by, consequence):
        _say(f"Kept out: pipes without a known {args.by}: {left:,}.")
    _say(*(f"Note: {note}." for note in ranking.notes))
    span = "the year" if args.horizon == 1 else f"the {args.horizon} years"
    expected = f"{ranking.expected.sum():.1f} breaks to expect in {span} from {args.as_of}"
    print(f"{len(ranking.pipe_ids):,} pipes, {expected}: {out}")
    return 0


def run_backtest(args: argparse.Namespace) -> int:
    """Print what rankings of earlier years would have caught; returns the exit code."""
    network = read_named(args)
    if not args.json:
        _say(*report_lines(network.report))
    found = backtest(
        network.pipes,
        network.breaks,
        first=args.first,
        last=args.last,
        horizon=args.horizon,
        seed=args.seed,
        progress=_progress,
    )
    print(json.dumps(plain(found), ensure_ascii=False, allow_nan=False) if args.json else _lines(found))
    return 0


def _lines(found: Backtest) -> str:
    head = f"{'% of length':24s}" + "".join(f"{share:>22d}" for share in SHARES)
    rows = [
        f"{each.method:24s}"
        + "".join(f"{each.share[s]:8.3f} ({each.low[s]:.3f}–{each.high[s]:.3f})" for s in SHARES)
        for each in found.methods
    ]
    level = (
        f"calibration: slope {found.calibration_slope:.2f}, breaks per expected {found.calibration_level:.2f}"
    )
    return "\n".join((head, *rows, level, *(str(note) for note in found.notes)))


def plain(value: Any) -> Any:
    """Return a result as JSON knows it: no NaN, no arrays, notes as their words too."""
    if isinstance(value, Note):
        return {"code": value.code, "text": str(value), "facts": dict(value.facts)}
    if isinstance(value, Curve):
        return {name: np.round(getattr(value, name), 4).tolist() for name in ("inspected", "caught")}
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _progress(share: float, words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{share:4.0%} {words:30s}", end="", file=sys.stderr, flush=True)
