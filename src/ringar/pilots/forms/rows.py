"""Forms of many like rows: units, the calculation, user tests, the days of a sprint. Some stand empty to be filled."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person, Unit
from ringar.core.text import LongField, TextField
from ringar.needs.queries import people_of
from ringar.pilots.actions.money import Line
from ringar.pilots.actions.parts import Taking
from ringar.pilots.actions.pilots import MOST_HOURS, MOST_SEK
from ringar.pilots.actions.sprints import Tried
from ringar.pilots.models import CostLine, Pilot, PilotUnit, Sprint, UserTest
from ringar.pilots.rules import CostKind, UnitRole
from ringar.pilots.sprint_texts import DAYS, TESTS

EMPTY_ROWS = 4
MOST_ROWS = 60


class RowsForm(forms.Form):
    """Fields `name_0`, `name_1` … in rows; `PARTS` are their names."""

    PARTS: tuple[str, ...] = ()
    count = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_ROWS)

    def rows_wanted(self, filled: int) -> int:
        """How many rows: those of the form that was sent, else those there are and some empty ones."""
        sent = self.data.get("count", "")
        if self.is_bound and sent.isdecimal() and len(sent) < 4:
            return min(int(sent), MOST_ROWS)
        return min(filled + EMPTY_ROWS, MOST_ROWS)

    def rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The rows with their numbers, for the page."""
        wanted = int(self.fields["count"].initial or 0)
        return [(place + 1, [self[f"{part}_{place}"] for part in self.PARTS]) for place in range(wanted)]

    def told(self) -> list[tuple[int, dict[str, Any]]]:
        """What was written in each row, with its place."""
        said = self.cleaned_data
        places = range(int(self.fields["count"].initial or 0))
        return [(place, {part: said.get(f"{part}_{place}") for part in self.PARTS}) for place in places]

    def set_count(self, filled: int) -> int:
        """Fixes the number of rows."""
        self.fields["count"].initial = wanted = self.rows_wanted(filled)
        return wanted


class UnitsForm(RowsForm):
    """Which units try, which are compared with, and who hands in the value of each."""

    PARTS = ("unit", "role", "measurer")

    def __init__(self, *args: Any, pilot: Pilot, units: Sequence[PilotUnit], **options: Any) -> None:
        super().__init__(*args, **options)
        self.pilot = pilot
        all_units = Unit.objects.filter(organisation_id=pilot.organisation_id).order_by("name")
        choices = [("", "–"), *[(str(unit.uuid), unit.name) for unit in all_units]]
        self.by_uuid = {str(unit.uuid): unit for unit in all_units}
        for place in range(self.set_count(len(units))):
            row = units[place] if place < len(units) else None
            self.fields[f"unit_{place}"] = forms.ChoiceField(
                label=_("Unit"), choices=choices, required=False, initial=str(row.unit.uuid) if row else ""
            )
            self.fields[f"role_{place}"] = forms.ChoiceField(
                label=_("What does it do?"), choices=UnitRole.choices, initial=row.role if row else None
            )
            self.fields[f"measurer_{place}"] = forms.EmailField(
                label=_("E-mail of who measures"),
                required=False,
                initial=row.measurer.email if row and row.measurer else "",
            )

    def clean(self) -> dict[str, Any]:
        """Those who measure must work here."""
        said = super().clean() or {}
        emails = {
            str(value).lower() for name, value in said.items() if name.startswith("measurer_") and value
        }
        people = people_of(self.pilot.organisation_id).filter(email__in=emails)
        self.people: dict[str, Person] = {person.email: person for person in people}
        for name, value in list(said.items()):
            if name.startswith("measurer_") and value and str(value).lower() not in self.people:
                self.add_error(name, _("Nobody who works here has that address."))
        return said

    def takings(self) -> list[Taking]:
        """The units that were chosen."""
        return [
            Taking(
                unit=self.by_uuid[row["unit"]],
                role=row["role"],
                measurer=self.people.get(str(row["measurer"] or "").lower()),
            )
            for _place, row in self.told()
            if row["unit"]
        ]


class CostsForm(RowsForm):
    """The calculation, a line a row."""

    PARTS = ("kind", "what", "sek", "hours", "taken")
    who_pays = TextField(label=_("Who pays?"), required=False, max_length=200)

    def __init__(self, *args: Any, pilot: Pilot, lines: Sequence[CostLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["who_pays"].initial = pilot.who_pays
        self.orders = [line.order for line in lines]
        for place in range(self.set_count(len(lines))):
            line = lines[place] if place < len(lines) else None
            self.add_row(place, line)

    def add_row(self, place: int, line: CostLine | None) -> None:
        """The fields of one line."""
        self.fields[f"kind_{place}"] = forms.ChoiceField(
            label=_("Kind"), choices=CostKind.choices, initial=line.kind if line else None
        )
        self.fields[f"what_{place}"] = TextField(
            label=_("What?"), required=False, max_length=200, initial=line.what if line else ""
        )
        self.fields[f"sek_{place}"] = forms.IntegerField(
            label=_("Kronor"),
            required=False,
            min_value=0,
            max_value=MOST_SEK,
            initial=line.promised_sek if line else None,
        )
        self.fields[f"hours_{place}"] = forms.IntegerField(
            label=_("Hours"),
            required=False,
            min_value=0,
            max_value=MOST_HOURS,
            initial=line.promised_hours if line else None,
        )
        self.fields[f"taken_{place}"] = TextField(
            label=_("Who takes home the gain?"),
            required=False,
            max_length=200,
            initial=line.taken_home_by if line else "",
        )

    def lines(self) -> list[Line]:
        """The lines that were written; a row without words and numbers is none."""
        return [
            Line(
                kind=row["kind"],
                what=row["what"],
                sek=row["sek"],
                hours=row["hours"],
                taken_home_by=row["taken"],
                order=self.orders[place] if place < len(self.orders) else None,
            )
            for place, row in self.told()
            if row["what"] or row["sek"] is not None or row["hours"] is not None
        ]


class SprintForm(forms.Form):
    """The five days, the prototype and what came out."""

    prototype_link = TextField(label=_("Link to the prototype"), required=False, max_length=500)
    prototype = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("PDF, picture, slides, document or zip, at most 20 MB."),
    )
    outcome = LongField(
        label=_("What came out?"),
        required=False,
        most=10_000,
        help_text=_("What you learned and what you would do next. The gate asks for it."),
    )

    def __init__(self, *args: Any, sprint: Sprint, **options: Any) -> None:
        options["initial"] = {"prototype_link": sprint.prototype_link, "outcome": sprint.outcome}
        super().__init__(*args, **options)
        for place in range(DAYS):
            text = sprint.agenda[place] if place < len(sprint.agenda) else ""
            self.fields[f"day_{place}"] = LongField(
                label=_("Day %(number)d") % {"number": place + 1},
                required=False,
                most=2_000,
                rows=3,
                initial=text,
            )

    def days(self) -> list[forms.BoundField]:
        """The fields of the agenda, for the page."""
        return [self[f"day_{place}"] for place in range(DAYS)]

    def others(self) -> list[forms.BoundField]:
        """The fields under the agenda, for the page."""
        return [self["prototype_link"], self["prototype"], self["outcome"]]

    def agenda(self) -> list[str]:
        """What was written of each day."""
        return [self.cleaned_data[f"day_{place}"] for place in range(DAYS)]


class TestsForm(RowsForm):
    """Five users, each a row."""

    PARTS = ("who", "worked", "seen")

    def __init__(self, *args: Any, tests: Sequence[UserTest], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["count"].initial = TESTS
        for place in range(TESTS):
            row = tests[place] if place < len(tests) else None
            self.fields[f"who_{place}"] = TextField(
                label=_("What kind of user?"),
                required=False,
                max_length=120,
                initial=row.who if row else "",
            )
            self.fields[f"worked_{place}"] = forms.TypedChoiceField(
                label=_("Did it work?"),
                choices=[("", _("Can not be told")), ("yes", _("Yes")), ("no", _("No"))],
                coerce=lambda value: value == "yes",
                empty_value=None,
                required=False,
                initial={True: "yes", False: "no"}.get(row.worked, "")
                if row and row.worked is not None
                else "",
            )
            self.fields[f"seen_{place}"] = LongField(
                label=_("What did you see?"),
                required=False,
                most=5_000,
                rows=2,
                initial=row.seen if row else "",
            )

    def tried(self) -> list[Tried]:
        """What was written of each user."""
        return [Tried(row["who"], row["seen"], row["worked"]) for _place, row in self.told()]
