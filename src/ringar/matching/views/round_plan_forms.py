"""The forms on rounds. They check shape and length; what may be done is the actions' to say."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ringar.core.clock import today
from ringar.core.models import Person, Unit
from ringar.core.rules import Viewer
from ringar.core.text import TextField
from ringar.matching.actions.days import DayFacts
from ringar.matching.actions.round_plans import DAYS, PlanFacts
from ringar.matching.day_rules import Stretch
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
    RoundForm,
    day_input,
    end_of,
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


class NeedsForm(forms.Form):
    """Needs to gather into a round."""

    needs = Candidates(Need.objects.none(), label=_("Needs to gather"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, found: QuerySet[Need], **options: Any) -> None:
        super().__init__(*args, **options)
        ids = list(found.values_list("pk", flat=True)[:MOST_NEEDS])
        self.fields["needs"].queryset = found.filter(pk__in=ids)  # type: ignore[attr-defined]


class WeighForm(RoundForm):
    """The scoring of a round's needs: filled in from the round, and over its needs alone."""

    def __init__(self, data: Any, *, viewer: Viewer, needs: QuerySet[Need], plan: RoundPlan) -> None:
        initial = {
            "title": plan.title,
            "about": plan.about,
            "needs": list(needs),
            "assessors": list(plan.members.all()),
            "deadline": max(plan.weigh_until, today() + timedelta(days=1)),
        }
        super().__init__(data, viewer=viewer, initial=initial)
        self.is_capped = False
        fields: dict[str, Any] = self.fields
        fields["needs"].queryset = needs
        fields["assessors"].queryset = people_to_name(self.viewer, plan)


class PlanCallForm(forms.Form):
    """A call for a round's needs that everyone may see."""

    title = TextField(label=_("What the call is called"), max_length=LONGEST_TITLE)
    needs = Candidates(
        Need.objects.none(),
        label=_("Needs that the call is for"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their short names become public with the call."),
    )
    deadline = forms.DateField(
        label=_("Last day to answer"), widget=day_input(), help_text=_("The same for everyone.")
    )

    def __init__(self, data: Any, *, needs: QuerySet[Need], plan: RoundPlan) -> None:
        deadline = max(plan.call_until, today() + timedelta(days=1))
        initial = {"title": plan.title, "needs": list(needs), "deadline": deadline}
        super().__init__(data, initial=initial)
        self.fields["needs"].queryset = needs  # type: ignore[attr-defined]


def clock(label: Any, at: time) -> forms.TimeField:
    """A time of day, suggested."""
    return forms.TimeField(
        label=label, initial=at, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


class PlanDayForm(forms.Form):
    """When and where the round's needs are met: a day with a lunch. All else is changed on the day's own page."""

    title = TextField(label=_("What is the day called?"), max_length=LONGEST_TITLE)
    date = forms.DateField(label=_("Date"), widget=day_input())
    starts = clock(_("Begins"), time(9))
    lunch = clock(_("Lunch from"), time(12))
    after_lunch = clock(_("Lunch until"), time(13))
    ends = clock(_("Ends"), time(16))
    place = TextField(label=_("Place"), max_length=200, required=False)
    rooms = LongField(
        label=_("Rooms, or video links"),
        rows=3,
        most=LONGEST_TEXT,
        help_text=_("One a line. A video link follows the room’s name after a space: Room 1 https://…"),
    )
    wishes_until = forms.DateField(
        label=_("Last day for wishes"), widget=day_input(), help_text=_("Before the first meeting.")
    )
    name_owners = forms.BooleanField(
        label=_("A need without an owner gets the manager of its unit as owner"), required=False, initial=True
    )

    def __init__(self, data: Any, *, plan: RoundPlan) -> None:
        self.plan = plan
        on = weekday(max(plan.meet_until, today() + timedelta(days=2)))
        first = {"title": plan.title, "date": on, "wishes_until": on - timedelta(days=1)}
        if on - timedelta(days=7) > today():
            first["wishes_until"] = on - timedelta(days=7)
        super().__init__(data, initial={**first, "rooms": str(_("Room 1"))})

    def facts(self) -> DayFacts:
        """What is written, as `create_meeting_day` takes it."""
        told = self.cleaned_data
        on = told["date"]
        return DayFacts(
            title=told["title"],
            wishes_until=end_of(told["wishes_until"], self.plan.zone),
            stretches=[
                Stretch(on, told["starts"], told["lunch"]),
                Stretch(on, told["after_lunch"], told["ends"]),
            ],
            rooms=[room_of(line) for line in told["rooms"].splitlines() if line.strip()],
            place=told["place"],
        )


def room_of(line: str) -> tuple[str, str]:
    """A room's name and its video link: what follows the last space, where that is a web address."""
    name, _space, link = line.strip().rpartition(" ")
    return (
        (name.strip(), link)
        if name and link.lower().startswith(("http://", "https://"))
        else (line.strip(), "")
    )


def weekday(day: date) -> date:
    """The day, or the Friday before where it is a Saturday or Sunday and that is still to come."""
    friday = day - timedelta(days=max(0, day.weekday() - 4))
    return friday if friday > today() + timedelta(days=1) else day
