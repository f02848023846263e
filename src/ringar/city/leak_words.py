"""What the kit `leaks` says, in the reader's language: notes, reasons and faults, from its fixed English words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import number_format

from ringar.core.kit_words import error_of, reason, said
from ringar_kits.errors import Said


def notes_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each note or reason that a fit keeps, as a sentence."""
    return [
        said(Said(row["words"], {name: shown(value) for name, value in row["facts"].items()})) for row in rows
    ]


def shown(value: Any) -> Any:
    """A fact as the reader's language writes it: numbers with its decimal mark."""
    if isinstance(value, float):
        return number_format(value, 1 if value < 100 else 0)
    return value


def fault_of(kept: str) -> str:
    """Why a fit could not be worked out, and the remedy."""
    return reason(error_of(kept))
