"""The forms on people: inviting, giving a role, answering an invitation, changing the tree of units."""

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person, Unit
from ringar.core.people_queries import units_to_give
from ringar.core.rules import MOST_INVITED, Role, Viewer, roles_to_give
from ringar.core.text import TextField

LONGEST_PASTE = 50_000


def addresses_in(text: str) -> tuple[list[str], list[str]]:
    """(e-mail addresses, pieces that are none) of what was pasted: on lines, with commas, as "Bo <bo@example.se>"."""
    good, bad = [], []
    for piece in re.split(r"[,;\n]+", text):
        inside = re.search(r"<([^<>]*)>", piece)
        for word in [inside.group(1)] if inside else piece.split():
            try:
                validate_email(word)
            except ValidationError:
                bad.append(word)
            else:
                good.append(word.lower())
    return list(dict.fromkeys(good)), bad


class RoleForm(forms.Form):
    """A unit and a role that the viewer may give there."""

    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), to_field_name="uuid")
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.viewer = viewer
        units = units_to_give(viewer)
        wanted: forms.ModelChoiceField[Unit] = self.fields["unit"]  # type: ignore[assignment]
        wanted.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units]).order_by("name")
        if len(units) == 1:
            wanted.empty_label = None
        given = {role for unit in units for role in self.given_in(unit)}
        self.fields["role"].choices = [(r.value, r.label) for r in Role if r in given]  # type: ignore[attr-defined]

    def given_in(self, unit: Unit) -> list[Role]:
        return roles_to_give(self.viewer, organisation_id=unit.organisation_id, unit_id=unit.pk)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("unit") and told.get("role") and told["role"] not in self.given_in(told["unit"]):
            self.add_error("role", _("You may not give that role in that unit. Choose another one."))
        return told


class InviteForm(RoleForm):
    """Whom to invite, as what."""

    emails = TextField(
        label=_("E-mail addresses"),
        help_text=_("One or many: on lines of their own, or with commas between."),
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=[("sv", "Svenska"), ("en", "English")], initial="sv"
    )
    field_order = ("emails", "unit", "role", "language")

    def clean_emails(self) -> list[str]:
        good, bad = addresses_in(self.cleaned_data["emails"])
        if bad:
            raise ValidationError(
                _("Not an e-mail address: %(words)s. Write each as name@example.se.")
                % {"words": ", ".join(word[:60] for word in bad[:5])}
            )
        if len(good) > MOST_INVITED:
            raise ValidationError(
                _("At most %(most)d people can be invited at once. You pasted %(count)d.")
                % {"most": MOST_INVITED, "count": len(good)}
            )
        return good


class NewAccountForm(forms.Form):
    """Name and password of someone who accepts an invitation. The address is the invited one and can not be changed."""

    name = TextField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Choose a password"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email = email
        self.fields["password"].help_text = " ".join(password_validators_help_texts()[:1])

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, Person(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class UnitNameForm(forms.Form):
    """The name of a unit."""

    name = TextField(label=_("Name"), max_length=200, widget=forms.TextInput)


class ReasonForm(forms.Form):
    """Why something is done that can not be undone."""

    reason = TextField(label=_("Why?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
