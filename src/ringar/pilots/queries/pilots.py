"""Reads on pilots: what a viewer may see, one of them, a need's, and whom they concern."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from ringar.core.models import Membership, Person, TeamMember
from ringar.core.people_queries import units_above
from ringar.core.rules import LEADING_ROLES, NotAllowed, Viewer, Visibility
from ringar.needs.models import Need
from ringar.needs.queries import parse_moment
from ringar.pilots.models import Pilot, PilotUnit

PAGE = 25


def visible_pilots(viewer: Viewer) -> QuerySet[Pilot]:
    """The pilots that the viewer may see: the same rule as `rules.can_see_pilot`, for many rows."""
    seen = Q(visibility=Visibility.PUBLIC)
    if viewer.person_id is not None:
        seen |= Q(created_by_id=viewer.person_id)
    if viewer.is_inside:
        here = Q(organisation_id=viewer.organisation_id)
        if viewer.person_id is None and viewer.leads:  # the operator and the robots of the installation
            return Pilot.objects.filter(seen | here)
        ours = Q(visibility=Visibility.ORGANISATION) | Q(unit_id__in=viewer.unit_ids)
        ours |= Q(uuid__in=viewer.team_rows) | Q(owner_id=viewer.person_id or 0)
        if viewer.person_id is not None:
            ours |= Q(Exists(PilotUnit.objects.filter(pilot=OuterRef("pk"), measurer_id=viewer.person_id)))
        seen |= here & ours
    return Pilot.objects.filter(seen)


def pilot_for(viewer: Viewer, uuid: UUID | str) -> Pilot:
    """The pilot with that uuid, with what its pages show of it. Raises NotAllowed where none is seen. 1 query."""
    wanted = ("organisation", "unit", "owner", "created_by", "need", "solution", "solver", "meeting")
    pilot = (
        visible_pilots(viewer)
        .select_related(*wanted, "effect_goal", "data_check", "sprint")
        .filter(uuid=uuid)
        .first()
    )
    if pilot is None:
        raise NotAllowed
    return pilot


def listed_pilots(viewer: Viewer, *, stage: str = "", state: str = "") -> QuerySet[Pilot]:
    """Pilots of the viewer's organisation (outside: the published ones), the latest change first."""
    pilots = visible_pilots(viewer).select_related("organisation", "unit", "owner", "need", "solver")
    if viewer.is_inside:
        pilots = pilots.filter(organisation_id=viewer.organisation_id or 0)
    if stage:
        pilots = pilots.filter(stage=stage)
    if state:
        pilots = pilots.filter(state=state)
    return pilots.order_by("-changed_at", "-id")


def pilots_of_need(viewer: Viewer, need: Need) -> QuerySet[Pilot]:
    """The need's pilots that the viewer may see, the newest first. 1 query."""
    return visible_pilots(viewer).filter(need=need).select_related("owner", "solver").order_by("-id")


def concerned_people(pilot: Pilot) -> set[int]:
    """The ids of the people whom the pilot concerns: who began it, owner, team, who measures. 2 queries."""
    ids = {pilot.created_by_id, pilot.owner_id}
    ids |= set(TeamMember.objects.filter(row=pilot.uuid).values_list("person_id", flat=True))
    ids |= set(pilot.units.order_by().values_list("measurer_id", flat=True))
    return {pk for pk in ids if pk is not None}


def deciders_of(pilot: Pilot) -> QuerySet[Person]:
    """Who may open the gates of heavy stages: those who lead its unit or one above. 2 queries."""
    leading = Membership.objects.filter(unit__in=units_above(pilot.unit), role__in=LEADING_ROLES)
    return Person.objects.filter(is_active=True, pk__in=leading.values("person_id")).order_by("name")


def older_than(pilots: QuerySet[Pilot], cursor: str) -> QuerySet[Pilot]:
    """The pilots after the one that `cursor` ("moment_id") tells of; all of them where it tells of none."""
    stamp, _bar, last = cursor.partition("_")
    moment = parse_moment(stamp)
    if moment is None or not last.isdecimal() or len(last) > 18:
        return pilots
    return pilots.filter(changed_at__lte=moment).exclude(changed_at=moment, id__gte=int(last))


def cursor_of(pilot: Pilot) -> str:
    """Where a page ends: the next one starts after this pilot."""
    return f"{pilot.changed_at.isoformat()}_{pilot.pk}"
