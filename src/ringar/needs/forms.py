"""The forms on needs and evidence. They check shape and length; what may be done is the actions' to say."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.core import text
from ringar.core.models import Person, Unit
from ringar.core.rules import Viewer
from ringar.core.text import TextField
from ringar.needs.models import Evidence, Need
from ringar.needs.queries import people_of, units_of
from ringar.needs.rules import (
    LONGEST_TITLE,
    MOST_CRITERIA,
    EvidenceKind,
    NeedState,
    Often,
    visibility_choices,
)


class LongField(text.LongField):
    """A text of some lines; what does not fit may stand as evidence."""

    too_long = _(
        "You have written %(length)d characters; at most %(most)d fit. Shorten it, or put some in evidence."
    )


def seers_of(need: Need) -> list[tuple[str, str]]:
    """Who may see the need: the choices, with the names of its unit and organisation."""
    return visibility_choices(unit=need.unit.name, organisation=need.organisation.name)


class NeedForm(forms.Form):
    """The two fields that save a need."""

    symptom = LongField(
        label=_("What do you see?"),
        help_text=_(
            "Write as you would tell a colleague. What happens, to whom, when? It needs no solution."
        ),
        rows=6,
    )
    title = TextField(
        label=_("Call it something short"),
        help_text=_("If you leave this empty, the first words become the name."),
        required=False,
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    draft = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # While one writes, who else has it is looked up; without scripts it is shown once the draft is saved.
        self.fields["symptom"].widget.attrs |= {
            "hx-post": reverse("need_similar"),
            "hx-trigger": "input changed delay:900ms",
            "hx-target": "#similar",
            "hx-include": "closest form",
        }


class NeedEditForm(forms.Form):
    """Everything on a need but the two first fields; all of it optional."""

    SECTIONS: ClassVar[tuple[tuple[Promise, Promise, tuple[str, ...]], ...]] = (
        (_("The need"), _("In your own words."), ("title", "symptom")),
        (
            _("Who has it?"),
            _("An estimate is enough."),
            ("unit", "who_affected", "people_affected", "how_often"),
        ),
        (_("What lies under it?"), _("If you do not know, the five whys help."), ("cause", "tried")),
        (
            _("What is it worth?"),
            _("What is lost now, and what would be won?"),
            ("cost_of_nothing", "cost_sek_year", "good_effect"),
        ),
        (
            _("Who owns it, and who sees it?"),
            _("The owner answers for what happens next."),
            ("owner", "visibility"),
        ),
    )

    title = TextField(label=_("Short name"), required=False, max_length=LONGEST_TITLE)
    symptom = LongField(label=_("What do you see?"), rows=8)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Which unit has the need?"))
    who_affected = LongField(
        label=_("Who is affected?"), required=False, help_text=_("Groups and roles, no names."), rows=3
    )
    people_affected = forms.IntegerField(
        label=_("How many people, about?"), required=False, min_value=0, max_value=100_000_000
    )
    how_often = forms.ChoiceField(
        label=_("How often?"), required=False, choices=[("", _("Do not know")), *Often.choices]
    )
    cause = LongField(
        label=_("What lies under it?"), required=False, help_text=_("What you believe is the cause.")
    )
    tried = LongField(
        label=_("What have you tried?"),
        required=False,
        help_text=_("Also what did not help, and why. One attempt a line."),
    )
    cost_of_nothing = LongField(
        label=_("What does it cost to do nothing?"),
        required=False,
        help_text=_("In time, money, worry or trust."),
        rows=3,
    )
    cost_sek_year = forms.IntegerField(
        label=_("About how many kronor a year?"), required=False, min_value=0, max_value=10**12
    )
    good_effect = LongField(
        label=_("What would a good effect be?"),
        required=False,
        help_text=_("How would you notice that it is better?"),
        rows=3,
    )
    owner = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who owns the need?"), required=False, empty_label=_("Nobody yet")
    )
    visibility = forms.ChoiceField(label=_("Who may see it?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, need: Need, viewer: Viewer, **options: Any) -> None:
        options["initial"] = {name: getattr(need, name) for name in self.base_fields}
        super().__init__(*args, **options)
        units = units_of(viewer)
        self.fields["unit"].queryset = units | Unit.objects.filter(pk=need.unit_id).order_by("name")  # type: ignore[attr-defined]
        self.fields["owner"].queryset = people_of(need.organisation_id)  # type: ignore[attr-defined]
        self.fields["visibility"].choices = seers_of(need)  # type: ignore[attr-defined]

    def sections(self) -> list[tuple[Promise, Promise, list[forms.BoundField]]]:
        """The fields under their headings, for the page."""
        return [
            (heading, help_text, [self[name] for name in names])
            for heading, help_text, names in self.SECTIONS
        ]


class ShareForm(forms.Form):
    """Who may see the need once it is shared."""

    visibility = forms.ChoiceField(label=_("Who may see it?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, need: Need, **options: Any) -> None:
        options["initial"] = {"visibility": need.visibility}
        super().__init__(*args, **options)
        self.fields["visibility"].choices = seers_of(need)  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    """One answer of the five whys."""

    answer = LongField(label=_("Your answer"), rows=3, most=2_000)


class CriteriaForm(forms.Form):
    """At most five criteria, one a field."""

    def __init__(self, *args: Any, texts: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        for place in range(MOST_CRITERIA):
            self.fields[f"criterion_{place + 1}"] = TextField(
                label=_("Criterion %(number)d") % {"number": place + 1},
                required=False,
                max_length=300,
                initial=texts[place] if place < len(texts) else "",
            )

    def texts(self) -> list[str]:
        """What was written, in order."""
        return [self.cleaned_data[name] for name in self.fields]


class JoinForm(forms.Form):
    """For which unit one says "we have this too"."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Which unit has it too?"), empty_label=None)
    note = LongField(
        label=_("How is it with you?"),
        required=False,
        most=2_000,
        help_text=_("What is alike, and what is not?"),
    )
    draft = forms.UUIDField(widget=forms.HiddenInput, required=False)
    discard = forms.BooleanField(label=_("Throw my own draft away, it says the same"), required=False)

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].queryset = units_of(viewer)  # type: ignore[attr-defined]
        if not (self.data.get("draft") or self.initial.get("draft")):
            del self.fields["discard"]


class MoveForm(forms.Form):
    """Where a need is moved, and why."""

    to = forms.ChoiceField(choices=NeedState.choices)
    reason = LongField(label=_("Why?"), required=False, most=2_000, rows=3)


class EvidenceForm(forms.Form):
    """What somebody learned about the need."""

    kind = forms.ChoiceField(
        label=_("What is it?"), choices=EvidenceKind.choices, widget=forms.RadioSelect, initial="interview"
    )
    met = TextField(
        label=_("Who did you meet?"),
        required=False,
        max_length=200,
        help_text=_("What the person is, not the name: “a daughter, 58 years old”."),
    )
    summary = LongField(label=_("What did you learn?"), rows=5)
    surprise = LongField(
        label=_("What surprised you?"),
        required=False,
        rows=3,
        help_text=_("What you did not know before is often worth most."),
    )
    happened_on = forms.DateField(
        label=_("When?"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    is_outside = forms.BooleanField(label=_("It was outside our own building"), required=False, initial=True)
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_(
            "JPEG, PNG or WebP, at most 10 MB. Place and time in the file are taken away. Ask those who are in it."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args: Any, evidence: Evidence | None = None, **options: Any) -> None:
        if evidence:
            options["initial"] = {name: getattr(evidence, name) for name in ("met", "summary", "surprise")}
        super().__init__(*args, **options)
        if evidence:
            for name in ("kind", "happened_on", "is_outside", "photo"):
                del self.fields[name]
