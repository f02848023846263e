"""What this room tells rounds of their needs' pilots: how far each has come, and its money."""

from collections.abc import Callable, Iterable

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.rules import Viewer
from ringar.matching.plan_rules import PilotNote
from ringar.pilots.models import Pilot
from ringar.pilots.queries.pilots import visible_pilots
from ringar.pilots.rules import CostKind, PilotState


def pilots_of_needs(viewer: Viewer, needs: Iterable[int]) -> list[PilotNote]:
    """The needs' pilots, the oldest first. The money of one that the viewer may not see counts too. 1 query."""
    cost = Q(cost_lines__kind=CostKind.COST)
    pilots = Pilot.objects.filter(need__in=needs).annotate(
        promised=Sum("cost_lines__promised_sek", filter=cost),
        spent=Sum("cost_lines__realised_sek", filter=cost, default=0),
        is_seen=Exists(visible_pilots(viewer).filter(pk=OuterRef("pk"))),
    )
    return [note_of(pilot) for pilot in pilots.order_by("id")]


def note_of(pilot: Pilot) -> PilotNote:
    """What is told of one; without name and address where the viewer may not see it."""
    made_on = timezone.localdate(pilot.created_at)
    has_begun = pilot.state != PilotState.PLANNED
    is_seen: bool = pilot.is_seen  # type: ignore[attr-defined]
    promised: int | None = pilot.promised  # type: ignore[attr-defined]
    spent: int = pilot.spent  # type: ignore[attr-defined]
    return PilotNote(
        need_id=pilot.need_id or 0,
        title=pilot.title if is_seen else _("A pilot that only its unit reads"),
        url=pilot.get_absolute_url() if is_seen else "",
        told=f"{pilot.get_stage_display()}, {pilot.get_state_display().lower()}",
        promised_sek=pilot.cap_sek if promised is None else promised,
        spent_sek=spent,
        made_on=made_on,
        begun_on=(pilot.starts_on or made_on) if has_begun else None,
        is_over=pilot.state in {PilotState.STOPPED, PilotState.DONE},
    )


PILOTS_OF_NEEDS: list[Callable[[Viewer, Iterable[int]], list[PilotNote]]] = [pilots_of_needs]
