"""Reads of data sets: which ones a viewer may know of and look into, and what is in them."""

from datetime import UTC, datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from ringar.city.models import Asset, AssetChange, DataImport, DataSet, Incident, Observation, Release
from ringar.city.rules.data import (
    KEEPERS,
    DataKind,
    Holding,
    ImportState,
    ReleaseTo,
    can_keep,
    can_know_of,
    can_look_into,
    can_release,
)
from ringar.core.models import Unit
from ringar.core.rules import LEADING_ROLES, NotAllowed, Viewer

MOST_CHANGES = 20
MOST_INCIDENTS = 200
MOST_FOUND = 500
SOUGHT = ("external_id", "label", "street", "area")
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


def holding(data_set: DataSet) -> Holding:
    """What decisions on the data set need to know. No query where it comes from `known_sets`, else 1."""
    live = getattr(data_set, "live", None)
    if live is None:
        live = list(data_set.releases.filter(withdrawn_at=None))
    return Holding(
        organisation_id=data_set.organisation_id,
        unit_id=data_set.owner_unit_id,
        keeper_id=data_set.keeper_id,
        is_restricted=data_set.is_restricted,
        released_to=frozenset(each.to for each in live),
    )


def released(to: str, column: str = "pk") -> Exists:
    """Whether the data set (in `column`) is released so now."""
    return Exists(Release.objects.filter(data_set=OuterRef(column), to=to, withdrawn_at=None))


def led_units(viewer: Viewer) -> frozenset[int]:
    """The units that the viewer leads, with those below them."""
    return frozenset[int]().union(*(viewer.role_units.get(role, frozenset()) for role in LEADING_ROLES))


def known_sets(viewer: Viewer) -> QuerySet[DataSet]:
    """The data sets that the viewer may know of (`rules.data.can_know_of`), with what their rights need. 2 queries."""
    seen = released(ReleaseTo.OPEN)
    return with_rights(DataSet.objects.filter(Q(seen) | Q(pk__in=_inside(viewer).values("pk"))))


def with_rights(rows: QuerySet[DataSet]) -> QuerySet[DataSet]:
    """The rows with what `holding` needs to know. 2 queries."""
    live = Release.objects.filter(withdrawn_at=None).order_by("id")
    return rows.select_related("owner_unit", "keeper", "organisation").prefetch_related(
        Prefetch("releases", live, to_attr="live")
    )


def _inside(viewer: Viewer) -> QuerySet[DataSet]:
    """The data sets known to someone who works in a municipality here; none to others."""
    if not viewer.is_inside:
        return DataSet.objects.none()
    return DataSet.objects.filter(Q(organisation_id=viewer.organisation_id) | Q(released(ReleaseTo.EXCHANGE)))


def open_sets(viewer: Viewer) -> QuerySet[DataSet]:
    """The data sets that the viewer may look into (`rules.data.can_look_into`)."""
    seen = Q(released(ReleaseTo.OPEN))
    if viewer.is_inside:
        own = Q(is_restricted=False) | Q(owner_unit_id__in=viewer.unit_ids | led_units(viewer))
        if viewer.person_id is not None:
            own |= Q(keeper_id=viewer.person_id)
        elif viewer.leads:  # the operator and the robots of the installation
            own = Q()
        seen |= Q(released(ReleaseTo.EXCHANGE)) | (Q(organisation_id=viewer.organisation_id) & own)
    return DataSet.objects.filter(seen)


def data_set_for(viewer: Viewer, uuid: UUID) -> DataSet:
    """A data set that the viewer may know of. 2 queries. Raises 404, NotAllowed."""
    found = get_object_or_404(with_rights(DataSet.objects.all()), uuid=uuid)
    if not can_know_of(viewer, holding(found)):
        raise NotAllowed
    return found


def opened_set(viewer: Viewer, uuid: UUID) -> DataSet:
    """A data set that the viewer may look into. 2 queries. Raises 404, NotAllowed."""
    data_set = data_set_for(viewer, uuid)
    if not can_look_into(viewer, holding(data_set)):
        raise NotAllowed
    return data_set


def kept_set(viewer: Viewer, uuid: UUID) -> DataSet:
    """A data set that the viewer keeps. 2 queries. Raises 404, NotAllowed."""
    data_set = data_set_for(viewer, uuid)
    if not can_keep(viewer, holding(data_set)):
        raise NotAllowed
    return data_set


def decided_set(viewer: Viewer, uuid: UUID) -> DataSet:
    """A data set on which the viewer decides who outside may have it. 2 queries. Raises 404, NotAllowed."""
    data_set = data_set_for(viewer, uuid)
    if not can_release(viewer, holding(data_set)):
        raise NotAllowed
    return data_set


def keeping_units(viewer: Viewer) -> QuerySet[Unit]:
    """The units for which the viewer may take data in, by name."""
    units = Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name", "pk")
    if viewer.person_id is None:
        return units if viewer.leads else units.none()
    held = [ids for role, ids in viewer.role_units.items() if role in KEEPERS]
    return units.filter(pk__in=frozenset[int]().union(*held)) if viewer.may_write else units.none()


def kept_sets(viewer: Viewer, kind: str) -> QuerySet[DataSet]:
    """The data sets of that kind that the viewer takes files in for, by name (`rules.data.can_keep`)."""
    if not viewer.may_write:
        return DataSet.objects.none()
    mine = Q(owner_unit__in=keeping_units(viewer))
    if viewer.person_id is not None:
        mine |= Q(keeper_id=viewer.person_id)
    rows = DataSet.objects.filter(mine, organisation_id=viewer.organisation_id or 0, kind=kind)
    return rows.order_by("name", "pk")


def paired_breaks(pipes_set: DataSet) -> DataSet | None:
    """The data set where breaks of these pipes went the last time; None before that. 1 or 2 queries."""
    last = pipes_set.imports.exclude(breaks_set=None).select_related("breaks_set").order_by("-id").first()
    if last is not None:
        return last.breaks_set
    fit = pipes_set.fits.exclude(breaks=None).select_related("breaks").order_by("-id").first()
    return fit.breaks if fit is not None else None


def listed_assets(data_set: DataSet, *, words: str = "", retired: bool = False) -> QuerySet[Asset]:
    """The assets in a data set, the first taken in first: those in use, or those that are not.

    With words those whose number, name, street or shut-off area begins with them: 1 query right away.
    """
    rows = Asset.objects.filter(data_set=data_set).order_by("id")
    # A moment instead of "not null": SQLite otherwise reads the whole data set in the order asked for.
    rows = rows.filter(retired_at__gte=LONG_AGO) if retired else rows.filter(retired_at=None)
    words = words.strip()
    if not words:
        return rows
    spelled = sorted({words, words.upper(), words.capitalize()})
    found = begun(data_set, spelled)
    # Few are found by the indexes of their columns; many soon by reading the list from its beginning.
    if len(found) <= MOST_FOUND:
        return rows.filter(pk__in=found)
    return rows.filter(reduce(or_, (begins(column, word) for column in SOUGHT for word in spelled)))


def begun(data_set: DataSet, spelled: list[str]) -> set[int]:
    """The assets of which a sought column begins with one of the words, up to MOST_FOUND and one more. 1 query.

    In SQL, since Django takes ten times as long to put a dozen queries together as a database to answer them.
    """
    is_begun = "{0} >= %s AND {0} < %s" if connection.vendor == "sqlite" else "{0} LIKE %s"
    one = f"SELECT id FROM {Asset._meta.db_table} WHERE data_set_id = %s AND {is_begun}"  # noqa: S608 - no outside text
    parts = " UNION ALL ".join(one.format(column) for column in SOUGHT for _word in spelled)
    values: list[int | str] = []
    for told in [bounds_of(word) for word in spelled] * len(SOUGHT):
        values += [data_set.pk, *told]
    with connection.cursor() as cursor:
        cursor.execute(f"{parts} LIMIT {MOST_FOUND + 1}", values)
        return {pk for (pk,) in cursor.fetchall()}


def bounds_of(words: str) -> tuple[str, ...]:
    """What `begun` holds a column against: of texts from the words on, SQLite uses an index as it is; of LIKE not."""
    if connection.vendor == "sqlite":
        return words, f"{words}\U0010ffff"
    escaped = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return (f"{escaped}%",)


def begins(column: str, words: str) -> Q:
    """Whether the column begins with exactly these words (SQLite's LIKE takes no notice of capitals)."""
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": words, f"{column}__lt": f"{words}\U0010ffff"})
    return Q(**{f"{column}__startswith": words})


def listed_incidents(data_set: DataSet) -> QuerySet[Incident]:
    """What happened, the latest first, with the assets it happened to."""
    return data_set.incidents.select_related("asset").order_by("-day", "-id")


def assets_for(viewer: Viewer) -> QuerySet[Asset]:
    """The assets of all data sets that the viewer may look into."""
    return Asset.objects.filter(data_set__in=open_sets(viewer))


def asset_for(viewer: Viewer, uuid: UUID) -> Asset:
    """One asset with its data set. 1 query. Raises 404."""
    return get_object_or_404(
        assets_for(viewer).select_related("data_set__owner_unit", "data_set__organisation"), uuid=uuid
    )


def incidents_of(asset: Asset, viewer: Viewer) -> list[Incident]:
    """What happened to the asset, the latest first, as far as the viewer may look into it. 1 query."""
    rows = asset.incidents.filter(data_set__in=open_sets(viewer)).order_by("-day", "-id")
    return list(rows[:MOST_INCIDENTS])


def observations_of(asset: Asset) -> list[Observation]:
    """What was seen of the asset, the latest first. 1 query."""
    rows = asset.observations.filter(withdrawn_at=None).select_related("by").order_by("-id")
    return list(rows[:MOST_INCIDENTS])


def changes_of(asset: Asset) -> list[AssetChange]:
    """What imports changed of the asset, the latest first. 1 query."""
    return list(asset.asset_changes.order_by("-id")[:MOST_CHANGES])


def releases_of(data_set: DataSet) -> list[Release]:
    """All decisions to release the data set, the latest first. 1 query."""
    return list(data_set.releases.select_related("by", "withdrawn_by").order_by("-id"))


def imports_of(data_set: DataSet) -> QuerySet[DataImport]:
    """What was handed in for the data set, the latest first."""
    rows = DataImport.objects.filter(Q(data_set=data_set) | Q(breaks_set=data_set))
    return rows.select_related("by", "data_set", "breaks_set").order_by("-id")


def saved_pipes(uuid: str) -> DataSet | None:
    """The pipes into which what was handed in has been saved; None where it has not, or is no pipes. 1 query."""
    rows = DataImport.objects.filter(uuid=uuid, state=ImportState.SAVED, data_set__kind=DataKind.PIPES)
    row = rows.select_related("data_set").first()
    return row.data_set if row else None


def import_for(viewer: Viewer, uuid: UUID) -> DataImport:
    """Files that were handed in, for those who keep the data set. 3 queries. Raises 404, NotAllowed."""
    found = get_object_or_404(DataImport.objects.select_related("data_set", "breaks_set", "by"), uuid=uuid)
    if not can_keep(viewer, holding(found.data_set)):
        raise NotAllowed
    return found
