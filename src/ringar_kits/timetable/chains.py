"""Places one wish by moving a few meetings, each to a slot that another leaves or that stands empty."""

import time
from collections.abc import Iterator

from ringar_kits.timetable.colour import Board
from ringar_kits.timetable.problem import NOWHERE


def place_with_moves(board: Board, wish: int, moves: int, deadline: float) -> list[int] | None:
    """Place a wish on the board by moving at most `moves` others; returns those moved.

    None, and the board as it was, where there is no such way or `deadline` (of `time.monotonic`) has come. The caller
    has seen that both parties may have one more meeting.
    """
    return _place(board, wish, moves, frozenset(), deadline)


def _place(board: Board, wish: int, moves: int, settled: frozenset[int], deadline: float) -> list[int] | None:
    if time.monotonic() > deadline:
        return None
    now_settled = settled | {wish}
    for slot, blockers in _ways(board, wish, moves, settled):
        before = [(other, board.take(other)) for other in blockers]
        board.place(wish, slot)
        moved = _place_all(board, blockers, moves - len(blockers), now_settled, deadline)
        if moved is not None:
            return [*blockers, *moved]
        board.take(wish)
        for other, place in before:
            board.place(other, place)
    return None


def _place_all(
    board: Board, wishes: list[int], moves: int, settled: frozenset[int], deadline: float
) -> list[int] | None:
    """Place all of these, or none: each is taken out again where a later one finds no slot."""
    moved: list[int] = []
    before = list(board.slot)
    for wish in wishes:
        further = _place(board, wish, moves - len(moved), settled, deadline)
        if further is None:
            _restore(board, before, [*moved, *wishes])
            return None
        settled = settled | {wish, *further}
        moved += further
    return moved


def _restore(board: Board, before: list[int], wishes: list[int]) -> None:
    changed = [wish for wish in set(wishes) if board.slot[wish] != before[wish]]
    for wish in changed:
        if board.slot[wish] != NOWHERE:
            board.take(wish)
    for wish in changed:
        if before[wish] != NOWHERE:
            board.place(wish, before[wish])


def _ways(board: Board, wish: int, moves: int, settled: frozenset[int]) -> Iterator[tuple[int, list[int]]]:
    """The slots where both can come, with the meetings that would have to leave; the fewest first."""
    manager, startup = board.pair[wish]
    found: list[tuple[int, list[int]]] = []
    for slot in range(board.problem.slots):
        if not (board.free[manager][slot] and board.free[startup][slot]):
            continue
        blockers = [at for at in (board.at[manager][slot], board.at[startup][slot]) if at != NOWHERE]
        if settled & set(blockers):
            continue
        if board.rooms[slot] + len(blockers) > 0:
            found.append((slot, blockers))
        elif moves:
            inside = [
                other for other, place in enumerate(board.slot) if place == slot and other not in settled
            ]
            found += [(slot, [other]) for other in inside]
    found = [(slot, blockers) for slot, blockers in found if len(blockers) <= moves]
    return iter(sorted(found, key=lambda way: len(way[1])))
