"""The forms on rounds. They check shape and length; what may be done is the actions' to say."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ringar.core.clock import today
from ringar.core.models import Person, Unit
from ringar.core.rules import Viewer
from ringar.core.text import TextField
from ringar.matching.actions.round_plans import DAYS, PlanFacts
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_rules import LONGEST_TEXT, LONGEST_TITLE, MOST_NEEDS, MOST_SEK, Dates
from ringar.needs.forms import LongField
from ringar.needs.models import Need
from ringar.needs.round_queries import possible_assessors
from ringar.needs.views.round_forms import (
    MOST_LISTED,
    OFTEN_NAMED,
    Candidates,
    People,
    day_input,
)

WEEKS = dict(zip(DAYS, (2, 4, 8, 11, 12), strict=True))
"""How many weeks ahead each step ends, as a new round suggests."""
MOST_UNITS = 100


def units_to_name(viewer: Viewer, plan: RoundPlan | None) -> QuerySet[Unit]:
    """Units that can take part: the top ones and those right below, and such as take part already."""
    near = Q(parent=None) | Q(parent__parent=None)
    if plan is not None:
        near |= Q(round_plans=plan)
    units = Unit.objects.filter(near, organisation_id=viewer.organisation_id or 0).distinct()
    return Unit.objects.filter(pk__in=list(units.order_by("name").values_list("pk", flat=True)[:MOST_UNITS]))


def people_to_name(viewer: Viewer, plan: RoundPlan | None) -> QuerySet[Person]:
    """Who can be in the group without being written by address: those who lead or manage, and who are in it."""
    often = Q(
        memberships__role__in=OFTEN_NAMED, memberships__unit__organisation_id=viewer.organisation_id or 0
    )
    people = possible_assessors(viewer)
    ids = list(people.filter(often).values_list("pk", flat=True).distinct()[:MOST_LISTED])
    if plan is not None:
        ids += plan.members.values_list("pk", flat=True)
    return Person.objects.filter(pk__in=ids).order_by("name", "id")


class PlanForm(forms.Form):
    """What a round is: its days, who takes part, its money and mandate; and its first needs, where some are given."""

    title = TextField(label=_("What is the round called?"), max_length=LONGEST_TITLE)
    about = LongField(label=_("What is it about?"), required=False, rows=3, most=LONGEST_TEXT)
    needs = Candidates(
        Need.objects.none(),
        label=_("Needs to begin with"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    gather_until = forms.DateField(label=_("Last day to gather needs"), widget=day_input())
    weigh_until = forms.DateField(label=_("Last day to prioritise"), widget=day_input())
    call_until = forms.DateField(label=_("Last day to answer the call"), widget=day_input())
    meet_until = forms.DateField(label=_("Last day to meet"), widget=day_input())
    pilots_from = forms.DateField(label=_("Pilots begin on"), widget=day_input())
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("Units that take part"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With those below them. None ticked: everyone may."),
    )
    budget_sek = forms.IntegerField(
        label=_("Budget in kronor"), required=False, min_value=0, max_value=MOST_SEK
    )
    members = People(
        Person.objects.none(),
        label=_("Who decides in the round?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = LongField(
        label=_("More who decide"),
        required=False,
        rows=2,
        most=LONGEST_TEXT,
        help_text=_("Their e-mail addresses, one a line."),
    )
    limit_sek = forms.IntegerField(
        label=_("What one pilot may cost at most, for the group to decide on"),
        required=False,
        min_value=0,
        max_value=MOST_SEK,
        help_text=_("In kronor. What costs more goes on to whoever may decide on it."),
    )
    may_decide = LongField(
        label=_("What may the group decide on?"),
        required=False,
        rows=3,
        most=LONGEST_TEXT,
        help_text=_("For instance: choose needs, begin and stop small pilots, say no with a reason."),
    )

    def __init__(
        self,
        *args: Any,
        viewer: Viewer,
        plan: RoundPlan | None = None,
        needs: QuerySet[Need] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.viewer, self.given = viewer, needs is not None
        fields: dict[str, Any] = self.fields
        fields["units"].queryset = units_to_name(viewer, plan).order_by("name")
        fields["members"].viewer = viewer
        fields["members"].queryset = people_to_name(viewer, plan)
        if needs is None:
            del fields["needs"]
        else:
            ids = list(needs.values_list("pk", flat=True)[:MOST_NEEDS])
            fields["needs"].queryset = needs.filter(pk__in=ids)
            self.initial.setdefault("needs", ids)
        if plan is None:
            for name, weeks in WEEKS.items():
                self.initial.setdefault(name, today() + timedelta(weeks=weeks))

    def clean_others(self) -> list[Person]:
        """The people with those addresses; names the ones that nobody here has."""
        lines = dict.fromkeys(line.strip().lower() for line in self.cleaned_data["others"].splitlines())
        wanted = [line for line in lines if line]
        people = {person.email: person for person in possible_assessors(self.viewer).filter(email__in=wanted)}
        if unknown := [address[:100] for address in wanted if address not in people]:
            raise forms.ValidationError(
                _("Nobody who may decide here has the address: %(addresses)s."),
                params={"addresses": ", ".join(unknown[:5])},
            )
        return list(people.values())

    def facts(self) -> PlanFacts:
        """What is written, as the actions take it."""
        told = self.cleaned_data
        return PlanFacts(
            title=told["title"],
            dates=Dates(*(told[name] for name in DAYS)),
            about=told["about"],
            units=list(told["units"]),
            budget_sek=told["budget_sek"],
            members=[*told["members"], *told["others"]],
            limit_sek=told["limit_sek"],
            may_decide=told["may_decide"],
        )


def initial_of(plan: RoundPlan) -> dict[str, Any]:
    """The round as the form shows it."""
    columns = (*DAYS, "title", "about", "budget_sek", "limit_sek", "may_decide")
    told = {name: getattr(plan, name) for name in columns}
    told |= {"units": list(plan.units.all()), "members": list(plan.members.all())}
    return told
