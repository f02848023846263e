"""Measurements from spreadsheets: every row checked against its pilot before anything is saved."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ringar.core.clock import today
from ringar.core.importing import Counts, Problem, Progress, Rows
from ringar.core.models import Organisation
from ringar.core.rules import Viewer
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.measure_rules import Span, value_fault, week_fault
from ringar.pilots.models import Measurement, Pilot, PilotUnit
from ringar.pilots.queries.measurements import goal_of, span_for

UUID_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
LONGEST_PILOT = 300


def pilot_word(text: str) -> str:
    """A cleaner: the pilot's id, out of its address where that is given, else its heading."""
    found = UUID_FORM.search(text)
    return found[0].lower() if found else text.strip()[:LONGEST_PILOT]


@dataclass
class Known:
    """What the rows are checked against, of one pilot: its units by name and id, its weeks, the values that stand."""

    pilot: Pilot | None
    units: dict[str, PilotUnit] = field(default_factory=dict)
    span: Span | None = None
    scale: str = ""
    stands: dict[tuple[int, date], float] = field(default_factory=dict)
    seen: dict[tuple[int, date], int] = field(default_factory=dict)
    fault: tuple[str, str] | None = None


def known_of(organisation: Organisation, word: str) -> Known:
    """What there is of the pilot with that id or heading. 4 queries."""
    pilots = Pilot.objects.filter(organisation=organisation).select_related("effect_goal")
    is_uuid = bool(UUID_FORM.fullmatch(word))
    found = list((pilots.filter(uuid=word) if is_uuid else pilots.filter(title=word))[:2])
    if len(found) != 1:
        problem = _("there is no pilot %(word)r.") if not found else _("several pilots are called %(word)r.")
        return Known(None, fault=(problem % {"word": word[:60]}, _("Write the id in its page’s address.")))
    pilot, goal = found[0], goal_of(found[0])
    if goal is None:
        told = _("%(pilot)s has no effect goal yet.") % {"pilot": pilot.title}
        return Known(pilot, fault=(told, _("Write the goal first: then it is known what is measured.")))
    known = Known(pilot, span=span_for(pilot, goal), scale=goal.scale)
    for of in pilot.units.select_related("unit"):
        known.units |= {of.unit.name.casefold(): of, str(of.unit.uuid): of}
    rows = Measurement.objects.filter(of__pilot=pilot).values_list("of_id", "week", "value")
    known.stands = {(of_id, week): value for of_id, week, value in rows}
    if not known.units:
        known.fault = (_("no unit tries or is compared with yet."), _("Name the pilot’s units first."))
    return known


def check_measurements(organisation: Organisation, rows: Rows) -> Iterator[Problem]:
    """Completes each row with its unit in the pilot (`of`); tells what is wrong with any."""
    pilots: dict[str, Known] = {}
    for row in rows:
        word = row["pilot"]
        known = pilots.setdefault(word, pilots.get(word) or known_of(organisation, word))
        if known.fault:
            yield Problem(row["row"], "pilot", *known.fault)
        else:
            yield from check_row(row, known)


def check_row(row: dict[str, Any], known: Known) -> Iterator[Problem]:
    """One row of a pilot that takes values."""
    number = int(row["row"])
    of = known.units.get(row["unit"].strip().casefold())
    if of is None or known.span is None:
        names = ", ".join(sorted({of.unit.name for of in known.units.values()}))
        told = _("%(unit)r is not a unit of the pilot.") % {"unit": row["unit"][:60]}
        yield Problem(number, "unit", told, _("Its units are: %(names)s.") % {"names": names})
        return
    row["of"] = of
    if fault := week_fault(row["week"], known.span, today=today()):
        yield Problem(number, "week", fault.problem, fault.remedy)
    if fault := value_fault(row["value"], known.scale):
        yield Problem(number, "value", fault.problem, fault.remedy)
    key = (of.pk, row["week"])
    if (first := known.seen.setdefault(key, number)) != number:
        told = _("%(unit)s has that week in row %(first)s already.")
        told %= {"unit": of.unit.name, "first": first}
        yield Problem(number, "week", told, _("Keep one of the two rows."))
    stands = known.stands.get(key)
    if stands is not None and stands != row["value"] and not row.get("why"):
        told = _("that week has the value %(before)s already.") % {"before": f"{stands:g}"}
        remedy = _("Say in a column “why” why it is corrected, or take the row away.")
        yield Problem(number, "value", told, remedy)


def save_measurements(
    by: Viewer, organisation: Organisation, source: str, rows: Rows, progress: Progress
) -> Counts:
    """Saves checked rows, pilot by pilot."""
    by_pilot: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_pilot.setdefault(row["of"].pilot_id, []).append(row)
    total = Counts()
    for pilot_id, theirs in by_pilot.items():
        values = [
            Value(
                row["of"],
                row["week"],
                row["value"],
                row.get("why", ""),
                _("row %(row)s") % {"row": row["row"]},
            )
            for row in theirs
        ]
        pilot = Pilot.objects.get(pk=pilot_id, organisation=organisation)
        counts = record_measurements(by=by, pilot=pilot, values=values, via="file")
        total = Counts(
            total.new + counts.new, total.changed + counts.changed, total.unchanged + counts.unchanged
        )
        progress(len(theirs))
    return total
