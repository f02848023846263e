"""Saves pipes and breaks that the kit has read: all or nothing, and the same files twice change nothing."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ringar.city.actions.data import held_set
from ringar.city.actions.network_rows import FROM_FILE, Values, break_values, pipe_values
from ringar.city.models import Asset, AssetChange, DataImport, DataSet, Incident
from ringar.city.queries.data import holding
from ringar.city.rules.data import DataKind, can_keep
from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Viewer
from ringar_kits.leaks.model import Network

Progress = Callable[[float, str], object]
AT_ONCE = 1_000
MOST_OLD = 10_000  # rows whose changes are kept one by one; a file that changes more is another file
FIELDS = [
    *("label", "length_m", "installed", "material", "diameter_mm", "zone", "area", "street", "lined"),
    *("geometry", "west", "south", "east", "north", "extra", "imputed"),
]
FACTS = (
    *("asset_id", "day", "longitude", "latitude", "former"),
    *("material", "installed", "diameter_mm", "area"),
)
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
    told = ((key, pk, None, *facts) for key, pk, *facts in rows.values_list("external_id", "pk", *FACTS))
    return plan_of(wanted, told, FACTS, is_whole=is_whole)


def write_assets(
    data_set: DataSet, wanted: dict[str, Values], plan: Plan, at: datetime, data_import: DataImport | None
) -> None:
    """Writes new and changed assets, and takes out of use what is gone. In the caller's transaction."""
    fixed = {
        "organisation_id": data_set.organisation_id,
        "data_set": data_set,
        "kind": data_set.kind,
        "changed_at": at,
    }

    def rows(keys: Iterable[str]) -> list[Asset]:
        return [Asset(external_id=key, created_at=at, **fixed, **wanted[key]) for key in keys]

    Asset.objects.bulk_create(rows(plan.new), batch_size=AT_ONCE)
    Asset.objects.bulk_create(
        rows(plan.changed),
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["data_set", "external_id"],
        update_fields=[*FIELDS, "changed_at", "retired_at"],
    )
    for first in range(0, len(plan.gone), AT_ONCE):
        Asset.objects.filter(pk__in=plan.gone[first : first + AT_ONCE]).update(retired_at=at, changed_at=at)
    changes = [(plan.keys[key], what) for key, what in plan.changed.items()]
    changes += [(pk, {"retired_at": [None, at.isoformat()]}) for pk in plan.gone]
    told = [
        AssetChange(
            asset_id=pk,
            data_import=data_import,
            at=at,
            changes={name: pair for name, pair in what.items() if name not in SILENT},
        )
        for pk, what in changes[:MOST_OLD]
    ]
    AssetChange.objects.bulk_create(told, batch_size=AT_ONCE)


def write_incidents(data_set: DataSet, wanted: dict[str, Values], plan: Plan) -> None:
    """Writes new and changed incidents, and removes those no longer told. In the caller's transaction."""
    fixed = {"organisation_id": data_set.organisation_id, "data_set": data_set}
    Incident.objects.bulk_create(
        [Incident(external_id=key, **fixed, **wanted[key]) for key in plan.new], batch_size=AT_ONCE
    )
    Incident.objects.bulk_create(
        [Incident(external_id=key, **fixed, **wanted[key]) for key in plan.changed],
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["data_set", "external_id"],
        update_fields=list(FACTS),
    )
    for first in range(0, len(plan.gone), AT_ONCE):
        Incident.objects.filter(pk__in=plan.gone[first : first + AT_ONCE]).delete()


def tally_network(
    *, pipes_set: DataSet, breaks_set: DataSet | None, network: Network, is_whole: bool = True
) -> dict[str, dict[str, int]]:
    """What saving the network would do, without doing it. 2 queries."""
    wanted = pipe_values(network.pipes)
    plan = plan_assets(pipes_set, wanted, is_whole=is_whole)
    found = {"pipes": asdict(plan.tally)}
    if breaks_set is not None or len(network.breaks):
        keys = plan.keys | dict.fromkeys(plan.new, 0)
        incidents = break_values(network.breaks, network.pipes, keys)
        held = plan_incidents(breaks_set, incidents, is_whole=is_whole) if breaks_set else None
        found["breaks"] = asdict(held.tally if held else Tally(new=len(incidents)))
    return found


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
    """Saves what the kit has read, in one transaction. `is_whole`: what is not in the files is gone.

    `keeps_pipes`: the network's pipes are those that are there already, and only its breaks are saved.
    Raises NotAllowed where the viewer does not keep the data sets.
    """
    wanted, at = pipe_values(network.pipes), now()
    with transaction.atomic():
        held = held_set(pipes_set)
        refuse_stranger(by, held, DataKind.PIPES)
        tallies = {}
        if not keeps_pipes:
            plan = plan_assets(held, wanted, is_whole=is_whole)
            progress(0.2, "")
            write_assets(held, wanted, plan, at, data_import)
            progress(0.7, "")
            tallies["pipes"] = asdict(plan.tally)
            settle(by, held, "import_pipes", plan.tally, at)
        if breaks_set is not None:
            incidents_in = held_set(breaks_set)
            refuse_stranger(by, incidents_in, DataKind.BREAKS)
            keys = dict(Asset.objects.filter(data_set=held).values_list("external_id", "pk"))
            told = break_values(network.breaks, network.pipes, keys)
            broken = plan_incidents(incidents_in, told, is_whole=is_whole)
            write_incidents(incidents_in, told, broken)
            tallies["breaks"] = asdict(broken.tally)
            settle(by, incidents_in, "import_breaks", broken.tally, at)
    progress(1, "")
    return tallies


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
