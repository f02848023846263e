"""What the leaks kit catches, beside what a utility does without it, on real files and on invented towns.

    python bench/leaks.py --data FOLDER [--from 2015] [--to 2020] [--json]
    python bench/leaks.py --scale 10000 100000 1000000
    python bench/leaks.py --oracle [--pipes 10000]
    python bench/leaks.py --data FOLDER --trees --from 2005 --to 2010

FOLDER holds a utility's files: mains*.csv, breaks*.csv and, where there are any, roads*.csv. Each year is ranked from
what was known on its 1 January; shares are of the year's breaks on the top per cent of LENGTH, means over years, with
95 % intervals from drawing years and street segments anew. The kit's settings were chosen on Kitchener's years up to
2014; years from 2015 were not used for any choice. Towns are invented, with known hazard: the oracle ranks by it.
"Knowable" knows all of it but each pipe's own frailty, which it learns from the pipe's breaks as Bayes would: more than
that nobody can know. "Trees" are
scikit-learn's boosted trees on the kit's own inputs, where it is installed. Time and memory are of one ranking in a
process of its own. The last line is JSON.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ringar_kits.leaks import City, Network, backtest, capture, make_city, rank_pipes, read_network
from ringar_kits.leaks.backtest import came_after
from ringar_kits.leaks.baselines import score_baselines
from ringar_kits.leaks.cohorts import build_design, draw_rows, fit_base
from ringar_kits.leaks.fit import FEWEST_BEHIND, fit_model
from ringar_kits.leaks.history import build_grid, look_at_history
from ringar_kits.leaks.measure import SHARES
from ringar_kits.leaks.model import FloatArray
from ringar_kits.leaks.panel import Panel, build_panel
from ringar_kits.leaks.synthetic import FRAILTY

YEARS = 26  # of a town's breaks: the last is the one to foretell
LAST = 2025
SEEDS = (0, 1, 2, 3)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with mains*.csv, breaks*.csv, roads*.csv")
    parser.add_argument("--from", dest="first", type=int, default=2015)
    parser.add_argument("--to", dest="last", type=int, default=2020)
    parser.add_argument("--horizon", type=int, default=1)
    parser.add_argument("--no-roads", action="store_true", help="leave the roads out")
    parser.add_argument("--scale", type=int, nargs="+", metavar="PIPES")
    parser.add_argument("--oracle", action="store_true", help="the share of an oracle's catch")
    parser.add_argument("--pipes", type=int, default=10_000, help="of each town with --oracle")
    parser.add_argument("--trees", action="store_true", help="boosted trees beside the kit's regressions")
    parser.add_argument("--town", type=int, nargs=2, metavar=("PIPES", "SEED"), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    args = parser.parse_args()
    if args.town:
        found = try_town(*args.town)
    elif args.scale:
        found = {"towns": [apart(pipes, 0, args.json) for pipes in args.scale]}
    elif args.oracle:
        found = try_oracle(args.pipes, args.json)
    elif args.data and args.trees:
        found = try_trees(read_files(args.data, not args.no_roads), args.first, args.last)
    elif args.data:
        found = try_files(args)
    else:
        parser.error("give --data, --scale or --oracle")
    print(json.dumps(found))
    return 0


def peak_mb() -> int:
    """The most memory that this process has held, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def try_files(args: argparse.Namespace) -> dict[str, Any]:
    """Looks back on a utility's own years."""
    network = read_files(args.data, not args.no_roads)
    found = backtest(network.pipes, network.breaks, first=args.first, last=args.last, horizon=args.horizon)
    begun = time.perf_counter()
    rank_pipes(network.pipes, network.breaks, as_of=date(args.last + 1, 1, 1))
    fit_s = time.perf_counter() - begun
    if not args.json:
        print(f"{args.first}–{args.last}, {sum(year.breaks for year in found.years)} breaks; % of length:")
        for each in found.methods:
            cells = (f"{each.share[s]:.3f} ({each.low[s]:.3f}–{each.high[s]:.3f})" for s in SHARES)
            print(f"  {each.method:22s}" + "  ".join(cells))
        for year in found.years:
            shares = "  ".join(f"{year.share['model'][s]:.3f}" for s in SHARES)
            print(f"  {year.year}: {year.breaks} breaks, {year.expected:.0f} expected, model {shares}")
        print(*(f"  {note}" for note in found.notes), sep="\n")
    shares = {each.method: {str(s): round(each.share[s], 4) for s in SHARES} for each in found.methods}
    return {
        "years": [args.first, args.last],
        "capture": shares.pop("model"),
        "baselines": shares,
        "interval": {
            str(s): [round(found.methods[0].low[s], 4), round(found.methods[0].high[s], 4)] for s in SHARES
        },
        "calibration_slope": round(found.calibration_slope, 3),
        "calibration_level": round(found.calibration_level, 3),
        "coverage": round(found.coverage, 3),
        "fit_s": round(fit_s, 1),
        "peak_mb": peak_mb(),
    }


def try_trees(network: Network, first: int, last: int) -> dict[str, Any]:
    """Boosted trees (Poisson, monotone in the history, mean of three seeds) and the regressions on the same inputs."""
    caught: dict[str, list[list[float]]] = {"regressions": [], "trees": [], "both": []}
    for year in range(first, last + 1):
        panel = build_panel(network.pipes, network.breaks, as_of=date(year, 1, 1))
        there, came = panel.there(0), came_after(network.breaks, year, 1, len(panel.laid))
        ours, trees = fit_model(panel).expected(), grow_trees(panel)
        for name, expected in (("regressions", ours), ("trees", trees), ("both", np.sqrt(ours * trees))):
            shares = capture((expected / panel.length)[there], panel.length[there], came[there])
            caught[name].append(list(shares.values()))
    means = {name: np.mean(each, axis=0).round(4).tolist() for name, each in caught.items()}
    return {name: dict(zip(map(str, SHARES), each, strict=True)) for name, each in means.items()}


def grow_trees(panel: Panel) -> FloatArray:
    """Expected breaks of the coming year by trees on the first stage's rate, the ratios of history, and the pipe."""
    ensemble = import_module("sklearn.ensemble")
    rng = np.random.default_rng(0)
    design, rows, grid = build_design(panel), draw_rows(panel, rng), build_grid(panel)
    base, parts = None, []
    for cut in range(panel.years - FEWEST_BEHIND, -1, -1):
        base = fit_base(panel, design, rows, cut, base)
        ratios, ahead = look_at_history(panel, grid, base, cut).ratios(), base.rate(panel, cut)
        plain = (
            np.log(ahead / panel.length),
            panel.laid - cut,
            panel.kind,
            np.log(panel.length),
            panel.diameter,
        )
        inputs = np.column_stack([ratios, *plain])
        use = rows.cut == cut
        if cut:
            exposure = ahead[rows.pipe[use]] * rows.exposure[use]
            parts.append((inputs[rows.pipe[use]], rows.count[use], exposure, rows.weight[use]))
    matrix, counts, exposure, weights = (np.concatenate(each) for each in zip(*parts, strict=True))
    rising = [1] * ratios.shape[1] + [0] * len(plain)
    logs = []
    for seed in range(3):
        trees = ensemble.HistGradientBoostingRegressor(
            loss="poisson", learning_rate=0.04, max_iter=60, max_leaf_nodes=5, min_samples_leaf=50,
            l2_regularization=10.0, max_features=0.5, max_bins=48, early_stopping=False, random_state=seed,
            monotonic_cst=rising,
        )  # fmt: skip
        exposed = exposure * weights
        trees.fit(matrix, counts / exposure, sample_weight=exposed / exposed.mean())
        logs.append(np.log(trees.predict(inputs)))
    return np.where(panel.there(0), ahead * np.exp(np.mean(logs, axis=0)), 0.0)


def read_files(folder: Path, with_roads: bool) -> Network:
    """The network of a folder's files."""

    def one(pattern: str) -> Path | None:
        return next(iter(sorted(folder.glob(pattern))), None)

    pipes, breaks = one("mains*.csv"), one("breaks*.csv")
    if pipes is None or breaks is None:
        sys.exit(f"{folder}: no mains*.csv or no breaks*.csv")
    return read_network(pipes, breaks, one("roads*.csv") if with_roads else None)


def try_town(pipes: int, seed: int) -> dict[str, Any]:
    """Ranks an invented town once, and holds it against the town's own hazard."""
    city = make_city(pipes, YEARS, seed, last=LAST)
    town_mb = peak_mb()
    begun = time.perf_counter()
    ranking = rank_pipes(city.pipes, city.breaks, as_of=date(LAST, 1, 1))
    fit_s = time.perf_counter() - begun
    mb = peak_mb()
    panel = build_panel(city.pipes, city.breaks, as_of=date(LAST, 1, 1))
    there, hazard = panel.there(0) & (city.expected(LAST) > 0), city.expected(LAST)
    length, came = panel.length[there], came_after(city.breaks, LAST, 1, len(panel.laid))[there]
    scores = {
        "model": ranking.expected / panel.length,
        "oracle": hazard / panel.length,
        "knowable": knowable(city) / panel.length,
        **score_baselines(panel, np.random.default_rng(seed)),
    }
    # what a ranking catches of the hazard is what it would catch of breaks on average: no luck of one year
    caught = {name: capture(score[there], length, hazard[there]) for name, score in scores.items()}
    inside = (ranking.low <= hazard) & (hazard <= ranking.high)
    return {
        "pipes": len(city.pipes),
        "breaks": len(city.breaks),
        "came": int(came.sum()),
        "expected": round(float(ranking.expected[there].sum()), 1),
        "capture": {name: {str(s): round(each[s], 4) for s in SHARES} for name, each in caught.items()},
        "of_oracle": {str(s): round(caught["model"][s] / caught["oracle"][s], 4) for s in SHARES},
        "hazard_in_interval": round(float(np.average(inside[there], weights=length)), 3),
        "fit_s": round(fit_s, 1),
        "town_mb": town_mb,
        "peak_mb": mb,
    }


def knowable(city: City) -> FloatArray:
    """The hazard of the last year with each pipe's frailty as its breaks so far let it be believed (Gamma-Poisson)."""
    hazard = city.hazard / city.frailty[:, None]
    use = (city.breaks.pipe >= 0) & ~city.breaks.former & (city.breaks.day < np.datetime64(f"{LAST}-01-01"))
    seen = np.bincount(city.breaks.pipe[use], minlength=len(city.pipes))
    return hazard[:, -1] * (seen + FRAILTY) / (hazard[:, :-1].sum(axis=1) + FRAILTY)


def apart(pipes: int, seed: int, quiet: bool) -> dict[str, Any]:
    """One town in a process of its own, so that its memory is its own."""
    run = [sys.executable, __file__, "--town", str(pipes), str(seed)]
    found = json.loads(
        subprocess.run(run, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    )
    if not quiet:
        print(
            f"{found['pipes']:,} pipes, {found['breaks']:,} breaks: {found['fit_s']} s, {found['peak_mb']} MB"
        )
        for name, shares in found["capture"].items():
            print(f"  {name:22s}" + "  ".join(f"{shares[str(s)]:.3f}" for s in SHARES))
        print(f"  hazard in the 80 % interval: {found['hazard_in_interval']:.0%}", flush=True)
    return dict(found)


def try_oracle(pipes: int, quiet: bool) -> dict[str, Any]:
    """Several towns: the mean share of the oracle's catch."""
    towns = [apart(pipes, seed, quiet) for seed in SEEDS]
    found = {}
    for name in ("oracle", "knowable", "EB rate"):
        ratios = [
            [town["capture"]["model"][str(s)] / town["capture"][name][str(s)] for s in SHARES]
            for town in towns
        ]
        found[name] = dict(zip(map(str, SHARES), np.mean(ratios, axis=0).round(3).tolist(), strict=True))
    return {
        "of_oracle": found["oracle"],
        "of_knowable": found["knowable"],
        "times_eb_rate": found["EB rate"],
        "towns": towns,
    }


if __name__ == "__main__":
    sys.exit(main())
