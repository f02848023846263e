"""Reads wishes, free times and plans from table files, and says in which row what is wrong."""

import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from ringar_kits.errors import InputError
from ringar_kits.tables import read_rows
from ringar_kits.timetable.model import Meeting, Wish

Cells = dict[str, str]
LONGEST = 200


def read_wishes(path: str | Path) -> list[Wish]:
    """Return the wishes of a table with columns manager, startup, value (above 0).

    Raises `InputError` where a value is no number above 0, a pair stands twice, or a name is both a manager and a
    startup: parties are known by their names alone.
    """
    rows: dict[tuple[str, str], int] = {}
    roles: dict[str, tuple[str, int]] = {}
    wishes = []
    for number, place, cells in _rows(path, ("manager", "startup", "value")):
        pair = cells["manager"], cells["startup"]
        if pair in rows:
            raise InputError(
                f"{pair[0]} and {pair[1]} already stand in row {rows[pair]}",
                place=place,
                remedy="Keep one of the two",
            )
        rows[pair] = number
        for role, name in zip(("manager", "startup"), pair, strict=True):
            known, row = roles.setdefault(name, (role, number))
            if known != role:
                raise InputError(
                    f"{name} is a {role} here and a {known} in row {row}",
                    place=place,
                    remedy="Parties are known by their names, so give the two different ones",
                )
        wishes.append(Wish(*pair, _value(cells["value"], place)))
    return wishes


def read_availability(path: str | Path, *, slots: int, parties: Collection[str]) -> list[tuple[str, int]]:
    """Return the (party, slot) of a table with columns party, slot: the slots that a party can NOT take.

    Raises `InputError` where a party is none of `parties`, a slot is not one of `slots`, or a row stands twice.
    """
    found: dict[tuple[str, int], int] = {}
    for number, place, cells in _rows(path, ("party", "slot")):
        party, slot = cells["party"], _slot(cells["slot"], slots, place)
        if party not in parties:
            raise InputError(
                f"nobody in the wishes is named {_shown(party)}",
                place=place,
                remedy="Check how the name is spelt",
            )
        if (party, slot) in found:
            raise InputError(
                f"{party} and slot {slot} already stand in row {found[party, slot]}",
                place=place,
                remedy="Keep one of the two",
            )
        found[party, slot] = number
    return list(found)


def read_plan(path: str | Path, *, slots: int | None = None) -> list[Meeting]:
    """Return the meetings of a table with columns manager, startup, slot and, where there are rooms, room.

    Raises `InputError` where a party, a pair or a room is in two meetings at once, or a slot is not one of `slots`.
    """
    taken: dict[tuple[object, ...], int] = {}
    meetings = []
    for number, place, cells in _rows(path, ("manager", "startup", "slot"), may_have=("room",)):
        pair, slot = (cells["manager"], cells["startup"]), _slot(cells["slot"], slots, place)
        room = _whole(cells["room"], "room", place, least=1) if cells.get("room") else None
        told: list[tuple[str, tuple[object, ...]]] = [(f"{pair[0]} and {pair[1]} meet", pair)]
        told += [(f"{party} has a meeting in slot {slot}", (party, slot)) for party in pair]
        told += [(f"room {room} is taken in slot {slot}", ("", room, slot))] if room else []
        for what, key in told:
            if key in taken:
                raise InputError(
                    f"{what} in row {taken[key]} already", place=place, remedy="Take one of the two rows away"
                )
            taken[key] = number
        meetings.append(Meeting(*pair, slot, room))
    return meetings


def _rows(
    path: str | Path, columns: Sequence[str], may_have: Sequence[str] = ()
) -> Iterator[tuple[int, str, Cells]]:
    name, empty = Path(path).name, True
    for number, row in read_rows(path):
        place = f"{name}, row {number}"
        cells = {key.lower(): _text(cell) for key, cell in row.items()}
        missing = [column for column in columns if column not in cells]
        if missing:
            raise InputError(
                f"there is no column {' or '.join(missing)} among {', '.join(row)}",
                place=name,
                remedy=f"The header must name {', '.join(columns)}",
            )
        blank = next((column for column in columns if not cells[column]), None)
        if blank:
            raise InputError(f"{blank} is empty", place=place, remedy="Fill it in, or take the row away")
        empty = False
        yield number, place, {column: cells[column] for column in (*columns, *may_have) if column in cells}
    if empty:
        raise InputError("there are no rows below the header", place=name, remedy="Give at least one")


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _value(text: str, place: str) -> float:
    try:
        value = float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value <= 0:
        raise InputError(
            f"the value {_shown(text)} is not a number above 0",
            place=place,
            remedy="Write it as 0.75; leave the row out where they should not meet",
        )
    return value


def _slot(text: str, slots: int | None, place: str) -> int:
    slot = _whole(text, "slot", place, least=0)
    if slots is not None and slot >= slots:
        raise InputError(
            f"there is no slot {slot}",
            place=place,
            remedy=f"With {slots} slots they are numbered from 0 to {slots - 1}" if slots else "Give --slots",
        )
    return slot


def _whole(text: str, what: str, place: str, *, least: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < least:
        raise InputError(
            f"the {what} {_shown(text)} is not a whole number from {least}", place=place, remedy="Correct it"
        )
    return int(text)
