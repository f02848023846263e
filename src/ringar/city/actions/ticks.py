"""What the crew found: ticked off a list, and kept as data about the pipe."""

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.city.models import DataSet, Incident, Observation, WorkListItem
from ringar.city.queries.lists import facts_of
from ringar.city.queries.network import FIELD
from ringar.city.rules.fits import Found, ListState
from ringar.city.rules.lists import SEEN, can_tick, require_tick
from ringar.core.actions import record_audit
from ringar.core.clock import now, today
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text


def locked(by: Viewer, item: WorkListItem) -> WorkListItem:
    """The pipe on its list, kept from other writers, where the viewer may tick it off. Raises NotAllowed, Refused."""
    row = WorkListItem.objects.select_for_update(of=("self",)).select_related("asset").get(pk=item.pk)
    if not can_tick(by, facts_of(row.work_list)):
        raise NotAllowed
    if row.work_list.state == ListState.CLOSED:
        raise Refused(_("The list is closed, and is kept as it is."))
    if row.work_list.state != ListState.OPEN:
        raise Refused(_("The list is not handed out yet."))
    return row


@transaction.atomic
def tick_item(*, by: Viewer, item: WorkListItem, found: str, note: str = "") -> WorkListItem:
    """Ticks a pipe off with what was found; a leak becomes an incident of the pipe. The same again changes nothing.

    Raises NotAllowed; Refused where it is ticked off already with something else, or does not say what was found.
    """
    note = tidy_text(note).strip()
    require_tick(found, note)
    row = locked(by, item)
    if row.done_at is not None:
        if (row.found, row.note) == (found, note):
            return row
        raise Refused(_("It is ticked off already. Take that back first, then tick it off again."))
    row.done_at, row.done_by_id, row.found, row.note = now(), by.person_id, Found(found), note
    row.save(update_fields=["done_at", "done_by", "found", "note"])
    Observation.objects.create(
        asset=row.asset, kind=SEEN[found], text=note, by_id=by.person_id, at=row.done_at
    )
    if found == Found.LEAK and row.work_list.fit.breaks is not None:
        add_leak(row, row.work_list.fit.breaks)
    told: dict[str, object] = {"found": ["", found], "place": row.place, "pipe": row.asset.external_id}
    record_audit(by=by, action="tick_item", target=row.work_list, changes=told)
    return row


def leak_id(item: WorkListItem) -> str:
    """What the incident that a tick makes is called in its data set."""
    return f"{FIELD}:{item.work_list.uuid}:{item.place}"


def middle(low: float | None, high: float | None) -> float | None:
    """Half way between, None where the pipe lies nowhere."""
    return None if low is None or high is None else (low + high) / 2


def add_leak(item: WorkListItem, breaks: DataSet) -> None:
    """The leak that a crew found, among the breaks that the fit was made of; its place is the pipe's middle."""
    asset = item.asset
    Incident.objects.create(
        organisation_id=asset.organisation_id,
        data_set=breaks,
        asset=asset,
        external_id=leak_id(item),
        day=today(),
        longitude=middle(asset.west, asset.east),
        latitude=middle(asset.south, asset.north),
        kind=FIELD,
        material=asset.material,
        installed=asset.installed,
        diameter_mm=asset.diameter_mm,
        note=item.note,
    )


@transaction.atomic
def untick_item(*, by: Viewer, item: WorkListItem) -> WorkListItem:
    """Takes a tick back, with what it said of the pipe. Raises NotAllowed, Refused."""
    row = locked(by, item)
    if row.done_at is None:
        return row
    was, done_at = row.found, row.done_at
    Incident.objects.filter(data_set=row.work_list.fit.breaks_id or 0, external_id=leak_id(row)).delete()
    seen = Observation.objects.filter(asset=row.asset, at=done_at, by_id=row.done_by_id, withdrawn_at=None)
    seen.update(withdrawn_at=now())
    row.done_at, row.done_by, row.found, row.note = None, None, "", ""
    row.save(update_fields=["done_at", "done_by", "found", "note"])
    told: dict[str, object] = {"found": [was, ""], "place": row.place, "pipe": row.asset.external_id}
    record_audit(by=by, action="untick_item", target=row.work_list, changes=told)
    return row
