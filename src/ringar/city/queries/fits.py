"""Reads of fits: what is reckoned of the pipes, for those who may look into them."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.shortcuts import get_object_or_404

from ringar.city.models import DataSet, Fit, PipeRisk
from ringar.city.queries.data import holding, open_sets
from ringar.city.rules.data import DataKind
from ringar.city.rules.fits import FitState
from ringar.city.rules.lists import can_plan
from ringar.core.rules import NotAllowed, Viewer

MOST_AREAS = 50


def readable_sets(viewer: Viewer) -> QuerySet[DataSet]:
    """The viewer's own organisation's data sets that the viewer may look into; none for those outside."""
    if not viewer.is_inside:
        return DataSet.objects.none()
    return open_sets(viewer).filter(organisation_id=viewer.organisation_id or 0)


def visible_fits(viewer: Viewer) -> QuerySet[Fit]:
    """The fits that the viewer may see (`rules.lists.can_see_fit`), the latest first."""
    rows = Fit.objects.filter(pipes__in=readable_sets(viewer).values("pk"))
    return rows.select_related("pipes__owner_unit", "breaks", "places", "by").order_by("-created_at", "-id")


def fit_for(viewer: Viewer, uuid: UUID) -> Fit:
    """One fit that the viewer may see. 1 query. Raises 404."""
    return get_object_or_404(visible_fits(viewer), uuid=uuid)


def planned_fit(viewer: Viewer, uuid: UUID) -> Fit:
    """One fit of pipes that the viewer plans for. 2 queries. Raises 404, NotAllowed."""
    fit = fit_for(viewer, uuid)
    if not can_plan(viewer, holding(fit.pipes)):
        raise NotAllowed
    return fit


def sets_to_reckon(viewer: Viewer, kind: str) -> list[DataSet]:
    """The data sets of that kind that the viewer may look into, by name; of pipes only those to plan for."""
    rows = readable_sets(viewer).filter(kind=kind).select_related("owner_unit").order_by("name", "pk")
    found = list(rows.prefetch_related("releases")[:100])
    return [each for each in found if kind != DataKind.PIPES or can_plan(viewer, holding(each))]


def fits_to_plan(viewer: Viewer) -> QuerySet[Fit]:
    """The fits that are done, the latest first: what a list can be made from."""
    return visible_fits(viewer).filter(state=FitState.DONE)


def top_risks(fit: Fit, *, by_risk: bool = False) -> QuerySet[PipeRisk]:
    """What the fit says of the pipes, the first to look at first."""
    order = ("-risk", "id") if by_risk else ("rank", "id")
    return fit.risks.select_related("asset").order_by(*order)


def changed_since(fit: Fit) -> datetime | None:
    """When what the fit was made from was changed last, where that was after it was made. No query."""
    sets = [each for each in (fit.pipes, fit.breaks, fit.places) if each is not None]
    latest = max(each.updated_at for each in sets)
    made = fit.started_at or fit.finished_at
    return latest if made is not None and latest > made else None


def years_told(fit: Fit) -> list[int]:
    """The years ahead for which the fit tells what to expect of each pipe, the fewest first. 1 query."""
    first = fit.risks.order_by("rank", "id").first()
    return [each.years for each in first.outlooks()] if first else [fit.horizon]


def areas_of(fit: Fit) -> list[dict[str, object]]:
    """Breaks to expect by shut-off area, else street, most for each kilometre first: {name, pipes, km, expected}.

    Areas of less than a hundred metres are left out: what is divided by almost nothing tells nothing. 1 query.
    """
    name = Coalesce(NullIf("asset__area", Value("")), NullIf("asset__street", Value("")))
    rows = (
        fit.risks.annotate(name=name)
        .exclude(name=None)
        .values("name")
        .annotate(pipes=Count("pk"), km=Sum("asset__length_m") / 1000, expected=Sum("expected"))
        .filter(km__gte=0.1)
        .annotate(per_km=F("expected") / F("km"))
        .order_by("-per_km", "name")
    )
    return [dict(row) for row in rows[:MOST_AREAS]]
