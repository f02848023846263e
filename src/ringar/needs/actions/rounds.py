"""Opening a round of needs, its deadline, closing it, and the robots' part: closing in time, reminding."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions.prepare import tidy
from ringar.needs.models import Need
from ringar.needs.round_models import Assessor, Round, RoundCriterion, RoundNeed, Score
from ringar.needs.round_queries import (
    asides,
    assessors_to_remind,
    candidates,
    possible_assessors,
    rounds_to_close,
)
from ringar.needs.round_rules import (
    LEAST_ASSESSORS,
    LEAST_CRITERIA,
    LEAST_NEEDS,
    LONGEST_REASON,
    LONGEST_TIME,
    MOST_ASSESSORS,
    MOST_CRITERIA,
    MOST_NEEDS,
    MOST_WEIGHT,
    SHORTEST_TIME,
    can_lead_round,
    can_open_round,
    takes_scores,
)
from ringar.needs.rules import LONGEST_TITLE
from ringar.talk.actions import tell_people
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words


@dataclass(frozen=True)
class Weighed:
    """A criterion as it is written: its name, what 1 and 5 mean, and its weight (1–10)."""

    name: str
    low: str
    high: str
    weight: int = 1


def locked_round(round: Round) -> Round:
    """The round as it is now, kept from other writers until the transaction ends."""
    return Round.objects.select_for_update().get(pk=round.pk)


def require_between(least: int, number: int, most: int, text: str) -> None:
    """Raises Refused with the text where the number is outside its bounds."""
    if not least <= number <= most:
        raise Refused(text % {"least": least, "most": most, "number": number})


def require_deadline(deadline: datetime) -> None:
    """Raises Refused where the deadline leaves no time, or more than a year."""
    if not now() + SHORTEST_TIME <= deadline <= now() + LONGEST_TIME:
        raise Refused(_("Choose a last day from today on, and within a year."))


def tidy_criteria(criteria: Iterable[Weighed]) -> list[Weighed]:
    """The criteria as they are kept. Raises Refused where one is half written, twice the same or weighs wrongly."""
    kept = [Weighed(tidy(c.name, 120), tidy(c.low, 200), tidy(c.high, 200), c.weight) for c in criteria]
    require_between(
        LEAST_CRITERIA,
        len(kept),
        MOST_CRITERIA,
        _("Score by at least %(least)d and at most %(most)d criteria; there are %(number)d."),
    )
    for each in kept:
        if not (each.name and each.low and each.high):
            raise Refused(_("Say of each criterion what it is called, and what 1 and 5 mean."))
        if not 1 <= each.weight <= MOST_WEIGHT:
            raise Refused(_("A weight is a whole number from 1 to %(most)d.") % {"most": MOST_WEIGHT})
    if len({each.name.casefold() for each in kept}) < len(kept):
        raise Refused(_("Two criteria have the same name. Call them different things."))
    return kept


def require_parts(
    by: Viewer, needs: Sequence[Need], assessors: Sequence[Person], may_choose: int
) -> tuple[list[Need], list[Person]]:
    """The needs and assessors, each once. Raises Refused for too few or many, or such as may not be in a round."""
    needs, assessors = list(dict.fromkeys(needs)), list(dict.fromkeys(assessors))
    text = _("Choose at least %(least)d and at most %(most)d needs; %(number)d are chosen.")
    require_between(LEAST_NEEDS, len(needs), MOST_NEEDS, text)
    text = _("Name at least %(least)d and at most %(most)d assessors; %(number)d are named.")
    require_between(LEAST_ASSESSORS, len(assessors), MOST_ASSESSORS, text)
    text = _("Say how many may be chosen: at least %(least)d, and at most as many as there are needs.")
    require_between(1, may_choose, len(needs), text)
    free = set(candidates(by).filter(pk__in=[need.pk for need in needs]).values_list("pk", flat=True))
    if taken := [str(need) for need in needs if need.pk not in free]:
        raise Refused(
            _(
                "These can not be in the round: %(titles)s. A need is shared or explored, and in one round at a time."
            )
            % {"titles": ", ".join(taken)}
        )
    known = possible_assessors(by).filter(pk__in=[person.pk for person in assessors])
    if unknown := len(assessors) - known.count():
        raise Refused(_("%(number)d of the assessors do not work here, or only read.") % {"number": unknown})
    return needs, assessors


@transaction.atomic
def open_round(
    *,
    by: Viewer,
    title: str,
    needs: Sequence[Need],
    criteria: Iterable[Weighed],
    assessors: Sequence[Person],
    deadline: datetime,
    may_choose: int,
    about: str = "",
    own_allowed: bool = False,
) -> Round:
    """A round is open from now on, and its assessors are told. Raises Refused with what is wrong, or NotAllowed.

    3–60 needs, 2–8 criteria, 2–30 assessors who work in the organisation. `own_allowed`: writers may score their own.
    """
    if not can_open_round(by) or by.organisation_id is None:
        raise NotAllowed
    title, about = tidy(title, LONGEST_TITLE), tidy(about)
    if not title:
        raise Refused(_("Give the round a name."))
    require_deadline(deadline)
    weighed = tidy_criteria(criteria)
    # Needs are locked in order, so that none is put into two rounds at once.
    locked = Need.objects.select_for_update().filter(pk__in=[need.pk for need in needs]).order_by("pk")
    needs, assessors = require_parts(by, list(locked), assessors, may_choose)
    round = Round.objects.create(
        organisation_id=by.organisation_id,
        title=title,
        about=about,
        language=guess_language(words(f"{title} {about}")),
        may_choose=may_choose,
        own_allowed=own_allowed,
        deadline=deadline,
        opened_by_id=by.person_id,
        opened_at=now(),
    )
    add_parts(round, needs, weighed, assessors)
    facts: dict[str, object] = {
        "needs": [str(need.uuid) for need in needs],
        "assessors": [str(person.uuid) for person in assessors],
        "criteria": [[c.name, c.weight] for c in weighed],
        "deadline": [None, deadline.isoformat()],
        "may_choose": may_choose,
    }
    record_audit(by=by, action="open_round", target=round, changes=facts)
    tell_assessors(by, round, "needs.round_opened")
    return round


def add_parts(
    round: Round, needs: Sequence[Need], criteria: Iterable[Weighed], assessors: Iterable[Person]
) -> None:
    """What a new round is made of, in order."""
    RoundNeed.objects.bulk_create(
        RoundNeed(round=round, need=need, order=place) for place, need in enumerate(needs)
    )
    RoundCriterion.objects.bulk_create(
        RoundCriterion(round=round, order=place, name=c.name, low=c.low, high=c.high, weight=c.weight)
        for place, c in enumerate(criteria)
    )
    Assessor.objects.bulk_create(Assessor(round=round, person=person) for person in assessors)


def tell_assessors(by: Viewer, round: Round, event: str, *, also: Iterable[int | None] = ()) -> None:
    """Tells those named, and the others given, what happened to the round."""
    people = set(round.assessors.values_list("person_id", flat=True)) | {pk for pk in also if pk}
    facts = {"deadline": f"{round.deadline.astimezone(round.zone):%Y-%m-%d}"}
    tell_people(by=by, row=round, event=event, people=people, facts=facts)


@transaction.atomic
def move_deadline(*, by: Viewer, round: Round, deadline: datetime) -> Round:
    """Gives the assessors more time, while scores are still taken; never less. They are told. Raises Refused."""
    round = locked_round(round)
    if not can_lead_round(by, round.facts):
        raise NotAllowed
    if not takes_scores(round.facts, now()):
        raise Refused(_("The round takes no scores any more, so its last day stands."))
    if deadline <= round.deadline:
        raise Refused(_("The new last day must be later than the present one."))
    require_deadline(deadline)
    before, round.deadline = round.deadline, deadline
    round.save(update_fields=["deadline"])
    told: dict[str, object] = {"deadline": [before.isoformat(), deadline.isoformat()]}
    record_audit(by=by, action="move_deadline", target=round, changes=told)
    tell_assessors(by, round, "needs.round_later")
    return round


@transaction.atomic
def withdraw_round(*, by: Viewer, round: Round, reason: str) -> Round:
    """Takes a round back before anything is chosen: it was a mistake. Its needs are free for another."""
    round = locked_round(round)
    if not can_lead_round(by, round.facts):
        raise NotAllowed
    if round.withdrawn_at or round.entries.filter(decided_at__isnull=False).exists():
        raise Refused(_("Something is chosen in the round already, so it can not be withdrawn."))
    reason = tidy(reason, LONGEST_REASON)
    if not reason:
        raise Refused(_("Write a reason: the assessors have given their time."))
    round.withdrawn_at, round.why_withdrawn = now(), reason
    round.save(update_fields=["withdrawn_at", "why_withdrawn"])
    told: dict[str, object] = {"withdrawn": [False, True], "reason": reason}
    record_audit(by=by, action="withdraw_round", target=round, changes=told)
    tell_assessors(by, round, "needs.round_withdrawn")
    return round


@transaction.atomic
def close_round(*, by: Viewer, round: Round) -> Round:
    """Ends the scoring: the scores are fixed, and those who may see the round see them. Closed twice is closed once.

    Only now do the scores go into the audit trail, so that it tells nobody before.
    """
    round = locked_round(round)
    if not can_lead_round(by, round.facts):
        raise NotAllowed
    if round.withdrawn_at:
        raise Refused(_("The round is withdrawn."))
    if round.closed_at:
        return round
    round.closed_at = min(now(), round.deadline)
    round.save(update_fields=["closed_at"])
    scores = list(Score.objects.filter(entry__round=round).select_related("entry__need", "assessor__person"))
    aside = asides(round, {s.entry for s in scores}, {s.assessor.person_id for s in scores})
    for score in scores:
        score.stepped_aside = (score.entry_id, score.assessor.person_id) in aside
    Score.objects.bulk_update(scores, ["stepped_aside"])
    record_audit(by=by, action="close_round", target=round, changes={"closed": [False, True]})
    for person in {score.assessor.person for score in scores}:
        told = {
            str(s.entry.need.uuid): None if s.stepped_aside else s.values
            for s in scores
            if s.assessor.person_id == person.pk
        }
        facts: dict[str, object] = {"assessor": str(person.uuid), "scores": told}
        record_audit(by=by, action="fix_scores", target=round, changes=facts)
    tell_assessors(by, round, "needs.round_closed", also=[round.opened_by_id])
    return round


def close_due_rounds() -> int:
    """Closes the rounds whose deadline has passed; returns how many. What the robots do."""
    due = list(rounds_to_close(now()))
    for round in due:
        close_round(by=Viewer.of_robot(round.organisation_id), round=round)
    return len(due)


@transaction.atomic
def remind_assessors() -> int:
    """Reminds those who have not handed in when the deadline is near, once each; returns how many."""
    waiting = (
        assessors_to_remind(now())
        .select_related("round__organisation", "person")
        .select_for_update(of=("self",))
    )
    reminded = list(waiting)
    for assessor in reminded:
        round = assessor.round
        tell_people(
            by=Viewer.of_robot(round.organisation_id),
            row=round,
            event="needs.round_reminder",
            people=[assessor.person_id],
            facts={"deadline": f"{round.deadline.astimezone(round.zone):%Y-%m-%d}"},
            followers=False,
        )
        assessor.reminded_at = now()
        told: dict[str, object] = {"assessor": str(assessor.person.uuid)}
        record_audit(
            by=Viewer.of_robot(round.organisation_id), action="remind_assessor", target=round, changes=told
        )
    Assessor.objects.bulk_update(reminded, ["reminded_at"])
    return len(reminded)
