"""How needs move from state to state, by the table in rules; those concerned are told, with the reason."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Membership
from ringar.core.people_queries import units_above
from ringar.core.rules import LEADING_ROLES, NotAllowed, Refused, Viewer, Visibility
from ringar.needs.actions.needs import locked, save_need
from ringar.needs.actions.prepare import decide_flags, tidy
from ringar.needs.models import Need
from ringar.needs.queries import concerned_people, texts_of
from ringar.needs.rules import (
    ASKS,
    STEPS,
    NeedFacts,
    NeedState,
    can_ask_reopen,
    can_move,
    missing_for,
)
from ringar.talk.actions import tell_people

LONGEST_REASON = 2_000


@transaction.atomic
def share_need(*, by: Viewer, need: Need, visibility: str = "", kept: Iterable[str] = ()) -> Need:
    """Lets others see a draft. Raises Flagged until each flag is gone or kept, Refused where something is missing."""
    need = locked(need)
    require_move(by, need, NeedState.SHARED, need.facts)
    if visibility and visibility not in Visibility.values:
        raise Refused(_("Choose who may see the need."))
    need.visibility = visibility or need.visibility
    told = decide_flags(texts_of(need), shared={}, kept=kept)
    need.state, need.is_draft = NeedState.SHARED, False
    need.shared_at = need.shared_at or now()
    changes = {
        "state": [NeedState.DRAFT.value, NeedState.SHARED.value],
        "visibility": need.visibility,
        **told,
    }
    save_need(need, by=by, action="share_need", changes=changes)
    tell_people(by=by, row=need, event="needs.shared", people=concerned_people(need))
    return need


def require_move(by: Viewer, need: Need, to: str, facts: NeedFacts) -> None:
    """Raises NotAllowed or Refused unless the viewer may move the need, and nothing is missing."""
    if not can_move(by, facts, to):
        raise NotAllowed
    if missing := missing_for(to, facts):
        raise Refused(" ".join(str(ASKS[ask]) for ask in missing))


@transaction.atomic
def move_need(
    *,
    by: Viewer,
    need: Need,
    to: str,
    reason: str = "",
    has_match: bool = False,
    kept: Iterable[str] = (),
) -> Need:
    """Moves a need to another state by the table `rules.TRANSITIONS`; whom it concerns is told, with the reason.

    `has_match`: the room above has a chosen solution for it. Raises NotAllowed; Refused with what is missing, or
    where the need was merged or split; Flagged for words in the reason, which everyone who sees the need can read.
    """
    need = locked(need)
    if need.is_draft and to == NeedState.SHARED:
        return share_need(by=by, need=need, kept=kept)
    reason = tidy(reason, LONGEST_REASON)
    require_move(by, need, to, replace(need.facts, match=has_match, reason=bool(reason)))
    if need.state == NeedState.CLOSED and need.became.filter(undone_at=None, is_closing=True).exists():
        raise Refused(
            _("It has become another need, which lives on. Undo that instead, or work with the other.")
        )
    told = decide_flags({"reason": reason}, shared={}, kept=kept)
    before, need.state = need.state, to
    changes: dict[str, object] = {"state": [before, to], **({"reason": reason} if reason else {}), **told}
    save_need(need, by=by, action="move_need", changes=changes)
    event = event_of(before, to)
    tell_people(by=by, row=need, event=event, people=concerned_people(need), facts={"reason": reason})
    return need


def event_of(before: str, to: str) -> str:
    """What people are told of a move, as a key of subjects.EVENTS."""
    if before == NeedState.CLOSED:
        return "needs.reopened"
    if to in STEPS and before in STEPS and STEPS.index(NeedState(to)) < STEPS.index(NeedState(before)):
        return "needs.moved"
    return f"needs.{to}"


@transaction.atomic
def ask_reopen(*, by: Viewer, need: Need, reason: str, kept: Iterable[str] = ()) -> None:
    """Somebody whom a closed need concerns, but who may not open it, asks those who may. Changes nothing in it.

    They are the owner, the team, the unit's leaders and whoever closed it. Raises NotAllowed, Refused, Flagged.
    """
    need = locked(need)
    if not can_ask_reopen(by, need.facts):
        raise NotAllowed
    reason = tidy(reason, LONGEST_REASON)
    if not reason:
        raise Refused(_("Write what is not solved."))
    told = decide_flags({"reason": reason}, shared={}, kept=kept)
    record_audit(by=by, action="ask_reopen", target=need, changes={"reason": reason, **told})
    leaders = Membership.objects.filter(
        unit__organisation_id=need.organisation_id, unit__in=units_above(need.unit), role__in=LEADING_ROLES
    )
    people = concerned_people(need) | set(leaders.values_list("person_id", flat=True))
    tell_people(by=by, row=need, event="needs.reopen_asked", people=people, facts={"reason": reason})
