"""Rounds: made, changed, filled with needs, and ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now, today
from ringar.core.models import Person, Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions.matches import tidy
from ringar.matching.plan_gathering import gatherable_needs
from ringar.matching.plan_models import RoundPlan, RoundPlanNeed
from ringar.matching.plan_queries import running_weighing
from ringar.matching.plan_rules import (
    LONGEST,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_MEMBERS,
    MOST_NEEDS,
    MOST_SEK,
    Dates,
    can_lead_plans,
)
from ringar.needs.models import Need
from ringar.needs.round_queries import possible_assessors
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words


@dataclass(frozen=True)
class PlanFacts:
    """What a round is: its name and days, the units that take part, its money, and the mandate of its members."""

    title: str
    dates: Dates
    about: str = ""
    units: Sequence[Unit] = ()
    budget_sek: int | None = None
    members: Sequence[Person] = ()
    limit_sek: int | None = None
    may_decide: str = ""


COLUMNS = ("title", "about", "budget_sek", "limit_sek", "may_decide")
DAYS = ("gather_until", "weigh_until", "call_until", "meet_until", "pilots_from")


def locked_plan(by: Viewer, plan: RoundPlan) -> RoundPlan:
    """The round as it is now, kept from other writers. Raises NotAllowed for who may not lead it, Refused if ended."""
    rows = RoundPlan.objects.select_for_update(of=("self",))
    plan = rows.select_related("organisation", "weighing", "call", "meeting_day").get(pk=plan.pk)
    if not can_lead_plans(by) or by.organisation_id != plan.organisation_id:
        raise NotAllowed
    if plan.ended_at is not None:
        raise Refused(_("The round has ended: nothing in it can be changed."))
    return plan


@transaction.atomic
def create_round_plan(*, by: Viewer, facts: PlanFacts, needs: Iterable[Need] = ()) -> RoundPlan:
    """A round from now on, with the needs given. Raises NotAllowed, or Refused with what is wrong."""
    if not can_lead_plans(by) or by.organisation_id is None:
        raise NotAllowed
    plan = RoundPlan(organisation_id=by.organisation_id, created_by_id=by.person_id, created_at=now())
    write_facts(plan, facts)
    plan.save()
    write_people(by, plan, facts)
    rows = take_needs(by, plan, needs)
    told: dict[str, object] = {"needs": [str(need.uuid) for need in rows], **as_told(plan)}
    record_audit(by=by, action="create_round_plan", target=plan, changes=told)
    return plan


@transaction.atomic
def change_round_plan(*, by: Viewer, plan: RoundPlan, facts: PlanFacts) -> RoundPlan:
    """Changes what the round is. Raises NotAllowed, or Refused with what is wrong; then nothing is changed."""
    plan = locked_plan(by, plan)
    before = as_told(plan)
    write_facts(plan, facts)
    plan.save()
    write_people(by, plan, facts)
    after = as_told(plan)
    changes: dict[str, object] = {
        name: [before[name], after[name]] for name in after if before[name] != after[name]
    }
    if changes:
        record_audit(by=by, action="change_round_plan", target=plan, changes=changes)
    return plan


def as_told(plan: RoundPlan) -> dict[str, object]:
    """The round as the audit trail tells it: of the text about it only the length. 2 queries."""
    told: dict[str, object] = {name: getattr(plan, name) for name in COLUMNS}
    told["about"] = len(plan.about)
    told |= {name: getattr(plan, name).isoformat() for name in DAYS}
    told["units"] = sorted(plan.units.values_list("name", flat=True))
    told["members"] = sorted(str(uuid) for uuid in plan.members.values_list("uuid", flat=True))
    return told


def write_facts(plan: RoundPlan, facts: PlanFacts) -> None:
    """Sets the round's own columns. Raises Refused with the first fault."""
    plan.title, plan.about = tidy(facts.title, LONGEST_TITLE), tidy(facts.about, LONGEST_TEXT)
    plan.may_decide = tidy(facts.may_decide, LONGEST_TEXT)
    if not plan.title:
        raise Refused(_("Give the round a name."))
    if not facts.dates.is_in_order:
        raise Refused(_("No step can end before the one before it. Look at the dates once more."))
    day = today()
    if plan.pk is None and not day <= facts.dates.pilots_from <= day + LONGEST:
        raise Refused(_("Pilots must begin on a day to come, and within two years."))
    for amount in (facts.budget_sek, facts.limit_sek):
        if amount is not None and not 0 <= amount <= MOST_SEK:
            raise Refused(_("Give the amount in whole kronor, or leave it empty."))
    for name, until in zip(DAYS, facts.dates.in_order(), strict=True):
        setattr(plan, name, until)
    plan.budget_sek, plan.limit_sek = facts.budget_sek, facts.limit_sek
    plan.language = guess_language(words(f"{plan.title} {plan.about}"))


def write_people(by: Viewer, plan: RoundPlan, facts: PlanFacts) -> None:
    """Sets the units that take part and the members. Raises Refused where one of them is not of the organisation."""
    units = {unit.pk for unit in facts.units}
    if Unit.objects.filter(pk__in=units, organisation_id=plan.organisation_id).count() < len(units):
        raise NotAllowed
    members = {person.pk for person in facts.members}
    if len(members) > MOST_MEMBERS:
        raise Refused(_("At most %(most)d members fit in the group.") % {"most": MOST_MEMBERS})
    new = members - set(plan.members.values_list("pk", flat=True))
    if possible_assessors(by).filter(pk__in=new).count() < len(new):
        raise Refused(_("Somebody in the group does not work here, or only reads. Choose others."))
    plan.units.set(units)
    plan.members.set(members)


def take_needs(by: Viewer, plan: RoundPlan, needs: Iterable[Need]) -> list[Need]:
    """Puts the needs into the round. Raises Refused, naming those that can not be there: then none is put in."""
    ids = {need.pk for need in needs}
    # Locked in order, so that none is put into two rounds at once.
    rows = list(Need.objects.select_for_update().filter(pk__in=ids).defer("words").order_by("pk"))
    if len(rows) + plan.entries.count() > MOST_NEEDS:
        raise Refused(_("At most %(most)d needs fit in a round. Choose fewer.") % {"most": MOST_NEEDS})
    free = set(gatherable_needs(by).filter(pk__in=ids).values_list("pk", flat=True))
    if taken := [str(need) for need in rows if need.pk not in free]:
        raise Refused(
            _(
                "These can not be in the round: %(titles)s. A need must be shared with all who work here, not yet"
                " have come to a meeting, and be in one round at a time."
            )
            % {"titles": ", ".join(taken[:5])}
        )
    RoundPlanNeed.objects.bulk_create(RoundPlanNeed(plan=plan, need=need, added_at=now()) for need in rows)
    return rows


@transaction.atomic
def add_needs(*, by: Viewer, plan: RoundPlan, needs: Iterable[Need]) -> int:
    """Gathers more needs into the round; those already there stay once. Returns how many came. Raises Refused."""
    plan = locked_plan(by, plan)
    present = set(plan.entries.values_list("need_id", flat=True))
    rows = take_needs(by, plan, [need for need in needs if need.pk not in present])
    if rows:
        told: dict[str, object] = {"needs": [str(need.uuid) for need in rows]}
        record_audit(by=by, action="add_plan_needs", target=plan, changes=told)
    return len(rows)


@transaction.atomic
def remove_need(*, by: Viewer, plan: RoundPlan, need: Need) -> None:
    """Takes a need out of the round; the need itself stays as it is. Raises Refused while it is weighed."""
    plan = locked_plan(by, plan)
    weighing = running_weighing(plan)
    if weighing is not None and weighing.entries.filter(need=need).exists():
        raise Refused(_("The need is being scored. It can be taken out once that is over."))
    gone, _rows = plan.entries.filter(need=need).delete()
    if gone:
        told: dict[str, object] = {"need": str(need.uuid)}
        record_audit(by=by, action="remove_plan_need", target=plan, changes=told)


@transaction.atomic
def end_round_plan(*, by: Viewer, plan: RoundPlan) -> RoundPlan:
    """The round is over: nobody is reminded any more, and its needs may be gathered into another."""
    plan = locked_plan(by, plan)
    plan.ended_at = now()
    plan.save(update_fields=["ended_at"])
    record_audit(by=by, action="end_round_plan", target=plan, changes={"ended": [False, True]})
    return plan
