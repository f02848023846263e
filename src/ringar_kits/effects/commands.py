"""`ringar effects estimate` and `ringar effects plan`: did it work, and could it be seen, from a table file."""

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from ringar_kits.effects.estimate import estimate_effect
from ringar_kits.effects.explain import explain_design, explain_estimate
from ringar_kits.effects.model import Design, Estimate
from ringar_kits.effects.plan import plan_design
from ringar_kits.effects.read import read_observations
from ringar_kits.effects.scales import SCALES
from ringar_kits.errors import InputError

Group = Callable[[str], Any]


def add_commands(group: Group) -> None:
    """Add this kit's commands to the group `effects`."""
    effects = group("effects")
    estimate = effects.add_parser("estimate", help="what a pilot did, with its uncertainty")
    _add_shared(estimate)
    estimate.add_argument(
        "--start", required=True, type=_day, help="the Monday of the first week, 2026-03-02"
    )
    estimate.add_argument("--burn-in", type=_count, default=0, help="weeks from the start to leave out (0)")
    estimate.add_argument(
        "--rho", type=_number, help="hold the memory from week to week at this, 0 to below 1"
    )
    estimate.add_argument("--cost", type=_number, help="what the pilot cost")
    estimate.add_argument("--until", type=_day, help="the Monday of the last week to use")
    estimate.add_argument(
        "--weeks-planned", type=_count, help="keep to the three planned looks of so many weeks"
    )
    estimate.set_defaults(run=run_estimate)
    plan = effects.add_parser("plan", help="the smallest effect that a pilot could see")
    _add_shared(plan)
    plan.add_argument("--weeks", required=True, type=_count, help="weeks that the pilot runs")
    plan.add_argument("--power", type=_number, default=0.8, help="how often the effect shall be seen (0.8)")
    plan.set_defaults(run=run_plan)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", help="table with columns unit, week (its Monday), value")
    parser.add_argument("--treated", required=True, type=_units, help="units that try, with commas between")
    parser.add_argument("--controls", type=_units, default=(), help="units to compare with")
    parser.add_argument(
        "--scale", choices=SCALES, default="identity", help="log: rates, times; logit: shares"
    )
    parser.add_argument(
        "--worthwhile", type=_number, help="smallest effect worth having; below 0: lower is better"
    )
    parser.add_argument(
        "--better", choices=("higher", "lower"), help="higher, unless --worthwhile is below 0"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")


def _units(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-03-02") from None


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of weeks")
    return int(text)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


def run_estimate(args: argparse.Namespace) -> int:
    """Print what the pilot did; returns the exit code."""
    named = (*args.treated, *args.controls)
    observations = read_observations(args.data, units=named, scale=args.scale, tell=_say)
    weeks = sorted(each.week for each in observations if each.unit in named)
    # a pilot that has not begun is a result for the library, but a mistake on the command line
    if weeks and not weeks[0] < args.start <= weeks[-1]:
        raise InputError(
            f"{args.start} is outside the data, which go from {weeks[0]} to {weeks[-1]}",
            place="--start",
            remedy="Give a start after the first week and not after the last",
        )
    estimate = estimate_effect(
        observations,
        treated=args.treated,
        controls=args.controls,
        start=args.start,
        burn_in=args.burn_in,
        scale=args.scale,
        worthwhile=args.worthwhile,
        better=_better(args),
        rho=args.rho,
        cost=args.cost,
        until=args.until,
        weeks_planned=args.weeks_planned,
    )
    return _show(args, estimate, explain_estimate(estimate))


def run_plan(args: argparse.Namespace) -> int:
    """Print what a pilot could see; returns the exit code."""
    design = plan_design(
        read_observations(args.data, units=(*args.treated, *args.controls), scale=args.scale, tell=_say),
        treated=args.treated,
        controls=args.controls,
        weeks_after=args.weeks,
        worthwhile=args.worthwhile,
        better=_better(args),
        scale=args.scale,
        power=args.power,
    )
    return _show(args, design, explain_design(design))


def _better(args: argparse.Namespace) -> str:
    return args.better or ("lower" if (args.worthwhile or 0) < 0 else "higher")


def _show(args: argparse.Namespace, found: Estimate | Design, lines: list[str]) -> int:
    if args.json:
        print(json.dumps(_plain(found), ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join(lines))
    return 0


def _plain(value: Any) -> Any:
    """Return a result as JSON knows it: no NaN, dates as text, and without the posterior's many numbers."""
    if is_dataclass(value):
        return {
            each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name != "posterior"
        }
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _say(message: object) -> None:
    print(message, file=sys.stderr)
