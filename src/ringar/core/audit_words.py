"""The audit trail in words: each room's `trail.py` says what its actions, tables, fields and values are called.

ACTIONS: (action, what the person did), KINDS: (table, word), FIELDS: (field, word), VALUES: (table.field, or
field where it means the same in all tables; choices).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ringar.core.registry import declared


@dataclass(frozen=True)
class Told:
    """What an audit row says of one field: "" where there was nothing before or is nothing after."""

    field: str
    before: str
    after: str


@cache
def words(name: str) -> Mapping[str, str | Promise]:
    """All that the rooms declare under the name, by code."""
    return dict(declared("trail", name))


@cache
def values_of(kind: str, field: str) -> Mapping[str, str | Promise]:
    """The words for the values of a table's field; nothing where they are no codes."""
    known = dict(declared("trail", "VALUES"))
    choices = known.get(f"{kind}.{field}") or known.get(field)
    return dict(choices.choices) if choices else {}


def action_word(action: str) -> str:
    """What the person did, as the end of a sentence: "shared a need"."""
    return str(words("ACTIONS").get(action, action.replace("_", " ")))


def kind_word(kind: str) -> str:
    """What kind of row it was done to."""
    return str(words("KINDS").get(kind, kind.rpartition(".")[2]))


def field_word(field: str) -> str:
    """What the field is called on pages."""
    return str(words("FIELDS").get(field, field.replace("_", " ")))


def value_words(kind: str, field: str, value: Any) -> str:
    """A kept value as people read it: codes by their words, times as local time, lists with commas."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value_words(kind, field, each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{field_word(key)}: {value_words(kind, key, each)}" for key, each in value.items())
    text = str(values_of(kind, field).get(str(value), value))
    moment = moment_in(text)
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else text


def moment_in(text: str) -> datetime | None:
    """The moment that the text is, where it is one with a time zone."""
    try:
        moment = parse_datetime(text) if text[10:11] in ("T", " ") else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def told_by(kind: str, changes: object) -> list[Told]:
    """An audit row's `changes` as lines: a list of two is what was before and what is after."""
    if not isinstance(changes, dict):
        return []
    return [Told(field_word(name), *sides(kind, name, value)) for name, value in changes.items()]


def sides(kind: str, name: str, value: object) -> tuple[str, str]:
    """What was before and what is after, in words."""
    if isinstance(value, list) and len(value) == 2:
        return value_words(kind, name, value[0]), value_words(kind, name, value[1])
    return "", value_words(kind, name, value)


def as_text(lines: Iterable[Told]) -> str:
    """The lines for a cell of a file."""
    return "\n".join(
        f"{each.field}: {each.before} → {each.after}" if each.before else f"{each.field}: {each.after}"
        for each in lines
    )
