"""The steps of a round: its needs are weighed, opened to everyone, called for; those who are late are reminded."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now, today
from ringar.core.flags import Flagged
from ringar.core.models import Person
from ringar.core.rules import NotAllowed, Refused, Viewer, Visibility
from ringar.matching.actions.matches import start_call_for
from ringar.matching.actions.round_plans import locked_plan
from ringar.matching.plan_late import REMINDER, late_in, plans_with_late, reminded_since
from ringar.matching.plan_models import RoundPlan
from ringar.matching.plan_queries import entries_of, plan_for
from ringar.matching.plan_rows import pilots_in
from ringar.matching.plan_rules import BUTTON_AGAIN, REMIND_AGAIN, Late, can_lead_plans
from ringar.needs.actions import Weighed, edit_need, open_round
from ringar.needs.models import Need
from ringar.needs.round_models import Round
from ringar.needs.rules import can_edit_need
from ringar.solvers.models import Call
from ringar.talk.actions import tell_people

MOST_NAMED = 3


def needs_in(by: Viewer, plan: RoundPlan, needs: Iterable[Need]) -> list[Need]:
    """Those of the needs that are in the round, in its order. 1 query."""
    wanted = {need.pk for need in needs}
    rows = entries_of(by, plan).filter(need__in=wanted).select_related("need").defer("need__words")
    return [entry.need for entry in rows]


@transaction.atomic
def begin_weighing(
    *,
    by: Viewer,
    plan: RoundPlan,
    title: str,
    needs: Iterable[Need],
    criteria: Iterable[Weighed],
    assessors: Sequence[Person],
    deadline: datetime,
    may_choose: int,
    about: str = "",
    own_allowed: bool = False,
) -> Round:
    """Opens the scoring of the round's needs (`needs.open_round`). Raises as that does, and Refused where one runs."""
    plan = locked_plan(by, plan)
    if plan.weighing is not None and not plan.weighing.withdrawn_at:
        raise Refused(_("The needs of this round are weighed already."))
    weighing = open_round(
        by=by,
        title=title,
        about=about,
        needs=needs_in(by, plan, needs),
        criteria=criteria,
        assessors=assessors,
        deadline=deadline,
        may_choose=may_choose,
        own_allowed=own_allowed,
    )
    plan.weighing = weighing
    plan.save(update_fields=["weighing"])
    told: dict[str, object] = {"weighing": str(weighing.uuid)}
    record_audit(by=by, action="begin_weighing", target=plan, changes=told)
    return weighing


def open_to_all(*, by: Viewer, plan: RoundPlan, needs: Iterable[Need]) -> tuple[int, list[Need]]:
    """Lets everyone see those of the round's needs where no word asks for a decision.

    Returns how many were opened, and those that somebody must look at: words in them are flagged, or they are
    another's to open. Each is opened by itself, so that one that can not be hinders no other.
    """
    if not can_lead_plans(by) or by.organisation_id != plan.organisation_id:
        raise NotAllowed
    count, left = 0, []
    for need in needs_in(by, plan, needs):
        if need.visibility == Visibility.PUBLIC:
            continue
        if not can_edit_need(by, need.facts):
            left.append(need)
            continue
        try:
            edit_need(by=by, need=need, changes={"visibility": Visibility.PUBLIC.value})
        except Flagged:
            left.append(need)
        else:
            count += 1
    return count, left


@transaction.atomic
def start_plan_call(
    *, by: Viewer, plan: RoundPlan, needs: Iterable[Need], title: str, deadline: datetime
) -> Call:
    """A draft of a call for the round's needs, to be read through and opened. Raises as `start_call_for`, and Refused
    where the round has a call."""
    plan = locked_plan(by, plan)
    if plan.call is not None:
        raise Refused(_("The round has a call already. Change that one."))
    plan.call = start_call_for(by=by, needs=needs_in(by, plan, needs), title=title, deadline=deadline)
    plan.save(update_fields=["call"])
    told: dict[str, object] = {"call": str(plan.call.uuid)}
    record_audit(by=by, action="start_plan_call", target=plan, changes=told)
    return plan.call


@transaction.atomic
def remind_late(*, by: Viewer, plan: RoundPlan, since: datetime | None = None) -> int:
    """Reminds those who are late, each once with all that waits for them; returns how many were told.

    Left out: who was reminded after `since` (default: a day ago), and who presses the button. Raises NotAllowed.
    """
    locked_plan(by, plan)
    plan = plan_for(by, plan.uuid)
    waits: dict[int, list[Late]] = {}
    for late in late_in(by, plan, pilots_in(by, plan)):
        for person in late.people:
            waits.setdefault(person, []).append(late)
    told = reminded_since(plan, since or now() - BUTTON_AGAIN) | {by.person_id or 0}
    count = 0
    for person, lates in waits.items():
        if person not in told:
            facts = {"what": named(lates), "day": f"{min(late.since for late in lates):%Y-%m-%d}"}
            count += tell_people(
                by=by, row=plan, event=REMINDER, people=[person], facts=facts, followers=False
            )
    if count:
        record_audit(by=by, action="remind_late", target=plan, changes={"count": count})
    return count


def named(lates: Sequence[Late]) -> str:
    """The things as one text in no language: “a”, “b”, “c” +2."""
    titles = list(dict.fromkeys(late.title for late in lates))
    more = f" +{len(titles) - MOST_NAMED}" if len(titles) > MOST_NAMED else ""
    return ", ".join(f"“{title}”" for title in titles[:MOST_NAMED]) + more


def remind_everywhere() -> int:
    """Reminds the late of all running rounds, each at most once a week; returns how many. What the robots do."""
    robots = {plan: Viewer.of_robot(plan.organisation_id) for plan in plans_with_late(today())}
    return sum(remind_late(by=robot, plan=plan, since=now() - REMIND_AGAIN) for plan, robot in robots.items())
