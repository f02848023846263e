"""The forms on rounds. They check shape and length; what may be done is the actions' to say."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person
from ringar.core.queries import shown_name
from ringar.core.rules import LEADING_ROLES, Role, Viewer
from ringar.core.text import TextField
from ringar.needs.actions import Weighed
from ringar.needs.forms import LongField
from ringar.needs.models import Need
from ringar.needs.round_models import RoundCriterion
from ringar.needs.round_queries import MOST_CANDIDATES, candidates, latest_criteria, possible_assessors
from ringar.needs.round_rules import (
    LONGEST_REASON,
    MOST_CRITERIA,
    MOST_NEEDS,
    MOST_WEIGHT,
)
from ringar.needs.rules import LONGEST_TITLE

MOST_LISTED = 60
OFTEN_NAMED = LEADING_ROLES | {Role.MANAGER.value, Role.BUYER.value}
SHOWN_CRITERIA = 4
CRITERION_PARTS = ("name", "low", "high", "weight")


class Candidates(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Needs to tick, each with its unit and state."""

    def label_from_instance(self, need: Any) -> str:
        return f"{need.title} ({need.unit.name}, {need.get_state_display()})"


class People(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """People to tick, by the names that the viewer may read."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.viewer = Viewer()

    def label_from_instance(self, person: Any) -> str:
        title = f", {person.title}" if person.title and not person.is_protected else ""
        return f"{shown_name(person, self.viewer)}{title}"


def day_input() -> forms.DateInput:
    """A date as browsers write it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def end_of(day: Any, zone: ZoneInfo) -> datetime:
    """The last second of the day where the organisation is."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)


class RoundForm(forms.Form):
    """A new round; its criteria start from those of the organisation's latest round."""

    title = TextField(label=_("What is the round called?"), max_length=LONGEST_TITLE)
    about = LongField(
        label=_("What is it about?"),
        required=False,
        rows=3,
        help_text=_(
            "What the assessors need to know: money at hand, goals, what happens with what is chosen."
        ),
    )
    needs = Candidates(
        Need.objects.none(), label=_("Which needs are weighed?"), widget=forms.CheckboxSelectMultiple
    )
    assessors = People(
        Person.objects.none(),
        label=_("Who scores?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("From any unit. Those who live with the needs often see what others miss."),
    )
    others = LongField(
        label=_("More who score"),
        required=False,
        rows=3,
        most=5_000,
        help_text=_("Their e-mail addresses, one a line."),
    )
    own_allowed = forms.BooleanField(
        label=_("Whoever wrote a need may score it too"),
        required=False,
        help_text=_("Otherwise they step aside from their own."),
    )
    deadline = forms.DateField(label=_("Last day to score"), widget=day_input())
    may_choose = forms.IntegerField(
        label=_("How many may be chosen at most?"), min_value=1, max_value=MOST_NEEDS, initial=3
    )

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.viewer = viewer
        ids = list(candidates(viewer).values_list("pk", flat=True)[:MOST_CANDIDATES])
        self.is_capped = len(ids) == MOST_CANDIDATES
        self.fields["needs"].queryset = candidates(viewer).filter(pk__in=ids)  # type: ignore[attr-defined]
        people = possible_assessors(viewer)
        often = people.filter(
            memberships__role__in=OFTEN_NAMED, memberships__unit__organisation_id=viewer.organisation_id or 0
        )
        named = list(often.values_list("pk", flat=True).distinct()[:MOST_LISTED])
        assessors = self.fields["assessors"]
        assessors.viewer = viewer  # type: ignore[attr-defined]
        assessors.queryset = people.filter(pk__in=named)  # type: ignore[attr-defined]
        self.add_criteria(latest_criteria(viewer))

    def add_criteria(self, before: list[RoundCriterion]) -> None:
        """Four fields for each of the criteria there may be."""
        for place in range(MOST_CRITERIA):
            last = before[place] if place < len(before) else None
            for part, label, most in (
                ("name", _("Name of the criterion"), 120),
                ("low", _("What 1 means"), 200),
                ("high", _("What 5 means"), 200),
            ):
                self.fields[f"{part}_{place}"] = TextField(
                    label=label, required=False, max_length=most, initial=getattr(last, part, "")
                )
            self.fields[f"weight_{place}"] = forms.IntegerField(
                label=_("Weight (1 to 10)"),
                required=False,
                min_value=1,
                max_value=MOST_WEIGHT,
                initial=last.weight if last else 1,
            )

    def plain_fields(self, *names: str) -> list[forms.BoundField]:
        """The fields of those names, for the page."""
        return [self[name] for name in names]

    def first_fields(self) -> list[forms.BoundField]:
        """What the round is, before its criteria."""
        return self.plain_fields("title", "about", "needs")

    def last_fields(self) -> list[forms.BoundField]:
        """Who scores, and until when."""
        return self.plain_fields("assessors", "others", "own_allowed", "deadline", "may_choose")

    def criteria_rows(self) -> list[tuple[int, bool, list[forms.BoundField]]]:
        """For each criterion its number, whether it is shown at once, and its fields."""
        rows = []
        for place in range(MOST_CRITERIA):
            fields = [self[f"{part}_{place}"] for part in CRITERION_PARTS]
            is_filled = any(field.value() for field in fields[:3]) or any(field.errors for field in fields)
            rows.append((place + 1, place < SHOWN_CRITERIA or is_filled, fields))
        return rows

    def criteria(self) -> list[Weighed]:
        """The criteria that something is written in, in order."""
        found = []
        for place in range(MOST_CRITERIA):
            name, low, high = (str(self.cleaned_data[f"{part}_{place}"]) for part in CRITERION_PARTS[:3])
            if name or low or high:
                found.append(Weighed(name, low, high, self.cleaned_data[f"weight_{place}"] or 1))
        return found

    def clean_others(self) -> list[Person]:
        """The people with those addresses; names the ones that nobody here has."""
        lines = dict.fromkeys(line.strip().lower() for line in self.cleaned_data["others"].splitlines())
        addresses = [line for line in lines if line]
        found = {
            person.email: person for person in possible_assessors(self.viewer).filter(email__in=addresses)
        }
        if unknown := [address for address in addresses if address not in found]:
            raise forms.ValidationError(
                _("Nobody who may score here has the address: %(addresses)s."),
                params={"addresses": ", ".join(address[:100] for address in unknown[:5])},
            )
        return list(found.values())

    def people(self) -> list[Person]:
        """All who are named."""
        return [*self.cleaned_data["assessors"], *self.cleaned_data["others"]]


class DeadlineForm(forms.Form):
    """A later last day."""

    deadline = forms.DateField(label=_("New last day to score"), widget=day_input())


class ReasonForm(forms.Form):
    """Why a round is withdrawn."""

    reason = LongField(label=_("Why?"), rows=3, most=LONGEST_REASON)
