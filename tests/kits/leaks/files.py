"""Files of a small network as tests hand them in: a street of pipes, 100 m each, in SWEREF 99 TM."""

import csv
from pathlib import Path

EAST, NORTH = 540_000, 6_520_000
PIPE_COLUMNS = ("id", "anläggningsår", "material", "dimension", "längd", "wkt")
BREAK_COLUMNS = ("ärendenr", "datum", "ledningsid", "typ", "n", "e")


def pipe_row(number: int, **changes) -> dict[str, object]:
    start = EAST + 100 * number
    row = {
        "id": f"P{number}",
        "anläggningsår": 1960 + number,
        "material": "GJJ",
        "dimension": 150,
        "längd": 100,
        "wkt": f"LINESTRING ({start} {NORTH}, {start + 100} {NORTH})",
    }
    return row | changes


def break_row(number: int, pipe: int, day: str = "2010-02-03", **changes) -> dict[str, object]:
    row = {
        "ärendenr": f"B{number}",
        "datum": day,
        "ledningsid": f"P{pipe}",
        "typ": "Huvudledning",
        "n": NORTH + 1,
        "e": EAST + 100 * pipe + 50,
    }
    return row | changes


def write_rows(path: Path, rows) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def network_files(folder: Path, pipes=None, breaks=None) -> tuple[Path, Path]:
    pipes = pipes or [pipe_row(number) for number in range(10)]
    breaks = breaks or [break_row(number, number % 5) for number in range(8)]
    return write_rows(folder / "pipes.csv", pipes), write_rows(folder / "breaks.csv", breaks)


def said(network, kind: str | None = None) -> str:
    return "\n".join(str(each) for each in network.report.remarks if kind in (None, each.kind))
