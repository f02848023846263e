"""Reads for the page of a minute: the money, what happened along the way, and what everyone will read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.pilots.figures import figures_in
from ringar.pilots.models import Decision, Gate, Hindrance, Pilot
from ringar.pilots.rules import CostKind, GateOutcome
from ringar.pilots.wording import verdict_words

MOST_TOLD = 200
"""Notes, gates and decisions of each kind that are read; a pilot of some months has a dozen."""


@dataclass(frozen=True)
class Money:
    """Kronor and hours, None where nothing is told: spent, of a budget; what it gives a year, promised and realised."""

    spent: int | None
    budget: int | None
    hours: int | None
    hours_budget: int | None
    gain: int | None
    gain_promised: int | None

    @property
    def is_over(self) -> bool:
        """More is spent than was promised."""
        return self.spent is not None and self.budget is not None and self.spent > self.budget

    @property
    def most(self) -> int:
        """The end of the bar."""
        return max(self.spent or 0, self.budget or 0, 1)


def money_of(pilot: Pilot) -> Money:
    """What was promised and what came true, summed; the cap where nothing was promised. 1 query."""
    sums: dict[str, Any] = {
        row["kind"]: row
        for row in pilot.cost_lines.order_by()
        .values("kind")
        .annotate(
            promised=Sum("promised_sek"),
            realised=Sum("realised_sek"),
            hours=Sum("promised_hours"),
            hours_realised=Sum("realised_hours"),
        )
    }
    nothing: dict[str, Any] = {}
    cost, work, gain = (sums.get(kind, nothing) for kind in (CostKind.COST, CostKind.HOURS, CostKind.GAIN))
    return Money(
        spent=cost.get("realised"),
        budget=cost.get("promised") if cost.get("promised") is not None else pilot.cap_sek,
        hours=work.get("hours_realised"),
        hours_budget=work.get("hours") if work.get("hours") is not None else pilot.cap_hours,
        gain=gain.get("realised"),
        gain_promised=gain.get("promised"),
    )


@dataclass(frozen=True)
class Happened:
    """One line of what happened: the day, what it was in a word, the text and its language, and who told it."""

    day: date
    at: datetime
    what: str
    text: str = ""
    language: str = ""
    who: Person | None = None


def story_of(pilot: Pilot, decisions: Iterable[Decision], *, for_everyone: bool) -> list[Happened]:
    """Notes, gates and the decisions (of `decisions_of`), the newest first. 2 queries.

    `for_everyone`: without people, and without a gate's reason, which nobody has looked through for flags.
    """
    told = [
        Happened(note.date, note.at, _("Note"), note.text, note.language, note.by)
        for note in pilot.notes.select_related("by").order_by("-date", "-id")[:MOST_TOLD]
    ]
    gates = pilot.gates.exclude(outcome=GateOutcome.ASKED).select_related("decider").order_by("-id")
    told += [gate_told(gate, pilot.language, for_everyone=for_everyone) for gate in gates[:MOST_TOLD]]
    told += [decision_told(decision) for decision in decisions]
    told.sort(key=lambda each: (each.day, each.at), reverse=True)
    return [replace(each, who=None) for each in told] if for_everyone else told


def gate_told(gate: Gate, language: str, *, for_everyone: bool) -> Happened:
    """What came of asking to pass a gate, as a line."""
    moment = gate.decided_at or gate.at
    facts = {
        "stage": gate.get_stage_display().lower(),
        "outcome": gate.get_outcome_display().lower(),
    }
    what = _("Gate to %(stage)s: %(outcome)s") % facts
    text = "" if for_everyone else gate.reason
    return Happened(timezone.localdate(moment), moment, what, text, language, gate.decider)


def decision_told(decision: Decision) -> Happened:
    """A decision as a line."""
    what = _("Decision: %(kind)s") % {"kind": decision.get_kind_display().lower()}
    day = timezone.localdate(decision.at)
    return Happened(day, decision.at, what, decision.reason, decision.language, decision.decider)


def decisions_of(pilot: Pilot) -> "QuerySet[Decision]":
    """The pilot's decisions, the newest first. 1 query."""
    return pilot.decisions.select_related("decider").order_by("-id")


def hindrances_on(pilot: Pilot) -> "QuerySet[Hindrance]":
    """What stands in the way of the pilot now. 1 query."""
    return (
        Hindrance.objects.filter(row=pilot.uuid, gone_at=None).select_related("owner").order_by("due", "id")
    )


def hindrance_counts(pilot: Pilot) -> list[tuple[str, int]]:
    """How many hindrances stand, by kind: what everyone may read. 1 query."""
    rows = Hindrance.objects.filter(row=pilot.uuid, gone_at=None).order_by()
    return list(rows.values_list("kind").annotate(n=Count("id")))


def published_texts(pilot: Pilot) -> dict[str, str]:
    """What everyone reads once the page is published: what is looked through for flags first. 3 queries."""
    goal = getattr(pilot, "effect_goal", None)
    measured = f"{goal.metric}\n{goal.measured_in}\n{goal.baseline_source}" if goal else ""
    decisions = pilot.decisions.values_list("reason", "learned")
    return {
        "title": pilot.title,
        "goal": f"{pilot.goal}\n{measured}".strip(),
        "notes": "\n".join(pilot.notes.values_list("text", flat=True)),
        "learned": "\n".join(f"{reason}\n{learned}" for reason, learned in decisions),
    }


def verdict_of(decision: Decision) -> str:
    """The verdict as it stood the day of the decision, in words; "" where nothing was measured."""
    figures = figures_in(decision.estimate)
    return verdict_words(figures) if figures else ""


def may_read_names(viewer: Viewer, pilot: Pilot) -> bool:
    """Whether the viewer works where the pilot is, and so reads who did what."""
    return viewer.is_inside and viewer.organisation_id == pilot.organisation_id
