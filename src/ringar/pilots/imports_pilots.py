"""The CIO's list of projects: every row checked, and what it tells put where it belongs."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ringar.core.importing import Counts, Problem, Progress, Rows, whole_number
from ringar.core.models import Organisation, Person
from ringar.core.rules import Viewer, Visibility
from ringar.needs.models import Need
from ringar.needs.queries import people_of
from ringar.pilots.actions.imports import import_pilots
from ringar.pilots.rules import PilotState, Stage
from ringar.solvers.models import Solver

LARGEST = 2_000_000_000


def amount(text: str) -> int:
    """A cleaner for kronor and hours."""
    number = whole_number(text)
    if number > LARGEST:
        raise ValueError(
            _("%(value)r is too large.|At most %(most)s fits.") % {"value": text[:40], "most": LARGEST}
        )
    return number


def day(text: str) -> date:
    """A cleaner for dates: "2026-03-02", also as Excel writes them."""
    try:
        return date.fromisoformat(re.sub(r"[ T]\d\d:\d\d(:\d\d)?$", "", text.strip()))
    except ValueError:
        raise ValueError(
            _("%(value)r is not a date.|Write it as 2026-03-02.") % {"value": text[:40]}
        ) from None


class Directory:
    """Who and what the rows may name in the organisation. 4 queries."""

    def __init__(self, organisation: Organisation) -> None:
        people = list(people_of(organisation.pk))
        names = Counter(person.name.casefold() for person in people if not person.is_protected)
        self.people: dict[str, Person] = {person.email.casefold(): person for person in people}
        self.people |= {p.name.casefold(): p for p in people if names[p.name.casefold()] == 1}
        self.units = {unit.name.casefold(): unit for unit in organisation.units.order_by("-id")}
        needs = Need.objects.filter(organisation=organisation, is_draft=False).order_by("id")
        needs = needs.exclude(visibility=Visibility.UNIT)  # a pilot is seen by more than they are
        self.needs = {need.title.casefold(): need for need in needs.only("title", "uuid", "external_id")}
        self.needs |= {str(need.uuid): need for need in self.needs.values()}
        self.solvers = {
            solver.name.casefold(): solver for solver in Solver.objects.only("name").order_by("-id")
        }


def check_pilots(organisation: Organisation, rows: Rows) -> Iterator[Problem]:
    """Completes each row with its unit, owner, need and supplier, its stage and state, and what found no place."""
    known = Directory(organisation)
    for row in rows:
        row["kept"] = []
        yield from place_people(row, known)
        yield from place_work(row, known)
        yield from place_state(row)
        if row.get("starts_on") and row.get("ends_on") and row["ends_on"] < row["starts_on"]:
            yield Problem(
                row["row"], "ends_on", _("is before the first day."), _("Correct one of the two dates.")
            )


def place_people(row: dict[str, Any], known: Directory) -> Iterator[Problem]:
    """The row's unit and owner, which must be there."""
    if name := row.pop("unit", ""):
        row["unit"] = known.units.get(name.casefold())
        if row["unit"] is None:
            told = _("there is no unit %(unit)r.") % {"unit": name[:60]}
            yield Problem(row["row"], "unit", told, _("Import the units first, or correct the name."))
    if name := row.pop("owner", ""):
        row["owner"] = known.people.get(name.casefold())
        if row["owner"] is None:
            told = _("nobody here is %(name)r.") % {"name": name[:60]}
            remedy = _("Write the e-mail address of somebody who works here, or empty it.")
            yield Problem(row["row"], "owner", told, remedy)


def place_work(row: dict[str, Any], known: Directory) -> Iterator[Problem]:
    """The row's need and supplier; what is not known here is kept as a note."""
    number = int(row["row"])
    if name := row.pop("need", ""):
        row["need"] = known.needs.get(name.casefold())
        if row["need"] is None:
            told = _("no need here is called that: it is kept as a note on the pilot.")
            yield Problem(number, "need", told, is_error=False)
            row["kept"].append(_("Need, according to the list: %(text)s") % {"text": name})
    if name := row.pop("supplier", ""):
        row["solver"] = known.solvers.get(name.casefold())
        if row["solver"] is None:
            told = _("no supplier here is called that: it is kept as a note on the pilot.")
            yield Problem(number, "supplier", told, is_error=False)
            row["kept"].append(_("Supplier, according to the list: %(text)s") % {"text": name})


def place_state(row: dict[str, Any]) -> Iterator[Problem]:
    """The row's stage and state. What runs comes in as being prepared: only a gate with its evidence starts it."""
    row.setdefault("stage", Stage.EXERCISE.value)
    row.setdefault("state", PilotState.PLANNED.value)
    if row["state"] == PilotState.RUNNING:
        row["state"] = PilotState.PLANNED.value
        told = _(
            "comes in as being prepared: it starts here when its gate opens. Its page says what is missing."
        )
        yield Problem(row["row"], "state", told, is_error=False)
        row["kept"].append(_("According to the list it is under way."))


def save_pilots(
    by: Viewer, organisation: Organisation, source: str, rows: Rows, progress: Progress
) -> Counts:
    """Saves checked rows."""
    return import_pilots(by=by, organisation=organisation, source=source[:60], rows=rows, progress=progress)
