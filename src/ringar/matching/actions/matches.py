"""What people make of the matches: judged, asked for, chosen, checked against criteria, called for."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer, Visibility
from ringar.core.text import tidy_text
from ringar.matching.day_rules import MeetingState
from ringar.matching.models import Choice, CriterionCheck, Judgement, Match
from ringar.matching.rules import (
    KEPT,
    LONGEST_NOTE,
    LONGEST_WHY,
    Verdict,
    can_choose,
    can_judge,
    can_see_matches,
)
from ringar.needs.actions import move_need
from ringar.needs.models import Need
from ringar.needs.rules import NeedState
from ringar.robots.actions.work import queue_work
from ringar.solvers.actions import start_call
from ringar.solvers.models import Call, Solution
from ringar.solvers.queries import offered_solutions
from ringar.solvers.rules import MAX_CRITERIA


def tidy(text: str, longest: int) -> str:
    """The text as it is kept. Raises Refused where it is too long; nothing is cut in silence."""
    text = tidy_text(text).strip()
    if len(text) > longest:
        raise Refused(
            _("The text has %(length)d characters; at most %(longest)d fit. Shorten it.")
            % {"length": len(text), "longest": longest}
        )
    return text


def locked(need: Need) -> Need:
    """The need as it is now, kept from other writers until the transaction ends."""
    return Need.objects.select_for_update().get(pk=need.pk)


def offered(solution: Solution) -> Solution:
    """The solution, if it is still offered. Raises Refused where it has been withdrawn."""
    found = offered_solutions().filter(pk=solution.pk).first()
    if found is None:
        raise Refused(_("The solution is no longer offered. Load the page anew."))
    return found


@transaction.atomic
def judge_match(
    *, by: Viewer, need: Need, solution: Solution, fits: bool, why: str = "", rank_shown: int = 1
) -> Judgement:
    """The viewer's word on whether the solution fits, in place of an earlier one. It teaches the ranking.

    `rank_shown`: the place where it stood on the page, so that what is seen first does not win by that alone.
    Raises NotAllowed, Refused.
    """
    need = locked(need)
    if not can_judge(by, need.facts) or by.person_id is None:
        raise NotAllowed
    solution, why = offered(solution), tidy(why, LONGEST_WHY)
    match = Match.objects.filter(need=need, solution=solution).first()
    judgement = Judgement.objects.filter(need=need, solution=solution, person_id=by.person_id).first()
    before = [judgement.fits] if judgement else []
    judgement = judgement or Judgement(need=need, solution=solution, person_id=by.person_id)
    judgement.organisation_id = need.organisation_id
    judgement.fits, judgement.why, judgement.at = fits, why, now()
    judgement.rank_shown = min(max(rank_shown, 1), KEPT)
    judgement.parts = match.parts if match else {}
    judgement.save()
    told = {"solution": str(solution.uuid), "fits": [*before, fits], "rank_shown": judgement.rank_shown}
    record_audit(by=by, action="judge_match", target=need, changes=told)
    queue_learning(need, by=by)
    return judgement


@transaction.atomic
def take_back_judgement(*, by: Viewer, need: Need, solution: Solution) -> None:
    """Takes the viewer's own judgement back; nothing where there is none. Raises NotAllowed."""
    need = locked(need)
    if not can_judge(by, need.facts) or by.person_id is None:
        raise NotAllowed
    gone, _rows = need.judgements.filter(solution=solution, person_id=by.person_id).delete()
    if gone:
        told: dict[str, object] = {"solution": str(solution.uuid)}
        record_audit(by=by, action="take_back_judgement", target=need, changes=told)
        queue_learning(need, by=by)


def queue_learning(need: Need, *, by: Viewer) -> None:
    """Has the robots learn from all of the organisation's judgements; what is queued already runs once."""
    queue_work(
        "matching.learn",
        by=by,
        key=f"matching.learn:{need.organisation_id}",
        payload={"organisation": need.organisation_id},
        organisation_id=need.organisation_id,
        again=True,
    )


@transaction.atomic
def ask_match(*, by: Viewer, need: Need, solution: Solution) -> Match:
    """Asks why a solution is not among the first. The robots compare it and tell. Raises NotAllowed, Refused."""
    need = locked(need)
    if not can_see_matches(by, need.facts) or not by.may_write:
        raise NotAllowed
    if need.is_draft:
        raise Refused(_("Share the need first: solutions are looked for once it is shared."))
    match, _is_new = Match.objects.get_or_create(need=need, solution=offered(solution))
    if not match.is_asked:
        match.is_asked = True
        match.save(update_fields=["is_asked"])
        told: dict[str, object] = {"solution": str(solution.uuid)}
        record_audit(by=by, action="ask_match", target=need, changes=told)
    queue_work(
        "matching.rank_need",
        by=by,
        key=f"matching.rank_need:{need.uuid}",
        payload={"need": str(need.uuid)},
        organisation_id=need.organisation_id,
        again=True,
    )
    return match


@transaction.atomic
def choose_solution(*, by: Viewer, need: Need, solution: Solution) -> Choice:
    """Chooses a solution to meet and try; the first one moves the need on to matched. Twice is the same as once.

    Where its supplier has been met about the need already, the need goes on from there. Raises NotAllowed, or Refused
    with what is missing.
    """
    need = locked(need)
    if not can_choose(by, need.facts):
        raise NotAllowed
    choice = need.choices.filter(solution=solution).first()
    if choice:
        return choice
    choice = Choice.objects.create(need=need, solution=offered(solution), person_id=by.person_id, at=now())
    told: dict[str, object] = {"solution": str(solution.uuid), "name": solution.name}
    record_audit(by=by, action="choose_solution", target=need, changes=told)
    if need.state == NeedState.CHOSEN:
        need = move_need(by=by, need=need, to=NeedState.MATCHED, has_match=True)
    is_met = Q(solution=solution) | Q(startup__solver=solution.solver_id)
    if need.state == NeedState.MATCHED and need.meetings.filter(is_met, state=MeetingState.HELD).exists():
        move_to_meeting(need)
    return choice


def move_to_meeting(need: Need) -> None:
    """A need that is matched has been met about. Robots move it: a startup may be the one who told."""
    robot = Viewer.of_robot(need.organisation_id)
    move_need(by=robot, need=need, to=NeedState.MEETING, has_match=True)


@transaction.atomic
def unchoose_solution(*, by: Viewer, need: Need, solution: Solution) -> None:
    """Takes a choice back; the last one moves the need back to chosen. Raises NotAllowed."""
    need = locked(need)
    if not can_choose(by, need.facts):
        raise NotAllowed
    gone, _rows = need.choices.filter(solution=solution).delete()
    if not gone:
        return
    told: dict[str, object] = {"solution": str(solution.uuid), "name": solution.name}
    record_audit(by=by, action="unchoose_solution", target=need, changes=told)
    if need.state == NeedState.MATCHED and not need.choices.exists():
        move_need(by=by, need=need, to=NeedState.CHOSEN)


@transaction.atomic
def check_criterion(
    *, by: Viewer, need: Need, solution: Solution, criterion: str, verdict: str, note: str = ""
) -> CriterionCheck:
    """Notes whether a candidate meets one of the need's criteria, in place of what was noted before.

    Raises NotAllowed, or Refused where the need has no such criterion (any more).
    """
    need = locked(need)
    if not can_judge(by, need.facts):
        raise NotAllowed
    if verdict not in Verdict.values or not need.criteria.filter(text=criterion).exists():
        raise Refused(_("The criteria have changed. Load the page anew."))
    found = CriterionCheck.objects.filter(need=need, solution=solution, criterion=criterion).first()
    check = found or CriterionCheck(need=need, solution=offered(solution), criterion=criterion)
    note = tidy(note, LONGEST_NOTE)
    if found and (check.verdict, check.note) == (verdict, note):
        return check
    told: dict[str, object] = {"solution": str(solution.uuid), "criterion": criterion}
    told["verdict"] = [check.verdict if found else None, verdict]
    check.verdict, check.note = verdict, note
    check.person_id, check.at = by.person_id, now()
    check.save()
    record_audit(by=by, action="check_criterion", target=need, changes=told)
    return check


@transaction.atomic
def start_call_for(*, by: Viewer, needs: Iterable[Need], title: str, deadline: datetime) -> Call:
    """A draft of a call for the needs, filled in from what they say; it is read through before it is opened.

    Criteria beyond five are left to whoever reads it through. Raises NotAllowed, and Refused for a need that not
    everyone may see: sharing it publicly is where personal numbers, names and words on health are decided on.
    """
    rows = list(needs)
    if not rows:
        raise Refused(_("Choose at least one need."))
    if not all(can_see_matches(by, need.facts) and not need.is_draft for need in rows):
        raise NotAllowed
    if hidden := [need for need in rows if need.visibility != Visibility.PUBLIC]:
        raise Refused(
            _(
                "A call is public, and “%(need)s” is not. Let everyone see it first: words to decide on are shown."
            )
            % {"need": hidden[0]}
        )
    criteria = dict.fromkeys(text for need in rows for text in need.criteria.values_list("text", flat=True))
    return start_call(
        by=by,
        title=tidy(title, 200) or rows[0].title,
        text="\n\n".join(need.symptom for need in rows),
        deadline=deadline,
        needs=[(need.uuid, need.title) for need in rows],
        criteria=list(criteria)[:MAX_CRITERIA] or [_("It meets the need as it is described")],
    )
