"""The monthly item for the management group: a round's figures, and what is to be decided."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.core.clock import now, today
from ringar.matching.day_models import Meeting
from ringar.matching.day_rules import MeetingState
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import dates_of, running_weighing, steps_of
from ringar.matching.plan_rows import own_pilots
from ringar.matching.plan_rules import (
    Money,
    PilotNote,
    PlanStep,
    StepState,
    above_limit,
    money_of,
)
from ringar.needs.round_models import RoundNeed
from ringar.needs.round_rules import has_closed
from ringar.needs.rules import NeedState
from ringar.solvers.models import Answer
from ringar.solvers.rules import AnswerState


@dataclass(frozen=True)
class Figure:
    """One number of the report: since the round began, and in the month. `month` is None where it has no date."""

    label: str | Promise
    total: int
    month: int | None


@dataclass(frozen=True)
class Wanted:
    """A decision that the group is asked for: what, about what, and where it is made."""

    text: str | Promise
    title: str
    url: str
    language: str = ""
    sek: int | None = None


@dataclass(frozen=True)
class Report:
    """All that the item says."""

    month: date
    figures: list[Figure]
    wanted: list[Wanted]
    money: Money
    steps: dict[PlanStep, StepState]
    pilots: list[PilotNote]


def month_of(text: str) -> date:
    """The first day of the month that "2026-11" names; of this month where it names none, or one to come."""
    this = today().replace(day=1)
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    return min(asked, this)


def after_month(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=32)).replace(day=1)


def report_of(plan: RoundPlan, month: date, found: list[PilotNote]) -> Report:
    """The item on a round (of `plan_for`) for a month, given the pilots of its needs. 6 queries."""
    pilots = own_pilots(plan, found)
    return Report(
        month=month,
        figures=figures_of(plan, month, pilots),
        wanted=wanted_in(plan, pilots, has_pilot={note.need_id for note in found}),
        money=money_of(plan.budget_sek, pilots),
        steps=steps_of(plan, has_pilots=bool(pilots)),
        pilots=pilots,
    )


def figures_of(plan: RoundPlan, month: date, pilots: list[PilotNote]) -> list[Figure]:
    """How many needs, choices, answers, meetings and pilots there are. 4 queries."""
    zone = plan.zone
    first = datetime.combine(month, time(), zone)
    last = datetime.combine(after_month(month), time(), zone)
    chosen = RoundNeed.objects.filter(round=plan.weighing_id or 0, is_chosen=True, decided_at__isnull=False)
    answers = Answer.objects.filter(call=plan.call_id or 0).exclude(state=AnswerState.WITHDRAWN)
    meetings = Meeting.objects.filter(day=plan.meeting_day_id or 0, state=MeetingState.HELD)

    def figure(label: Promise, rows: QuerySet, column: str) -> Figure:  # type: ignore[type-arg]
        inside = Q(**{f"{column}__gte": first, f"{column}__lt": last})
        told = rows.order_by().aggregate(total=Count("id"), month=Count("id", filter=inside))
        return Figure(label, told["total"], told["month"])

    begun = [note for note in pilots if note.begun_on is not None and month <= note.begun_on < last.date()]
    return [
        figure(_("Needs gathered"), plan.entries.all(), "added_at"),
        figure(_("Needs chosen"), chosen, "decided_at"),
        figure(_("Answers to the call"), answers, "created_at"),
        figure(_("Meetings held"), meetings, "starts_at"),
        Figure(_("Pilots and tests begun"), len([n for n in pilots if n.begun_on is not None]), len(begun)),
    ]


def wanted_in(plan: RoundPlan, pilots: list[PilotNote], *, has_pilot: set[int]) -> list[Wanted]:
    """What the group, or whoever it must ask, has to decide on now. 2 queries."""
    if plan.ended_at is not None:
        return []
    found = []
    weighing = running_weighing(plan)
    if weighing is not None and has_closed(weighing.facts, now()):
        text = _("Choose among the needs that are scored")
        found.append(Wanted(text, weighing.title, weighing.get_absolute_url(), weighing.language))
    waiting = plan.entries.filter(need__state=NeedState.MEETING).select_related("need").order_by("id")
    for entry in waiting.defer("need__words"):
        if entry.need_id not in has_pilot:
            text = _("A pilot, or a no with a reason")
            need = entry.need
            found.append(Wanted(text, need.title, need.get_absolute_url(), need.language))
    above = _("Costs more than the group may decide on: it goes on to whoever may")
    found += [
        Wanted(above, note.title, note.url, sek=note.promised_sek)
        for note in above_limit(plan.limit_sek, [note for note in pilots if not note.is_over])
    ]
    money = money_of(plan.budget_sek, pilots)
    if money.left is not None and money.left < 0:
        text = _("More is promised than the budget holds")
        found.append(Wanted(text, plan.title, plan.get_absolute_url(), plan.language, sek=-money.left))
    return found + late_steps(plan, has_pilots=bool(pilots))


def late_steps(plan: RoundPlan, *, has_pilots: bool) -> list[Wanted]:
    """A step whose day has passed: new dates, or another way. No query."""
    states, dates = steps_of(plan, has_pilots=has_pilots), dates_of(plan)
    text = _("A step is late: move its day, or pass it over")
    edit = reverse("round_plan_edit", args=[plan.uuid])
    return [
        Wanted(text, f"{step.label}, {dates.of(step)}", edit)
        for step, state in states.items()
        if state == StepState.LATE
    ]
