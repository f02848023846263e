"""Forms of data sets, what is handed in for them, and what somebody saw of an asset."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ringar.city.actions.data import Description
from ringar.city.models import DataSet
from ringar.city.queries.data import keeping_units, kept_sets, paired_breaks
from ringar.city.rules.data import LONGEST_TEXT, DataKind, ObservationKind, ReleaseTo
from ringar.city.words import FIELD_WORDS, FILE_WORDS
from ringar.core.models import Person, Unit
from ringar.core.queries import findable_people, shown_name
from ringar.core.rules import OUTSIDE_ROLES, Viewer
from ringar.core.text import LongField, TextField

MOST_PEOPLE = 500


class KeeperField(forms.ModelChoiceField):  # type: ignore[type-arg] # its rows are people
    """Somebody who works here, by the name that the viewer may read."""

    viewer = Viewer()

    def label_from_instance(self, person: Any) -> str:
        return shown_name(person, self.viewer)


class DataSetForm(forms.Form):
    """What a data set is, whose, and who may do what with it."""

    name = TextField(label=_("What is it called?"), max_length=200)
    kind = forms.ChoiceField(label=_("What does it hold?"), choices=DataKind.choices)
    owner_unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Which unit owns it?"))
    keeper = KeeperField(
        Person.objects.none(),
        label=_("Who keeps it?"),
        required=False,
        help_text=_("The person to turn to, who takes new files in."),
    )
    description = LongField(label=_("What is in it?"), required=False, rows=3, most=LONGEST_TEXT)
    source = TextField(
        label=_("Where does it come from?"),
        required=False,
        max_length=300,
        help_text=_("The system, and how often it is taken out."),
    )
    licence = TextField(
        label=_("Licence"),
        required=False,
        max_length=200,
        help_text=_("For instance CC0, or: not for others."),
    )
    allowed_use = LongField(
        label=_("Who may do what with it?"),
        required=False,
        rows=3,
        most=LONGEST_TEXT,
        help_text=_("In plain words, so that nobody has to ask: what it may be used for, and what not."),
    )
    is_restricted = forms.BooleanField(
        label=_("Only for those who work with it"),
        required=False,
        help_text=_(
            "The unit that owns it, its leaders and its keeper. A map of the whole network is a matter of security."
        ),
    )

    def __init__(self, *args: Any, viewer: Viewer, data_set: DataSet | None = None, **options: Any) -> None:
        first = {"is_restricted": True}
        if data_set is not None:
            first = {name: getattr(data_set, name) for name in self.base_fields if name != "kind"}
        super().__init__(*args, **{"initial": first} | options)
        if data_set is not None:
            del self.fields["kind"]
        units = keeping_units(viewer)
        if data_set is not None:
            units = Unit.objects.filter(pk__in=[*units.values_list("pk", flat=True), data_set.owner_unit_id])
        self.fields["owner_unit"].queryset = units  # type: ignore[attr-defined] # the field's own type
        if data_set is None:
            self.fields["owner_unit"].initial = viewer.home_unit_id
        people = findable_people(viewer, Person.objects.all()).exclude(memberships__role__in=OUTSIDE_ROLES)
        people = people.filter(memberships__unit__organisation_id=viewer.organisation_id or 0).distinct()
        ids = list(people.order_by("name", "id").values_list("pk", flat=True)[:MOST_PEOPLE])
        if data_set is not None and data_set.keeper_id:
            ids.append(data_set.keeper_id)
        field = self.fields["keeper"]
        field.viewer = viewer  # type: ignore[attr-defined] # as above
        field.queryset = Person.objects.filter(pk__in=ids).order_by("name", "id")  # type: ignore[attr-defined] # as above

    def told(self) -> Description:
        """The description as the action takes it."""
        return Description(**{name: value for name, value in self.cleaned_data.items() if name != "kind"})


class ReleaseForm(forms.Form):
    """To whom a data set is released, and why."""

    to = forms.ChoiceField(label=_("To whom?"), choices=ReleaseTo.choices, widget=forms.RadioSelect)
    reason = LongField(
        label=_("Why?"),
        rows=3,
        most=LONGEST_TEXT,
        help_text=_("The reason is kept with the decision, and with your name."),
    )


class WithdrawForm(forms.Form):
    """Why a release ends."""

    reason = LongField(label=_("Why is it withdrawn?"), rows=2, most=LONGEST_TEXT)


class ObservationForm(forms.Form):
    """What somebody saw of an asset."""

    kind = forms.ChoiceField(
        label=_("What did you see?"), choices=ObservationKind.choices, widget=forms.RadioSelect
    )
    text = LongField(label=_("In your own words"), required=False, rows=3, most=LONGEST_TEXT)


class SetChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # its rows are data sets
    """A data set that the viewer keeps."""


class FilesForm(forms.Form):
    """Files for a data set."""

    pipes = forms.FileField(label=_("The file"), required=False)
    breaks = forms.FileField(
        label=_("Breaks and leaks"),
        required=False,
        help_text=_("One row a break: its day, and the pipe’s number or a place."),
    )
    roads = forms.FileField(
        label=_("Streets"),
        required=False,
        help_text=_("Only where the pipes have no lines of their own, but the number of a street segment."),
    )
    breaks_set = SetChoice(
        DataSet.objects.none(),
        label=_("Where do the breaks go?"),
        required=False,
        empty_label=_("Into a new data set"),
    )
    crs = TextField(
        label=_("Coordinate system"),
        required=False,
        max_length=40,
        help_text=_("Only where the files do not tell: for instance SWEREF 99 18 00, or 3011."),
    )
    is_whole = forms.BooleanField(
        label=_("The files hold everything"),
        required=False,
        initial=True,
        help_text=_(
            "What is not in them is taken out of use. Without this, what is not in them is left as it is."
        ),
    )

    def __init__(self, *args: Any, viewer: Viewer, data_set: DataSet, **options: Any) -> None:
        super().__init__(*args, **options)
        pipes = self.fields["pipes"]
        told = _(
            "CSV, Excel, GeoJSON, GeoPackage or a zipped Shapefile; at most %(most)d MB for all files together."
        ) % {"most": settings.RINGAR_UPLOAD_MB}
        pipes.help_text = told
        pipes.required = data_set.kind != DataKind.PIPES or not data_set.size
        if data_set.kind != DataKind.PIPES:
            for name in ("breaks", "roads", "breaks_set"):
                del self.fields[name]
            return
        pipes.label = _("Pipes")
        if data_set.size:
            pipes.help_text = _(
                "Leave it empty to take in breaks for the pipes that are here. %(formats)s"
            ) % {"formats": told}
        sets = kept_sets(viewer, DataKind.BREAKS)
        self.fields["breaks_set"].queryset = sets  # type: ignore[attr-defined] # the field's own type
        self.fields["breaks_set"].initial = paired_breaks(data_set)

    def clean(self) -> dict[str, Any]:
        """At least one file must have come."""
        cleaned = super().clean() or {}
        is_empty = any(self.has_error(part, "empty") for part in ("pipes", "breaks"))
        if not is_empty and not any(cleaned.get(part) for part in ("pipes", "breaks")):
            raise forms.ValidationError(
                _(
                    "No file came with the form, or it was larger than %(most)d MB."
                    " Choose a smaller file, or use the command line."
                )
                % {"most": settings.RINGAR_UPLOAD_MB}
            )
        return cleaned

    def files_in(self) -> dict[str, Any]:
        """The files as the action takes them: {part: (name, file)}."""
        found = {part: self.cleaned_data.get(part) for part in ("pipes", "breaks", "roads")}
        return {part: (file.name or part, file) for part, file in found.items() if file}


class ColumnsForm(forms.Form):
    """Which column holds what, in which order dates are written, and in which system coordinates are."""

    def __init__(
        self,
        *args: Any,
        columns: Mapping[str, Mapping[str, Any]],
        known: Mapping[str, Mapping[str, object]],
        chosen: Mapping[str, str],
        crs: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        for part, told in columns.items():
            names = [(name, name) for name in told["names"]]
            for field in known.get(part, {}):
                key = f"{part}.{field}"
                self.fields[key] = forms.ChoiceField(
                    label=f"{FILE_WORDS[part]}: {FIELD_WORDS.get(field, field)}",
                    choices=[("", _("None of them")), *names],
                    required=False,
                    initial=chosen.get(key) or told["fields"].get(field, ""),
                )
        if columns:
            self.fields["dates"] = forms.ChoiceField(
                label=_("How are days written?"),
                choices=[
                    ("", _("As the file shows")),
                    ("d/m", _("Day before month: 31/12")),
                    ("m/d", _("Month before day: 12/31")),
                ],
                required=False,
                initial=chosen.get("dates", ""),
            )
        self.fields["crs"] = TextField(
            label=_("Coordinate system"),
            required=False,
            max_length=40,
            initial=crs,
            help_text=_("Only where the files do not tell: for instance SWEREF 99 18 00, or 3011."),
        )

    def mapping(self) -> dict[str, str]:
        """What was chosen, as the kit takes it."""
        return {key: value for key, value in self.cleaned_data.items() if key != "crs" and value}
