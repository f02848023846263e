"""Forms where people tell: what stands in the way, how it went away, and the three questions to staff."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person
from ringar.core.queries import findable_people, shown_name
from ringar.core.rules import Viewer
from ringar.core.text import LongField
from ringar.needs.queries import people_of
from ringar.pilots.hindrance_rules import LONGEST_WHAT
from ringar.pilots.rules import HindranceKind
from ringar.pilots.staff_rules import LEAST, MOST

MOST_OWNERS = 500


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody who works here, by the name that the viewer may read."""

    viewer = Viewer()

    def label_from_instance(self, person: Any) -> str:
        return shown_name(person, self.viewer)


class HindranceForm(forms.Form):
    """What stands in the way, whose it is, and until when."""

    kind = forms.ChoiceField(
        label=_("What is it about?"), choices=HindranceKind.choices, widget=forms.RadioSelect
    )
    what = LongField(
        label=_("What stands in the way?"),
        rows=3,
        most=LONGEST_WHAT,
        help_text=_("What happens, and what would have to change. Write about the work, not about a person."),
    )
    owner = OwnerField(
        Person.objects.none(),
        label=_("Who can take it away?"),
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Whoever you choose is told."),
    )
    due = forms.DateField(
        label=_("By when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, viewer: Viewer, organisation_id: int, **options: Any) -> None:
        super().__init__(*args, **options)
        people = findable_people(viewer, people_of(organisation_id))
        ids = list(people.values_list("pk", flat=True)[:MOST_OWNERS])
        owner = self.fields["owner"]
        owner.viewer = viewer  # type: ignore[attr-defined]
        owner.queryset = people.filter(pk__in=ids)  # type: ignore[attr-defined]


class GoneForm(forms.Form):
    """How a hindrance went away."""

    how = LongField(
        label=_("How did it go away?"),
        rows=3,
        most=LONGEST_WHAT,
        help_text=_("So that the next one who meets it knows what helped."),
    )


def one_to_five(low: Any, high: Any) -> list[tuple[int, Any]]:
    """The choices from 1 to 5, with words at the ends."""
    return [
        (number, f"{number}" + (f": {low}" if number == LEAST else f": {high}" if number == MOST else ""))
        for number in range(LEAST, MOST + 1)
    ]


class StaffForm(forms.Form):
    """The three questions, from 1 to 5."""

    possible = forms.TypedChoiceField(
        label=_("How much better do you believe this can become?"), coerce=int, widget=forms.RadioSelect
    )
    joy = forms.TypedChoiceField(
        label=_("How much joy do you feel at work these days?"), coerce=int, widget=forms.RadioSelect
    )
    go_on = forms.TypedChoiceField(
        label=_("How much do you wish to go on with this?"), coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["possible"].choices = one_to_five(_("not at all"), _("very much"))  # type: ignore[attr-defined]
        self.fields["joy"].choices = one_to_five(_("none"), _("very much"))  # type: ignore[attr-defined]
        self.fields["go_on"].choices = one_to_five(_("not at all"), _("very much"))  # type: ignore[attr-defined]
