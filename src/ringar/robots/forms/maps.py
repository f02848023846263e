"""Forms of event logs and maps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person, Unit
from ringar.core.queries import findable_people, shown_name
from ringar.core.rules import OUTSIDE_ROLES, Viewer
from ringar.core.text import LongField, TextField
from ringar.robots.models.maps import EventLog, ProcessMap
from ringar.robots.queries.maps import kept_units, visible_logs
from ringar.robots.rules.maps import LONGEST_MARK, LogState, MapKind, MarkKind, Ruling

MOST_OWNERS = 500
MOST_LOGS = 100
GUESSES = {
    "case": ("case:concept:name", "case", "ärende", "arende", "trace", "diarienummer"),
    "activity": ("concept:name", "activity", "aktivitet", "händelse", "handelse", "event", "steg"),
    "time": ("time", "tid", "datum", "date", "timestamp"),
    "seq": ("seq", "ordning", "löpnummer"),
}


def units_field(label: Any) -> "forms.ModelChoiceField[Unit]":
    return forms.ModelChoiceField(Unit.objects.none(), label=label)


class LogForm(forms.Form):
    """An event log to hand in."""

    name = TextField(
        label=_("What is it a log of?"),
        help_text=_("For instance: Cancelled invoices 2025, the finance system."),
        max_length=200,
    )
    unit = units_field(_("Which unit does the work?"))
    source = TextField(
        label=_("Where does it come from?"),
        help_text=_("The system, who took it out, and when: so that others can judge it."),
        max_length=300,
    )
    file = forms.FileField(
        label=_("The file"),
        help_text=_(
            "CSV, Excel, JSON or XES, at most 25 MB. A row for each thing that happened: which case, what, when."
            " Take columns about people out before you hand it in; Ringar reads none of them."
        ),
    )
    is_simulated = forms.BooleanField(
        label=_("It is invented, for practice"), required=False, help_text=_("Every page then says so.")
    )

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].queryset = kept_units(viewer)  # type: ignore[attr-defined] # the field's own type


class ColumnsForm(forms.Form):
    """Which column holds what."""

    case = forms.ChoiceField(label=_("What tells cases apart"))
    activity = forms.ChoiceField(label=_("What happened"))
    time = forms.ChoiceField(label=_("When"))
    seq = forms.ChoiceField(
        label=_("A running number"),
        required=False,
        help_text=_(
            "Tells what came first where two things have the same time. Without it the file’s order does."
        ),
    )

    def __init__(self, *args: Any, columns: list[str], chosen: dict[str, str], **options: Any) -> None:
        guessed = {name: chosen.get(name) or guess(columns, words) for name, words in GUESSES.items()}
        super().__init__(*args, **{"initial": guessed} | options)
        for name in GUESSES:
            empty = [("", _("None of them"))] if name == "seq" else [("", _("Choose a column"))]
            self.fields[name].choices = empty + [(each, each) for each in columns]  # type: ignore[attr-defined] # as above


def guess(columns: list[str], words: tuple[str, ...]) -> str:
    """The column that is called one of the words, else the first whose name holds one; or none."""
    called = (each for word in words for each in columns if word == each.casefold())
    return next(called, next((each for word in words for each in columns if word in each.casefold()), ""))


class MeasuredField(forms.ModelChoiceField):  # type: ignore[type-arg] # its rows are event logs
    """A measured log of the organisation."""

    def of(self, viewer: Viewer) -> None:
        measured = visible_logs(viewer).filter(state=LogState.MEASURED).defer("figures").order_by("-id")
        self.queryset = measured.filter(pk__in=list(measured.values_list("pk", flat=True)[:MOST_LOGS]))


class MapForm(forms.Form):
    """A routine to map."""

    name = TextField(
        label=_("What is the routine called?"),
        help_text=_("For instance: Cancel an invoice."),
        max_length=200,
    )
    unit = units_field(_("Which unit does the work?"))
    log = MeasuredField(
        EventLog.objects.none(),
        label=_("Draw it from an event log"),
        required=False,
        empty_label=_("No, I draw it by hand"),
    )

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].queryset = kept_units(viewer)  # type: ignore[attr-defined] # as above
        self.fields["log"].of(viewer)  # type: ignore[attr-defined] # as above


class VersionForm(forms.Form):
    """One more version."""

    kind = forms.ChoiceField(label=_("What does it show?"), choices=MapKind.choices, widget=forms.RadioSelect)
    log = MeasuredField(
        EventLog.objects.none(),
        label=_("Draw it from an event log"),
        required=False,
        empty_label=_("No, go on from the newest version"),
    )

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["log"].of(viewer)  # type: ignore[attr-defined] # as above


class LinkForm(forms.Form):
    """Which log measures a map that was drawn by hand."""

    log = MeasuredField(EventLog.objects.none(), label=_("Which log measures it?"))

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["log"].of(viewer)  # type: ignore[attr-defined] # as above


class DrawingForm(forms.Form):
    """A drawing: from the page's editor, or as a file."""

    bpmn = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("A BPMN file"),
        required=False,
        help_text=_("Drawn in any program that saves BPMN 2.0. It takes the place of what is drawn here."),
    )
    words = LongField(
        label=_("Or the steps in words, one a line"),
        required=False,
        rows=4,
        help_text=_(
            "In the order they are done, from first to last. They become a drawing in the place of what is drawn here."
        ),
    )

    def drawing(self) -> str:
        """What was drawn: the file where there is one, nothing where it is told in words, else what the editor sent."""
        upload = self.cleaned_data.get("file")
        if upload:
            return str(upload.read(), "utf-8-sig", "replace")
        return "" if self.cleaned_data["words"].strip() else str(self.cleaned_data["bpmn"])

    def keep(self, bpmn: str, *, seen: str) -> None:
        """Keeps on the page what could not be saved; saved once more it takes the place of what is there now."""
        self.data = dict(self.data.items()) | {"bpmn": bpmn, "seen": seen}


class MarkForm(forms.Form):
    """What somebody says of a step."""

    bpmn_id = forms.ChoiceField(label=_("Which step?"), required=False)
    kind = forms.ChoiceField(
        label=_("What do you want to say?"), choices=MarkKind.choices, widget=forms.RadioSelect
    )
    text = LongField(
        label=_("In your own words"),
        required=False,
        rows=3,
        most=LONGEST_MARK,
        help_text=_("How it really goes. Write about the work, not about a person."),
    )

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bpmn_id"].choices = [("", _("The whole map")), *steps]  # type: ignore[attr-defined] # as above


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg] # its rows are people
    """Somebody who works here, by the name that the viewer may read."""

    viewer = Viewer()

    def label_from_instance(self, person: Any) -> str:
        return shown_name(person, self.viewer)


class DecisionForm(forms.Form):
    """What becomes of a routine."""

    decision = forms.ChoiceField(
        label=_("What becomes of the routine?"),
        choices=Ruling.choices,
        widget=forms.RadioSelect,
        help_text=_("Try them in this order: what need not be done needs no robot."),
    )
    reason = LongField(label=_("Why?"), rows=3)
    owner = OwnerField(Person.objects.none(), label=_("Who owns the routine?"))
    legal_basis = LongField(
        label=_("On what legal basis is it done?"),
        rows=2,
        help_text=_("The law or the decision that lets us do it, and handle the data it needs."),
    )
    is_authority = forms.BooleanField(
        label=_("Here we decide about somebody (exercise of public authority)"),
        required=False,
        help_text=_("A robot then only prepares, unless the law and the board’s delegation let it decide."),
    )
    delegation = TextField(
        label=_("The board’s delegation"),
        required=False,
        max_length=300,
        help_text=_(
            "The decision’s number and date. Empty: a person decides in each case. Never in procurement."
        ),
    )

    is_procurement = forms.BooleanField(
        label=_("It is part of a procurement"),
        required=False,
        help_text=_("A robot then only prepares, whatever is delegated."),
    )

    def __init__(
        self,
        *args: Any,
        process_map: ProcessMap,
        viewer: Viewer,
        says_authority: bool = False,
        **options: Any,
    ) -> None:
        known = {name: getattr(process_map, name) for name in self.base_fields}
        known["is_authority"] = process_map.is_authority if process_map.decision else says_authority
        super().__init__(*args, **{"initial": known} | options)
        people = Person.objects.filter(memberships__unit__organisation_id=process_map.organisation_id)
        people = findable_people(viewer, people.exclude(memberships__role__in=OUTSIDE_ROLES))
        ids = list(people.order_by("name").values_list("pk", flat=True).distinct()[:MOST_OWNERS])
        owner = self.fields["owner"]
        owner.viewer = viewer  # type: ignore[attr-defined] # as above
        owner.queryset = Person.objects.filter(pk__in=ids).order_by("name")  # type: ignore[attr-defined] # as above
