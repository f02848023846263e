"""The forms on purchases. They check shape and length; what may be done is the actions' to say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.core.text import LongField, TextField
from ringar.procurement.actions import LONGEST_NAME, LONGEST_SUPPLIER, LONGEST_WHAT, Other
from ringar.procurement.models import SupplierChoice
from ringar.procurement.queries import kinds_of, units_to_buy_for
from ringar.procurement.rules import LONGEST_REASON, MOST_ALTERNATIVES, MOST_SEK

KIND_HELP = _("As the buyers name it. Purchases of the same kind are counted together over the year.")


def day_input() -> forms.DateInput:
    """A date as browsers write it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class KindField(TextField):
    """The name of a kind of purchase, with those that are there to choose from as one writes."""

    def __init__(self, **options: Any) -> None:
        attrs = {"list": "purchase-kinds", "autocomplete": "off"}
        super().__init__(
            label=_("What kind of purchase is it?"),
            max_length=LONGEST_NAME,
            help_text=KIND_HELP,
            widget=forms.TextInput(attrs=attrs),
            **options,
        )


class PurchaseForm(forms.Form):
    """Something that was bought."""

    what = TextField(label=_("What was bought?"), max_length=LONGEST_WHAT)
    kind = KindField()
    supplier = TextField(label=_("From whom?"), max_length=LONGEST_SUPPLIER)
    sek = forms.IntegerField(label=_("Kronor, without VAT"), min_value=0, max_value=MOST_SEK)
    date = forms.DateField(label=_("When?"), widget=day_input())
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("For which unit?"), empty_label=None)

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].queryset = units_to_buy_for(viewer)  # type: ignore[attr-defined]
        self.kinds = list(kinds_of(viewer.organisation_id or 0))


class CeilingForm(forms.Form):
    """A ceiling, and from when."""

    sek = forms.IntegerField(label=_("Ceiling in kronor, without VAT"), min_value=1, max_value=MOST_SEK)
    valid_from = forms.DateField(label=_("Valid from"), widget=day_input())
    source = TextField(
        label=_("Where is it decided?"), max_length=300, help_text=_("The law and its paragraph.")
    )


class ChoiceForm(forms.Form):
    """Who delivers, why, and which others were looked at."""

    kind = KindField()
    supplier = TextField(label=_("Which supplier is chosen?"), max_length=LONGEST_SUPPLIER)
    reason = LongField(
        label=_("Why this one?"),
        most=LONGEST_REASON,
        help_text=_("What it does best of what you asked for, and what it costs."),
    )
    no_alternatives = LongField(
        label=_("If no other was asked: why?"), required=False, most=LONGEST_REASON, rows=2
    )

    def __init__(
        self,
        *args: Any,
        choice: SupplierChoice | None,
        organisation_id: int,
        supplier: str = "",
        **options: Any,
    ) -> None:
        others = list(choice.alternatives.all()) if choice else []
        options["initial"] = {"supplier": supplier}
        if choice:
            options["initial"] = {
                "kind": choice.kind.name if choice.kind else "",
                "supplier": choice.supplier,
                "reason": choice.reason,
                "no_alternatives": choice.no_alternatives,
            }
        super().__init__(*args, **options)
        self.kinds = list(kinds_of(organisation_id))
        for place in range(MOST_ALTERNATIVES):
            other = others[place] if place < len(others) else None
            self.fields[f"other_{place}"] = TextField(
                label=_("Another supplier"),
                required=False,
                max_length=LONGEST_SUPPLIER,
                initial=other.supplier if other else "",
            )
            self.fields[f"why_not_{place}"] = LongField(
                label=_("Why not?"),
                required=False,
                most=LONGEST_REASON,
                rows=2,
                initial=other.why_not if other else "",
            )

    def first_fields(self) -> list[forms.BoundField]:
        """What is chosen."""
        return [self["kind"], self["supplier"], self["reason"]]

    def rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The others, each with its number."""
        return [(n + 1, [self[f"other_{n}"], self[f"why_not_{n}"]]) for n in range(MOST_ALTERNATIVES)]

    def others(self) -> list[Other]:
        """The others that were written."""
        said = self.cleaned_data
        rows = [Other(said[f"other_{n}"], said[f"why_not_{n}"]) for n in range(MOST_ALTERNATIVES)]
        return [row for row in rows if row.supplier or row.why_not]
