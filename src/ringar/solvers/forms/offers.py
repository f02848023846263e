"""What people fill in of a solver and its solutions; and what their lists are narrowed by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.text import TextField
from ringar.solvers.models import Reference, Solution, Solver
from ringar.solvers.rules import LANGUAGES, Kind, Maturity, PriceClass

SHORT = {"rows": 3}


class LanguagesField(forms.MultipleChoiceField):
    """Languages to tick; kept as codes with commas."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=list(LANGUAGES.items())[:9],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            **options,
        )

    def clean(self, value: Any) -> str:
        return ",".join(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value


class FactsForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form with a row's fields that leaves the row as it is: the actions check the facts and save them."""

    def _post_clean(self) -> None:
        """Nothing: the same checks hold for forms, imports and the demo, and stand in the actions."""


SECRECY = ("secrecy", "secrecy_reason")
SECRECY_HELP = {
    "secrecy": _(
        "Which parts, in your own words. You ask for secrecy, and nobody can promise it: under the Public Access "
        "to Information and Secrecy Act (such as chapter 31 section 16) the authority tries the question each time "
        "somebody asks to read it. What stands here is not shown to the public, searched or used in matching."
    ),
    "secrecy_reason": _("Say it plainly: whoever tries the question reads it and weighs it."),
}


class SolverForm(FactsForm):
    """A solver's facts. A sole trader's number is never shown again: empty keeps it as it is."""

    organisation_number = TextField(
        label=_("Organisation number"),
        required=False,
        help_text=_(
            "Ten digits. A sole trader's is a personal number: we check it, and never show it to anyone."
        ),
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    languages = LanguagesField(label=_("Languages you work in"))
    is_own = forms.BooleanField(
        label=_("This is our own organisation"),
        required=False,
        help_text=_("What it offers is then shown as already solved here."),
    )

    class Meta:
        model = Solver
        fields = (
            "name",
            "kind",
            "organisation_number",
            "municipality",
            "website",
            "email",
            "about",
            "languages",
            "founded",
        )
        field_classes = dict.fromkeys(("name", "municipality", "about"), TextField)
        widgets = {"about": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "email": _("Seen by the municipality's staff only."),
            "about": _("Who you are, in a few sentences."),
            "founded": _("The year."),
        }

    def __init__(self, *args: Any, may_own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hides_number = self.instance.kind == Kind.SOLE_TRADER and bool(self.instance.organisation_number)
        self.initial["is_own"] = self.instance.organisation_id is not None
        if self.hides_number:
            self.initial["organisation_number"] = ""
            self.fields["organisation_number"].help_text = _(
                "Kept, and not shown. Write here only to change it."
            )
        if not may_own:
            del self.fields["is_own"]


class SolutionForm(FactsForm):
    """A solution's facts, in the solver's own words."""

    languages = LanguagesField(label=_("Languages it works in"))
    is_published = forms.BooleanField(
        label=_("Show it to everyone"),
        required=False,
        initial=True,
        help_text=_("Untick to keep it as a draft."),
    )

    class Meta:
        model = Solution
        fields = (
            "name",
            "what",
            "for_whom",
            "maturity",
            "price_class",
            "price_note",
            "data_needs",
            "integration_needs",
            "languages",
            "secrecy",
            "secrecy_reason",
            "is_published",
        )
        texts = ("name", "what", "for_whom", "price_note", "data_needs", "integration_needs", *SECRECY)
        field_classes = dict.fromkeys(texts, TextField)
        widgets = {
            "what": forms.Textarea(attrs={"rows": 7}),
            **{
                name: forms.Textarea(attrs=SHORT)
                for name in ("for_whom", "data_needs", "integration_needs", *SECRECY)
            },
        }
        help_texts = {
            "what": _("What gets better, for whom, and how. Plain words are found best."),
            "data_needs": _("Empty if it needs none."),
            "integration_needs": _("Empty if it stands by itself."),
            **SECRECY_HELP,
        }

    def __init__(self, *args: Any, may_publish: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_publish:
            # Kept as a sketch until somebody has checked who they are.
            tick = self.fields["is_published"]
            tick.disabled, tick.initial = True, False
            self.initial["is_published"] = False
            tick.help_text = _("When somebody has checked who you are. Until then it is a draft.")


class ReferenceForm(FactsForm):
    """Where the solution has been used. A row without a municipality is left out."""

    municipality = TextField(label=_("Municipality"), required=False, max_length=100)

    class Meta:
        model = Reference
        fields = ("municipality", "year", "what", "effect")
        field_classes = {"what": TextField, "effect": TextField}
        widgets = {"what": forms.Textarea(attrs={"rows": 2}), "effect": forms.Textarea(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if not facts.get("municipality") and any(facts.get(name) for name in ("year", "what", "effect")):
            self.add_error("municipality", _("Write where it was, or empty the whole row."))
        return facts


ReferenceFormSet = forms.formset_factory(ReferenceForm, extra=2, max_num=20, absolute_max=30)


class FilterForm(forms.Form):
    """What a list is narrowed by; what is not a value is taken as "any"."""

    q = TextField(
        label=_("Search"), required=False, max_length=300, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(
        label=_("Who offers it"), required=False, choices=[("", _("Anyone")), *Kind.choices]
    )
    maturity = forms.ChoiceField(
        label=_("How far it has come"), required=False, choices=[("", _("Any")), *Maturity.choices]
    )
    price_class = forms.ChoiceField(
        label=_("Price"), required=False, choices=[("", _("Any")), *PriceClass.choices]
    )

    def __init__(self, *args: Any, only: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(only or self.fields):
            del self.fields[name]

    @property
    def wanted(self) -> dict[str, str]:
        """The values that are valid, by field."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    @property
    def is_narrowed(self) -> bool:
        """Whether more than words are chosen."""
        return any(value for name, value in self.wanted.items() if name != "q")
