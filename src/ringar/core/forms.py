"""How every form is rendered, from `core/field.html`; and the forms of core's own pages."""

from typing import Any, ClassVar

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Complaint
from ringar.core.text import TextField

LONGEST_COMPLAINT = 5_000


class LabelledField(forms.BoundField):
    """A field whose label says what it is for: no placeholder, which repeats it and is gone when one writes."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        return super().build_widget_attrs(attrs, widget) | {"placeholder": False}


class PageRenderer(TemplatesSetting):
    """Fields as the pages show them, with `{{ field.as_field_group }}`: label, help, error, input."""

    field_template_name = "core/field.html"
    bound_field_class = LabelledField


class ComplaintForm(forms.ModelForm):  # type: ignore[type-arg]
    """What somebody could not do on our pages."""

    class Meta:
        model = Complaint
        fields: ClassVar = ["text", "page", "email"]
        labels: ClassVar = {
            "text": _("What could you not do?"),
            "page": _("Which page was it?"),
            "email": _("Your e-mail, if you want an answer"),
        }
        widgets: ClassVar = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}

    text = TextField(label=_("What could you not do?"), max_length=LONGEST_COMPLAINT, widget=forms.Textarea)


class StyleForm(forms.Form):
    """One field of each kind, for the style guide."""

    name = forms.CharField(label=_("Call it something short"), max_length=60)
    text = forms.CharField(
        label=_("What do you see?"),
        help_text=_("In your own words. Two lines are enough."),
        widget=forms.Textarea,
        required=False,
    )
    often = forms.ChoiceField(
        label=_("How often?"), choices=[("d", _("Every day")), ("w", _("Every week"))], widget=forms.Select
    )
    seen_by = forms.ChoiceField(
        label=_("Who may see it?"),
        choices=[("u", _("Only our unit")), ("o", _("Everyone who works here"))],
        widget=forms.RadioSelect,
    )
    people = forms.IntegerField(label=_("How many people, about?"), min_value=0, required=False)
    day = forms.DateField(label=_("When?"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    photo = forms.FileField(label=_("Photo"), required=False)
    agree = forms.BooleanField(label=_("I have read it through"), help_text=_("Nobody else is asked."))
