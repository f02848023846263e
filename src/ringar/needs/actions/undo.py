"""Undoing a merge or a split: every need and what hung on it is as it was before."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit, remove_team_member
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions.lineage import close_needs, count_rows, lock_needs, tell_all
from ringar.needs.actions.moves import require_move
from ringar.needs.actions.prepare import decide_flags, tidy
from ringar.needs.ancestry import needs_of, obstacles
from ringar.needs.models import Criterion, Evidence, Joining, Lineage, Need, Why
from ringar.needs.rules import NeedState, can_edit_need
from ringar.talk.actions.following import take_back_follows


@transaction.atomic
def undo_lineage(*, by: Viewer, lineage: Lineage, reason: str, kept: Iterable[str] = ()) -> Lineage:
    """Puts back what a merge or a split did; needs newly written for it are closed, and stay readable.

    What was added later to a need that lives on stays there. Raises NotAllowed unless the viewer may change all the
    needs, and Refused with what stands in the way (`ancestry.obstacles`); Flagged for words in the reason.
    """
    lineage = Lineage.objects.select_for_update().get(pk=lineage.pk)
    needs = lock_needs(needs_of(lineage))
    if not all(can_edit_need(by, need.facts) for need in needs.values()):
        raise NotAllowed
    if found := obstacles(lineage):
        raise Refused(" ".join(found))
    reason = tidy(reason, 2_000)
    if not reason:
        raise Refused(_("Write why it is undone, so that others understand."))
    told = decide_flags({"reason": reason}, shared={}, kept=kept)
    put_rows_back(lineage)
    sources = [needs[pk] for pk in lineage.from_needs.values_list("pk", flat=True)]
    targets = [needs[pk] for pk in lineage.to_needs.values_list("pk", flat=True)]
    for need in targets:
        let_go(by, lineage, need)
    for need in sources:
        reopen(by, lineage, need, reason)
    for need in targets:
        close_or_keep(by, lineage, need, reason)
    lineage.undone_at, lineage.undone_by_id = now(), by.person_id
    lineage.save(update_fields=["undone_at", "undone_by"])
    record_audit(by=by, action="undo_lineage", target=lineage, changes={"reason": reason, **told})
    tell_all(by, [*sources, *targets], "needs.undone", reason)
    return lineage


def put_rows_back(lineage: Lineage) -> None:
    """Every row that was moved goes back where it was; whys and criteria taken away since are written anew."""
    before, targets = lineage.before, list(lineage.to_needs.all())
    for pk, need, origin in before["evidence"]:
        Evidence.objects.filter(pk=pk, need__in=targets).update(need=need, origin=origin)
    Joining.objects.filter(pk__in=before["made"], need__in=targets).delete()
    for pk, need, origin in before["joinings"]:
        row = Joining.objects.filter(pk=pk, need__in=targets)
        units = Joining.objects.filter(need=need).values("unit_id")
        row.filter(unit_id__in=units).delete()  # the unit has joined the need anew
        row.update(need=need, origin=origin)
    for pk, need, order, text in before["criteria"]:
        place = free_place(Criterion.objects.filter(need=need), order)
        if not Criterion.objects.filter(pk=pk, need__in=targets).update(need=need, order=place):
            Criterion.objects.create(need_id=need, order=place, text=text)
    for pk, need, order, text in before["whys"]:
        place = free_place(Why.objects.filter(need=need), order)
        if not Why.objects.filter(pk=pk, need__in=targets).update(need=need, order=place):
            Why.objects.create(need_id=need, order=place, answer=text)
    for target in targets:
        for order, why in enumerate(target.whys.all(), start=1):
            Why.objects.filter(pk=why.pk).update(order=order)


def free_place(rows: "QuerySet[Criterion] | QuerySet[Why]", wanted: int) -> int:
    """The wanted place in the order, or the next after the last where it is taken."""
    taken = set(rows.values_list("order", flat=True))
    return wanted if wanted not in taken else max(taken) + 1


def let_go(by: Viewer, lineage: Lineage, need: Need) -> None:
    """Those who came into the team or followed along by the step leave; a need that lives on had its own before."""
    for person in Person.objects.filter(pk__in=lineage.before["team"].get(str(need.pk), [])):
        remove_team_member(by=by, row=need, person=person)
    take_back_follows(row=need, people=lineage.before["followers"].get(str(need.pk), []))


def restore(need: Need, lineage: Lineage, stamp: str) -> None:
    """Saves the counts, and the time of the last change where nothing has changed the need since `stamp`."""
    count_rows(need)
    then = lineage.before["states"].get(str(need.pk))
    if then and need.changed_at.isoformat() == stamp:
        need.changed_at = datetime.fromisoformat(then[1])
    need.save()


def reopen(by: Viewer, lineage: Lineage, need: Need, reason: str) -> None:
    """A need that became others is what it was, by the table of states."""
    state, _stamp = lineage.before["states"][str(need.pk)]
    changes: dict[str, object] = {"reason": reason}
    if need.state != state and lineage.is_closing:
        require_move(by, need, state, replace(need.facts, undo=True, reason=True))
        changes["state"] = [need.state, state]
        need.state = state
    restore(need, lineage, lineage.before["after"][str(need.pk)])
    record_audit(by=by, action="move_need", target=need, changes=changes)


def close_or_keep(by: Viewer, lineage: Lineage, need: Need, reason: str) -> None:
    """A need written for the step is closed; one that was there before lives on without what came to it."""
    if need.pk in lineage.before["new"]:
        if need.state != NeedState.CLOSED:
            close_needs(by, [need], reason)
        return
    restore(need, lineage, lineage.before["after"][str(need.pk)])
    record_audit(by=by, action="undo_lineage", target=need, changes={"reason": reason})
