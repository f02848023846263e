"""The form for a new access key."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import SCOPES
from ringar.core.text import TextField


class TokenForm(forms.Form):
    """What the key is called, what it may do, and for how long."""

    name = TextField(
        label=_("What is it for?"),
        help_text=_("So that you know it again, for instance: The intranet's front page."),
        max_length=200,
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        help_text=_("It never does more than you may do yourself."),
        choices=[(scope, text) for scope, text in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        choices=[(30, _("A month")), (90, _("Three months")), (365, _("A year"))],
        coerce=int,
        widget=forms.RadioSelect,
        initial=90,
    )
