"""`ringar leaks check` and `ringar leaks make-city`: what the reader makes of files, and files of an invented town."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ringar_kits.errors import InputError
from ringar_kits.leaks.consequence import WEIGHTS, Consequence, add_consequence, read_places
from ringar_kits.leaks.handed_in import write_city
from ringar_kits.leaks.model import Pipes, Report
from ringar_kits.leaks.read import read_network
from ringar_kits.leaks.report import Notes
from ringar_kits.leaks.synthetic import make_city


def add_file_commands(leaks: Any) -> None:
    """Add `check` and `make-city` to the group `leaks`."""
    check = leaks.add_parser("check", help="what is used, changed and kept out of pipes and breaks")
    add_network(check)
    check.add_argument("--json", action="store_true", help="one JSON object on the last line")
    check.set_defaults(run=run_check)
    make = leaks.add_parser("make-city", help="the files of an invented town with known odds")
    make.add_argument("--pipes", type=_count, default=5_000, help="how many pipes (5000)")
    make.add_argument("--years", type=_count, default=25, help="years of breaks (25)")
    make.add_argument("--last", type=_count, default=2025, help="the last of these years (2025)")
    make.add_argument("--seed", type=seed, default=0, help="another number makes another town (0)")
    make.add_argument("--out", required=True, help="folder to write to")
    make.set_defaults(run=run_make_city)


def add_network(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which files a network is in, and how they are to be read."""
    parser.add_argument(
        "--pipes", required=True, help="CSV, Excel, JSON lines, GeoJSON, GeoPackage or Shapefile"
    )
    parser.add_argument("--breaks", required=True, help="the same kinds of files")
    parser.add_argument("--roads", help="road segments, for pipes that have no lines of their own")
    parser.add_argument(
        "--map",
        action="append",
        type=_pair,
        default=[],
        metavar="FIELD=COLUMN",
        help="id=WATMAINID, breaks.day=INCIDENT_DATE, dates=d/m; may be given many times",
    )
    parser.add_argument(
        "--crs", help="coordinate system where a file does not tell: 3006, 'SWEREF 99 16 30', 4326"
    )


def add_places(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what stands near the pipes, and what it weighs."""
    parser.add_argument(
        "--places", help="people, hospitals, schools, care homes, tram lines: adds columns of risk"
    )
    parser.add_argument(
        "--weight",
        action="append",
        type=_weight,
        default=[],
        metavar="KIND=PEOPLE",
        help="what one weighs in people: " + ", ".join(f"{kind}={each:g}" for kind, each in WEIGHTS.items()),
    )


def read_consequence(args: argparse.Namespace, pipes: Pipes) -> Consequence | None:
    """Return what a break of each pipe would touch, None where no places are given; tells on stderr what counted."""
    if args.places is None:
        return None
    places = read_places(args.places, epsg=pipes.epsg, crs=None)
    found = add_consequence(pipes, places, weights=dict(args.weight))
    used = ", ".join(f"{kind} {weight:g}" for kind, weight in found.weights.items())
    told = [*report_lines(places.report), f"Consequence within {found.reach:g} m, in people: {used}."]
    print("\n".join(told), file=sys.stderr)
    return found


def read_named(args: argparse.Namespace) -> Any:
    """Return the network that the arguments of `add_network` name; where it cannot be, tell what was kept out."""
    notes = Notes()
    try:
        return read_network(
            args.pipes, args.breaks, args.roads, mapping=dict(args.map), crs=args.crs, notes=notes
        )
    except InputError:
        print("\n".join(report_lines(notes.report())), file=sys.stderr)
        raise


def _pair(text: str) -> tuple[str, str]:
    field, mark, column = text.partition("=")
    if not (field.strip() and mark and column.strip()):
        raise argparse.ArgumentTypeError(f"{text!r} is not like id=COLUMN")
    return field.strip(), column.strip()


def _weight(text: str) -> tuple[str, float]:
    kind, _, number = text.partition("=")
    try:
        return kind.strip(), float(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like hospital=500") from None


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def seed(text: str) -> int:
    """Return a seed of chance; raises argparse's error for what is none."""
    if not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def report_lines(report: Report) -> Sequence[str]:
    """Return a report as lines of text: first what was kept out, then what was changed, then what was used."""
    words = {"dropped": "Kept out", "changed": "Changed", "used": "Used"}
    return [
        f"{word}: {each}." for kind, word in words.items() for each in report.remarks if each.kind == kind
    ]


def run_check(args: argparse.Namespace) -> int:
    """Print what the reader makes of the files; returns the exit code."""
    network = read_named(args)
    if args.json:
        remarks = [
            {**asdict(each), "what": str(each.what), "remedy": str(each.remedy)}
            for each in network.report.remarks
        ]
        found = {"pipes": len(network.pipes), "breaks": len(network.breaks), "epsg": network.pipes.epsg}
        print(json.dumps({**found, "remarks": remarks}, ensure_ascii=False))
    else:
        print(f"{len(network.pipes):,} pipes and {len(network.breaks):,} breaks of mains can be used.")
        print("\n".join(report_lines(network.report)))
    return 0


def run_make_city(args: argparse.Namespace) -> int:
    """Write the files of an invented town; returns the exit code."""
    if not args.years < args.last - 1800 < 400:
        raise InputError("the last year cannot be", place="--last", remedy="Give a year like 2025")
    city = make_city(args.pipes, args.years, args.seed, last=args.last)
    for path in write_city(city, args.out, args.seed):
        print(path)
    return 0
