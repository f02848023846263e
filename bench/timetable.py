"""How near the best possible a meeting day comes, beside a greedy plan and a plain CP-SAT model, in one run.

    python bench/timetable.py [--seconds 30] [--seeds 1] [--json] [--without-peers]

60 managers × 120 startups × 20 slots, 1,800 wishes of values drawn evenly, at most 8 meetings a startup, 0, 15 and 40 %
of all slots unavailable; then one party cancels; then 69 organisations × 135 startups over three days. All of it is
drawn by chance: what people really wish is more uneven. Every plan is looked over by `check_plan`, which shares no code
with any planner. CP-SAT has the same seconds, two workers and no start. The last line is JSON.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ringar_kits.timetable import Meeting, Wish, check_plan, plan_meetings, repair_plan

try:
    from ortools.sat.python import cp_model
except ImportError:
    cp_model = None

AWAY = (0.0, 0.15, 0.40)


@dataclass(frozen=True)
class Day:
    """One instance: what is wished, who is away, and the limits."""

    wishes: list[Wish]
    away: list[tuple[str, int]]
    slots: int
    limits: dict[str, int]
    rooms: int | None = None

    @property
    def rules(self) -> dict[str, object]:
        return {
            "slots": self.slots,
            "unavailable": self.away,
            "rooms": self.rooms,
            "max_per_party": self.limits,
        }

    def faults(self, meetings: Sequence[Meeting]) -> int:
        return len(check_plan(meetings, self.wishes, **self.rules))

    def value(self, meetings: Sequence[Meeting]) -> float:
        worth = {(wish.manager, wish.startup): wish.value for wish in self.wishes}
        return sum(worth[meeting.pair] for meeting in meetings)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30, help="for each plan")
    parser.add_argument("--seeds", type=int, default=1, help="instances of each kind")
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    parser.add_argument("--without-peers", action="store_true", help="neither greedy nor CP-SAT")
    args = parser.parse_args()
    say = (lambda text: None) if args.json else (lambda text: print(text, flush=True))
    if cp_model is None and not args.without_peers:
        print("ortools is not installed: no CP-SAT (pip install ortools)", file=sys.stderr)
    say("away   seed  planner   of bound  meetings  seconds  faults")
    days = [(away, seed, random_day(away, seed)) for away in AWAY for seed in range(args.seeds)]
    plans = [measure(day, f"{away:<6.0%} {seed:<5}", args, say) for away, seed, day in days]
    found = {
        "timetable": [
            {"away": away, "seed": seed, **plan} for (away, seed, _), plan in zip(days, plans, strict=True)
        ],
        "real_size": [
            measure(three_days(seed), f"3 days {seed:<4}", args, say) for seed in range(args.seeds)
        ],
    }
    print(json.dumps(found))
    return 0


def random_day(away: float, seed: int) -> Day:
    """60 × 120 × 20 with 1,800 wishes."""
    chance = np.random.default_rng([seed, round(100 * away)])
    managers = [f"manager {number}" for number in range(1, 61)]
    startups = [f"startup {number}" for number in range(1, 121)]
    pairs = chance.choice(len(managers) * len(startups), size=1800, replace=False)
    wishes = [
        Wish(managers[pair // 120], startups[pair % 120], float(chance.uniform(0.01, 1.0))) for pair in pairs
    ]
    gone = [(party, slot) for party in managers + startups for slot in range(20) if chance.random() < away]
    return Day(wishes, gone, 20, dict.fromkeys(startups, 8))


def three_days(seed: int) -> Day:
    """69 × 135, 435 wishes that all want a meeting; everyone comes on two of three days of 16 slots, and 29 rooms."""
    chance = np.random.default_rng([seed, 3])
    organisations = [f"organisation {number}" for number in range(1, 70)]
    startups = [f"startup {number}" for number in range(1, 136)]
    # Some organisations and startups are wanted far more than others.
    popular = np.outer(1 / np.arange(3, 72) ** 0.7, 1 / np.arange(3, 138) ** 0.7).ravel()
    pairs = chance.choice(len(popular), size=435, replace=False, p=popular / popular.sum())
    wishes = [
        Wish(organisations[pair // 135], startups[pair % 135], float(chance.uniform(0.01, 1.0)))
        for pair in pairs
    ]
    gone = []
    for party in organisations + startups:
        day_off = int(chance.integers(3))
        gone += [
            (party, slot)
            for slot in range(48)
            if slot // 16 == day_off or slot % 16 == 7 or chance.random() < 0.1
        ]
    return Day(wishes, gone, 48, {}, rooms=29)


def measure(day: Day, name: str, args: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """Plan one day by each planner, then let one party of each kind cancel."""
    plan = plan_meetings(day.wishes, **day.rules, seconds=args.seconds)
    found: dict[str, object] = {"bound": round(plan.bound, 6)}

    def note(planner: str, meetings: Sequence[Meeting], seconds: float) -> None:
        share = day.value(meetings) / plan.bound
        found[planner] = {
            "share": round(share, 6),
            "meetings": len(meetings),
            "seconds": round(seconds, 2),
            "faults": day.faults(meetings),
        }
        say(f"{name} {planner:<9} {share:<9.6f} {len(meetings):<9} {seconds:<8.2f} {day.faults(meetings)}")

    note("ringar", plan.meetings, plan.seconds)
    found["gaps"] = [plan.gaps_before, plan.gaps]
    found["without_top"] = len(plan.without_top)
    if not args.without_peers:
        for planner, solve in (("greedy", greedy), ("cp_sat", cp_sat)):
            start = time.perf_counter()
            meetings = solve(day, args.seconds)
            if meetings is not None:
                note(planner, meetings, time.perf_counter() - start)
    found["repair"] = [repair(day, plan.meetings, who, say) for who in (0, 1)]
    return found


def repair(day: Day, meetings: Sequence[Meeting], who: int, say: Callable[[str], None]) -> dict[str, object]:
    """The manager (0) or the startup (1) with the most meetings cancels."""
    party = Counter(meeting.pair[who] for meeting in meetings).most_common(1)[0][0]
    mended = repair_plan(meetings, wishes=day.wishes, **day.rules, cancelled=[party])
    counts = {name: len(getattr(mended, name)) for name in ("cancelled", "added", "moved")}
    told = {**counts, "seconds": round(mended.seconds, 3), "faults": day.faults(mended.plan)}
    say(f"   {party} cancels: {', '.join(f'{name} {number}' for name, number in told.items())}")
    return told


def greedy(day: Day, seconds: float) -> list[Meeting]:
    """The most valued wish first, each in the first slot where both are free."""
    busy, left = set(day.away), dict(day.limits)
    rooms = [day.rooms if day.rooms is not None else len(day.wishes)] * day.slots
    meetings = []
    for wish in sorted(day.wishes, key=lambda wish: -wish.value):
        pair = (wish.manager, wish.startup)
        if any(left.get(party, 1) <= 0 for party in pair):
            continue
        for slot in range(day.slots):
            if rooms[slot] and not any((party, slot) in busy for party in pair):
                meetings.append(Meeting(*pair, slot))
                busy |= {(party, slot) for party in pair}
                rooms[slot] -= 1
                left |= {party: left[party] - 1 for party in pair if party in left}
                break
    return meetings


def cp_sat(day: Day, seconds: float) -> list[Meeting] | None:
    """One variable for each wish and slot, every rule as it reads; None where ortools is missing."""
    if cp_model is None:
        return None
    model, away = cp_model.CpModel(), set(day.away)
    taken, by_party, by_slot = {}, defaultdict(lambda: defaultdict(list)), defaultdict(list)
    for place, slot in product(range(len(day.wishes)), range(day.slots)):
        pair = (day.wishes[place].manager, day.wishes[place].startup)
        if not any((party, slot) in away for party in pair):
            variable = taken[place, slot] = model.new_bool_var("")
            by_slot[slot].append(variable)
            for party in pair:
                by_party[party][slot].append(variable)
    for place in range(len(day.wishes)):
        model.add_at_most_one(taken[place, slot] for slot in range(day.slots) if (place, slot) in taken)
    for party, slots in by_party.items():
        for variables in slots.values():
            model.add_at_most_one(variables)
        model.add(sum(sum(variables) for variables in slots.values()) <= day.limits.get(party, day.slots))
    for variables in by_slot.values():
        model.add(sum(variables) <= (len(day.wishes) if day.rooms is None else day.rooms))
    # Whole numbers, which it works with best.
    model.maximize(
        sum(round(1e6 * day.wishes[place].value) * variable for (place, _), variable in taken.items())
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    chosen = [key for key, variable in taken.items() if solver.boolean_value(variable)]
    return [Meeting(day.wishes[place].manager, day.wishes[place].startup, slot) for place, slot in chosen]


if __name__ == "__main__":
    sys.exit(main())
