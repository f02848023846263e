"""The forms of merging, splitting and undoing, and of a need's team."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.core.actions.teams import LONGEST_TASK
from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.core.text import TextField
from ringar.needs.forms import LongField
from ringar.needs.lineage import Part
from ringar.needs.models import Criterion, Need
from ringar.needs.queries import units_of
from ringar.needs.rules import LONGEST_TITLE, MOST_PARTS, Who, visibility_choices

PART_KINDS = ("evidence", "joining", "criterion")


class ReasonForm(forms.Form):
    """Why something is done to needs: read by everyone whom they concern."""

    reason = LongField(label=_("Why?"), most=2_000, rows=3)


class MergeForm(ReasonForm):
    """Which need lives on, or the words of a new one; which criteria move."""

    NEW = "new"

    living = forms.ChoiceField(label=_("Which need lives on?"), widget=forms.RadioSelect)
    title = TextField(label=_("Call it something short"), required=False, max_length=LONGEST_TITLE)
    symptom = LongField(label=_("What do you see?"), required=False, rows=5)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Which unit has the need?"), required=False, empty_label=None
    )
    visibility = forms.ChoiceField(label=_("Who may see it?"), widget=forms.RadioSelect, required=False)
    criteria = forms.ModelMultipleChoiceField(
        Criterion.objects.none(),
        label=_("Which criteria follow along?"),
        help_text=_(
            "At most five in all. Those that are not ticked stay on the page of the need they came from."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, needs: Sequence[Need], viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(str(need.uuid), f"{need.title} ({need.unit.name})") for need in needs]
        self.fields["living"].choices = [*choices, (self.NEW, _("A new one, written here"))]  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units_of(viewer)  # type: ignore[attr-defined]
        self.fields["visibility"].choices = visibility_choices(  # type: ignore[attr-defined]
            unit=str(Who.UNIT.label), organisation=needs[0].organisation.name
        )
        self.fields["criteria"].queryset = Criterion.objects.filter(need__in=needs)  # type: ignore[attr-defined]
        if not self.fields["criteria"].queryset.exists():  # type: ignore[attr-defined]
            self.fields["criteria"].widget = forms.MultipleHiddenInput()
        self.order_fields(["living", "title", "symptom", "unit", "visibility", "criteria", "reason"])

    def clean(self) -> dict[str, Any]:
        """A new need has at least a text of its own."""
        said = super().clean() or {}
        if said.get("living") == self.NEW and not said.get("symptom"):
            self.add_error("symptom", _("Write what you see. A sentence is enough."))
        return said


class SplitForm(ReasonForm):
    """The words of two to five parts, and where each thing that hangs on the need goes."""

    def __init__(self, *args: Any, need: Need, things: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.things = list(things)
        places: list[tuple[str, str | Promise]] = [("", _("Stays with the need as it is"))]
        places += [
            (str(number), _("Part %(number)d") % {"number": number}) for number in range(1, MOST_PARTS + 1)
        ]
        for number in range(1, MOST_PARTS + 1):
            named = {"number": number}
            self.fields[f"title_{number}"] = TextField(
                label=_("Part %(number)d: call it something short") % named,
                required=False,
                max_length=LONGEST_TITLE,
            )
            self.fields[f"symptom_{number}"] = LongField(
                label=_("Part %(number)d: what do you see?") % named, required=False, rows=3
            )
        for name, label in things.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=places, required=False)
        self.fields["closes"] = forms.ChoiceField(
            label=_("What becomes of the need as it is?"),
            choices=[
                ("yes", _("It is closed, and leads to its parts")),
                ("no", _("It lives on beside them")),
            ],
            initial="yes",
            widget=forms.RadioSelect,
        )
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])

    def part_fields(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The two fields of each part, for the page."""
        numbers = range(1, MOST_PARTS + 1)
        return [(number, [self[f"title_{number}"], self[f"symptom_{number}"]]) for number in numbers]

    def thing_fields(self) -> list[forms.BoundField]:
        """Where each thing goes, for the page."""
        return [self[name] for name in self.things]

    def parts(self) -> list[Part]:
        """The parts that were written, with the ids of what goes to each."""
        said = self.cleaned_data
        found = []
        for number in range(1, MOST_PARTS + 1):
            title, symptom = said[f"title_{number}"], said[f"symptom_{number}"]
            if title or symptom:
                mine = [name.partition("_") for name in self.things if said[name] == str(number)]
                ids = {kind: [int(pk) for k, _, pk in mine if k == kind] for kind in PART_KINDS}
                found.append(Part(title, symptom, ids["evidence"], ids["joining"], ids["criterion"]))
        return found


class TeamForm(forms.Form):
    """Who comes into a need's team, and to do what."""

    person = forms.UUIDField(widget=forms.HiddenInput)
    task = TextField(label=_("Task in the team"), required=False, max_length=LONGEST_TASK)
