"""`ringar processes map`: from the log of a system to a picture and its figures, on this machine only."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ringar_kits.errors import InputError
from ringar_kits.processes.bpmn import read_bpmn
from ringar_kits.processes.drawing import write_bpmn
from ringar_kits.processes.graph import map_log
from ringar_kits.processes.model import DAY, ProcessGraph, Spread
from ringar_kits.processes.read import read_log
from ringar_kits.processes.replay import Conformance, check_graph
from ringar_kits.processes.svg import graph_svg
from ringar_kits.processes.words import span
from ringar_kits.processes.xes import LIFECYCLE
from ringar_kits.tables import MAX_BYTES

Group = Callable[[str], Any]
MOST_TOLD = 10


def add_commands(group: Group) -> None:
    """Add this kit's command to the group `processes`."""
    mapper = group("processes").add_parser("map", help="map how work is done, from the log of a system")
    mapper.add_argument("log", metavar="LOG", help="XES (.xes, .xes.gz), CSV, Excel or JSON lines")
    mapper.add_argument("--case", metavar="COLUMN", help="what the case is (XES: concept:name)")
    mapper.add_argument("--activity", metavar="COLUMN", help="what was done (XES: concept:name)")
    mapper.add_argument("--time", metavar="COLUMN", help="when (XES: time:timestamp)")
    mapper.add_argument("--seq", metavar="COLUMN", help="whole numbers that order what has the same time")
    mapper.add_argument(
        "--lifecycle", metavar="COLUMN", default=LIFECYCLE, help=f"start or complete ({LIFECYCLE})"
    )
    mapper.add_argument("--out", required=True, help="the picture, SVG")
    mapper.add_argument("--show", type=_share, default=0.9, help="share of cases to draw, 0 to 1 (0.9)")
    mapper.add_argument("--language", choices=("sv", "en"), default="sv", help="of the picture (sv)")
    mapper.add_argument("--bpmn", metavar="FILE", help="an agreed map (BPMN 2.0) to compare with")
    mapper.add_argument("--bpmn-out", metavar="FILE", help="a first map as BPMN 2.0, to look over and edit")
    mapper.add_argument("--json", action="store_true", help="only one line of JSON")
    mapper.set_defaults(run=run_map)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return share


def run_map(args: argparse.Namespace) -> int:
    """Map the log, draw it and tell its figures; returns the exit code."""
    for path in filter(None, (args.out, args.bpmn_out)):
        _check_out(path)
    bpmn = read_bpmn(_content(args.bpmn), name=Path(args.bpmn).name) if args.bpmn else None
    log = read_log(
        args.log,
        case=args.case,
        activity=args.activity,
        time=args.time,
        seq=args.seq,
        lifecycle=args.lifecycle,
    )
    graph = map_log(log)
    conformance = check_graph(graph, bpmn) if bpmn else None
    _write(args.out, graph_svg(graph, show=args.show, language=args.language))
    if args.bpmn_out:
        _write(args.bpmn_out, write_bpmn(graph, show=args.show))
    if args.json:
        for note in graph.notes:
            print(f"{graph.source}: {note}", file=sys.stderr)
        print(json.dumps(_figures(graph) | (_compared(conformance) if conformance else {})))
    else:
        print("\n".join([*_told(graph), *(_told_compared(conformance) if conformance else ()), args.out]))
    return 0


def _content(path: str) -> bytes:
    try:
        if Path(path).stat().st_size > MAX_BYTES / 10:
            raise InputError(f"the map has more than {MAX_BYTES / 1e7:.0f} MB", place=path, remedy="Split it")
        return Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise InputError(reason, place=path, remedy="Check the name and that you may read it") from error


def _check_out(path: str) -> None:
    """Said before the work and not after it."""
    if not Path(path).absolute().parent.is_dir() or Path(path).is_dir():
        raise InputError(
            "no file can be written there", place=path, remedy="Name a file in a folder that exists"
        )


def _write(path: str, content: str) -> None:
    """Write a file whole or not at all."""
    target = Path(path)
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.absolute().parent, prefix=f".{target.name}.", delete=False
        ) as file:
            file.write(content)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise InputError(reason, place=path, remedy="Choose a folder that you may write to") from error


def _figures(graph: ProcessGraph) -> dict[str, object]:
    return {
        "cases": graph.cases,
        "events": graph.events,
        "activities": len(graph.steps),
        "edges": len(graph.edges),
        "variants": len(graph.variants),
        "median_days": round(graph.duration.median / DAY, 4),
        "p90_days": round(graph.duration.p90 / DAY, 4),
    }


def _compared(conformance: Conformance) -> dict[str, object]:
    return {
        "fitting": conformance.fitting,
        "unfinished": conformance.unfinished,
        "off_map": [[edge.before, edge.after, edge.events] for edge in conformance.off_map],
        "unknown": list(conformance.unknown),
        "never": list(conformance.never),
        "map_complete": conformance.is_complete,
    }


def _told(graph: ProcessGraph) -> Iterator[str]:
    yield (
        f"{graph.cases:,} cases, {graph.events:,} events, {len(graph.steps)} activities,"
        f" {len(graph.edges)} edges, {len(graph.variants)} variants."
    )
    yield f"From first to last {_took(graph.duration)}. Cases began {_month(graph)}."
    yield (
        f"{graph.main_share:.1%} of the cases follow the most common path; {graph.rework_share:.1%} do some"
        " step again."
    )
    for step in sorted(graph.steps, key=lambda step: -step.repeated)[:3]:
        if step.repeated:
            yield f"  Done again in {step.repeated:,} cases: {step.name}"
    yield (
        "Where the waiting is, all cases together:"
        if graph.is_timed
        else (
            "Where the time goes, all cases together (without starts in the log, waiting and work are one):"
        )
    )
    whole = sum(edge.wait.total for edge in graph.edges) or 1.0
    for edge in sorted(graph.edges, key=lambda edge: -edge.wait.total)[:5]:
        share = f"{edge.wait.total / whole:.0%} of it, {edge.events:,} times, {_took(edge.wait)}"
        yield f"  {edge.before} → {edge.after}: {share}"
    yield from map(str, graph.notes)


def _took(spread: Spread) -> str:
    return f"{span(spread.median, 'en')} (median), {span(spread.p90, 'en')} (nine in ten)"


def _month(graph: ProcessGraph) -> str:
    first, last = graph.months[0][0], graph.months[-1][0]
    mean = graph.cases / len(graph.months)
    return f"from {first} to {last}, {mean:,.0f} in a month on average"


def _told_compared(conformance: Conformance) -> Iterator[str]:
    yield (
        f"{conformance.share:.1%} of the cases fit the map; another {conformance.unfinished:,} fit so far and"
        " have not come to its end."
    )
    if not conformance.is_complete:
        yield "The map has too many states to look at all, so more cases may fit."
    for edge in conformance.off_map[:MOST_TOLD]:
        yield f"  Not in the map: {edge.before} → {edge.after}, {edge.events:,} times"
    if len(conformance.off_map) > MOST_TOLD:
        yield f"  … and {len(conformance.off_map) - MOST_TOLD} more"
    for name in conformance.unknown[:MOST_TOLD]:
        yield f"  No step of the map: {name}"
    for name in conformance.never[:MOST_TOLD]:
        yield f"  Never happens: {name}"
