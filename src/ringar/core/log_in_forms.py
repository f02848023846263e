"""The forms of organisations' log-in services, and of one's own account."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ringar.core.actions.log_in_services import Wanted
from ringar.core.log_in_reading import is_safe
from ringar.core.models import LogInService, Person
from ringar.core.text import TextField

LONGEST_METADATA = 200_000


class LogInServiceForm(forms.Form):
    """What both kinds of service need."""

    name = TextField(
        label=_("What is it called?"),
        help_text=_("Shown on the log-in page, for instance: Ringsala kommun."),
        max_length=100,
    )
    email_domains = TextField(
        label=_("E-mail domains"),
        help_text=_("Addresses that it may speak for, for instance: ringsala.se, skola.ringsala.se."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    lets_in = forms.ChoiceField(
        label=_("Who is let in?"),
        choices=LogInService._meta.get_field("lets_in").flatchoices,
        widget=forms.RadioSelect,
        help_text=_("Everyone else needs an invitation first."),
    )
    is_active = forms.BooleanField(label=_("Show it on the log-in page"), required=False)

    def wanted(self) -> Wanted:
        """What was written, for the action."""
        return Wanted(**self.cleaned_data)


class AddressField(TextField):
    """An address that we read: https alone."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text and not is_safe(text):
            raise forms.ValidationError(_now("Begin the address with https://."))
        return text


class OidcForm(LogInServiceForm):
    """A service by OpenID Connect."""

    address = AddressField(
        label=_("The issuer's address"),
        help_text=_("For instance: https://login.ringsala.se/realms/kommun."),
        max_length=500,
        widget=forms.URLInput,
    )
    client_id = TextField(label=_("Client ID"), max_length=300)
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown. Leave it empty to keep the one that is there."),
    )
    field_order = ["name", "address", "client_id", "secret", "email_domains", "lets_in", "is_active"]


class SamlForm(LogInServiceForm):
    """A service by SAML 2.0."""

    address = AddressField(
        label=_("Address of its metadata"),
        help_text=_("Best: then a new certificate is fetched by one press."),
        max_length=500,
        required=False,
        widget=forms.URLInput,
    )
    metadata = TextField(
        label=_("Or paste the metadata"),
        max_length=LONGEST_METADATA,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    field_order = ["name", "address", "metadata", "email_domains", "lets_in", "is_active"]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not told.get("address") and not told.get("metadata") and "address" not in self.errors:
            self.add_error("address", _now("Write the metadata's address, or paste the metadata."))
        return told


FORMS: dict[str, type[LogInServiceForm]] = {"oidc": OidcForm, "saml": SamlForm}


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What one may change about oneself without asking anybody."""

    name = TextField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    title = TextField(
        label=_("Title"), max_length=200, required=False, help_text=_("For instance: unit manager.")
    )
    language = forms.ChoiceField(
        label=_("Language of mail and pages"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

    class Meta:
        model = Person
        fields: ClassVar = ["name", "title", "language"]
