"""Several needs that are the same become one."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.models import Unit
from ringar.core.rules import NotAllowed, Refused, Viewer, Visibility
from ringar.needs.actions.lineage import (
    close_needs,
    count_rows,
    finish,
    invite,
    keep_lineage,
    lock_needs,
    move_rows,
    states_before,
    tell_all,
    write_need,
)
from ringar.needs.actions.needs import save_need
from ringar.needs.actions.prepare import decide_flags, tidy
from ringar.needs.lineage import MergePlan, narrowest, plan_merge, words_to_check
from ringar.needs.models import Lineage, Need
from ringar.needs.rules import (
    LONGEST_TITLE,
    MOST_CRITERIA,
    MOST_MERGED,
    LineageKind,
    NeedState,
    can_absorb,
    can_give_up,
)


@transaction.atomic
def merge_needs(
    *,
    by: Viewer,
    needs: Sequence[Need],
    target: Need | None,
    reason: str,
    title: str = "",
    symptom: str = "",
    visibility: str = "",
    unit: Unit | None = None,
    criteria: Collection[int] | None = None,
    kept: Iterable[str] = (),
    mark: str = "",
) -> Lineage:
    """Closes `needs`, and moves what hangs on them to `target`, or where it is None to a need newly written.

    `mark`: of the plan that was looked at (`lineage.MergePlan.mark`). Raises NotAllowed; Flagged; Refused where a
    need has been closed meanwhile, a text is missing or something has changed since the plan was made.
    """
    rows = lock_needs([*needs, *([target] if target else [])])
    sources = [rows[need.pk] for need in needs]
    target = rows[target.pk] if target else None
    require_merge(by, sources, target)
    reason, title, symptom = tidy(reason, 2_000), tidy(title, LONGEST_TITLE), tidy(symptom)
    unit = unit or sources[0].unit
    plan = plan_merge(
        sources,
        target=target,
        unit=unit,
        visibility=visibility or narrowest(sources),
        author_id=by.person_id,
        criteria=criteria,
    )
    told = require_plan(by, plan, reason=reason, title=title, symptom=symptom, kept=kept, mark=mark)
    if target is None:
        living = write_need(by, unit, title=title, symptom=symptom, visibility=plan.visibility, told=told)
        return carry_out(by, plan, living, reason=reason, told={}, is_new=True)
    return carry_out(by, plan, target, reason=reason, told=told, is_new=False)


def carry_out(
    by: Viewer, plan: MergePlan, living: Need, *, reason: str, told: dict[str, object], is_new: bool
) -> Lineage:
    """Does what the plan says, in one go: rows, team, followers, states, the history, and who is told."""
    sources = [move.need for move in plan.moves]
    before = states_before(sources if is_new else [*sources, living])
    before["new"] = [living.pk] if is_new else []
    for move in plan.moves:
        move_rows(move, living, before)
    lineage = keep_lineage(by, LineageKind.MERGE, sources, [living], reason=reason, before=before)
    invite(by, plan.people, living, before)
    close_needs(by, sources, reason)
    count_rows(living)
    changes = {"from": [str(need.uuid) for need in sources], "reason": reason, **told}
    save_need(living, by=by, action="merge_needs", changes=changes)
    finish(lineage, [*sources, living], before)
    tell_all(by, [*sources, living], "needs.merged", reason)
    return lineage


def require_merge(by: Viewer, sources: Sequence[Need], target: Need | None) -> None:
    """Raises NotAllowed or Refused unless the viewer may make one of these needs."""
    everyone = [*sources, *([target] if target else [])]
    if len({need.organisation_id for need in everyone}) > 1 or target in sources:
        raise NotAllowed
    if len(everyone) < 2:
        raise Refused(_("Choose at least two needs."))
    if len(everyone) > MOST_MERGED:
        raise Refused(_("At most %(most)d needs can be merged at a time.") % {"most": MOST_MERGED})
    for need in everyone:
        if need.state == NeedState.CLOSED:
            raise Refused(_("“%(title)s” has been closed. Choose again.") % {"title": need.title})
    if not all(can_give_up(by, need.facts) for need in sources):
        raise NotAllowed
    if target is not None and not can_absorb(by, target.facts):
        raise NotAllowed


def require_plan(
    by: Viewer,
    plan: MergePlan,
    *,
    reason: str,
    title: str,
    symptom: str,
    kept: Iterable[str],
    mark: str,
) -> dict[str, object]:
    """What the audit row says of flags. Raises Refused or Flagged unless the plan can be carried out as it stands."""
    if not reason:
        raise Refused(_("Write why they are one need, so that those who wrote them understand."))
    if plan.visibility not in Visibility.values:
        raise Refused(_("Choose who may see the need."))
    if plan.criteria_count > MOST_CRITERIA:
        raise Refused(_("At most five criteria: choose those that matter most."))
    if plan.target is None:
        if not symptom:
            raise Refused(_("Write what you see. A sentence is enough."))
        if plan.unit.organisation_id != by.organisation_id or not (plan.unit.pk in by.unit_ids or by.leads):
            raise NotAllowed
    if mark and mark != plan.mark:
        raise Refused(_("Something has changed since you looked. Look through it again."))
    texts, known = words_to_check(plan, reason=reason, written={"title": title, "symptom": symptom})
    return decide_flags(texts, shared=known, kept=kept)
