"""What people fill in when they register, check others, or ask to act for others."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ringar.core.text import TextField
from ringar.solvers.forms.calls import InterestField
from ringar.solvers.forms.offers import SHORT
from ringar.solvers.models import Solver
from ringar.solvers.rules import Kind, Scope


class RegistrationForm(forms.Form):
    """Somebody registers their company. Who is logged in need not tell who they are."""

    name = TextField(label=_("The company's name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.COMPANY)
    organisation_number = TextField(
        label=_("Organisation number"),
        required=False,
        max_length=40,
        help_text=_("Ten digits. Sole traders leave it empty here: theirs is a personal number."),
    )
    website = forms.URLField(
        label=_("Website"),
        required=False,
        assume_scheme="https",
        max_length=200,
        help_text=_("Helps the municipality to see who you are."),
    )
    person = TextField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail at work"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("You get a letter with a link that makes your account."),
    )

    def __init__(self, *args: Any, is_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_known:
            del self.fields["person"], self.fields["email"]


class PasswordForm(forms.Form):
    """The new account's password, or none."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters. Leave it empty to log in by a code in a letter each time."),
    )


class CheckForm(forms.Form):
    """Who are they? What was looked at, and for a no the reason."""

    interest = InterestField()
    saw_number = forms.BooleanField(
        label=_("The organisation number belongs to that name"),
        required=False,
        help_text=_("Looked up in a public register of companies."),
    )
    saw_domain = forms.BooleanField(label=_("The e-mail address belongs to the website"), required=False)
    note = TextField(
        label=_("What else you looked at"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=SHORT),
        help_text=_("Seen by those who check."),
    )
    reason = TextField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=SHORT),
        help_text=_("Needed for a no, and sent to them."),
    )


class OnBehalfForm(forms.Form):
    """Asks to act for another."""

    agent = forms.ModelChoiceField(
        label=_("Who would act for them"), queryset=Solver.objects.none(), to_field_name="uuid"
    )
    scopes = forms.MultipleChoiceField(
        label=_("What you would do for them"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until one of you ends it."),
    )

    def __init__(self, *args: Any, agents: "QuerySet[Solver]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Solver]", self.fields["agent"]).queryset = agents
