"""What waits for people on maps of routines: objections without an answer, and maps of their own work."""

from django.db.models import Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.registry import MOST_WAITING, Waiting, Waits
from ringar.core.rules import Viewer
from ringar.robots.models.maps import MapVersion
from ringar.robots.queries.maps import kept_units
from ringar.robots.rules.maps import OBJECTIONS, MapState

UNANSWERED = Q(marks__kind__in=OBJECTIONS, marks__replied_at=None)


def objected_for(viewer: Viewer) -> QuerySet[MapVersion]:
    """Open maps of the units whose maps the viewer signs, with an objection that has no answer."""
    if not viewer.may_write:
        return MapVersion.objects.none()
    rows = MapVersion.objects.filter(state=MapState.OPEN, process_map__unit__in=kept_units(viewer))
    rows = rows.annotate(since=Min("marks__created_at", filter=UNANSWERED)).filter(since__isnull=False)
    return rows.defer("bpmn").select_related("process_map").order_by("since", "id")[:MOST_WAITING]


def objected(viewer: Viewer) -> list[Waiting]:
    """Maps where somebody waits for an answer. 1 query."""
    return [
        Waiting(
            _("Answer what people say of a map"),
            version.process_map.name,
            reverse("map_version", args=[version.process_map.uuid, version.number]) + "#said",
            version.since,  # type: ignore[attr-defined] # annotated above
        )
        for version in objected_for(viewer)
    ]


def unmarked_for(viewer: Viewer) -> QuerySet[MapVersion]:
    """Open maps of the unit where the viewer works, of which they have not said anything: they know how it goes."""
    if not viewer.may_write or not viewer.is_inside or viewer.person_id is None:
        return MapVersion.objects.none()
    rows = MapVersion.objects.filter(state=MapState.OPEN, process_map__unit__in=viewer.own_unit_ids)
    rows = rows.exclude(marks__by=viewer.person_id).exclude(process_map__unit__in=kept_units(viewer))
    return rows.defer("bpmn").select_related("process_map").order_by("opened_at", "id")[:MOST_WAITING]


def unmarked(viewer: Viewer) -> list[Waiting]:
    """Maps of one's own work to look at. 1 query."""
    return [
        Waiting(
            _("Say what is wrong or missing on the map of your work"),
            version.process_map.name,
            reverse("map_version", args=[version.process_map.uuid, version.number]) + "#mark",
            version.opened_at or version.created_at,
        )
        for version in unmarked_for(viewer)
    ]


MAPS_WAIT = Waits(objected_for, objected)
OPEN_MAPS_WAIT = Waits(unmarked_for, unmarked)
