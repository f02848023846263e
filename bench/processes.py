"""What it costs to map a log: seconds of CPU and megabytes, on two real logs and one ten times as long.

    python bench/processes.py --data ../shared/data/process_logs [--json]

Each is read and mapped in a process of its own; imports are told apart in the time and included in the memory. Beside
it stands pm4py where it is installed (AGPL-3, so never a dependency): reading, directly-follows graph, variants and
durations of cases. The figures that both find must agree. The last line is JSON.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

COLUMNS = {"case": "case:concept:name", "activity": "concept:name", "time": "time:timestamp"}
FILES = ("receipt.csv", "receipt.xes.gz", "request_for_payment.xes.gz")
SAME = ("cases", "events", "edges", "variants", "median_days")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/process_logs"))
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    parser.add_argument("--one", nargs=2, metavar=("PLANNER", "FILE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measured(*args.one)))
        return 0
    say = (lambda text: None) if args.json else (lambda text: print(text, flush=True))
    peers = ["ringar"] + (["pm4py"] if find_spec("pm4py") else [])
    if len(peers) == 1:
        print("pm4py is not installed: no peer", file=sys.stderr)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = [args.data / name for name in FILES if (args.data / name).is_file()]
        if not files:
            print(f"there are no logs in {args.data}", file=sys.stderr)
            return 2
        if files[0].suffix == ".csv":
            files.append(ten_times(files[0], Path(folder) / "receipt_x10.csv"))
        say("log                          by      events   import s  read s  map s  draw s  MB")
        for path in files:
            each = {peer: run(peer, path) for peer in peers}
            found[path.name] = each
            for peer, told in each.items():
                times = "".join(
                    f"{told.get(key, 0):<8.2f}" for key in ("import_s", "read_s", "map_s", "draw_s")
                )
                say(f"{path.name:<28} {peer:<7} {told['events']:<8} {times} {told['mb']}")
            if len({tuple(told[key] for key in SAME) for told in each.values()}) > 1:
                say("  ! they differ: " + ", ".join(f"{peer} {told}" for peer, told in each.items()))
    print(json.dumps({"processes": found}))
    return 0


def ten_times(path: Path, target: Path) -> Path:
    """The same cases ten times, under new names."""
    with (
        path.open(encoding="utf-8", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as file,
    ):
        rows = list(csv.reader(source))
        place = rows[0].index(COLUMNS["case"])
        writer = csv.writer(file)
        writer.writerow(rows[0])
        for turn in range(10):
            writer.writerows([*row[:place], f"{row[place]}-{turn}", *row[place + 1 :]] for row in rows[1:])
    return target


def run(peer: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", peer, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measured(peer: str, path: str) -> dict[str, Any]:
    begin = time.process_time()
    found = ringar(path, begin) if peer == "ringar" else pm4py(path, begin)
    return {**found, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def ringar(path: str, begin: float) -> dict[str, Any]:
    # Here, so that its import is part of what is measured, and of nothing else
    from ringar_kits.processes import DAY, graph_svg, map_log, read_log  # noqa: PLC0415

    imported = time.process_time()
    log = read_log(path, **(COLUMNS if path.endswith(".csv") else {}))
    read = time.process_time()
    graph = map_log(log)
    mapped = time.process_time()
    graph_svg(graph, show=0.9)
    return {
        "cases": graph.cases,
        "events": graph.events,
        "edges": len(graph.edges),
        "variants": len(graph.variants),
        "median_days": round(graph.duration.median / DAY, 3),
        "import_s": round(imported - begin, 3),
        "read_s": round(read - imported, 3),
        "map_s": round(mapped - read, 3),
        "draw_s": round(time.process_time() - mapped, 3),
    }


def pm4py(path: str, begin: float) -> dict[str, Any]:
    # Here for the same reason, and since it may be absent
    import pandas  # noqa: PLC0415
    import pm4py as peer  # noqa: PLC0415

    imported = time.process_time()
    if path.endswith(".csv"):
        table = pandas.read_csv(path)
        table[COLUMNS["time"]] = pandas.to_datetime(table[COLUMNS["time"]], utc=True, format="ISO8601")
        log = peer.format_dataframe(
            table, case_id=COLUMNS["case"], activity_key=COLUMNS["activity"], timestamp_key=COLUMNS["time"]
        )
    else:
        log = peer.read_xes(path)
    read = time.process_time()
    edges, _, _ = peer.discover_dfg(log)
    variants = peer.get_variants(log)
    durations = pandas.Series(peer.get_all_case_durations(log))
    return {
        "cases": len(durations),
        "events": len(log),
        "edges": len(edges),
        "variants": len(variants),
        "median_days": round(float(durations.median()) / 86_400, 3),
        "import_s": round(imported - begin, 3),
        "read_s": round(read - imported, 3),
        "map_s": round(time.process_time() - read, 3),
    }


if __name__ == "__main__":
    sys.exit(main())
