"""Forms of sensors and what they measure."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.city.actions.sensors import LONGEST_TEXT, About, Measure
from ringar.city.models import Sensor
from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.core.text import LongField, TextField


class SensorForm(forms.Form):
    """What a sensor is, where, and who may see what it measures."""

    name = TextField(label=_("What is it called?"), max_length=200)
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Which unit does it belong to?"),
        required=False,
        empty_label=_("None: it is my own"),
    )
    description = LongField(
        label=_("What kind of sensor, and how is it put up?"), required=False, rows=2, most=LONGEST_TEXT
    )
    latitude = forms.FloatField(
        label=_("Degrees north"),
        required=False,
        help_text=_("For instance 59.3251. Press on a place in any map service to see its degrees."),
    )
    longitude = forms.FloatField(
        label=_("Degrees east"), required=False, help_text=_("For instance 18.0711.")
    )
    is_public = forms.BooleanField(
        label=_("Everyone may see what it measures"),
        required=False,
        help_text=_("Where somebody’s own sensor stands is told to others only to about 100 metres."),
    )

    def __init__(self, *args: Any, viewer: Viewer, sensor: Sensor | None = None, **options: Any) -> None:
        if sensor is not None:
            options["initial"] = {name: getattr(sensor, name) for name in self.base_fields if name != "unit"}
        super().__init__(*args, **options)
        if sensor is not None or not viewer.may_write:
            del self.fields["unit"]
        else:
            units = Unit.objects.filter(pk__in=viewer.unit_ids).order_by("name")
            self.fields["unit"].queryset = units  # type: ignore[attr-defined] # the field's own type
            self.fields["unit"].initial = viewer.home_unit_id

    def about(self) -> About:
        """What was written, as the action takes it."""
        return About(**self.cleaned_data)


class MeasureForm(forms.Form):
    """One thing that a sensor measures."""

    series_name = TextField(
        label=_("What does it measure?"), max_length=100, help_text=_("For instance: air temperature.")
    )
    unit_of_measure = TextField(
        label=_("Unit of measure"), required=False, max_length=40, help_text=_("For instance °C.")
    )
    lowest = forms.FloatField(
        label=_("Lowest possible value"),
        required=False,
        help_text=_("Values outside what is possible are kept, and flagged."),
    )
    highest = forms.FloatField(label=_("Highest possible value"), required=False)

    def measure(self) -> Measure:
        """What was written, as the action takes it."""
        told = self.cleaned_data
        return Measure(told["series_name"], told["unit_of_measure"], told["lowest"], told["highest"])
