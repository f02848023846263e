"""Stage 3: the same meetings with less waiting between them."""

import time
from collections.abc import Iterable

import numpy as np

from ringar_kits.timetable.colour import Board
from ringar_kits.timetable.problem import NOWHERE, Ints, Problem

PASSES = 20


class Days:
    """Each party's slots as bits, so that its gaps are counted in a few steps."""

    def __init__(self, problem: Problem, new_days: Iterable[int]) -> None:
        starts = sorted({0, *(slot for slot in new_days if 0 < slot < problem.slots)})
        ends = [*starts[1:], problem.slots]
        self.days = [(1 << end) - (1 << start) for start, end in zip(starts, ends, strict=True)]
        self.free = [_bits(np.flatnonzero(row)) for row in problem.free]
        self.fixed = [0] * len(problem.parties)
        place = {party: number for number, party in enumerate(problem.parties)}
        for meeting in problem.fixed:
            for party in meeting.pair:
                self.fixed[place[party]] |= 1 << meeting.slot

    def gaps(self, party: int, busy: int) -> int:
        """Return how often a party waits between two meetings of a day although it could meet; `busy` is bits."""
        busy |= self.fixed[party]
        waits = 0
        for day in self.days:
            if today := busy & day:
                between = (1 << today.bit_length()) - (today & -today)
                waits += (between & self.free[party] & ~busy).bit_count()
        return waits


def fewer_gaps(
    problem: Problem, slot_of: Ints, *, new_days: Iterable[int], deadline: float, seed: int
) -> tuple[Ints, int, int]:
    """Return the same meetings in other slots (E,), and how many gaps there were and are.

    Every meeting is tried in every other slot, along with all that must change places for it (a Kempe chain), and
    stays where that leaves fewer gaps; until nothing helps, `PASSES` times at most.
    """
    days, board = Days(problem, new_days), Board(problem, slot_of)
    busy = [_bits(slot for slot, wish in enumerate(row) if wish != NOWHERE) for row in board.at]
    before = sum(days.gaps(party, bits) for party, bits in enumerate(busy))
    won = 0
    chance = np.random.default_rng(seed)
    for _ in range(PASSES):
        fewer = 0
        for wish in chance.permutation(np.flatnonzero(slot_of >= 0)).tolist():
            if time.monotonic() >= deadline:
                return board.slot_of, before, before - won - fewer
            fewer += _settle_better(board, days, busy, wish)
        won += fewer
        if not fewer:
            break
    return board.slot_of, before, before - won


def _settle_better(board: Board, days: Days, busy: list[int], wish: int) -> int:
    """Move one meeting to the slot that leaves the fewest gaps; returns how many fewer."""
    best, chosen, here = 0, None, board.slot[wish]
    for slot in range(board.problem.slots):
        changed = exchange(board, wish, slot) if slot != here else None
        if changed is None:
            continue
        fewer = sum(
            days.gaps(p, busy[p]) - days.gaps(p, bits) for p, bits in _after(board, busy, changed, here, slot)
        )
        if fewer > best:
            best, chosen = fewer, (changed, slot)
    if chosen:
        for party, bits in _after(board, busy, chosen[0], here, chosen[1]):
            busy[party] = bits
        board.swap(chosen[0], here, chosen[1])
    return best


def exchange(board: Board, wish: int, slot: int) -> list[int] | None:
    """Return the meetings that change between two slots if this one does; None where that is not possible."""
    here = board.slot[wish]
    if not all(board.free[party][slot] for party in board.pair[wish]):
        return None
    found = [wish]
    for party in board.pair[wish]:
        chain = board.chain(party, here, slot)
        if chain is None:
            return None
        if wish in chain:  # a ring: from the other party it is the same
            return chain
        found += chain
    more = sum(1 if board.slot[other] == here else -1 for other in found)
    return found if board.rooms[slot] >= more and board.rooms[here] >= -more else None


def _after(
    board: Board, busy: list[int], changed: list[int], first: int, second: int
) -> list[tuple[int, int]]:
    """Each party whose slots change, with its bits after."""
    both = (1 << first) | (1 << second)
    count: dict[int, int] = {}
    for wish in changed:
        for party in board.pair[wish]:
            count[party] = count.get(party, 0) + 1
    # Whoever has both meetings in the exchange is busy in both slots before and after.
    return [(party, busy[party] ^ both) for party, number in count.items() if number == 1]


def _bits(slots: Iterable[int]) -> int:
    total = 0
    for slot in slots:
        total |= 1 << int(slot)
    return total
