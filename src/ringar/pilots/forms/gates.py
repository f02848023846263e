"""The forms of the gate: personal data, why a stage should begin, lots, who works with it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.text import LongField, TextField
from ringar.pilots.forms.preparing import day_input
from ringar.pilots.models import DataCheck
from ringar.pilots.rules import LIGHT_STAGES


class DataForm(forms.Form):
    """What was found about personal data."""

    has_personal_data = forms.TypedChoiceField(
        label=_("Are personal data handled?"),
        choices=[("no", _("No, nothing that could tell who a person is")), ("yes", _("Yes"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    legal_ground = TextField(
        label=_("Legal ground"),
        required=False,
        max_length=300,
        help_text=_("For instance: task of public interest, article 6.1 e."),
    )
    impact_assessment = LongField(
        label=_("Impact assessment, or why none is needed"), required=False, most=5_000, rows=3
    )
    processor = TextField(
        label=_("Who handles the data for us?"),
        required=False,
        max_length=200,
        help_text=_("And whether there is an agreement. “We ourselves” is an answer too."),
    )
    country = TextField(label=_("In which country are they stored?"), required=False, max_length=100)

    def __init__(self, *args: Any, check: DataCheck | None, **options: Any) -> None:
        if check:
            options["initial"] = {name: getattr(check, name) for name in self.base_fields}
            options["initial"]["has_personal_data"] = "yes" if check.has_personal_data else "no"
        super().__init__(*args, **options)


class GateForm(forms.Form):
    """Why a stage should begin, by who asks or decides."""

    reason = LongField(label=_("Why should it begin?"), required=False, most=5_000, rows=3)
    declares_none = forms.BooleanField(
        label=_("I have no interest of my own in this, and nobody close to me has"),
        required=False,
        help_text=_("Who has one steps aside, and a colleague decides."),
    )

    def __init__(self, *args: Any, stage: str, decides: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if stage in LIGHT_STAGES or not decides:
            del self.fields["declares_none"]


class RefuseForm(forms.Form):
    """Why not."""

    reason = LongField(label=_("Why not?"), most=5_000, rows=3)


class LotForm(forms.Form):
    """From when lots are drawn."""

    earliest = forms.DateField(
        label=_("The first week that may be drawn"), widget=day_input(), help_text=_("Any day of that week.")
    )


class InviteForm(forms.Form):
    """Who is to work with the pilot."""

    email = forms.EmailField(label=_("E-mail of somebody who works here"))
    task = TextField(label=_("Task in the team"), required=False, max_length=200)
