"""What the kit `leaks` says, in the reader's language: notes, reasons and faults, from its fixed English words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, gettext_noop

from ringar.core.kit_words import error_of, reason, said
from ringar_kits.errors import Said

NOTES = (
    gettext_noop(
        "Tried on earlier years ({years}) it caught no more than oldest first: {model} % against {oldest} % of the "
        "breaks on a tenth of the length. Use it with care"
    ),
    gettext_noop("Only {count} breaks to learn from: the order among pipes of one kind says little"),
    gettext_noop(
        "The last break on record came {months} months before {day}: see whether the list of breaks is complete"
    ),
    gettext_noop("No pipe has a place: what happened near by is not used"),
    gettext_noop("Laid after {day}, so ranked last with no breaks to expect. Pipes: {count}"),
    gettext_noop(
        "Year, material, diameter or length was not known and is filled in from pipes like them. Pipes: {count}"
    ),
    gettext_noop("Too few years to try it on: how well it ranks is not known"),
    gettext_noop("Not surely better than {method} at 10 % of the length: the difference may be chance"),
    gettext_noop("Few breaks came in these years ({count}): the shares may be off by several per cent"),
    gettext_noop("The inventory of today is used for earlier years: pipes replaced since are not in it"),
)
REASONS = (
    gettext_noop("{material} laid around {year}: {times} times the network at large"),
    gettext_noop("Age {age}: {times} times the network at large"),
    gettext_noop("{diameter} mm wide and {length} m long: {times} times the network at large, per metre"),
    gettext_noop("Its zone, road and owner: {times} times the network at large"),
    gettext_noop("No break on it since {since}: {times} times other pipes of its kind"),
    gettext_noop("One break on it since {since}: {times} times other pipes of its kind"),
    gettext_noop("{count} breaks on it since {since}: {times} times other pipes of its kind"),
    gettext_noop("No other break in its street since {since}; with those near by {times} times as much"),
    gettext_noop("One other break in its street since {since}; with those near by {times} times as much"),
    gettext_noop(
        "{count} other breaks in its street since {since}; with those near by {times} times as much"
    ),
    gettext_noop("What happened near by: {times} times as much"),
)
FAULTS = (
    gettext_noop("{horizon} years ahead cannot be foretold"),
    gettext_noop("Ask for 1 to {most} years"),
    gettext_noop("there are no breaks"),
    gettext_noop("Give a list of breaks with dates"),
    gettext_noop("{first} to {last} cannot be looked back on: the last break is of {end}"),
    gettext_noop(
        "Give a first year not after the last, and a last after which breaks are known (years: {horizon})"
    ),
    gettext_noop("breaks on a pipe before {day}: {count}, and {least} are needed to learn from"),
    gettext_noop("Give breaks of more years, or choose a later day"),
    gettext_noop("years of breaks on record before {day}: {years}, and {least} are needed"),
)
WAYS: dict[str, str | Promise] = {
    "model": gettext_lazy("By the model"),
    "oldest": gettext_lazy("The oldest first"),
    "oldest first": gettext_lazy("The oldest first"),
    "breaks": gettext_lazy("Most breaks per kilometre so far"),
    "breaks so far": gettext_lazy("Most breaks so far"),
    "breaks per km so far": gettext_lazy("Most breaks per kilometre so far"),
    "EB rate": gettext_lazy("Own breaks, drawn towards those of its material"),
    "random": gettext_lazy("At random"),
}
"""Ways of choosing, as the kit and this room name them."""


def notes_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each note or reason that a fit keeps, as a sentence."""
    return [
        said(Said(row["words"], {name: shown(name, value) for name, value in row["facts"].items()}))
        for row in rows
    ]


def shown(name: str, value: Any) -> Any:
    """A fact as the reader's language writes it: numbers with its decimal mark, ways of choosing by their names."""
    if name == "method":
        return str(WAYS.get(value, value)).lower()
    if isinstance(value, float):
        return number_format(value, 2 if abs(value) < 1 else 1 if value % 1 else 0)
    return value


def fault_of(kept: str) -> str:
    """Why a fit could not be worked out, and the remedy."""
    return reason(error_of(kept))
