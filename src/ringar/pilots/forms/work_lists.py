"""The form that begins a pilot from a work list."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.city.models import WorkList
from ringar.core.clock import today
from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.core.text import TextField
from ringar.pilots.forms.preparing import choose_owner, day_input, needs_to_choose
from ringar.pilots.forms.telling import OwnerField
from ringar.pilots.list_rules import FEWEST_WEEKS, MOST_WEEKS


class ListPilotForm(forms.Form):
    """What cannot be known from the list: what for, from when, and how much better is better."""

    title = TextField(label=_("Heading"), max_length=200)
    goal = TextField(
        label=_("What is to be better, for whom?"),
        max_length=300,
        help_text=_("In one sentence. Nothing starts without it."),
    )
    need = forms.ChoiceField(label=_("Which need does it serve?"), required=False)
    owner = OwnerField(
        Person.objects.none(), label=_("Who owns it?"), required=False, empty_label=_("Nobody yet")
    )
    first_day = forms.DateField(
        label=_("From which week?"),
        help_text=_("It begins on the Monday of that day or after."),
        widget=day_input(),
    )
    weeks = forms.IntegerField(
        label=_("For how many weeks?"),
        initial=12,
        min_value=FEWEST_WEEKS,
        max_value=MOST_WEEKS,
        help_text=_("An even number: of each pair of weeks the lot gives one to the model."),
    )
    baseline = forms.FloatField(
        label=_("How many leaks and worn pipes do you find for each kilometre today?"), min_value=0
    )
    baseline_source = TextField(label=_("Where does that value come from?"), max_length=300)
    target = forms.FloatField(label=_("How many should it be?"), min_value=0)
    worthwhile = forms.FloatField(
        label=_("Smallest effect worth having"), min_value=0, help_text=_("So many more for each kilometre.")
    )

    def __init__(self, *args: Any, viewer: Viewer, work_list: WorkList, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["title"].initial = work_list.name
        self.fields["first_day"].initial = today() + timedelta(days=-today().weekday() % 7)
        self.fields["need"].choices = needs_to_choose(viewer, None)  # type: ignore[attr-defined]  # the field's own type
        choose_owner(self.fields["owner"], viewer, viewer.organisation_id or 0)
        self.fields["owner"].initial = viewer.person_id
