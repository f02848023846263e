"""`ringar meetings plan` and `ringar meetings repair`: from table files to a timetable, on this machine only."""

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ringar_kits.errors import InputError
from ringar_kits.tables import write_csv
from ringar_kits.timetable.files import read_availability, read_plan, read_wishes
from ringar_kits.timetable.model import WHY, Meeting, Plan, Repair, Wish
from ringar_kits.timetable.plan import plan_meetings
from ringar_kits.timetable.repair import repair_plan
from ringar_kits.timetable.rooms import give_rooms

Group = Callable[[str], Any]
HEADER = ("manager", "startup", "slot", "room")


def add_commands(group: Group) -> None:
    """Add this kit's commands to the group `meetings`."""
    meetings = group("meetings")
    planner = meetings.add_parser("plan", help="choose who meets whom on a day, and when")
    planner.add_argument(
        "--wishes", required=True, help="table with columns manager, startup, value (above 0)"
    )
    planner.add_argument(
        "--slots", required=True, type=_number, help="how many slots; they are numbered from 0"
    )
    planner.add_argument("--seed", type=_count, default=0, help="another seed, another plan as good (0)")
    planner.add_argument("--seconds", type=_seconds, default=30.0, help="the longest it may take (30)")
    _add_shared(planner)
    planner.set_defaults(run=run_plan)
    mender = meetings.add_parser("repair", help="mend a plan when somebody can not come")
    mender.add_argument("--plan", required=True, help="table with columns manager, startup, slot, room")
    mender.add_argument(
        "--cancel", required=True, nargs="+", action="extend", metavar="PARTY", help="who can not come"
    )
    mender.add_argument("--wishes", help="the wishes, for new meetings in the time that comes free")
    mender.add_argument("--slots", type=_number, help="how many slots (up to the plan's last)")
    mender.add_argument("--seconds", type=_seconds, default=2.0, help="the longest it may take (2)")
    _add_shared(mender)
    mender.set_defaults(run=run_repair)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--availability", help="table with columns party, slot: what a party can NOT take")
    parser.add_argument("--rooms", type=_number, help="the most meetings at once")
    parser.add_argument("--max-per-party", type=_number, metavar="K", help="the most meetings of a party")
    parser.add_argument("--out", required=True, help="CSV: manager, startup, slot, room")
    parser.add_argument("--json", action="store_true", help="only one line of JSON")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) < 10**9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def run_plan(args: argparse.Namespace) -> int:
    """Plan the day and write it; returns the exit code."""
    _check_out(args.out)
    wishes = read_wishes(args.wishes)
    away = _availability(args, args.slots, _parties(wishes))
    with tqdm(total=100, desc="planning", unit=" %", file=sys.stderr, disable=None, leave=False) as bar:
        plan = plan_meetings(
            wishes,
            slots=args.slots,
            unavailable=away,
            rooms=args.rooms,
            max_per_party=args.max_per_party,
            seconds=args.seconds,
            seed=args.seed,
            progress=lambda share: bar.update(max(0, round(100 * share) - bar.n)),
        )
    _write(args.out, plan.meetings, args.rooms)
    if args.json:
        told = {"value": _short(plan.value), "bound": _short(plan.bound), "meetings": len(plan.meetings)}
        print(json.dumps({**told, "seconds": round(plan.seconds, 3)}))
    else:
        print("\n".join(_told(plan, args.out)))
    return 0


def run_repair(args: argparse.Namespace) -> int:
    """Mend the plan and write it; returns the exit code."""
    _check_out(args.out)
    meetings = read_plan(args.plan, slots=args.slots)
    wishes = read_wishes(args.wishes) if args.wishes else []
    parties = _parties(wishes) | {party for meeting in meetings for party in meeting.pair}
    for party in args.cancel:
        if party not in parties:
            raise InputError(
                f"nobody is named '{party}' in {Path(args.plan).name}",
                place="--cancel",
                remedy="Check the spelling",
            )
    slots = args.slots or 1 + max(meeting.slot for meeting in meetings)
    repair = repair_plan(
        meetings,
        wishes=wishes,
        slots=slots,
        unavailable=_availability(args, slots, parties),
        rooms=args.rooms,
        max_per_party=args.max_per_party,
        cancelled=args.cancel,
        seconds=args.seconds,
    )
    _write(args.out, repair.plan, args.rooms)
    print(json.dumps(_counts(repair)) if args.json else "\n".join(_told_repair(repair, args.out)))
    return 0


def _availability(args: argparse.Namespace, slots: int, parties: set[str]) -> list[tuple[str, int]]:
    return read_availability(args.availability, slots=slots, parties=parties) if args.availability else []


def _parties(wishes: Iterable[Wish]) -> set[str]:
    return {party for wish in wishes for party in (wish.manager, wish.startup)}


def _check_out(path: str) -> None:
    """Said before the work and not after it."""
    if not Path(path).absolute().parent.is_dir() or Path(path).is_dir():
        raise InputError(
            "no file can be written there", place=path, remedy="Name a file in a folder that exists"
        )


def _write(path: str, meetings: Iterable[Meeting], rooms: int | None) -> None:
    # Without a number of rooms each manager has a table, so that every meeting still has a place.
    plan = list(meetings)
    plan = plan if rooms is not None else give_rooms(plan, len({meeting.manager for meeting in plan}))
    write_csv(path, HEADER, ((m.manager, m.startup, m.slot, m.room) for m in plan))


def _short(number: float) -> float:
    return round(number, 6)


def _told(plan: Plan, out: str) -> Iterable[str]:
    yield f"{len(plan.meetings)} meetings: {out}"
    yield (
        f"Worth {plan.value:.2f}; no plan can be worth more than {plan.bound:.2f} ({100 * plan.share:.2f} %"
        f" of it reached in {plan.seconds:.1f} s)."
    )
    if not plan.in_time:
        yield "The time was up before the search had ended; more --seconds may find a little more."
    yield f"Between two meetings somebody waits {plan.gaps} slots in all."
    if plan.without_top:
        yield f"Without any of their three best wishes: {', '.join(plan.without_top)}."
    for why, count in Counter(unmet.why for unmet in plan.unmet).most_common():
        yield f"{count} wishes not met. {WHY_IN_SHORT[why]}"


WHY_IN_SHORT = {
    "no_common_slot": "The two have no free slot in common.",
    "no_limit": "One of them may have no meetings.",
    "manager_full": "The manager can have no more meetings.",
    "startup_full": "The startup can have no more meetings.",
    "both_full": "Neither can have more meetings.",
    "rooms_full": "All rooms are taken when both are free.",
    "outweighed": "Whenever both could come, one of them has another meeting.",
}
assert set(WHY_IN_SHORT) == set(WHY) - {"veto"}  # noqa: S101


def _counts(repair: Repair) -> dict[str, object]:
    return {
        "value": _short(repair.value),
        "bound": _short(repair.bound),
        "meetings": len(repair.plan),
        "cancelled": len(repair.cancelled),
        "moved": len(repair.moved),
        "added": len(repair.added),
        "seconds": round(repair.seconds, 3),
    }


def _told_repair(repair: Repair, out: str) -> Iterable[str]:
    yield f"{len(repair.plan)} meetings, {len(repair.cancelled)} cancelled: {out}"
    for before, after in repair.moved:
        yield f"Moved: {after.manager} and {after.startup}, from slot {before.slot} to {after.slot}."
    for meeting in repair.added:
        yield f"New: {meeting.manager} and {meeting.startup}, slot {meeting.slot}."
