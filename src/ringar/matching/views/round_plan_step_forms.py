"""The forms of a round's steps: needs to gather, to score, to call for, to meet about."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ringar.core.clock import today
from ringar.core.rules import Viewer
from ringar.core.text import TextField
from ringar.matching.actions.days import DayFacts
from ringar.matching.day_rules import Stretch
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_rules import LONGEST_TEXT, LONGEST_TITLE, MOST_NEEDS
from ringar.matching.views.round_plan_forms import people_to_name
from ringar.needs.forms import LongField
from ringar.needs.models import Need
from ringar.needs.views.round_forms import (
    Candidates,
    RoundForm,
    day_input,
    end_of,
)


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
