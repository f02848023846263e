"""The forms of those who score and choose in a round."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ringar.needs.actions import Choosing
from ringar.needs.forms import LongField
from ringar.needs.round_models import RoundCriterion, RoundNeed, Score
from ringar.needs.round_rules import LEAST_VALUE, LONGEST_REASON, MOST_VALUE


class AsideForm(forms.Form):
    """Why somebody steps aside; it may be left out."""

    reason = LongField(
        label=_("What is your interest?"),
        required=False,
        rows=3,
        most=LONGEST_REASON,
        help_text=_("You need not say: that you have one is enough."),
    )


class ScoreForm(forms.Form):
    """One assessor's values of one need, a row of numbers for each criterion."""

    def __init__(
        self, *args: Any, criteria: list[RoundCriterion], score: Score | None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.criteria = criteria
        for place, criterion in enumerate(criteria):
            self.fields[f"value_{criterion.order}"] = forms.TypedChoiceField(
                label=criterion.name,
                choices=[
                    *(
                        (str(value), self.label_of(criterion, value))
                        for value in range(LEAST_VALUE, MOST_VALUE + 1)
                    ),
                    ("none", _("I can not judge this")),
                ],
                coerce=lambda value: None if value == "none" else int(value),
                empty_value=None,
                widget=forms.RadioSelect(attrs={"class": "scale"}),
                initial=("none" if score.values[place] is None else score.values[place]) if score else None,
            )
        self.fields["reason"] = LongField(
            label=_("Why, in short?"),
            required=False,
            rows=3,
            most=LONGEST_REASON,
            help_text=_("Others read it when the round has closed. It helps most where you differ."),
            initial=score.reason if score else "",
        )

    @staticmethod
    def label_of(criterion: RoundCriterion, value: int) -> str:
        """The number, and what it means where that is said."""
        meaning = {LEAST_VALUE: criterion.low, MOST_VALUE: criterion.high}.get(value)
        return f"{value} – {meaning}" if meaning else str(value)

    def values(self) -> list[int | None]:
        """The values in the order of the criteria."""
        return [self.cleaned_data[f"value_{criterion.order}"] for criterion in self.criteria]


class ChoosingForm(forms.Form):
    """For each need that is left: chosen or not, the reason that is sent, and why out of rank order.

    `is_final`: it is decided now; what is kept for later may have gaps.
    """

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        entries: Iterable[RoundNeed],
        texts: Mapping[int, str],
        is_final: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.entries = list(entries)
        for entry in self.entries:
            named = {"title": entry.need.title}
            self.fields[f"choice_{entry.pk}"] = forms.ChoiceField(
                label=gettext("Is “%(title)s” chosen?") % named,
                choices=[("yes", _("Chosen")), ("no", _("Not chosen this time"))],
                required=is_final,
                error_messages={"required": _("Say whether the need is chosen.")},
                widget=forms.RadioSelect,
                initial={True: "yes", False: "no"}.get(entry.is_chosen),  # type: ignore[arg-type]
            )
            self.fields[f"reason_{entry.pk}"] = LongField(
                label=gettext("The reason, sent to those who have “%(title)s”") % named,
                required=is_final,
                error_messages={"required": _("Write a reason: it is sent to those who have the need.")},
                rows=3,
                most=LONGEST_REASON,
                initial=entry.reason or texts.get(entry.pk, ""),
            )
            self.fields[f"why_{entry.pk}"] = LongField(
                label=gettext("Why “%(title)s” goes before needs that are ranked higher") % named,
                required=False,
                rows=2,
                most=LONGEST_REASON,
                initial=entry.why_out_of_order,
                help_text=_("Only where a need that is ranked before it is not chosen."),
            )

    def fields_of(self, entry: RoundNeed) -> list[forms.BoundField]:
        """What is said of one need, for the page."""
        return [self[f"{part}_{entry.pk}"] for part in ("choice", "reason")]

    def choices(self) -> dict[int, Choosing]:
        """What is said of each need."""
        data = self.cleaned_data
        return {
            entry.pk: Choosing(
                {"yes": True, "no": False}.get(data[f"choice_{entry.pk}"]),
                data[f"reason_{entry.pk}"],
                data[f"why_{entry.pk}"],
            )
            for entry in self.entries
        }
