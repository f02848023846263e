"""Reads of work lists: which a viewer may see, what is on them, how far the crew has come."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404

from ringar.city.models import DataSet, Fit, Incident, WorkList, WorkListItem
from ringar.city.queries.data import holding
from ringar.city.queries.fits import readable_sets
from ringar.city.rules.draws import Candidate
from ringar.city.rules.fits import ListState
from ringar.city.rules.lists import ListFacts, can_plan, can_tick
from ringar.core.rules import NotAllowed, Viewer


def facts_of(work_list: WorkList) -> ListFacts:
    """What the rules of rights ask. 1 query."""
    return ListFacts(holding(work_list.fit.pipes), work_list.unit_id, work_list.state)


def visible_lists(viewer: Viewer) -> QuerySet[WorkList]:
    """The lists that the viewer may see (`rules.lists.can_see_list`), the latest year first."""
    if not viewer.is_inside:
        return WorkList.objects.none()
    crew = Q(organisation_id=viewer.organisation_id, unit_id__in=viewer.unit_ids) & ~Q(state=ListState.DRAFT)
    rows = WorkList.objects.filter(Q(fit__pipes__in=readable_sets(viewer).values("pk")) | crew)
    return rows.select_related("fit__pipes__owner_unit", "fit__breaks", "unit", "made_by").order_by(
        "-year", "-id"
    )


def with_counts(lists: QuerySet[WorkList]) -> QuerySet[WorkList]:
    """The lists with how many pipes and metres they hold, and how many are done."""
    return lists.annotate(
        pipes=Count("items"),
        metres=Sum("items__length_m"),
        done=Count("items", filter=~Q(items__done_at=None)),
    )


def list_for(viewer: Viewer, uuid: UUID) -> WorkList:
    """One list that the viewer may see. 1 query. Raises 404."""
    return get_object_or_404(visible_lists(viewer), uuid=uuid)


def planned_list(viewer: Viewer, uuid: UUID) -> WorkList:
    """One list that the viewer plans. 2 queries. Raises 404, NotAllowed."""
    work_list = list_for(viewer, uuid)
    if not can_plan(viewer, holding(work_list.fit.pipes)):
        raise NotAllowed
    return work_list


def item_for(viewer: Viewer, uuid: UUID, place: int) -> WorkListItem:
    """One pipe on a list that the viewer may tick off. 3 queries. Raises 404, NotAllowed."""
    work_list = list_for(viewer, uuid)
    if not can_tick(viewer, facts_of(work_list)):
        raise NotAllowed
    item = get_object_or_404(
        WorkListItem.objects.select_related("asset", "done_by"), work_list=work_list, place=place
    )
    item.work_list = work_list
    return item


def items_of(work_list: WorkList) -> QuerySet[WorkListItem]:
    """What is on the list, in the crew's order."""
    return work_list.items.select_related("asset", "done_by").order_by("place")


def outlooks_on(work_list: WorkList) -> dict[int, list[float]]:
    """Breaks to expect of each pipe on the list within the years that its fit tells of, by the pipe's row. 1 query."""
    risks = work_list.fit.risks.filter(asset_id__in=work_list.items.values("asset_id"))
    return {risk.asset_id: [each.expected for each in risk.outlooks()] for risk in risks.defer("reasons")}


def breaks_before(fit: Fit) -> dict[int, int]:
    """How many breaks each pipe had had when the fit was made, by the pipe's row. 1 query."""
    told = Incident.objects.filter(data_set=fit.breaks_id or 0, day__lt=fit.as_of, former=False)
    rows = told.exclude(asset=None).order_by().values("asset_id").annotate(n=Count("pk"))
    return dict(rows.values_list("asset_id", "n"))


def candidates_for(fit: Fit) -> list[Candidate]:
    """The pipes that a new list can take: in use, known to the fit, and on no list that is not closed. 3 queries."""
    so_far = breaks_before(fit)
    taken = set(
        WorkListItem.objects.filter(work_list__organisation_id=fit.organisation_id)
        .exclude(work_list__state=ListState.CLOSED)
        .values_list("asset_id", flat=True)
    )
    rows = fit.risks.filter(asset__retired_at=None).values_list(
        "asset_id", "asset__length_m", "expected", "risk", "asset__installed"
    )
    return [
        Candidate(key, max(length or 0.0, 0.01), expected, risk, installed, so_far.get(key, 0))
        for key, length, expected, risk, installed in rows.iterator(chunk_size=5_000)
        if key not in taken and not (installed is not None and installed > as_year(fit))
    ]


def handed_out(pipes: DataSet, year: int) -> int:
    """How many lists of these pipes and that year have been handed out. 1 query."""
    rows = WorkList.objects.filter(fit__pipes=pipes, year=year)
    return rows.exclude(state=ListState.DRAFT).count()


def as_year(fit: Fit) -> float:
    """The day as known on, as a decimal year."""
    return fit.as_of.year + (fit.as_of.timetuple().tm_yday - 1) / 365.25
