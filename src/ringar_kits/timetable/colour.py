"""Gives chosen meetings their slots, moving others along chains where no slot is free (Kempe, König)."""

from collections.abc import Iterable

import numpy as np

from ringar_kits.timetable.problem import NOWHERE, Bools, Ints, Problem


class Board:
    """Who meets in which slot, kept while wishes are placed, moved and taken away."""

    def __init__(self, problem: Problem, slot_of: Ints | None = None) -> None:
        self.problem = problem
        self.pair = list(zip(problem.manager.tolist(), problem.startup.tolist(), strict=True))
        self.free = [list(row) for row in problem.free.tolist()]
        self.at = [[NOWHERE] * problem.slots for _ in problem.parties]
        """The wish that a party has in a slot."""
        self.slot = [NOWHERE] * len(self.pair)
        self.left = problem.limit.tolist()
        self.rooms = problem.rooms.tolist()
        if slot_of is not None:
            for wish in np.flatnonzero(slot_of >= 0).tolist():
                self.place(wish, int(slot_of[wish]))

    @property
    def slot_of(self) -> Ints:
        """(E,) the slot of each wish, or NOWHERE."""
        return np.array(self.slot, dtype=np.int64)

    def place(self, wish: int, slot: int) -> None:
        """Put a wish that has no slot into one."""
        for party in self.pair[wish]:
            self.at[party][slot] = wish
            self.left[party] -= 1
        self.slot[wish] = slot
        self.rooms[slot] -= 1

    def take(self, wish: int) -> int:
        """Take a wish out of its slot, and return which that was."""
        slot = self.slot[wish]
        for party in self.pair[wish]:
            self.at[party][slot] = NOWHERE
            self.left[party] += 1
        self.slot[wish] = NOWHERE
        self.rooms[slot] += 1
        return slot

    def idle(self, party: int) -> list[int]:
        """The slots in which a party could meet and does not."""
        at, free = self.at[party], self.free[party]
        return [slot for slot in range(len(at)) if free[slot] and at[slot] == NOWHERE]

    def chain(self, party: int, first: int, second: int) -> list[int] | None:
        """Return the wishes that change between two slots if this party's in `second` goes to `first`.

        The party is free in `first`. None where somebody on the way can not come.
        """
        found: list[int] = []
        here, there = second, first
        while (wish := self.at[party][here]) != NOWHERE and wish not in found[:1]:
            pair = self.pair[wish]
            if not (self.free[pair[0]][there] and self.free[pair[1]][there]):
                return None
            found.append(wish)
            party = pair[1] if pair[0] == party else pair[0]
            here, there = there, here
        return found

    def swap(self, wishes: Iterable[int], first: int, second: int) -> None:
        """Let each of these wishes change between two slots."""
        taken = [(wish, self.take(wish)) for wish in wishes]
        for wish, slot in taken:
            self.place(wish, first if slot == second else second)


def colour(problem: Problem, order: Iterable[int], where: Bools) -> Board:
    """Return a board on which these wishes, in this order, have slots, as far as chains of two slots lead.

    `where` (E, T) are the slots to try first for each.

    Where everyone can always come and rooms are not limited, all find one if no party has more than there are slots
    (König 1916). Otherwise some may be left; the search then goes on from here.
    """
    board = Board(problem)
    for wish in order:
        manager, startup = board.pair[wish]
        if board.left[manager] > 0 and board.left[startup] > 0:
            _settle(board, wish, where[wish]) or _settle(board, wish, problem.common[wish])
    _level(board)
    fill(board)
    return board


def _settle(board: Board, wish: int, among: Bools) -> bool:
    manager, startup = board.pair[wish]
    allowed = among.tolist()
    theirs = [slot for slot in board.idle(manager) if allowed[slot]]
    others = [slot for slot in board.idle(startup) if allowed[slot]]
    both = set(theirs) & set(others)
    if both:
        board.place(wish, max(both, key=lambda slot: (board.rooms[slot], -slot)))
        return True
    for first in theirs:
        if not board.free[startup][first]:
            continue
        for second in others:
            chain = board.chain(startup, second, first)
            if chain is not None:
                board.swap(chain, first, second)
                board.place(wish, first)
                return True
    return False


def _level(board: Board) -> None:
    """Move meetings from slots with too few rooms to others, then drop the least worth (de Werra 1971)."""
    weight = board.problem.weight
    for full in range(board.problem.slots):
        while board.rooms[full] < 0:
            if not _lighten(board, full):
                there = [wish for wish, slot in enumerate(board.slot) if slot == full]
                board.take(min(there, key=lambda wish: float(weight[wish])))


def _lighten(board: Board, full: int) -> bool:
    for other in sorted(range(board.problem.slots), key=lambda slot: -board.rooms[slot]):
        if board.rooms[other] <= 0:
            return False
        for party in range(len(board.at)):
            # A path that begins and ends in the full slot leaves it one lighter.
            if (
                board.at[party][full] != NOWHERE
                and board.at[party][other] == NOWHERE
                and board.free[party][other]
            ):
                chain = board.chain(party, other, full)
                if chain is not None and len(chain) % 2 == 1:
                    board.swap(chain, full, other)
                    return True
    return False


def fill(board: Board) -> None:
    """Place every wish that fits as things are, the heaviest first: nothing that could stand is left out."""
    for wish in np.argsort(-board.problem.weight, kind="stable").tolist():
        manager, startup = board.pair[wish]
        if board.slot[wish] != NOWHERE or board.left[manager] <= 0 or board.left[startup] <= 0:
            continue
        common = [
            slot for slot in board.idle(manager) if slot in set(board.idle(startup)) and board.rooms[slot] > 0
        ]
        if common:
            board.place(wish, max(common, key=lambda slot: (board.rooms[slot], -slot)))
