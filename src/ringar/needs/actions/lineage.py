"""Needs that become others: several merged into one, or one split into parts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import add_team_member
from ringar.core.clock import now
from ringar.core.models import Person, TeamMember, Unit
from ringar.core.rules import NotAllowed, Refused, Viewer, Visibility
from ringar.needs.actions.moves import require_move
from ringar.needs.actions.needs import save_need
from ringar.needs.actions.prepare import decide_flags, tidy
from ringar.needs.lineage import (
    MergePlan,
    Moving,
    Part,
    PartPlan,
    narrowest,
    plan_merge,
    plan_split,
    words_of_parts,
    words_to_check,
)
from ringar.needs.models import Criterion, Evidence, Joining, Lineage, Need, Why
from ringar.needs.queries import concerned_people, people_of
from ringar.needs.rules import (
    LONGEST_TITLE,
    MOST_CRITERIA,
    MOST_MERGED,
    MOST_PARTS,
    LineageKind,
    NeedState,
    can_absorb,
    can_give_up,
    title_from,
)
from ringar.talk.actions import tell_people
from ringar.talk.actions.following import pass_on_follows
from ringar.talk.models import Follow

Before = dict[str, Any]
"""What undoing puts back, all by id: `states` {need: [state, changed_at]}, `evidence` and `joinings` [id, need,
origin], `criteria` and `whys` [id, need, order, text], `made` [joining], `team` and `followers` {need: [person]},
`new` [need], `after` {need: changed_at}."""


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
    told = require_plan(
        by, plan, reason=reason, written={"title": title, "symptom": symptom}, kept=kept, mark=mark
    )
    is_new = target is None
    living = target or write_need(
        by, unit, title=title, symptom=symptom, visibility=plan.visibility, told=told
    )
    before = states_before([*sources, *([] if is_new else [living])])
    before["new"] = [living.pk] if is_new else []
    for move in plan.moves:
        move_rows(move, living, before)
    lineage = keep_lineage(by, LineageKind.MERGE, sources, [living], reason=reason, before=before)
    invite(by, plan.people, living, before)
    close_needs(by, sources, reason)
    count_rows(living)
    moved = {"from": [str(need.uuid) for need in sources], "reason": reason, **({} if is_new else told)}
    save_need(living, by=by, action="merge_needs", changes=moved)
    finish(lineage, sources, [living], before)
    tell_all(by, [*sources, living], "needs.merged", reason)
    return lineage


def lock_needs(needs: Iterable[Need]) -> dict[int, Need]:
    """The needs as they are now, kept from other writers; always in the same order, so that no two wait in a ring."""
    rows = Need.objects.select_for_update().filter(pk__in={need.pk for need in needs}).order_by("pk")
    return {need.pk: need for need in rows}


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
    by: Viewer, plan: MergePlan, *, reason: str, written: dict[str, str], kept: Iterable[str], mark: str
) -> dict[str, object]:
    """What the audit row says of flags. Raises Refused or Flagged unless the plan can be carried out as it stands."""
    if not reason:
        raise Refused(_("Write why they are one need, so that those who wrote them understand."))
    if plan.visibility not in Visibility.values:
        raise Refused(_("Choose who may see the need."))
    if plan.criteria_count > MOST_CRITERIA:
        raise Refused(_("At most five criteria: choose those that matter most."))
    if plan.target is None:
        if not written["symptom"]:
            raise Refused(_("Write what you see. A sentence is enough."))
        if plan.unit.organisation_id != by.organisation_id or not (plan.unit.pk in by.unit_ids or by.leads):
            raise NotAllowed
    if mark and mark != plan.mark:
        raise Refused(_("Something has changed since you looked. Look through it again."))
    texts, known = words_to_check(plan, reason=reason, written=written)
    return decide_flags(texts, shared=known, kept=kept)


def write_need(
    by: Viewer, unit: Unit, *, title: str, symptom: str, visibility: str, told: dict[str, object]
) -> Need:
    """A shared need newly written in place of others."""
    need = Need(
        organisation_id=unit.organisation_id,
        unit=unit,
        title=title or title_from(symptom),
        symptom=symptom,
        visibility=visibility,
        state=NeedState.SHARED,
        created_by_id=by.person_id,
        created_at=now(),
        shared_at=now(),
    )
    save_need(need, by=by, action="share_need", changes={"visibility": visibility, **told})
    return need


def states_before(needs: Iterable[Need]) -> Before:
    """The start of what undoing needs: the states, and room for the rest."""
    lists: Before = {name: [] for name in ("evidence", "joinings", "criteria", "whys", "made", "new")}
    states = {str(need.pk): [need.state, need.changed_at.isoformat()] for need in needs}
    return {**lists, "states": states, "team": {}, "followers": {}}


def move_rows(move: Moving | PartPlan, living: Need, before: Before) -> None:
    """Moves evidence, joinings, criteria and whys to the living need, each with a note of where it was."""
    for name, rows in (("evidence", move.evidence), ("joinings", move.joinings)):
        for row in rows:
            before[name].append([row.pk, row.need_id, row.origin_id])
            row.origin_id = row.origin_id or row.need_id
            row.need = living
    Evidence.objects.bulk_update(move.evidence, ["need", "origin"])
    Joining.objects.bulk_update(move.joinings, ["need", "origin"])
    place = living.criteria.count()
    for order, row in enumerate(move.criteria, start=place + 1):
        before["criteria"].append([row.pk, row.need_id, row.order, row.text])
        Criterion.objects.filter(pk=row.pk).update(need=living, order=order)
    if isinstance(move, PartPlan):
        return
    for why in move.whys:
        before["whys"].append([why.pk, why.need_id, why.order, why.answer])
    Why.objects.filter(pk__in=[why.pk for why in move.whys]).update(need=living)
    if move.joins:
        person = move.need.created_by_id
        made = Joining.objects.create(
            need=living, unit_id=move.need.unit_id, person_id=person, at=now(), origin=move.need
        )
        before["made"].append(made.pk)


def keep_lineage(
    by: Viewer,
    kind: LineageKind,
    sources: Iterable[Need],
    targets: Iterable[Need],
    *,
    reason: str,
    before: Before,
    is_closing: bool = True,
) -> Lineage:
    """The row that says who came from whom; followers go along."""
    targets = list(targets)
    lineage = Lineage.objects.create(
        organisation_id=by.organisation_id,
        kind=kind,
        person_id=by.person_id,
        at=now(),
        reason=reason,
        is_closing=is_closing,
    )
    lineage.from_needs.set(sources)
    lineage.to_needs.set(targets)
    for target in targets:
        before["followers"][str(target.pk)] = [
            person
            for source in lineage.from_needs.all()
            for person in pass_on_follows(source=source, target=target)
        ]
    return lineage


def invite(by: Viewer, people: Iterable[Person], need: Need, before: Before) -> None:
    """Those who wrote, owned or worked with the needs before work with the one that they became."""
    people = list(people)
    before["team"][str(need.pk)] = [person.pk for person in people]
    for person in people:
        add_team_member(by=by, row=need, person=person)


def close_needs(by: Viewer, needs: Iterable[Need], reason: str) -> None:
    """Closes the needs that have become others, by the table of states."""
    for need in needs:
        require_move(by, need, NeedState.CLOSED, replace(need.facts, reason=True))
        changes: dict[str, object] = {"state": [need.state, str(NeedState.CLOSED)], "reason": reason}
        need.state = NeedState.CLOSED
        count_rows(need)
        save_need(need, by=by, action="move_need", changes=changes)


def count_rows(need: Need) -> None:
    """Counts anew what hangs on the need; does not save it."""
    seen = need.evidence.filter(is_draft=False)
    need.evidence_count, need.outside_count = seen.count(), seen.filter(is_outside=True).count()
    need.joined_count, need.criteria_count = need.joinings.count(), need.criteria.count()


def finish(lineage: Lineage, sources: Iterable[Need], targets: Iterable[Need], before: Before) -> None:
    """Keeps what undoing needs, now that everything is written."""
    stamps: dict[str, datetime] = {str(need.pk): need.changed_at for need in [*sources, *targets]}
    lineage.before = {**before, "after": {pk: stamp.isoformat() for pk, stamp in stamps.items()}}
    lineage.save(update_fields=["before"])


def tell_all(by: Viewer, needs: Iterable[Need], event: str, reason: str) -> None:
    """Tells everyone whom any of the needs concerns, once each, of the first of them that they may see."""
    told: set[int] = set()
    for need in needs:
        people = concerned_people(need)
        people |= set(Follow.objects.filter(row=need.uuid).values_list("person_id", flat=True))
        tell_people(by=by, row=need, event=event, people=people, facts={"reason": reason[:500]}, besides=told)
        told |= people


@transaction.atomic
def split_need(
    *,
    by: Viewer,
    need: Need,
    parts: Sequence[Part],
    reason: str,
    closes: bool = True,
    kept: Iterable[str] = (),
) -> Lineage:
    """Makes two to five needs of one; with `closes` the first is closed and leads to them, else it lives on.

    Each part is shared with those who see the need now. Raises NotAllowed, Flagged, or Refused where a text is
    missing.
    """
    need = lock_needs([need])[need.pk]
    if need.state == NeedState.CLOSED:
        raise Refused(_("“%(title)s” has been closed. Choose again.") % {"title": need.title})
    if not can_give_up(by, need.facts):
        raise NotAllowed
    reason = tidy(reason, 2_000)
    parts = [replace(p, title=tidy(p.title, LONGEST_TITLE), symptom=tidy(p.symptom)) for p in parts]
    told = require_parts(need, parts, reason=reason, closes=closes, kept=kept)
    before = states_before([need])
    made = [make_part(by, need, plan, told, before) for plan in plan_split(need, parts)]
    before["new"] = [part.pk for part in made]
    lineage = keep_lineage(
        by, LineageKind.SPLIT, [need], made, reason=reason, before=before, is_closing=closes
    )
    if closes:
        close_needs(by, [need], reason)
    else:
        count_rows(need)
        save_need(need, by=by, action="split_need", changes={"reason": reason})
    finish(lineage, [need], made, before)
    tell_all(by, [need, *made], "needs.split", reason)
    return lineage


def require_parts(
    need: Need, parts: Sequence[Part], *, reason: str, closes: bool, kept: Iterable[str]
) -> dict[str, object]:
    """What the audit row says of flags. Raises Refused or Flagged unless the parts hold together."""
    least = 2 if closes else 1
    if not least <= len(parts) <= MOST_PARTS:
        raise Refused(
            _("Write at least two parts, and at most five.") if closes else _("Write at least one part.")
        )
    if not all(part.symptom for part in parts):
        raise Refused(_("Write what is seen in each part. A sentence is enough."))
    if not reason:
        raise Refused(_("Write why it is split, so that those who wrote it understand."))
    texts, known = words_of_parts(need, parts, reason=reason)
    return decide_flags(texts, shared=known, kept=kept)


def make_part(by: Viewer, need: Need, plan: PartPlan, told: dict[str, object], before: Before) -> Need:
    """One part: seen by those who see the need, worked with by those who worked with it."""
    part = write_need(
        by, need.unit, title=plan.part.title, symptom=plan.part.symptom, visibility=need.visibility, told=told
    )
    part.owner_id = need.owner_id
    move_rows(plan, part, before)
    count_rows(part)
    save_need(part, by=by, action="split_need", changes={"from": str(need.uuid)})
    team = set(TeamMember.objects.filter(row=need.uuid).values_list("person_id", flat=True))
    team |= {need.created_by_id or 0} - {by.person_id, need.owner_id}
    invite(by, people_of(need.organisation_id).filter(pk__in=team), part, before)
    return part
