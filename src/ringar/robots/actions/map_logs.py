"""Writes on event logs: handed in, its columns chosen, measured by a robot. The file goes once it is counted."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.flags import holds_personal_number
from ringar.core.kit_words import error_of, kept, reason
from ringar.core.models import Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.robots.actions.work import queue_work
from ringar.robots.map_figures import figures_of
from ringar.robots.models.maps import EventLog
from ringar.robots.models.work import Work
from ringar.robots.queries.maps import keeps_for
from ringar.robots.registry import Report
from ringar.robots.rules.maps import LOG_DAYS, LogState, can_keep
from ringar_kits.errors import InputError
from ringar_kits.processes import map_log, read_log
from ringar_kits.tables import read_rows

TABLES = {".csv", ".txt", ".tsv", ".xlsx", ".json", ".jsonl"}
MARKUP = {".xes", ".gz", ".xml"}
MOST_UNPACKED = 250_000_000  # bytes
MOST_PRUNED = 1_000
FEWEST_COLUMNS = 3


@transaction.atomic
def add_log(
    *,
    by: Viewer,
    unit: Unit,
    name: str,
    source: str,
    file: IO[bytes],
    file_name: str,
    is_simulated: bool = False,
) -> EventLog:
    """Takes an event log in. One in XES is queued to be measured at once; a table waits for its columns to be chosen.

    Raises NotAllowed; Refused for a file of another kind.
    """
    if not can_keep(by, organisation_id=unit.organisation_id, unit_id=unit.pk):
        raise NotAllowed
    suffix = Path(file_name).suffix.lower()
    if suffix not in TABLES | MARKUP:
        raise Refused(_("Hand in a CSV, Excel (.xlsx), JSON or XES file."))
    log = EventLog(
        organisation_id=unit.organisation_id,
        unit=unit,
        name=tidy_text(name)[:200],
        source=tidy_text(source)[:300],
        is_simulated=is_simulated,
        created_by_id=by.person_id,
        created_at=now(),
    )
    log.file.save(f"{uuid4().hex}{suffix}", File(file), save=False)
    log.save()
    record_audit(by=by, action="add_log", target=log, changes={"name": [None, log.name]})
    if suffix in MARKUP:
        queue_measuring(by, log)
    return log


def columns_in(log: EventLog) -> list[str]:
    """The names of the file's columns; none for XES, which names its parts itself. Raises Refused for no log."""
    if not log.file or Path(log.file.path).suffix not in TABLES:
        return []
    try:
        first = next(iter(read_rows(log.file.path, max_unpacked=MOST_UNPACKED)), None)
    except InputError as error:
        raise Refused(told(log, error)) from error
    names = [str(name) for name in first[1]] if first else []
    if len(names) < FEWEST_COLUMNS:
        raise Refused(
            _("This is no log: a log has a column for the case, one for what, one for when, and rows.")
        )
    return names


@transaction.atomic
def choose_columns(*, by: Viewer, log: EventLog, columns: dict[str, str]) -> EventLog:
    """Says which column holds what ({"case", "activity", "time", "seq"}), and has the log measured.

    Raises NotAllowed; Refused where it is measured already, or two parts are said to stand in one column.
    """
    log = EventLog.objects.select_for_update().get(pk=log.pk)
    if not keeps_for(by, log):
        raise NotAllowed
    if not log.file:
        raise Refused(_("It is measured already, and its file is gone. Hand it in again to choose anew."))
    named = [column for column in columns.values() if column]
    if len(set(named)) < len(named):
        raise Refused(_("Case, activity and time are different columns. Choose one for each."))
    before, log.columns, log.state, log.error = log.columns, columns, LogState.UPLOADED, ""
    log.save(update_fields=["columns", "state", "error"])
    record_audit(by=by, action="choose_columns", target=log, changes={"columns": [before, columns]})
    queue_measuring(by, log)
    return log


@transaction.atomic
def remove_log(*, by: Viewer, log: EventLog) -> None:
    """Takes a log away, with what was counted. Raises NotAllowed; Refused where a map is drawn from it."""
    log = EventLog.objects.select_for_update().get(pk=log.pk)
    if not keeps_for(by, log):
        raise NotAllowed
    if log.versions.exists():
        raise Refused(
            _("A map is drawn from it: it stays, so that all can see what the map was measured by.")
        )
    take_away(by, log)


def fault_of(log: EventLog) -> str:
    """Why the log could not be read, in the reader's language; nothing where it could."""
    return told(log, error_of(log.error)) if log.error else ""


def prune_logs() -> int:
    """Removes logs handed in more than LOG_DAYS ago and never measured, with their files; returns how many."""
    before = now() - timedelta(days=LOG_DAYS)
    old = EventLog.objects.exclude(state=LogState.MEASURED).filter(created_at__lt=before, versions=None)
    count = 0
    for pk in list(old.values_list("pk", flat=True)[:MOST_PRUNED]):
        with transaction.atomic():
            log = EventLog.objects.select_for_update().filter(pk=pk).exclude(state=LogState.MEASURED).first()
            if log is not None:
                take_away(Viewer.of_robot(log.organisation_id), log)
                count += 1
    return count


def take_away(by: Viewer, log: EventLog) -> None:
    """Removes the log's row and file. In the caller's transaction, with the row held."""
    record_audit(by=by, action="remove_log", target=log, changes={"name": [log.name, None]})
    drop_file(log)
    log.delete()


def work_key(log: EventLog) -> str:
    """The queue's key for measuring the log."""
    return f"measure_log:{log.uuid}"


def queue_measuring(by: Viewer, log: EventLog) -> Work:
    """Has a robot measure the log."""
    return queue_work(
        "robots.measure_log",
        by=by,
        key=work_key(log),
        payload={"log": str(log.uuid)},
        organisation_id=log.organisation_id,
        again=True,
    )


def measure_log(*, by: Viewer, uuid: str, report: Report) -> None:
    """Reads the log's file and keeps what the kit counts; then the file goes, since nobody's case is needed any more.

    A file that can not be read stays, so that other columns can be chosen; the row tells what is wrong with it.
    """
    log = EventLog.objects.filter(uuid=uuid).first()
    if log is None or not log.file:
        return
    columns = {name: column for name, column in log.columns.items() if column}
    try:
        report(0.1, _("Reads the file"))
        read = read_log(log.file.path, **columns)
        report(0.6, _("Counts"))
        refuse_people(read.activities, log.name)
        figures = figures_of(map_log(read))
    except InputError as error:
        keep_figures(by, log, {}, LogState.UNREADABLE, kept(error))
        return
    figures["source"] = log.name
    keep_figures(by, log, figures, LogState.MEASURED, "")
    drop_file(log)


def refuse_people(steps: Iterable[str], name: str) -> None:
    """Raises InputError where a step's name holds a personal number: the names of steps are kept and shown."""
    if any(map(holds_personal_number, steps)):
        raise InputError(
            "a step's name holds a personal number",
            place=name,
            remedy="Choose the column with the name of the step, or take the numbers out of the file",
        )


@transaction.atomic
def keep_figures(by: Viewer, log: EventLog, figures: dict[str, object], state: str, error: str) -> None:
    """Writes what was counted, or why nothing could be."""
    row = EventLog.objects.select_for_update().get(pk=log.pk)
    before, row.state, row.figures, row.error = row.state, state, figures, error
    row.save(update_fields=["state", "figures", "error"])
    changes: dict[str, object] = {"state": [before, state], "cases": figures.get("cases", 0)}
    record_audit(by=by, action="measure_log", target=row, changes=changes)


def drop_file(log: EventLog) -> None:
    """Removes the log's file once what is written about it is there to stay."""
    storage, name = log.file.storage, log.file.name
    if name:
        EventLog.objects.filter(pk=log.pk).update(file="")
        transaction.on_commit(lambda: storage.delete(name))


def told(log: EventLog, error: InputError) -> str:
    """The error with the name that the person knows the file by."""
    return reason(error).replace(Path(log.file.path).name, log.name)
