"""Choosing among a round's needs: always by a person, always with a reason, always with an answer to the writer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions.moves import move_need
from ringar.needs.actions.prepare import decide_flags, tidy
from ringar.needs.actions.rounds import close_round, locked_round
from ringar.needs.models import Need
from ringar.needs.queries import concerned_people
from ringar.needs.round_models import Round, RoundNeed
from ringar.needs.round_queries import asides, counted_scores, entries_of, result_of
from ringar.needs.round_rules import (
    LONGEST_REASON,
    can_lead_round,
    has_closed,
    missing_to_choose,
    out_of_order,
)
from ringar.needs.rules import ASKS, NeedState
from ringar.talk.actions import tell_people


@dataclass(frozen=True)
class Choosing:
    """What a person says of one need: chosen or not (None: not said yet), the reason, and why out of rank order."""

    is_chosen: bool | None
    reason: str = ""
    why_out_of_order: str = ""


class NotReady(Refused):
    """Some choices can not be carried out as they stand; `faults` says which, {entry id: what to do}."""

    def __init__(self, faults: Mapping[int, str]) -> None:
        super().__init__(_("Nothing is decided yet: look at what is marked below."))
        self.faults = faults


def deciding_entries(by: Viewer, round: Round) -> list[RoundNeed]:
    """The needs that this viewer may decide on now: those left, but for such as the viewer steps aside from."""
    entries = [entry for entry in entries_of(round) if entry.decided_at is None]
    if by.person_id is None:
        return entries
    aside = asides(round, entries, [by.person_id])
    return [entry for entry in entries if (entry.pk, by.person_id) not in aside]


def require_choosing(by: Viewer, round: Round) -> None:
    """Raises NotAllowed or Refused unless the viewer may choose in the (locked) round now. A robot may not."""
    if not can_lead_round(by, round.facts) or by.person_id is None:
        raise NotAllowed
    if round.withdrawn_at:
        raise Refused(_("The round is withdrawn."))
    if not has_closed(round.facts, now()):
        raise Refused(_("The assessors are still scoring. Choose when the round has closed."))
    if round.decided_at:
        raise Refused(_("Somebody has chosen already. Load the page anew to see what."))


def tidied(choosing: Choosing) -> Choosing:
    """The choice with its texts as they are kept."""
    return Choosing(
        choosing.is_chosen,
        tidy(choosing.reason, LONGEST_REASON),
        tidy(choosing.why_out_of_order, LONGEST_REASON),
    )


@transaction.atomic
def save_choices(*, by: Viewer, round: Round, choices: Mapping[int, Choosing]) -> None:
    """Keeps choices ({entry id: …}) to go on with later. Nobody is told, and nothing is decided."""
    round = locked_round(round)
    require_choosing(by, round)
    changed: dict[str, object] = {}
    for entry in deciding_entries(by, round):
        if entry.pk in choices:
            choosing = tidied(choices[entry.pk])
            if entry.is_chosen != choosing.is_chosen:
                changed[str(entry.need.uuid)] = [entry.is_chosen, choosing.is_chosen]
            entry.is_chosen, entry.reason = choosing.is_chosen, choosing.reason
            entry.why_out_of_order = choosing.why_out_of_order
            entry.save(update_fields=["is_chosen", "reason", "why_out_of_order"])
    record_audit(by=by, action="save_choices", target=round, changes=changed)


@transaction.atomic
def decide_round(
    *, by: Viewer, round: Round, choices: Mapping[int, Choosing], kept: Iterable[str] = ()
) -> Round:
    """Chooses, or does not, each need that the viewer may decide on: all of them or none. Everyone concerned is told.

    Ranking is advice; each choice is the person's, with a reason. Raises NotReady with what is wrong with which
    need: no word on it, no reason, something missing before it may be chosen, out of rank order without saying why;
    Refused when too many are chosen, or somebody else has chosen; Flagged for words in the reasons, which are read
    by everyone who sees the needs, until each is gone or in `kept`.
    """
    round = locked_round(round)
    require_choosing(by, round)
    round = close_round(by=Viewer.of_robot(round.organisation_id), round=round)
    # Locked before they are looked at: what is found ready stays so until it is carried out.
    list(Need.objects.select_for_update().filter(rounds__round=round).order_by("pk"))
    entries = deciding_entries(by, round)
    if not entries:
        raise Refused(_("You step aside from all that is left: somebody else who leads must choose."))
    said = {entry.pk: tidied(choices.get(entry.pk, Choosing(None))) for entry in entries}
    ranks = ranks_now(round)
    require_ready(round, entries, said, ranks)
    kept = set(kept)
    words = decide_flags({"reason": "\n".join(each.reason for each in said.values())}, shared={}, kept=kept)
    for entry in entries:
        decide_entry(by, entry, said[entry.pk], ranks[entry.pk], kept)
    if not any(entry.decided_at is None for entry in entries_of(round)):
        round.decided_at = now()
        round.save(update_fields=["decided_at"])
    chosen = [str(entry.need.uuid) for entry in entries if said[entry.pk].is_chosen]
    told: dict[str, object] = {"chosen": chosen, "decided": [False, round.decided_at is not None], **words}
    record_audit(by=by, action="decide_round", target=round, changes=told)
    return round


def ranks_now(round: Round) -> dict[int, int | None]:
    """The rank of each entry in play, by its id."""
    entries = entries_of(round)
    result = result_of(round, entries, counted_scores(round, entries, now()))
    return {standing.entry: standing.rank for standing in result.standings}


def require_ready(
    round: Round,
    entries: list[RoundNeed],
    said: Mapping[int, Choosing],
    ranks: Mapping[int, int | None],
) -> None:
    """Raises NotReady or Refused where the choices do not hold together."""
    before = dict(round.entries.filter(decided_at__isnull=False).values_list("pk", "is_chosen"))
    chosen = {pk for pk, is_chosen in before.items() if is_chosen} | {pk for pk in said if said[pk].is_chosen}
    refused = {pk for pk, is_chosen in before.items() if not is_chosen}
    refused |= {pk for pk in said if said[pk].is_chosen is False}
    if len(chosen) > round.may_choose:
        raise Refused(
            _("%(number)d are chosen, but the round is for at most %(most)d.")
            % {"number": len(chosen), "most": round.may_choose}
        )
    late = out_of_order(ranks, chosen=chosen & ranks.keys(), refused=refused & ranks.keys())
    faults = {entry.pk: fault_of(entry, said[entry.pk], entry.pk in late) for entry in entries}
    if faults := {pk: fault for pk, fault in faults.items() if fault}:
        raise NotReady(faults)


def fault_of(entry: RoundNeed, choosing: Choosing, is_late: bool) -> str:
    """What is wrong with one choice, and what to do about it; "" where nothing is."""
    if choosing.is_chosen is None:
        return _("Say whether the need is chosen.")
    if not choosing.reason:
        return _("Write a reason: it is sent to those who have the need.")
    if choosing.is_chosen and (missing := missing_to_choose(entry.need.facts)):
        return " ".join(str(ASKS[ask]) for ask in missing)
    if choosing.is_chosen and is_late and not choosing.why_out_of_order:
        return _("A need that is ranked before this one is not chosen. Say why this one goes first.")
    return ""


def decide_entry(by: Viewer, entry: RoundNeed, choosing: Choosing, rank: int | None, kept: set[str]) -> None:
    """Carries out one choice that has been found ready, and answers those whom the need concerns."""
    entry.is_chosen, entry.reason = choosing.is_chosen, choosing.reason
    entry.why_out_of_order = choosing.why_out_of_order
    entry.rank, entry.decided_by_id, entry.decided_at = rank, by.person_id, now()
    entry.save()
    need = entry.need
    if choosing.is_chosen:
        if need.state == NeedState.SHARED:
            need = move_need(by=by, need=need, to=NeedState.EXPLORED)
        move_need(by=by, need=need, to=NeedState.CHOSEN, reason=choosing.reason, kept=kept)
        return
    told: dict[str, object] = {
        "round": str(entry.round.uuid),
        "is_chosen": [None, False],
        "reason": choosing.reason,
    }
    record_audit(by=by, action="not_choose_need", target=need, changes=told)
    tell_people(
        by=by,
        row=need,
        event="needs.not_chosen",
        people=concerned_people(need),
        facts={"reason": choosing.reason},
    )
