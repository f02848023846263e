"""An assessor's part of a round: scoring, stepping aside, handing in."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import declare_interest, record_audit, withdraw_interest
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions.prepare import tidy
from ringar.needs.actions.rounds import locked_round
from ringar.needs.round_models import Assessor, Round, RoundNeed, Score
from ringar.needs.round_queries import asides, entries_of, progress_of
from ringar.needs.round_rules import (
    LONGEST_REASON,
    can_lead_round,
    is_in_play,
    takes_scores,
    wrong_values,
)
from ringar.talk.actions import tell_people


def scoring_assessor(by: Viewer, round: Round) -> Assessor:
    """The viewer as an assessor who may still score the (locked) round. Raises NotAllowed or Refused."""
    assessor = round.assessors.filter(person_id=by.person_id or 0).first()
    if assessor is None or not by.may_write or by.organisation_id != round.organisation_id:
        raise NotAllowed
    if not takes_scores(round.facts, now()):
        raise Refused(_("The round takes no scores any more. What you had saved counts."))
    if assessor.handed_in_at:
        raise Refused(_("You have handed in, and can see what others gave: your scores are fixed."))
    return assessor


@transaction.atomic
def save_score(*, by: Viewer, entry: RoundNeed, values: Sequence[int | None], reason: str = "") -> Score:
    """What the viewer gives a need: 1–5 for each criterion in order, None for "can not judge"; may be changed later.

    The audit row tells that the need was scored, not how: nobody else is to know before the round closes. Raises
    NotAllowed for who is no assessor, Refused for who steps aside, has handed in, or gives something else than 1–5.
    """
    round = locked_round(entry.round)
    assessor = scoring_assessor(by, round)
    if not is_in_play(entry.need.facts, is_decided=False):
        raise Refused(_("The need has left the round meanwhile, so it is not scored."))
    if (entry.pk, assessor.person_id) in asides(round, [entry], [assessor.person_id]):
        raise Refused(_("You step aside from this need, so your score of it would not count."))
    if wrong_values(values, round.criteria.count()):
        raise Refused(_("Give each criterion a number from 1 to 5, or say that you can not judge it."))
    reason = tidy(reason, LONGEST_REASON)
    score, is_new = Score.objects.update_or_create(
        entry=entry,
        assessor=assessor,
        defaults={"values": list(values), "reason": reason, "saved_at": now()},
    )
    told: dict[str, object] = {"need": str(entry.need.uuid), "scored": [not is_new, True]}
    record_audit(by=by, action="save_score", target=round, changes=told)
    return score


@transaction.atomic
def hand_in_scores(*, by: Viewer, round: Round) -> Assessor:
    """The viewer's scores are done and fixed; from now on others' that are handed in are shown. Raises Refused.

    Whoever opened the round is told when the last assessor hands in.
    """
    round = locked_round(round)
    assessor = scoring_assessor(by, round)
    progress = progress_of(round, entries_of(round))
    mine = next(each for each in progress if each.assessor.pk == assessor.pk)
    if mine.left:
        raise Refused(_("Needs that you have left to score: %(left)d.") % {"left": mine.left})
    assessor.handed_in_at = now()
    assessor.save(update_fields=["handed_in_at"])
    record_audit(by=by, action="hand_in_scores", target=round, changes={"handed_in": [False, True]})
    if not round.assessors.filter(handed_in_at=None).exists():
        people = [round.opened_by_id] if round.opened_by_id else []
        tell_people(by=by, row=round, event="needs.round_all_in", people=people, followers=False)
    return assessor


def require_taking_part(by: Viewer, round: Round) -> None:
    """Raises NotAllowed unless the viewer assesses or may choose in the round; Refused once it is decided."""
    is_assessor = round.assessors.filter(person_id=by.person_id or 0).exists()
    if not (is_assessor or can_lead_round(by, round.facts)):
        raise NotAllowed
    if round.decided_at or round.withdrawn_at:
        raise Refused(_("The round is decided, so there is nothing more to step aside from."))


@transaction.atomic
def step_aside(*, by: Viewer, entry: RoundNeed, reason: str = "") -> None:
    """The viewer has an interest in the need: neither scores nor decides on it, and a score given does not count."""
    require_taking_part(by, locked_round(entry.round))
    declare_interest(by=by, row=entry.need, reason=reason)


@transaction.atomic
def step_back(*, by: Viewer, entry: RoundNeed) -> None:
    """The viewer has no interest in the need after all. An assessor can say so only until handing in."""
    round = locked_round(entry.round)
    require_taking_part(by, round)
    if round.assessors.filter(person_id=by.person_id or 0).exists():
        scoring_assessor(by, round)
    withdraw_interest(by=by, row=entry.need)
