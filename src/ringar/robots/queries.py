"""Reads on queued work: what a worker takes next, what pages show."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from ringar.robots.models import Work, Worker
from ringar.robots.rules import UNFINISHED, State

SEEN_WITHIN = timedelta(seconds=15)


def due_work(limit: int) -> list[Work]:
    """What waits and is due, urgent first, then oldest first; not what the engine already has."""
    waiting = Work.objects.filter(state=State.WAITING, handed_at=None, not_before__lte=timezone.now())
    return list(waiting.order_by("-is_urgent", "id")[:limit])


def handed_work(*, older_than: timedelta = timedelta()) -> QuerySet[Work]:
    """What the engine was given at least so long ago and has not brought to an end."""
    return Work.objects.filter(state__in=UNFINISHED, handed_at__lte=timezone.now() - older_than)


def quiet_workers() -> list[str]:
    """The processes that have not told of themselves for a while, nor of their end."""
    rows = Worker.objects.filter(stopped_at=None, seen_at__lt=timezone.now() - SEEN_WITHIN)
    return list(rows.values_list("name", flat=True))
