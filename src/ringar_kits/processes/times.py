"""Reads times as systems write them; a date that can be read in two ways is refused rather than guessed at."""

from datetime import datetime
from typing import Any

from ringar_kits.errors import InputError

BEYOND = 2**63
# Forms beside ISO 8601 that mean one thing only; 03/02/2026 means two.
FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
)
FORMS_BY_MARK = {mark: [form for form in FORMS if mark in form] for mark in "./-"}
"""Trying a form costs: a log has many times, all written alike."""


def read_time(cell: Any, place: str) -> datetime:
    """Return the time in a cell, with a time zone where it has one. Raises `InputError` that names the place."""
    if isinstance(cell, datetime):
        return cell
    text = str(cell).strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in FORMS_BY_MARK[next((mark for mark in "./" if mark in text), "-")]:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - none of the forms has a time zone
        except ValueError:
            continue
    raise InputError(
        "'{text}' is not a time that can be read" if text else "the time is empty",
        place=place,
        facts={"text": text[:40]},
        remedy="Write it as 2026-03-02 13:45:00, with +01:00 after it if you know the time zone",
    )


def read_number(cell: Any, place: str) -> int:
    """Return a sequence number. Raises `InputError` that names the place."""
    try:
        number = int(str(cell).strip().removesuffix(".0"))
    except ValueError:
        number = BEYOND
    if abs(number) >= BEYOND:
        raise InputError(
            "'{text}' is not a sequence number",
            place=place,
            remedy="Give whole numbers",
            facts={"text": str(cell)[:40]},
        )
    return number
