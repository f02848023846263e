"""Makes breaks of a utility's table of incidents: those of mains, dated, each on the pipe that broke if it can be."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.leaks.dates import decimal_years, read_days
from ringar_kits.leaks.inventory import Columns, read_diameters, read_materials, read_years
from ringar_kits.leaks.layers import Shapes
from ringar_kits.leaks.model import BoolArray, Breaks, Days, FloatArray, IntArray, Pipes
from ringar_kits.leaks.numbers import read_texts
from ringar_kits.leaks.place import NEAR, distances, nearest_pipes
from ringar_kits.leaks.report import Notes

NOT_A_MAIN = re.compile(
    "servi[cs]|hydrant|brandpost|valve|ventil|meter|mätare|avlopp|spill|dagvatten|sewer|storm"
)
NOT_A_BREAK = re.compile("cancel|avbrut|makul|annull|felanm|dubblett|duplicate|false|rejected|avvis")
FAR = 500.0  # metres between a break's point and the pipe that its record names
NO_PIPE = {"", "0", "-1"}
FEW = 5  # ids; fewer may all be of pipes that are gone


@dataclass(frozen=True)
class Dated:
    """Breaks with their days; `only_year` where the file says no more than the year."""

    days: Days
    only_year: BoolArray


def choose_breaks(columns: Columns, notes: Notes, order: str | None, latest: date) -> Dated:
    """Keep the rows that are breaks of mains on a known day; returns their days.

    Raises `InputError` where no column holds the day, or no break is left.
    """
    _require_columns(columns)
    _keep_but(columns, "kind", NOT_A_MAIN, "{count} are no breaks of a main ({words})", notes)
    _keep_but(columns, "status", NOT_A_BREAK, "{count} were called off ({words})", notes)
    _keep_once(columns, notes)
    place = columns.place("day")
    days, only_year = read_days(columns.cells("day"), place=place, notes=notes, order=order)
    late = ~np.isnat(days) & (days > np.datetime64(latest, "D"))
    notes.dropped(
        place,
        "{count} breaks are yet to come, rows {rows}",
        int(late.sum()),
        "Correct the dates",
        rows=columns.rows(np.flatnonzero(late).tolist()),
    )
    undated = np.isnat(days)
    words = "{count} breaks have no date that can be read, rows {rows}"
    notes.dropped(
        place,
        words,
        int(undated.sum()),
        "Write dates as 1999-05-01, with four digits of the year",
        rows=columns.rows(np.flatnonzero(undated).tolist()),
    )
    good = ~late & ~undated
    columns.keep(good)
    if not columns.kept:
        raise InputError(
            "no break of a main with a date is left",
            place=columns.table.name,
            remedy="See the report of what was kept out",
        )
    years = int(only_year[good].sum())
    notes.changed(
        place, "{count} dates are only a year: taken as its middle", years, "Give the days if you know them"
    )
    _warn_of_loading(columns, notes)
    return Dated(days[good], only_year[good])


def _require_columns(columns: Columns) -> None:
    """Raise `InputError` where no column tells the day of a break, or none where it was."""
    name = columns.table.name
    if not columns.has("day"):
        raise InputError(
            "no column is known to hold the day of the break",
            place=name,
            remedy="Name it: day=COLUMN; the file has the columns {columns}",
            facts={"columns": ", ".join(columns.table.cells)[:500] or "-"},
        )
    if (
        not columns.has("pipe")
        and not columns.has("shape")
        and not columns.has("x")
        and columns.shapes() is None
    ):
        raise InputError(
            "the breaks have neither a pipe's id nor coordinates",
            place=name,
            remedy="Name them: breaks.pipe=COLUMN, or breaks.x=COLUMN and breaks.y=COLUMN",
        )


def _keep_but(columns: Columns, field: str, pattern: re.Pattern[str], words: str, notes: Notes) -> None:
    texts = read_texts(columns.cells(field))
    out = [pattern.search(text.casefold()) is not None for text in texts]
    kinds = sorted({text for text, left in zip(texts, out, strict=True) if left})
    notes.dropped(columns.place(field), words, sum(out), words=", ".join(kinds)[:200])
    columns.keep([not left for left in out])


def _keep_once(columns: Columns, notes: Notes) -> None:
    """Keep the first of rows with the same id, or without ids of rows that are the same in every cell."""
    if columns.has("id"):
        keys: list[tuple[object, ...]] = [
            (text,) if text else (place,) for place, text in enumerate(read_texts(columns.cells("id")))
        ]
    else:
        every = columns.table.cells.values()
        keys = [tuple(str(cells[row]) for cells in every) for row in columns.kept]
    first: dict[tuple[object, ...], int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    again = [place for place, key in enumerate(keys) if first[key] != place]
    notes.dropped(
        columns.table.name, "{count} rows stand there already: {rows}", len(again), rows=columns.rows(again)
    )
    columns.keep([first[key] == place for place, key in enumerate(keys)])


def _warn_of_loading(columns: Columns, notes: Notes) -> None:
    """Say where many breaks have one moment, by the clock: the day they were written down, not the day they came."""
    texts = [str(cell).strip() for cell in columns.cells("day")]
    clock = Counter(text for text in texts if re.search(r"[1-9]", text[10:]))
    for text, count in sorted(clock.items()):
        if count >= 10 and "12:00:00 AM" not in text:
            notes.changed(
                columns.place("day"),
                "{count} breaks have the very moment {moment}",
                count,
                "It may be when they were written down; correct the days if you can",
                moment=text,
            )


def read_breaks(
    columns: Columns, dated: Dated, points: FloatArray, pipes: Pipes, shapes: Shapes, area: str, notes: Notes
) -> Breaks:
    """Return the kept rows as breaks, each on the pipe that its record names, else on the nearest within 25 m.

    `area` is the field that puts pipes together ("area" or "road"), so that breaks name areas in the same words.
    """
    named = read_texts(columns.cells("pipe"))
    pipe = _named_pipes(columns, named, pipes, notes)
    points = _trusted(columns, points, pipe, shapes, notes)
    unnamed = np.array([each in NO_PIPE for each in named]) & (pipe < 0)
    near = nearest_pipes(np.where(unnamed[:, None], points, np.nan), shapes)
    pipe = np.where(unnamed, near, pipe)
    place = columns.table.name
    notes.changed(
        place,
        "{count} breaks without a pipe's id lie on the nearest pipe, at most {metres} m away",
        int((unnamed & (near >= 0)).sum()),
        metres=round(NEAR),
    )
    nowhere = unnamed & (near < 0)
    notes.changed(
        place,
        "{count} breaks lie on no pipe: no id, and no pipe within {metres} m, rows {rows}",
        int(nowhere.sum()),
        "Give the pipe's id or the point; until then they are breaks near by, where they have a point",
        metres=round(NEAR),
        rows=columns.rows(np.flatnonzero(nowhere).tolist()),
    )
    former = _is_former(dated, pipe, pipes)
    notes.changed(
        place,
        "{count} breaks are dated before their pipe was laid: of the pipe that lay there before",
        int(former.sum()),
        "If that is wrong, correct the day of the break or the year of the pipe, rows {rows}",
        rows=columns.rows(np.flatnonzero(former).tolist()),
    )
    installed = read_years(columns, "installed", notes, None, date.max)
    return Breaks(
        pipe=pipe,
        day=dated.days,
        point=points,
        former=former,
        material=read_materials(columns, notes),
        installed=installed,
        diameter_mm=read_diameters(columns, notes),
        area=read_texts(columns.cells(area)),
        ids=read_texts(columns.cells("id")),
    )


def _named_pipes(columns: Columns, named: tuple[str, ...], pipes: Pipes, notes: Notes) -> IntArray:
    """Return the place of the pipe that each record names, -1 where it is not in the inventory.

    Raises `InputError` where no record names a pipe that there is: the two files do not belong together.
    """
    place = columns.place("pipe")
    at = {each: number for number, each in enumerate(pipes.ids)}
    found = np.array([at.get(each, -1) for each in named], dtype=np.int64)
    given = np.array([each not in NO_PIPE or each in at for each in named])
    if given.any() and (found[given] < 0).mean() > 0.5:
        loose = {_loosely(each): number for number, each in enumerate(pipes.ids)}
        meant = Counter(map(_loosely, pipes.ids))
        loose = {each: number for each, number in loose.items() if meant[each] == 1}
        again = np.array([loose.get(_loosely(each), -1) for each in named], dtype=np.int64)
        better = given & (found < 0) & (again >= 0)
        words = "{count} ids fit when blanks, zeros in front, .0 at the end and capitals do not count"
        notes.changed(place, words, int(better.sum()), "Write them alike in both files")
        found = np.where(better, again, found)
    gone = given & (found < 0)
    if gone.sum() >= FEW and (found < 0).all():
        raise InputError(
            "no break names a pipe that is in the file of pipes: '{one}' is none",
            place=place,
            remedy="Give the files that belong together, or name the column: breaks.pipe=COLUMN",
            facts={"one": named[int(np.flatnonzero(gone)[0])]},
        )
    notes.used(place, "breaks whose pipe is in the inventory", int((given & ~gone).sum()))
    words = "{count} breaks name a pipe that is not in the inventory, as when it was replaced"
    mend = "They are used as breaks near by; hand in retired pipes too if you have them"
    notes.changed(place, words, int(gone.sum()), mend)
    return found


def _loosely(name: str) -> str:
    return re.sub(r"[.,]0+$|\s", "", name.casefold()).lstrip("0")


def _trusted(
    columns: Columns, points: FloatArray, pipe: IntArray, shapes: Shapes, notes: Notes
) -> FloatArray:
    """Return the points without those that cannot be: one point for many breaks of no pipe, or far from the pipe."""
    place = columns.table.name
    points = points.copy()
    known = np.isfinite(points).all(axis=1)
    counts = Counter(map(tuple, points[known & (pipe < 0)].tolist()))
    stands_in = {point for point, count in counts.items() if count >= 5}
    same = np.array([tuple(point) in stands_in for point in points.tolist()], dtype=bool) & (pipe < 0)
    notes.changed(
        place,
        "{count} breaks without a pipe share one point with others: the place is not known",
        int(same.sum()),
        "Give the pipe's id, or the place of each",
    )
    points[same] = np.nan
    away = distances(points, shapes, pipe) > FAR
    words = "{count} breaks lie more than {metres} m from the pipe that their record names, rows {rows}"
    notes.changed(
        place,
        words,
        int(away.sum()),
        "The pipe is believed, not the point: correct the one that is wrong",
        metres=round(FAR),
        rows=columns.rows(np.flatnonzero(away).tolist()),
    )
    points[away] = np.nan
    return points


def _is_former(dated: Dated, pipe: IntArray, pipes: Pipes) -> BoolArray:
    """Whether a break is older than its pipe; of days and years known only by the year the same year is not."""
    years = decimal_years(dated.days)
    laid = np.where(pipe >= 0, pipes.installed[pipe], np.nan)
    return np.where(dated.only_year, np.floor(years) < np.floor(laid), years < laid)
