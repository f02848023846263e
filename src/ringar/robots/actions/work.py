"""Writes on queued work: queueing it, and each step of its life. Only the row is written; workers do the rest."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.rules import Refused, Viewer
from ringar.robots.models.work import Work, Worker
from ringar.robots.registry import task_named
from ringar.robots.rules.work import UNFINISHED, State, pause_after, storable

log = logging.getLogger("ringar.robots")
WORKERS_KEPT = timedelta(days=30)


@transaction.atomic
def queue_work(
    name: str,
    *,
    by: Viewer,
    key: str,
    payload: dict[str, object] | None = None,
    organisation_id: int | None = None,
    again: bool = False,
) -> Work:
    """Queues the task `name`, in the caller's transaction: rolled back with it, seen by workers once it commits.

    `key` (at most 200 characters) says what makes two calls the same work: with a key that is known, the row
    that is there is returned and nothing more runs. `again=True` asks for a new run all the same: at once
    where the work is finished, after the present run where it is being done. The row itself tells who queued
    it, so there is no audit row. Raises ValueError for a payload that is not JSON or a key that is no key.
    """
    if not key or len(key) > 200 or storable(key) != key:
        raise ValueError(
            f"queue_work({name!r}): a key has 1 to 200 characters, without NUL or lone surrogates."
        )
    try:
        text = json.dumps(payload or {}, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"queue_work({name!r}): the payload is not JSON ({error}).") from error
    if storable(text) != text or "\\u0000" in text.replace("\\\\", ""):
        raise ValueError(f"queue_work({name!r}): the payload holds NUL or a lone surrogate.")
    task = task_named(name)
    fields = {
        "name": name,
        "payload": payload or {},
        "organisation_id": organisation_id,
        "queued_by": by.label[:200],
        "is_urgent": task is not None and task.is_urgent,
    }
    work = Work.objects.select_for_update().filter(key=key).first()
    if work is None:
        try:
            with transaction.atomic():
                return Work.objects.create(key=key, **fields)
        except IntegrityError:  # another transaction queued it at the same moment
            work = Work.objects.select_for_update().get(key=key)
    if again:
        _queue_again(work, payload=payload)
    return work


def _queue_again(work: Work, *, payload: dict[str, object] | None = None) -> None:
    if payload is not None:
        work.payload = payload
    if work.state == State.WORKING:
        work.run_again = True
    elif work.state != State.WAITING:
        _make_waiting(work)
        work.attempts = 0
    work.save()


def _make_waiting(work: Work, *, pause: timedelta = timedelta()) -> None:
    """Back to the queue under a new revision: the engine never runs one revision twice."""
    work.state = State.WAITING
    work.revision += 1
    work.run_again = False
    work.handed_at = None
    work.owner = ""
    work.progress = 0
    work.not_before = timezone.now() + pause
    work.started_at = work.finished_at = None


@transaction.atomic
def retry_work(*, by: Viewer, work: Work) -> Work:
    """Puts failed work back in the queue. Raises Refused where it has not failed."""
    work = Work.objects.select_for_update().get(pk=work.pk)
    if work.state != State.FAILED:
        raise Refused(
            _("Only work that has failed can be tried again. Load the page anew to see how it stands.")
        )
    _make_waiting(work)
    work.attempts = 0
    work.save()
    record_audit(by=by, action="retry_work", target=work)
    return work


@transaction.atomic
def begin_work(
    work_id: int, *, revision: int, owner: str, attempts: int, is_alive: Callable[[str], bool]
) -> Work | None:
    """Claims the work for the process `owner`; None where there is nothing (more) to do.

    Nothing to do: it is finished, has a newer revision, or another living process has it. Work that was
    begun `attempts` times and never came to an end has stopped its worker each time: it fails here.
    """
    work = (
        Work.objects.select_for_update().filter(pk=work_id, revision=revision, state__in=UNFINISHED).first()
    )
    if work is None or (work.owner not in ("", owner) and is_alive(work.owner)):
        return None
    work.owner = owner
    if work.attempts >= attempts:
        _fail(work, f"The worker stopped during this work, {work.attempts} times.")
        return None
    work.state = State.WORKING
    work.attempts += 1
    work.started_at = timezone.now()
    work.handed_at = work.handed_at or work.started_at
    work.progress, work.message = 0, ""
    work.save()
    return work


def _own(work: Work) -> QuerySet[Work]:
    """The row, as long as this run of it still is the present one."""
    return Work.objects.filter(pk=work.pk, revision=work.revision, owner=work.owner, state=State.WORKING)


def report_progress(work: Work, progress: float, message: str) -> bool:
    """Shows how far a run has come; False where the work has meanwhile gone to another process."""
    progress = min(max(float(progress), 0.0), 1.0)
    return bool(_own(work).update(progress=progress, message=storable(message)[:300]))


@transaction.atomic
def finish_work(work: Work) -> None:
    """Marks a run as done; queues the work again where somebody asked for that meanwhile."""
    row = _own(work).select_for_update().first()
    if row is None:
        return
    if row.run_again:
        _make_waiting(row)
        row.attempts = 0
    else:
        row.state, row.progress, row.finished_at = State.DONE, 1, timezone.now()
    row.error = ""
    row.save()


@transaction.atomic
def fail_work(work: Work, error: str, *, attempts: int) -> None:
    """Writes what went wrong, and queues the work again after a pause unless `attempts` are used up."""
    row = _own(work).select_for_update().first()
    if row is None:
        return
    if row.run_again:
        row.error = error
        _make_waiting(row)
        row.attempts = 0
        row.save()
    elif row.attempts >= attempts:
        _fail(row, error)
    else:
        row.error = error
        _make_waiting(row, pause=pause_after(row.attempts, settings.RINGAR_RETRY_SECONDS))
        row.save()


def _fail(work: Work, error: str) -> None:
    log.error("Work failed: %s: %s", work, error)
    work.state, work.error, work.finished_at = State.FAILED, error, timezone.now()
    work.save()


def mark_handed(work: Work) -> None:
    """Notes that the engine has this revision now."""
    Work.objects.filter(pk=work.pk, revision=work.revision, handed_at=None).update(handed_at=timezone.now())


@transaction.atomic
def take_back(work: Work) -> None:
    """Queues work again that the engine was given but does not have (its file was lost, or a run broke off)."""
    row = (
        Work.objects.select_for_update()
        .filter(pk=work.pk, revision=work.revision, state__in=UNFINISHED, handed_at__isnull=False)
        .first()
    )
    if row is not None:
        log.warning("The engine has lost %s; it is queued again", row)
        _make_waiting(row)
        row.save()


def register_worker(name: str) -> None:
    """Notes that a process has begun to do work, and forgets those long gone. It holds its lock already."""
    Worker.objects.filter(stopped_at__lt=timezone.now() - WORKERS_KEPT).delete()
    Worker.objects.create(name=name)


def tell_alive(name: str) -> None:
    """Notes that the process was there now."""
    Worker.objects.filter(name=name).update(seen_at=timezone.now())


def mark_stopped(name: str) -> None:
    """Notes that the process is gone."""
    Worker.objects.filter(name=name, stopped_at=None).update(stopped_at=timezone.now())
