"""Saves pipes and breaks that the kit has read: all or nothing, and the same files twice change nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ringar.city.actions.data import held_set
from ringar.city.actions.network_rows import FROM_FILE, Values, break_values, pipe_values
from ringar.city.actions.staging import AT_ONCE, Done, Staged, stage
from ringar.city.models import Asset, AssetChange, DataImport, DataSet, Incident
from ringar.city.queries.data import holding
from ringar.city.rules.data import DataKind, can_keep
from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Viewer
from ringar_kits.leaks.model import Network

Progress = Callable[[float, str], object]
MOST_OLD = 10_000  # rows whose changes are kept one by one; a file that changes more is another file
FIELDS = [
    *("label", "length_m", "installed", "material", "diameter_mm", "zone", "area", "street", "lined"),
    *("geometry", "west", "south", "east", "north", "extra", "imputed"),
]
FACTS = (
    *("day", "longitude", "latitude", "former"),
    *("material", "installed", "diameter_mm", "area"),
)
KEYS = ("data_set_id", "external_id")
SILENT = {"west", "south", "east", "north"}  # follow from the geometry


@dataclass(frozen=True)
class Tally:
    """What saving does, or would do: `gone` are no longer in use, `back` are in use again."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    back: int = 0

    @property
    def is_news(self) -> bool:
        """Whether anything changes."""
        return bool(self.new or self.changed or self.gone or self.back)


@dataclass(frozen=True)
class Plan:
    """What is to be done with rows from files, held against those there are: keyed by their own numbers."""

    new: list[str]
    changed: dict[str, dict[str, list[Any]]]  # {field: [before, after]}
    gone: list[int]
    back: list[str]
    keys: dict[str, int]
    unchanged: int = 0

    @property
    def tally(self) -> Tally:
        """The plan in numbers."""
        changed = len(self.changed.keys() - set(self.back))
        return Tally(len(self.new), changed, self.unchanged, len(self.gone), len(self.back))


def plan_of(
    wanted: dict[str, Values], rows: Iterable[tuple[Any, ...]], fields: Iterable[str], *, is_whole: bool
) -> Plan:
    """Holds what is wanted against what is there: rows of (own number, pk, when taken out of use, *fields)."""
    fields = list(fields)
    changed: dict[str, dict[str, list[Any]]] = {}
    gone, back, keys, unchanged = [], [], {}, 0
    for key, pk, retired_at, *before in rows:
        values = wanted.get(key)
        if values is None:
            if is_whole and retired_at is None:
                gone.append(pk)
            continue
        keys[key] = pk
        differs = {
            name: [old, values[name]] for name, old in zip(fields, before, strict=True) if old != values[name]
        }
        if retired_at is not None:
            back.append(key)
        if differs or retired_at is not None:
            changed[key] = differs
        else:
            unchanged += 1
    return Plan([key for key in wanted if key not in keys], changed, gone, back, keys, unchanged)


def plan_assets(data_set: DataSet, wanted: dict[str, Values], *, is_whole: bool) -> Plan:
    """What becomes of the data set's assets. 1 query."""
    rows = Asset.objects.filter(data_set=data_set).values_list("external_id", "pk", "retired_at", *FIELDS)
    return plan_of(wanted, rows.iterator(chunk_size=5_000), FIELDS, is_whole=is_whole)


def plan_incidents(data_set: DataSet, wanted: dict[str, Values], *, is_whole: bool) -> Plan:
    """What becomes of the data set's incidents that came by files. 1 query."""
    rows = Incident.objects.filter(data_set=data_set, external_id__startswith=FROM_FILE)
    told = rows.values_list("external_id", "pk", "asset__external_id", *FACTS)
    found = ((key, pk, None, *facts) for key, pk, *facts in told)
    return plan_of(wanted, found, ("pipe", *FACTS), is_whole=is_whole)


@dataclass(frozen=True)
class Ready:
    """What is to be written into a data set, as it was when it was looked at: `seen_at` is when it had last changed."""

    plan: Plan
    rows: Staged
    seen_at: datetime
    changes: Staged | None = None


def ready_assets(
    data_set: DataSet,
    wanted: dict[str, Values],
    at: datetime,
    data_import: DataImport | None = None,
    *,
    is_whole: bool = True,
    done: Done = lambda count: None,
) -> Ready:
    """Makes ready what the assets of a data set become, outside any transaction: nobody waits for it."""
    seen_at = DataSet.objects.values_list("updated_at", flat=True).get(pk=data_set.pk)
    plan = plan_assets(data_set, wanted, is_whole=is_whole)
    fixed = {
        "organisation_id": data_set.organisation_id,
        "data_set_id": data_set.pk,
        "kind": data_set.kind,
        "created_at": at,
        "changed_at": at,
    }
    rows = (Asset(external_id=key, **fixed, **wanted[key]) for key in (*plan.new, *plan.changed))
    changes = [(plan.keys[key], what) for key, what in plan.changed.items()]
    changes += [(pk, {"retired_at": [None, at.isoformat()]}) for pk in plan.gone]
    told = (
        AssetChange(
            asset_id=pk,
            data_import=data_import,
            at=at,
            changes={name: pair for name, pair in what.items() if name not in SILENT},
        )
        for pk, what in changes[:MOST_OLD]
    )
    return Ready(plan, stage(Asset, rows, done=done), seen_at, stage(AssetChange, told))


def write_assets(ready: Ready, at: datetime) -> None:
    """Writes new and changed assets, and takes out of use what is gone. In the caller's transaction."""
    ready.rows.take_over(unique=KEYS, update=(*FIELDS, "changed_at", "retired_at"))
    gone = ready.plan.gone
    for first in range(0, len(gone), AT_ONCE):
        Asset.objects.filter(pk__in=gone[first : first + AT_ONCE]).update(retired_at=at, changed_at=at)
    if ready.changes is not None:
        ready.changes.take_over()


def ready_incidents(data_set: DataSet, wanted: dict[str, Values], *, is_whole: bool = True) -> Ready:
    """Makes ready what the incidents of a data set become, each with its pipe's number beside it."""
    seen_at = DataSet.objects.values_list("updated_at", flat=True).get(pk=data_set.pk)
    plan = plan_incidents(data_set, wanted, is_whole=is_whole)

    def rows() -> Iterator[Incident]:
        for key in (*plan.new, *plan.changed):
            values = dict(wanted[key])
            pipe = values.pop("pipe")
            row = Incident(
                external_id=key, organisation_id=data_set.organisation_id, data_set_id=data_set.pk, **values
            )
            row.pipe = pipe or ""  # type: ignore[attr-defined] # stands beside the row's columns
            yield row

    return Ready(plan, stage(Incident, rows(), beside="pipe"), seen_at)


def write_incidents(ready: Ready, pipes_set: DataSet) -> None:
    """Writes new and changed incidents, and removes those no longer told. In the caller's transaction."""
    pipe = f"(SELECT id FROM {Asset._meta.db_table} WHERE data_set_id = %s AND external_id = s.pipe)"  # noqa: S608 - no outside text
    ready.rows.take_over(unique=KEYS, update=("asset_id", *FACTS), instead={"asset_id": (pipe, pipes_set.pk)})
    gone = ready.plan.gone
    for first in range(0, len(gone), AT_ONCE):
        Incident.objects.filter(pk__in=gone[first : first + AT_ONCE]).delete()


def tally_network(
    *, pipes_set: DataSet, breaks_set: DataSet | None, network: Network, is_whole: bool = True
) -> dict[str, dict[str, int]]:
    """What saving the network would do, without doing it. 2 queries."""
    wanted = pipe_values(network.pipes)
    plan = plan_assets(pipes_set, wanted, is_whole=is_whole)
    found = {"pipes": asdict(plan.tally)}
    if breaks_set is not None or len(network.breaks):
        incidents = break_values(network.breaks, network.pipes, {*plan.keys, *plan.new})
        held = plan_incidents(breaks_set, incidents, is_whole=is_whole) if breaks_set else None
        found["breaks"] = asdict(held.tally if held else Tally(new=len(incidents)))
    return found


class Moved(Exception):
    """The data set has changed since it was looked at."""


def import_network(
    *,
    by: Viewer,
    pipes_set: DataSet,
    breaks_set: DataSet | None,
    network: Network,
    is_whole: bool = True,
    keeps_pipes: bool = False,
    data_import: DataImport | None = None,
    progress: Progress = lambda share, words: None,
) -> dict[str, dict[str, int]]:
    """Saves what the kit has read: made ready first, then written in one short transaction, all or nothing.

    `is_whole`: what is not in the files is gone. `keeps_pipes`: the network's pipes are those that are there already,
    and only its breaks are saved. Raises NotAllowed where the viewer does not keep the data sets.
    """
    refuse_stranger(by, pipes_set, DataKind.PIPES)
    if breaks_set is not None:
        refuse_stranger(by, breaks_set, DataKind.BREAKS)
    wanted, at = pipe_values(network.pipes), now()
    most = max(1, len(wanted))
    while True:
        pipes = breaks = None
        if not keeps_pipes:
            pipes = ready_assets(
                pipes_set,
                wanted,
                at,
                data_import,
                is_whole=is_whole,
                done=lambda count: progress(0.7 * count / most, ""),
            )
        if breaks_set is not None:
            known = set(pipes_set.assets.values_list("external_id", flat=True))
            known.update(pipes.plan.new if pipes else ())
            told = break_values(network.breaks, network.pipes, known)
            breaks = ready_incidents(breaks_set, told, is_whole=is_whole)
        progress(0.8, "")
        try:
            tallies = write_network(by, pipes_set, breaks_set, pipes, breaks, at)
        except Moved:
            continue
        progress(1, "")
        return tallies


@transaction.atomic
def write_network(
    by: Viewer,
    pipes_set: DataSet,
    breaks_set: DataSet | None,
    pipes: Ready | None,
    breaks: Ready | None,
    at: datetime,
) -> dict[str, dict[str, int]]:
    """Writes what is ready, and tells what that was. Raises NotAllowed; Moved where a data set is not as it was."""
    tallies = {}
    held = held_unmoved(by, pipes_set, DataKind.PIPES, pipes)
    if pipes is not None:
        write_assets(pipes, at)
        tallies["pipes"] = asdict(pipes.plan.tally)
        settle(by, held, "import_pipes", pipes.plan.tally, at)
    if breaks_set is not None and breaks is not None:
        incidents_in = held_unmoved(by, breaks_set, DataKind.BREAKS, breaks)
        write_incidents(breaks, held)
        tallies["breaks"] = asdict(breaks.plan.tally)
        settle(by, incidents_in, "import_breaks", breaks.plan.tally, at)
    return tallies


def held_unmoved(by: Viewer, data_set: DataSet, kind: str, ready: Ready | None) -> DataSet:
    """The data set's row, held until the transaction ends. Raises NotAllowed; Moved where it has changed."""
    held = held_set(data_set)
    refuse_stranger(by, held, kind)
    if ready is not None and held.updated_at != ready.seen_at:
        raise Moved
    return held


def refuse_stranger(by: Viewer, data_set: DataSet, kind: str) -> None:
    """Raises NotAllowed where the viewer does not keep the data set, or it holds something else."""
    if not can_keep(by, holding(data_set)) or data_set.kind != kind:
        raise NotAllowed


def settle(by: Viewer, data_set: DataSet, action: str, tally: Tally, at: datetime) -> None:
    """Keeps the data set's size, when it changed, and who did it. In the caller's transaction."""
    rows = data_set.incidents if data_set.kind == DataKind.BREAKS else data_set.assets.filter(retired_at=None)
    data_set.size = rows.count()
    if tally.is_news:
        data_set.updated_at = at
        record_audit(by=by, action=action, target=data_set, changes=asdict(tally))
    data_set.save(update_fields=["size", "updated_at"])
