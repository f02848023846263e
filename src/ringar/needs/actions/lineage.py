"""What merging and splitting share: rows move to another need, with all that undoing needs kept."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ringar.core.actions import add_team_member
from ringar.core.clock import now
from ringar.core.models import Person, Unit
from ringar.core.rules import Viewer
from ringar.needs.actions.moves import require_move
from ringar.needs.actions.needs import save_need
from ringar.needs.lineage import Moving, PartPlan
from ringar.needs.models import Criterion, Evidence, Joining, Lineage, Need, Why
from ringar.needs.queries import concerned_people
from ringar.needs.rules import LineageKind, NeedState, title_from
from ringar.talk.actions import tell_people
from ringar.talk.actions.following import pass_on_follows
from ringar.talk.models import Follow

Before = dict[str, Any]
"""What undoing puts back, all by id: `states` {need: [state, changed_at]}, `evidence` and `joinings` [id, need,
origin], `criteria` and `whys` [id, need, order, text], `made` [joining], `team` and `followers` {need: [person]},
`new` [need], `after` {need: changed_at}."""


def lock_needs(needs: Iterable[Need]) -> dict[int, Need]:
    """The needs as they are now, kept from other writers; always in the same order, so that no two wait in a ring."""
    rows = Need.objects.select_for_update().filter(pk__in={need.pk for need in needs}).order_by("pk")
    return {need.pk: need for need in rows}


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
    for order, criterion in enumerate(move.criteria, start=place + 1):
        before["criteria"].append([criterion.pk, criterion.need_id, criterion.order, criterion.text])
        Criterion.objects.filter(pk=criterion.pk).update(need=living, order=order)
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
        organisation_id=targets[0].organisation_id,
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


def finish(lineage: Lineage, needs: Iterable[Need], before: Before) -> None:
    """Keeps what undoing needs, now that everything is written."""
    stamps: dict[str, datetime] = {str(need.pk): need.changed_at for need in needs}
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
