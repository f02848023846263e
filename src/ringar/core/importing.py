"""Spreadsheets in: columns recognised, every row checked, then all saved in one transaction or nothing.

A room declares an `Importer` in its `imports.py`; the command `ringar import` and the page /importera/ use it.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ringar.core.models import Organisation
from ringar.core.rules import Refused, Viewer
from ringar_kits.tables import read_rows

MAX_PROBLEMS = 200


@dataclass(frozen=True)
class Field:
    """One thing an importer takes: its name, the column names it is known by, and how a cell becomes a value.

    The first of the `aliases` is Swedish by convention: Swedish pages show it as the field's label.
    `joins`: all columns that fit are joined by a blank line (descriptions); else the first that fits counts.
    `clean` gets the cell's text (never empty) and returns the value, or raises ValueError("problem|remedy").
    `for_all`: may be given once for the whole file, for rows that have nothing in its column.
    """

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    joins: bool = False
    clean: Callable[[str], object] = str.strip
    for_all: bool = False

    @property
    def label(self) -> str:
        """The field's name for people: in Swedish the first alias, else the name in words."""
        if is_swedish() and self.aliases:
            return self.aliases[0][:1].upper() + self.aliases[0][1:]
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class Problem:
    """Something about one row: where it is, what is wrong, what to do. A warning does not stop the import."""

    row: int
    field: str
    text: str
    remedy: str = ""
    is_error: bool = True

    def __str__(self) -> str:
        kind = "error" if self.is_error else "note"
        return f"{kind}: row {self.row}, {self.field}: {self.text}" + (
            f" {self.remedy}" if self.remedy else ""
        )


@dataclass(frozen=True)
class Counts:
    """What saving did: how many rows are new, changed and unchanged."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


Rows = list[dict[str, Any]]
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Importer:
    """What a room takes from spreadsheets. `save` runs inside one transaction and reports rows done.

    `check` looks at all rows together (units that do not exist, addresses used twice) and may complete them.
    `takes_repeats`: rows that say the same are taken once; else they are errors.
    """

    kind: str
    fields: tuple[Field, ...]
    save: Callable[[Viewer, Organisation, str, Rows, Progress], Counts]
    check: Callable[[Organisation, Rows], Iterable[Problem]] = lambda organisation, rows: ()
    needs_organisation: bool = True
    takes_repeats: bool = True

    def label_of(self, name: str) -> str:
        """The label of the field that a problem names; a problem of no one field is the whole row's."""
        return next((each.label for each in self.fields if each.name == name), _("the whole row"))


@dataclass
class Reading:
    """A file as understood: the clean rows, which column went where, and what was found wrong."""

    rows: Rows = field(default_factory=list)
    mapping: dict[str, list[str]] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_error]


def is_swedish() -> bool:
    """Whether the page being made is in Swedish."""
    return (get_language() or "").startswith("sv")


def simplified(name: str) -> str:
    """A column name without case, spaces and signs: "Org.nr " and "orgnr" are the same."""
    return re.sub(r"[\W_]+", "", name.casefold())


def as_text(cell: object) -> str:
    """A cell of any kind as text: lists are joined by commas, objects by the names in them."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, list):
        return ", ".join(filter(None, (as_text(part) for part in cell)))
    if isinstance(cell, dict):
        return as_text(cell.get("name")) or json.dumps(cell, ensure_ascii=False)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def guess_mapping(columns: list[str], fields: Iterable[Field]) -> dict[str, list[str]]:
    """Which columns go into which field, by the names that the fields are known by, in the aliases' order."""
    known = {simplified(column): column for column in columns}
    mapping: dict[str, list[str]] = {}
    for wanted in fields:
        found = [known[name] for name in map(simplified, (wanted.name, *wanted.aliases)) if name in known]
        if found:
            mapping[wanted.name] = list(dict.fromkeys(found)) if wanted.joins else found[:1]
    return mapping


def read_import(
    importer: Importer,
    path: Path,
    *,
    organisation: Organisation | None = None,
    mapping: Mapping[str, list[str]] | None = None,
    given: Mapping[str, str] | None = None,
    most_rows: int | None = None,
    max_unpacked: int | None = None,
) -> Reading:
    """Reads and checks a whole file without saving anything.

    `mapping` ({field: [columns]}) overrides what is guessed for those fields; `given` ({field: text}) holds for
    all rows that tell nothing else. Raises `InputError` where the file
    can not be read or unpacks to more than `max_unpacked` bytes, `Refused` where a required field has no column or
    there are more than `most_rows`; what is wrong in rows is in `problems`.
    """
    raw: list[tuple[int, dict[str, str]]] = []
    for number, cells in read_rows(path, max_unpacked=max_unpacked):
        if most_rows is not None and len(raw) >= most_rows:
            raise Refused(
                _("More than %(count)s rows: use the command “ringar import”, which shows its progress.")
                % {"count": most_rows}
            )
        raw.append((number, {str(key): as_text(cell) for key, cell in cells.items()}))
    columns = list(dict.fromkeys(key for _, cells in raw for key in cells))
    reading = Reading(mapping=guess_mapping(columns, importer.fields))
    for name, wanted in (mapping or {}).items():
        if missing := [column for column in wanted if column not in columns]:
            raise Refused(
                _("The file has no column %(column)r. Its columns are: %(columns)s.")
                % {"column": missing[0], "columns": ", ".join(columns)}
            )
        reading.mapping[name] = list(wanted)
    given = {name: text for name, text in (given or {}).items() if text.strip()}
    require_columns(importer, reading, columns, given)
    used = {column for wanted in reading.mapping.values() for column in wanted}
    reading.unused = [column for column in columns if column not in used]
    reading.rows = [clean_row(importer, number, cells, reading, given) for number, cells in raw]
    is_chosen = "external_id" in (mapping or {})
    give_identities(reading, is_chosen=is_chosen, takes_repeats=importer.takes_repeats)
    if not reading.errors and organisation:
        reading.problems.extend(importer.check(organisation, reading.rows))
    return reading


def require_columns(
    importer: Importer, reading: Reading, columns: list[str], given: Mapping[str, str]
) -> None:
    """Raises Refused where a required field found no column, and is not given for all rows."""
    for wanted in importer.fields:
        if wanted.required and wanted.name not in reading.mapping and wanted.name not in given:
            names = ", ".join((wanted.name, *wanted.aliases)[:6])
            raise Refused(
                _(
                    "No column holds %(label)r. Name one of the columns %(names)s, or say which it is with "
                    "--map %(field)s=COLUMN. The file's columns are: %(columns)s."
                )
                % {
                    "label": wanted.label,
                    "names": names,
                    "field": wanted.name,
                    "columns": ", ".join(columns) or _("none"),
                }
            )


def clean_row(
    importer: Importer, number: int, cells: dict[str, str], reading: Reading, given: Mapping[str, str]
) -> dict[str, Any]:
    """One row's values by field name; what is wrong with it is added to the reading's problems."""
    row: dict[str, Any] = {"row": number}
    for wanted in importer.fields:
        texts = [cells.get(column, "") for column in reading.mapping.get(wanted.name, [])]
        text = "\n\n".join(dict.fromkeys(filter(None, texts))) or given.get(wanted.name, "")
        if not text:
            if wanted.required:
                reading.problems.append(
                    Problem(
                        number, wanted.name, _("is empty."), _("Write something there, or remove the row.")
                    )
                )
            continue
        try:
            row[wanted.name] = wanted.clean(text)
        except ValueError as error:
            problem, _bar, remedy = str(error).partition("|")
            reading.problems.append(Problem(number, wanted.name, problem, remedy))
    return row


def give_identities(reading: Reading, *, is_chosen: bool, takes_repeats: bool = True) -> None:
    """Every row gets an external id, so that importing twice changes nothing: the file's own, else from its text.

    A guessed id column with repeated values is no id: rows are then told apart by their text. A chosen one that
    repeats is an error. Rows that are wholly alike are taken once, or are errors too (`takes_repeats`).
    """
    ids = Counter(row.get("external_id") for row in reading.rows)
    repeated = {key for key, count in ids.items() if key and count > 1}
    for row in reading.rows:
        if is_chosen and row.get("external_id") in repeated:
            reading.problems.append(
                Problem(
                    row["row"],
                    "external_id",
                    _("%(value)r stands on several rows.") % {"value": row["external_id"]},
                    _("Give each its own."),
                )
            )
    wrong = {problem.row for problem in reading.problems if problem.is_error}  # what they say is not known
    seen: dict[str, int] = {}
    kept: Rows = []
    for row in reading.rows:
        if row["row"] in wrong:
            kept.append(row)
            continue
        if not row.get("external_id") or row["external_id"] in repeated:
            facts = {key: value for key, value in row.items() if key not in ("row", "external_id")}
            row["external_id"] = (
                "text:"
                + hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:24]
            )
        first = seen.setdefault(row["external_id"], row["row"])
        if first != row["row"]:
            reading.problems.append(repeat_of(row["row"], first, is_error=not takes_repeats))
            continue
        kept.append(row)
    reading.rows = kept


def repeat_of(row: int, first: int, *, is_error: bool) -> Problem:
    """What is told of a row that says the same as an earlier one."""
    if is_error:
        told = _("says the same as row %(first)s.") % {"first": first}
        return Problem(row, "row", told, _("Remove one of them."))
    told = _("says the same as row %(first)s, and is taken once.") % {"first": first}
    return Problem(row, "row", told, is_error=False)


def text_of(limit: int) -> Callable[[str], str]:
    """A cleaner for text of at most `limit` characters."""

    def clean(text: str) -> str:
        if len(text) > limit:
            raise ValueError(
                _("has %(count)s characters.|At most %(most)s fit.") % {"count": len(text), "most": limit}
            )
        return text

    return clean


def whole_number(text: str) -> int:
    """A cleaner for whole numbers, as people write them ("1 200", "1200 kr")."""
    plain = re.sub(r"\s*(kr|sek|st|:-)\.?$", "", text.strip().casefold())
    digits = re.sub(r"[\s.](?=\d{3}\b)", "", plain)
    if not re.fullmatch(r"[0-9]{1,12}", digits):
        raise ValueError(
            _("%(value)r is not a whole number.|Write digits only, for instance 1200.") % {"value": text[:40]}
        )
    return int(digits)


def one_of(choices: Mapping[str, object], synonyms: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """A cleaner for a value out of a list: its code, its name, or a synonym (which is Swedish by convention)."""
    known = {simplified(name): code for code, label in choices.items() for name in (code, str(label))}
    known.update({simplified(name): code for name, code in (synonyms or {}).items()})

    def clean(text: str) -> str:
        if simplified(text) not in known:
            words = (
                {code: name for name, code in reversed(dict(synonyms or {}).items())} if is_swedish() else {}
            )
            raise ValueError(
                _("%(value)r is not one of the values.|Write one of: %(values)s.")
                % {"value": text[:40], "values": ", ".join(words.get(code, code) for code in choices)}
            )
        return known[simplified(text)]

    return clean
