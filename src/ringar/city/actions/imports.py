"""Files with the city's data: handed in, read by a robot with a report, and saved once somebody has seen it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.db import transaction
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from ringar.city.actions.data import breaks_beside
from ringar.city.actions.features import import_features, read_features, tally_features
from ringar.city.actions.networks import import_network, tally_network
from ringar.city.actions.readings import columns_of, network_from, plain, told_place
from ringar.city.models import DataImport, DataSet
from ringar.city.queries.data import holding
from ringar.city.rules.data import DataKind, ImportState, can_keep
from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.kit_words import kept
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.robots.actions.work import queue_work
from ringar.robots.registry import Report
from ringar_kits.errors import InputError
from ringar_kits.leaks.report import Notes

SUFFIXES = {".csv", ".txt", ".tsv", ".xlsx", ".json", ".jsonl", ".geojson", ".gpkg", ".zip"}
PARTS = ("pipes", "breaks", "roads")
"""What a reading may consist of; data that are no pipes come as the first of them."""
KEPT_DAYS = 14
LONGEST_STEM = 30


def take_in(
    *,
    by: Viewer,
    data_set: DataSet,
    files: Mapping[str, tuple[str, IO[bytes]]],
    breaks_set: DataSet | None = None,
    crs: str = "",
    is_whole: bool = True,
) -> DataImport:
    """Takes files in for a data set, {part: (name, file)}, and has a robot read them; nothing is saved in it yet.

    Breaks belong to the pipes of a data set: they come with their file, or for the pipes that are there already.
    Raises NotAllowed; Refused for files of another kind.
    """
    if not can_keep(by, holding(data_set)) or data_set.kind == DataKind.BREAKS:
        raise NotAllowed
    if breaks_set is not None and (
        not can_keep(by, holding(breaks_set)) or breaks_set.kind != DataKind.BREAKS
    ):
        raise NotAllowed
    wrong = [name for name, _file in files.values() if Path(name).suffix.lower() not in SUFFIXES]
    if wrong:
        told = _(
            "%(name)s is no file that can be read. Hand in CSV, Excel, GeoJSON, GeoPackage or a zipped Shapefile."
        )
        raise Refused(told % {"name": wrong[0][:60]})
    is_there = data_set.kind == DataKind.PIPES and data_set.size and "breaks" in files
    if "pipes" not in files and not is_there:
        raise Refused(_("Hand in the file with what the data set holds."))
    made = DataImport(
        data_set=data_set,
        breaks_set=breaks_set,
        crs=tidy_text(crs).strip()[:40],
        is_whole=is_whole,
        names={part: tidy_text(name)[-100:] for part, (name, _file) in files.items()},
        by_id=by.person_id,
        at=now(),
    )
    for part, (name, file) in files.items():
        stem, suffix = get_valid_filename(Path(name).stem or "file")[:LONGEST_STEM], Path(name).suffix.lower()
        getattr(made, f"{part}_file").save(f"{made.uuid.hex}/{part}/{stem}{suffix}", File(file), save=False)
    with transaction.atomic():
        made.save()
        facts: dict[str, object] = {"files": list(made.names.values())}
        record_audit(by=by, action="hand_in_data", target=data_set, changes=facts)
        queue("city.read_import", by, made)
    return made


@transaction.atomic
def read_again(
    *, by: Viewer, data_import: DataImport, mapping: Mapping[str, str], crs: str = ""
) -> DataImport:
    """Says which column holds what and in which system the coordinates are, and has the files read once more.

    Raises NotAllowed; Refused for what is saved already.
    """
    row = own_import(by, data_import, ImportState.READ, ImportState.FAILED, ImportState.READING)
    row.mapping, row.crs = (
        {key: value for key, value in mapping.items() if value},
        tidy_text(crs).strip()[:40],
    )
    row.state, row.error = ImportState.READING, ""
    row.save(update_fields=["mapping", "crs", "state", "error"])
    queue("city.read_import", by, row)
    return row


@transaction.atomic
def ask_saving(*, by: Viewer, data_import: DataImport) -> DataImport:
    """Says that the report is right, and has a robot save what it tells. Raises NotAllowed; Refused if not read."""
    row = own_import(by, data_import, ImportState.READ)
    if "breaks" in row.names and row.breaks_set is None:
        row.breaks_set = breaks_beside(by=by, pipes_set=row.data_set)
    row.state = ImportState.SAVING
    row.save(update_fields=["state", "breaks_set"])
    queue("city.save_import", by, row)
    return row


@transaction.atomic
def drop_import(*, by: Viewer, data_import: DataImport) -> None:
    """Throws away files that were handed in and not saved. Raises NotAllowed; Refused for what is saved."""
    row = own_import(by, data_import, ImportState.READ, ImportState.FAILED, ImportState.READING)
    record_audit(by=by, action="drop_data", target=row.data_set, changes={"files": list(row.names.values())})
    drop_files(row)
    row.delete()


def own_import(by: Viewer, data_import: DataImport, *states: str) -> DataImport:
    """The row, held until the transaction ends. Raises NotAllowed; Refused where it stands elsewhere meanwhile."""
    rows = DataImport.objects.select_for_update(of=("self",)).select_related(
        "data_set__owner_unit", "breaks_set"
    )
    row = rows.get(pk=data_import.pk)
    if not can_keep(by, holding(row.data_set)):
        raise NotAllowed
    if row.state not in states:
        raise Refused(_("It has gone on meanwhile. Load the page anew to see how it stands."))
    return row


def work_key(data_import: DataImport) -> str:
    """The queue's key for what a robot does with the files."""
    return f"city.import:{data_import.uuid}:{data_import.state}"


def queue(name: str, by: Viewer, data_import: DataImport) -> None:
    """Has a robot do it, in the caller's transaction."""
    payload: dict[str, object] = {"import": str(data_import.uuid)}
    organisation = data_import.data_set.organisation_id
    queue_work(
        name, by=by, key=work_key(data_import), payload=payload, organisation_id=organisation, again=True
    )


def read_files(*, by: Viewer, uuid: str, report: Report) -> None:
    """Reads what was handed in and keeps the report: what is used, changed and kept out, and what saving would do."""
    row = DataImport.objects.select_related("data_set__owner_unit", "breaks_set").filter(uuid=uuid).first()
    if row is None or row.state != ImportState.READING:
        return
    told: dict[str, Any] = {}
    try:
        report(0.1, _("Reads the files"))
        told["columns"] = columns_of(row)
        if row.data_set.kind == DataKind.PIPES:
            network = network_from(row)
            told["remarks"] = plain(row, network.report.remarks)
            report(0.7, _("Compares with what is there"))
            counts = tally_network(
                pipes_set=row.data_set, breaks_set=row.breaks_set, network=network, is_whole=row.is_whole
            )
        else:
            notes = Notes()
            wanted = read_features(row.pipes_file.path, row.crs, notes)
            told["remarks"] = plain(row, notes.report().remarks)
            counts = tally_features(data_set=row.data_set, wanted=wanted, is_whole=row.is_whole)
    except InputError as error:
        keep(row, ImportState.FAILED, told, {}, fault_of(row, error))
        return
    keep(row, ImportState.READ, told, counts, "")


def save_files(*, by: Viewer, uuid: str, report: Report) -> None:
    """Saves what was read, whole; then the files go. An error says why, and nothing is saved."""
    row = DataImport.objects.select_related("data_set__owner_unit", "breaks_set").filter(uuid=uuid).first()
    if row is None or row.state != ImportState.SAVING:
        return
    try:
        report(0.05, _("Reads the files"))
        if row.data_set.kind == DataKind.PIPES:
            network = network_from(row)
            counts = import_network(
                by=by,
                pipes_set=row.data_set,
                breaks_set=row.breaks_set,
                network=network,
                is_whole=row.is_whole,
                keeps_pipes="pipes" not in row.names,
                data_import=row,
                progress=lambda share, words: report(0.4 + 0.6 * share, _("Saves")),
            )
        else:
            wanted = read_features(row.pipes_file.path, row.crs, Notes())
            counts = import_features(
                by=by, data_set=row.data_set, wanted=wanted, is_whole=row.is_whole, data_import=row
            )
    except InputError as error:
        keep(row, ImportState.FAILED, row.report or {}, {}, fault_of(row, error))
        return
    keep(row, ImportState.SAVED, row.report or {}, counts, "")


def fault_of(row: DataImport, error: InputError) -> str:
    """The error for a column, with files by their owner's names."""
    error.place = told_place(row, error.place)
    return kept(error)


@transaction.atomic
def keep(row: DataImport, state: str, told: dict[str, Any], counts: dict[str, Any], error: str) -> None:
    """Writes how it went; the files of what is saved go."""
    row.state, row.report, row.counts, row.error = state, told, counts, error
    row.saved_at = now() if state == ImportState.SAVED else None
    row.save(update_fields=["state", "report", "counts", "error", "saved_at"])
    if state == ImportState.SAVED:
        drop_files(row)


def drop_files(row: DataImport) -> None:
    """Removes the files once what is written about them is there to stay."""
    for part in PARTS:
        file = getattr(row, f"{part}_file")
        if file.name:
            storage, name = file.storage, file.name
            DataImport.objects.filter(pk=row.pk).update(**{f"{part}_file": ""})
            transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc] # bound now


def prune_imports() -> int:
    """Throws away files that nobody saved within two weeks; returns how many readings."""
    old = DataImport.objects.exclude(state=ImportState.SAVED).filter(at__lt=now() - timedelta(days=KEPT_DAYS))
    rows = list(old.select_related("data_set")[:100])
    for row in rows:
        with transaction.atomic():
            drop_files(row)
            row.delete()
    return len(rows)
