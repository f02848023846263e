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
from ringar.pilots.models import CostLine, EffectGoal, PilotUnit
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
        self.fields["why"] = TextField(
            label=gettext_lazy("Why is a value corrected?"),
            required=False,
            max_length=LONGEST_WHY,
            help_text=gettext_lazy("Only where a number stood already. What stood there is kept."),
        )

    def empty_fields(self) -> list[forms.BoundField]:
        """The weeks that wait for a value."""
        return [self[name] for name, week in self.names.items() if week not in self.measured.values]

    def filled_fields(self) -> list[forms.BoundField]:
        """The weeks that have a value."""
        return [self[name] for name, week in self.names.items() if week in self.measured.values]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.names:
            value = cleaned.get(name)
            if value is not None and (fault := value_fault(value, self.goal.scale)):
                self.add_error(name, str(fault))
        if not self.errors and self.corrects() and not cleaned.get("why"):
            self.add_error("why", _("A number that stood there is changed. Say why in a few words."))
        return cleaned

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
