"""Which needs a need came from and what it became, as far as a viewer may see; and whether that can be undone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Viewer
from ringar.needs.models import Lineage, Need
from ringar.needs.rules import SET_BY_OTHERS, can_edit_need, can_see_need

MOST_LEVELS = 4
"""Generations shown upward and downward; each costs three queries, and none where there are none."""


@dataclass
class Branch:
    """One need in the tree; `need` is None where the viewer may not see it. `relatives` are a generation further."""

    need: Need | None
    lineage: Lineage | None = None
    relatives: list["Branch"] = field(default_factory=list)


@dataclass(frozen=True)
class Ancestry:
    """A need's origins, what it became, and the step that made either, newest first."""

    origins: list[Branch]
    became: list[Branch]
    steps: list[Lineage]

    def __bool__(self) -> bool:
        return bool(self.origins or self.became)


def ancestry_of(need: Need, viewer: Viewer) -> Ancestry:
    """The tree around the need: 1 query for a need that neither came from nor became others."""
    steps = steps_of({need.pk})
    if not steps:
        return Ancestry([], [], [])
    known = {step.pk: step for step in steps}
    ring = {need.pk}
    for _level in range(MOST_LEVELS - 1):
        around = {row.pk for step in known.values() for row in (*step.from_needs.all(), *step.to_needs.all())}
        if around <= ring:
            break
        known |= {step.pk: step for step in steps_of(around - ring)}
        ring |= around
    chain = sorted(known.values(), key=lambda step: -step.pk)
    return Ancestry(
        branches(need, viewer, chain, upward=True), branches(need, viewer, chain, upward=False), steps
    )


def steps_of(ids: Iterable[int]) -> list[Lineage]:
    """The merges and splits, not undone, that any of the needs took part in, newest first. 3 queries, or 1."""
    rows = Lineage.objects.filter(Q(from_needs__in=list(ids)) | Q(to_needs__in=list(ids)), undone_at=None)
    needs = Need.objects.select_related("unit").defer("words")
    rows = rows.distinct().order_by("-id").select_related("person")
    return list(rows.prefetch_related(Prefetch("from_needs", needs), Prefetch("to_needs", needs)))


def branches(
    need: Need, viewer: Viewer, steps: list[Lineage], *, upward: bool, level: int = MOST_LEVELS
) -> list[Branch]:
    """The needs a generation further, those that the viewer may not see without their names."""
    found = []
    for step in steps:
        near, far = (step.to_needs, step.from_needs) if upward else (step.from_needs, step.to_needs)
        if level and need in near.all():
            for other in far.all():
                further = branches(other, viewer, steps, upward=upward, level=level - 1)
                shown = other if can_see_need(viewer, other.facts) else None
                found.append(Branch(shown, step, further))
    return found


def lineage_for(viewer: Viewer, uuid: UUID) -> Lineage:
    """The merge or split with that uuid, of needs that the viewer may all change. Raises NotAllowed. 3 queries."""
    lineage = Lineage.objects.filter(uuid=uuid, organisation_id=viewer.organisation_id or 0).first()
    if lineage is None or not all(can_edit_need(viewer, need.facts) for need in needs_of(lineage)):
        raise NotAllowed
    return lineage


def needs_of(lineage: Lineage) -> list[Need]:
    """All needs that took part, those that became others first. 2 queries."""
    return [*lineage.from_needs.order_by("pk"), *lineage.to_needs.order_by("pk")]


def obstacles(lineage: Lineage) -> list[str]:
    """What stands in the way of undoing, each as a sentence; empty where nothing does. About 8 queries."""
    days = settings.RINGAR_UNDO_DAYS
    if lineage.undone_at is not None:
        return [_("It has been undone already.")]
    if lineage.at + timedelta(days=days) < now():
        return [
            _("It can be undone within %(days)d days. Split or merge the needs anew instead.")
            % {"days": days}
        ]
    needs = needs_of(lineage)
    found = []
    later = Lineage.objects.filter(undone_at=None, pk__gt=lineage.pk)
    if later.filter(Q(from_needs__in=needs) | Q(to_needs__in=needs)).exists():
        found.append(_("One of the needs has been merged or split again since. Undo that first."))
    for need in lineage.to_needs.all():
        state_then = lineage.before["states"].get(str(need.pk), [""])[0]
        if need.state in SET_BY_OTHERS and need.state != state_then:
            found.append(_("Work with a supplier has begun for “%(title)s”.") % {"title": need.title})
        elif need.pk in lineage.before["new"] and (things := added_since(lineage, need)):
            found.append(
                _("“%(title)s” has got something since: %(things)s.")
                % {"title": need.title, "things": ", ".join(things)}
            )
    return found


def added_since(lineage: Lineage, need: Need) -> list[str]:
    """What hangs on a need made by the step and was not moved there by it: it would be closed away. 4 queries."""
    moved = lineage.before
    kinds = (
        (need.evidence, {row[0] for row in moved["evidence"]}, _("evidence")),
        (
            need.joinings,
            {row[0] for row in moved["joinings"]} | set(moved["made"]),
            _("a unit that has it too"),
        ),
        (need.whys, {row[0] for row in moved["whys"]}, _("answers to why")),
        (need.criteria, {row[0] for row in moved["criteria"]}, _("criteria")),
    )
    return [word for rows, ids, word in kinds if rows.exclude(pk__in=ids).exists()]


def can_undo(viewer: Viewer, step: Lineage) -> bool:
    """Whether the viewer may change all its needs, and is not too late; what else stands in the way is `obstacles`."""
    in_time = step.at + timedelta(days=settings.RINGAR_UNDO_DAYS) >= now()
    return in_time and all(
        can_edit_need(viewer, need.facts) for need in (*step.from_needs.all(), *step.to_needs.all())
    )
