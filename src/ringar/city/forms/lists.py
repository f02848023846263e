"""Forms of fits and work lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.city.models import DataSet, Fit
from ringar.city.queries.data import paired_breaks
from ringar.city.queries.fits import fits_to_plan, sets_to_reckon
from ringar.city.rules.data import DataKind
from ringar.city.rules.fits import AsBefore, CapacityIn, ChosenBy, Found, OrderedBy
from ringar.city.rules.lists import HORIZONS, LONGEST_NAME, LONGEST_NOTE, MOST_KM, MOST_PIPES
from ringar.core.clock import today
from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.core.text import LongField, TextField

MOST_FITS = 50


def day_input() -> forms.DateInput:
    """A date as browsers write it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SetField(forms.ChoiceField):
    """A data set to choose; the cleaned value is its row."""

    def __init__(self, *, none: Any = "", **options: Any) -> None:
        self.none, self.sets = none, dict[str, DataSet]()
        super().__init__(**options)

    def offer(self, sets: list[DataSet]) -> None:
        """Lets the person choose among these."""
        self.sets = {str(each.uuid): each for each in sets}
        chosen = [(key, each.name) for key, each in self.sets.items()]
        self.choices = [("", self.none), *chosen] if not self.required else chosen

    def clean(self, value: Any) -> Any:
        """The data set, or None."""
        return self.sets.get(super().clean(value))


class FitForm(forms.Form):
    """What is to be reckoned: which pipes and breaks, as known when, how far ahead."""

    pipes = SetField(label=_("Which pipes?"))
    breaks = SetField(label=_("Which breaks?"))
    places = SetField(
        label=_("Places where a break would matter most"),
        help_text=_("Hospitals, schools, care homes: they say what a break would mean."),
        required=False,
        none=_("None"),
    )
    as_of = forms.DateField(
        label=_("As known on which day?"),
        help_text=_(
            "Nothing from that day on is looked at. Choose an earlier day to see what it would have said."
        ),
        widget=day_input(),
    )
    horizon = forms.TypedChoiceField(
        label=_("How far ahead?"),
        coerce=int,
        choices=[(1, _("One year")), (2, _("Two years")), (3, _("Three years"))],
    )

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        options["initial"] = {"as_of": today(), "horizon": HORIZONS[0], **options.get("initial", {})}
        super().__init__(*args, **options)
        for name, kind in (
            ("pipes", DataKind.PIPES),
            ("breaks", DataKind.BREAKS),
            ("places", DataKind.PLACES),
        ):
            field = self.fields[name]
            assert isinstance(field, SetField)  # noqa: S101  # for the types
            field.offer(sets_to_reckon(viewer, kind))
        self.pair_breaks()

    def pair_breaks(self) -> None:
        """Proposes the breaks that belong to the pipes proposed: others lie on none of them."""
        sets: dict[str, DataSet] = self.fields["pipes"].sets  # type: ignore[attr-defined] # a SetField
        pipes = sets.get(str(self.initial.get("pipes"))) or next(iter(sets.values()), None)
        breaks = paired_breaks(pipes) if pipes else None
        if breaks:
            self.fields["breaks"].initial = str(breaks.uuid)


class ListForm(forms.Form):
    """A work list to draw."""

    fit = forms.ModelChoiceField(
        Fit.objects.none(), label=_("By which reckoning?"), empty_label=None, to_field_name="uuid"
    )
    name = TextField(
        label=_("What is the list called?"),
        max_length=LONGEST_NAME,
        help_text=_("For instance: Inspections 2026."),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Which unit works by it?"), empty_label=None, to_field_name="uuid"
    )
    year = forms.IntegerField(label=_("For which year?"), min_value=1950, max_value=2100)
    capacity = forms.FloatField(
        label=_("How much can the crew manage?"),
        min_value=0.01,
        max_value=MOST_PIPES,
        help_text=_("The number of pipes, or of kilometres."),
    )
    capacity_in = forms.ChoiceField(
        label=_("Counted in"),
        choices=[(CapacityIn.PIPES, _("Pipes")), (CapacityIn.METRES, _("Kilometres"))],
        widget=forms.RadioSelect,
        initial=CapacityIn.PIPES,
    )
    chosen_by = forms.ChoiceField(
        label=_("Who chooses the pipes?"),
        choices=[(ChosenBy.HALVES, ChosenBy.HALVES.label), (ChosenBy.MODEL, ChosenBy.MODEL.label)],
        widget=forms.RadioSelect,
        initial=ChosenBy.HALVES,
        help_text=_(
            "Only halves drawn by lot can show whether the model chooses better than you did before."
        ),
    )
    ordered_by = forms.ChoiceField(
        label=_("What does the model’s choice go by?"),
        choices=OrderedBy,
        widget=forms.RadioSelect,
        initial=OrderedBy.EXPECTED,
    )
    as_before = forms.ChoiceField(
        label=_("How do you choose today?"),
        choices=AsBefore,
        widget=forms.RadioSelect,
        initial=AsBefore.OLDEST,
    )

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        options["initial"] = {"year": today().year, **options.get("initial", {})}
        super().__init__(*args, **options)
        units = Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name", "pk")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # the field's own type
        latest = list(fits_to_plan(viewer).values_list("pk", flat=True)[:MOST_FITS])
        fits = Fit.objects.filter(pk__in=latest).select_related("pipes").order_by("-id")
        self.fields["fit"].queryset = fits  # type: ignore[attr-defined]  # the same

    def clean(self) -> dict[str, Any]:
        """Kilometres become metres."""
        told = super().clean() or {}
        if told.get("capacity") and told.get("capacity_in") == CapacityIn.METRES:
            if told["capacity"] > MOST_KM:
                problem = _("Write how many kilometres the crew can manage: at most %(most)s.")
                self.add_error("capacity", problem % {"most": MOST_KM})
            else:
                told["capacity"] *= 1000
        return told


class TickForm(forms.Form):
    """What the crew found at a pipe."""

    found = forms.ChoiceField(label=_("What did you find?"), choices=Found, widget=forms.RadioSelect)
    note = LongField(label=_("In your own words"), required=False, rows=3, most=LONGEST_NOTE)
