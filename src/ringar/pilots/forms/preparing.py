"""The forms that begin a pilot and make it ready for its gate: the facts, the effect goal."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person, Unit
from ringar.core.queries import findable_people
from ringar.core.rules import Viewer
from ringar.core.text import LongField, TextField
from ringar.needs.models import Need
from ringar.needs.queries import home_unit, listed_needs, people_of, units_of
from ringar.pilots.actions.parts import LEAST_WEEKS, MOST_WEEKS
from ringar.pilots.actions.pilots import MOST_HOURS, MOST_SEK
from ringar.pilots.forms.telling import OwnerField
from ringar.pilots.models import EffectGoal, Pilot
from ringar.pilots.rules import Better, Design, PilotKind, PilotState, Scale, Stage

MOST_LISTED = 100
Section = tuple[Promise, Promise, list[forms.BoundField]]


def day_input() -> forms.DateInput:
    """A date as browsers write it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def choose_owner(field: Any, viewer: Viewer, organisation_id: int) -> None:
    """Lets the field choose among those who work in the organisation."""
    field.viewer = viewer
    field.queryset = findable_people(viewer, people_of(organisation_id))


def needs_to_choose(viewer: Viewer, need: Need | None) -> list[tuple[str, str]]:
    """The needs to choose among: the one at hand, and those that changed last."""
    rows = [need] if need else []
    rows += [each for each in listed_needs(viewer)[:MOST_LISTED] if need is None or each.pk != need.pk]
    return [("", _("No need yet")), *[(str(each.uuid), each.title) for each in rows]]  # type: ignore[list-item]


class PilotNewForm(forms.Form):
    """A pilot from a need: what an exercise needs, and no more."""

    title = TextField(label=_("What do you want to try?"), max_length=200)
    need = forms.ChoiceField(label=_("Which need does it serve?"), required=False)
    goal = TextField(
        label=_("What is to be better, for whom?"),
        required=False,
        max_length=300,
        help_text=_("In one sentence. Nothing starts without it."),
    )
    kind = forms.ChoiceField(
        label=_("How do you want to try it?"),
        choices=[
            ("test", _("A small test: a few weeks, a few people")),
            ("sprint", _("A sprint: five days from trouble to a prototype that five users have tried")),
            ("pilot", _("A pilot with a supplier, measured and compared")),
        ],
        widget=forms.RadioSelect,
        initial="test",
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Which unit tries it?"), empty_label=None)
    owner = OwnerField(
        Person.objects.none(), label=_("Who owns it?"), required=False, empty_label=_("Nobody yet")
    )
    cap_sek = forms.IntegerField(
        label=_("Most to spend, kronor"), required=False, min_value=0, max_value=MOST_SEK
    )
    cap_hours = forms.IntegerField(
        label=_("Most hours of our own"), required=False, min_value=0, max_value=MOST_HOURS
    )
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=day_input())
    draft = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def __init__(self, *args: Any, viewer: Viewer, need: Need | None, **options: Any) -> None:
        super().__init__(*args, **options)
        units = units_of(viewer) | Unit.objects.filter(pk=need.unit_id if need else 0)
        self.fields["unit"].queryset = units.distinct().order_by("name")  # type: ignore[attr-defined]
        self.fields["unit"].initial = need.unit if need else home_unit(viewer)
        self.fields["need"].choices = needs_to_choose(viewer, need)  # type: ignore[attr-defined]
        self.fields["need"].initial = str(need.uuid) if need else ""
        choose_owner(self.fields["owner"], viewer, viewer.organisation_id or 0)
        self.fields["owner"].initial = viewer.person_id

    def kind_and_stage(self) -> tuple[str, str]:
        """How it is tried, as the action has it."""
        wanted = self.cleaned_data["kind"]
        return (PilotKind.TEST, Stage.PILOT) if wanted == "pilot" else (wanted, Stage.EXERCISE)


class PilotEditForm(forms.Form):
    """The facts on a pilot, under headings."""

    SECTIONS = (
        (_("What is tried?"), _("Any stage asks for this."), ("title", "need", "goal", "owner")),
        (
            _("How much, how long?"),
            _("A cap and an end keep it small."),
            ("cap_sek", "cap_hours", "starts_on", "ends_on"),
        ),
        (
            _("What do you believe?"),
            _("Asked for from the stage pilot, and never changed once it has started."),
            ("hypothesis", "stop_rule"),
        ),
    )
    title = TextField(label=_("Heading"), max_length=200)
    need = forms.ChoiceField(label=_("Which need does it serve?"), required=False)
    goal = TextField(
        label=_("Effect goal in one sentence"),
        required=False,
        max_length=300,
        help_text=_("What is to be better, for whom?"),
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)
    owner = OwnerField(
        Person.objects.none(), label=_("Who owns it?"), required=False, empty_label=_("Nobody yet")
    )
    cap_sek = forms.IntegerField(
        label=_("Most to spend, kronor"), required=False, min_value=0, max_value=MOST_SEK
    )
    cap_hours = forms.IntegerField(
        label=_("Most hours of our own"), required=False, min_value=0, max_value=MOST_HOURS
    )
    starts_on = forms.DateField(label=_("First day"), required=False, widget=day_input())
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=day_input())
    hypothesis = LongField(
        label=_("What do you believe will happen, and why?"),
        required=False,
        most=5_000,
        help_text=_("If we do this, then that changes, because …"),
    )
    stop_rule = LongField(
        label=_("When do you stop early?"),
        required=False,
        most=5_000,
        rows=3,
        help_text=_("For instance: somebody is harmed, or staff spend more than an hour a day on it."),
    )

    def __init__(self, *args: Any, pilot: Pilot, viewer: Viewer, **options: Any) -> None:
        options["initial"] = {name: getattr(pilot, name) for name in self.base_fields}
        options["initial"]["need"] = str(pilot.need.uuid) if pilot.need else ""
        super().__init__(*args, **options)
        self.fields["need"].choices = needs_to_choose(viewer, pilot.need)  # type: ignore[attr-defined]
        choose_owner(self.fields["owner"], viewer, pilot.organisation_id)
        if pilot.state != PilotState.PLANNED or pilot.kind == PilotKind.SPRINT:
            del self.fields["stage"]

    def sections(self) -> list[Section]:
        """The fields under their headings, for the page."""
        found: list[Section] = [
            (heading, told, [self[name] for name in names if name in self.fields])
            for heading, told, names in self.SECTIONS
        ]
        if "stage" in self.fields:
            found[0][2].insert(3, self["stage"])
        return found


class GoalForm(forms.Form):
    """What must change and by how much, and how it is to be seen."""

    SECTIONS = (
        (
            _("What is measured?"),
            _("One number, that each unit can tell every week."),
            ("metric", "measured_in", "better", "scale"),
        ),
        (
            _("From what, to what?"),
            _("Said before the start, so that nobody can choose afterwards."),
            ("baseline", "baseline_source", "target", "worthwhile"),
        ),
        (
            _("How is it to be seen?"),
            _("Who begins when, and for how long you measure."),
            ("design", "start_week", "burn_in", "weeks_planned"),
        ),
    )
    metric = TextField(
        label=_("What is measured?"), max_length=200, help_text=_("For instance: time from alarm to visit.")
    )
    measured_in = TextField(
        label=_("In what?"), max_length=60, help_text=_("For instance: minutes, cases a week, share.")
    )
    better = forms.ChoiceField(
        label=_("Which way is better?"),
        choices=Better.choices,
        widget=forms.RadioSelect,
        initial=Better.LOWER,
    )
    scale = forms.ChoiceField(
        label=_("What kind of number is it?"),
        help_text=_(
            "A ratio and a share are never below zero, and such numbers are refused; as it is may be."
        ),
        choices=Scale.choices,
        widget=forms.RadioSelect,
        initial=Scale.IDENTITY,
    )
    baseline = forms.FloatField(label=_("The value today"), localize=True)
    baseline_source = TextField(
        label=_("Where does it come from?"),
        max_length=300,
        help_text=_("A register, a count, and from when. “About” is no source."),
    )
    target = forms.FloatField(label=_("Target"), localize=True)
    worthwhile = forms.FloatField(
        label=_("The smallest effect worth having"),
        localize=True,
        help_text=_("A size, above 0, in the same unit. Below this you would not go on, even if it is real."),
    )
    design = forms.ChoiceField(
        label=_("Who begins when?"),
        choices=Design.choices,
        widget=forms.RadioSelect,
        initial=Design.FIXED,
        help_text=_("Lots give the surest answer. They are drawn on the page of the gate, once."),
    )
    start_week = forms.DateField(
        label=_("Begins the week of"),
        required=False,
        widget=day_input(),
        help_text=_("Any day of the week. Leave it empty where lots are drawn."),
    )
    burn_in = forms.IntegerField(
        label=_("Weeks to get used to it, that do not count"), min_value=0, max_value=MOST_WEEKS, initial=0
    )
    weeks_planned = forms.IntegerField(
        label=_("Weeks of measuring after the start"), min_value=LEAST_WEEKS, max_value=MOST_WEEKS, initial=12
    )

    def __init__(self, *args: Any, goal: EffectGoal | None, **options: Any) -> None:
        if goal:
            options["initial"] = {name: getattr(goal, name) for name in self.base_fields}
        super().__init__(*args, **options)

    def sections(self) -> list[Section]:
        """The fields under their headings, for the page."""
        return [(heading, told, [self[name] for name in names]) for heading, told, names in self.SECTIONS]
