"""Forms where values are handed in: a week's number on a phone, a file, and what the calculation came to."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ringar.core.text import TextField
from ringar.pilots.actions.measurements import Value
from ringar.pilots.actions.realised import Realised
from ringar.pilots.measure_rules import LONGEST_WHY, read_number, value_fault
from ringar.pilots.models import CostLine, EffectGoal, Gap, PilotUnit
from ringar.pilots.queries.measurements import Measured
from ringar.pilots.rules import CostKind, Scale

LARGEST_SUM = 10**12


def plain(value: float) -> str:
    """The number as people write it, with all its digits: `read_number` gives the same number back."""
    text = f"{Decimal(repr(value)):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", formats.get_format("DECIMAL_SEPARATOR"))


def question_of(of: PilotUnit, goal: EffectGoal, week: date) -> str:
    """What is asked for one week, in one line."""
    facts = {
        "week": week.isocalendar().week,
        "unit": of.unit.name,
        "in": goal.measured_in,
        "day": formats.date_format(week, "j F"),
    }
    if goal.scale == Scale.LOGIT:
        return _("Week %(week)d (from %(day)s), %(unit)s: what share?") % facts
    return _("Week %(week)d (from %(day)s), %(unit)s: how many %(in)s?") % facts


def week_words(week: date) -> str:
    """A week by number, ISO year and Monday."""
    year, number, _day = week.isocalendar()
    facts = {"week": number, "year": year, "day": formats.date_format(week, "j F")}
    return _("week %(week)d %(year)d (from %(day)s)") % facts


class NumberField(TextField):
    """A number as people write it, or nothing."""

    def __init__(self, **options: Any) -> None:
        numeric = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=False, max_length=40, widget=numeric, **options)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        try:
            return read_number(text)
        except ValueError as error:
            raise forms.ValidationError(str(error).replace("|", " ")) from None


class MeasurementForm(forms.Form):
    """One unit's weeks: those that wait for a value, and those that have one and may be corrected."""

    def __init__(
        self, *args: Any, measured: Measured, goal: EffectGoal, weeks: list[date], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.measured, self.goal, self.names = measured, goal, dict[str, date]()
        for week in weeks:
            name, stands = f"w{week:%Y%m%d}", measured.values.get(week)
            self.names[name] = week
            help_text = _("A share: 0.42 or 42 %.") if goal.scale == Scale.LOGIT and not stands else ""
            self.fields[name] = NumberField(
                label=question_of(measured.of, goal, week),
                initial=plain(stands.value) if stands else "",
                help_text=help_text,
            )
        if waiting := [week for week in weeks if week not in measured.values]:
            self.add_gap_fields(waiting)
        self.fields["why"] = TextField(
            label=gettext_lazy("Why is a value corrected?"),
            required=False,
            max_length=LONGEST_WHY,
            help_text=gettext_lazy("Only where a number stood already. What stood there is kept."),
        )

    def add_gap_fields(self, weeks: list[date]) -> None:
        """Asks which weeks could not be measured, and why."""
        self.fields["gaps"] = forms.MultipleChoiceField(
            label=gettext_lazy("Which weeks were not measured?"),
            required=False,
            choices=[(f"{week:%Y%m%d}", week_words(week)) for week in weeks],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["gap_why"] = TextField(
            label=gettext_lazy("Why were they not measured?"),
            required=False,
            max_length=LONGEST_WHY,
            help_text=gettext_lazy("For instance: closed for summer, or the counter was broken."),
        )

    def empty_fields(self) -> list[forms.BoundField]:
        """The weeks that wait for a value."""
        told = self.measured.values.keys() | self.measured.gaps.keys()
        return [self[name] for name, week in self.names.items() if week not in told]

    def gap_fields(self) -> list[tuple[forms.BoundField, Gap]]:
        """The weeks told as not measured, with what was told: a value may still come."""
        gaps = self.measured.gaps
        return [(self[name], gaps[week]) for name, week in self.names.items() if week in gaps]

    def filled_fields(self) -> list[forms.BoundField]:
        """The weeks that have a value."""
        return [self[name] for name, week in self.names.items() if week in self.measured.values]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.names:
            value = cleaned.get(name)
            if value is not None and (fault := value_fault(value, self.goal.scale)):
                self.add_error(name, str(fault))
        self.check_gaps(cleaned)
        if not self.errors and self.corrects() and not cleaned.get("why"):
            self.add_error("why", _("A number that stood there is changed. Say why in a few words."))
        return cleaned

    def check_gaps(self, cleaned: dict[str, Any]) -> None:
        """Tells what is wrong with the weeks told as not measured: a value beside, no reason, or a reason for none."""
        gaps, why = cleaned.get("gaps") or [], cleaned.get("gap_why")
        for gap in gaps:
            if cleaned.get(f"w{gap}") is not None:
                self.add_error(
                    f"w{gap}", _("You say that this week was not measured. Take one of the two away.")
                )
        if gaps and not why and "gap_why" not in self.errors:
            self.add_error("gap_why", _("Say in a few words why."))
        if why and not gaps and "gaps" not in self.errors:
            self.add_error("gaps", _("Tick the weeks that were not measured, or take the reason away."))

    def told_gaps(self) -> list[date]:
        """The weeks that were not measured."""
        return [self.names[f"w{gap}"] for gap in self.cleaned_data.get("gaps") or []]

    def corrects(self) -> bool:
        """Whether a value that stands is given another number."""
        return any(
            value.week in self.measured.values and self.measured.values[value.week].value != value.value
            for value in self.values()
        )

    def values(self) -> list[Value]:
        """The numbers that are there, with the reason for those that change."""
        why = self.cleaned_data.get("why", "")
        return [
            Value(self.measured.of, week, number, why)
            for name, week in self.names.items()
            if (number := self.cleaned_data.get(name)) is not None
        ]


class FileForm(forms.Form):
    """A spreadsheet of measurements."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or Excel, with the columns unit, week and value. The week is its Monday."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.txt,.tsv,.json,.jsonl"}),
    )
    why = TextField(
        label=gettext_lazy("Why are values corrected?"),
        required=False,
        max_length=LONGEST_WHY,
        help_text=gettext_lazy("Only if the file has other numbers for weeks that have a value already."),
    )


class RealisedForm(forms.Form):
    """What each line of the calculation came to."""

    def __init__(self, *args: Any, lines: list[CostLine], **more: Any) -> None:
        super().__init__(*args, **more)
        self.lines = lines
        for line in lines:
            sek = forms.IntegerField(
                label=_("%(what)s: what it came to, SEK") % {"what": line.what},
                required=False,
                min_value=0,
                max_value=LARGEST_SUM,
                initial=line.realised_sek,
            )
            if line.kind != CostKind.HOURS:
                self.fields[f"sek{line.pk}"] = sek
            if line.kind != CostKind.COST:
                self.fields[f"hours{line.pk}"] = forms.IntegerField(
                    label=_("%(what)s: what it came to, hours") % {"what": line.what},
                    required=False,
                    min_value=0,
                    max_value=10**8,
                    initial=line.realised_hours,
                )
            self.fields[f"source{line.pk}"] = TextField(
                label=_("%(what)s: how do we know?") % {"what": line.what},
                required=False,
                max_length=300,
                initial=line.realised_source,
            )

    def by_line(self) -> list[tuple[CostLine, list[forms.BoundField]]]:
        """Each line with its fields."""
        return [
            (
                line,
                [
                    self[name]
                    for name in (f"sek{line.pk}", f"hours{line.pk}", f"source{line.pk}")
                    if name in self.fields
                ],
            )
            for line in self.lines
        ]

    def realised(self) -> list[Realised]:
        """What was written for each line."""
        told = self.cleaned_data
        return [
            Realised(
                line=line,
                sek=told.get(f"sek{line.pk}"),
                hours=told.get(f"hours{line.pk}"),
                source=told[f"source{line.pk}"],
            )
            for line in self.lines
        ]
