"""What an auditor may narrow the trail by."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from ringar.core.audit_queries import Wanted
from ringar.core.audit_words import action_word, words
from ringar.core.models import Unit
from ringar.core.queries import units_below
from ringar.core.rules import Viewer
from ringar.core.text import TextField


def actions() -> list[tuple[str, str]]:
    """All actions, by their words."""
    return sorted(((action, action_word(action)) for action in words("ACTIONS")), key=lambda one: one[1])


class Day(forms.DateField):
    """A day that a calendar knows, as browsers send it."""

    default_validators = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AuditForm(forms.Form):
    """Who, what, where, when. What does not fit a field is told, and does not narrow."""

    who = TextField(label=_("Who"), required=False, max_length=200)
    what = forms.ChoiceField(label=_("Did what"), required=False)
    unit = forms.ChoiceField(label=_("From which unit, and those below it"), required=False)
    since = Day(label=_("From"), required=False)
    until = Day(label=_("To, that day included"), required=False)
    row = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, viewer: Viewer, data: Any) -> None:
        super().__init__(data)
        self.fields["what"].choices = [("", _("All")), *actions()]  # type: ignore[attr-defined]
        units = Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name")
        self.units = list(units.values_list("id", "parent_id", "uuid", "name"))
        choices = [("", _("All")), *((str(uuid), name) for _id, _parent, uuid, name in self.units)]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Wanted:
        """What is looked for."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        unit = found.pop("unit", "")
        chosen = {row[0] for row in self.units if str(row[2]) == unit}
        return Wanted(units=units_below([row[:2] for row in self.units], chosen), **found)
