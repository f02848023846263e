"""The time. Everything that asks "now" asks here, so that the demo can be moved on by weeks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from ringar.core.models import DemoClock

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def offset() -> timedelta:
    """How far the demo's clock stands ahead of the real one; always nothing outside the demo."""
    if not settings.DEMO:
        return timedelta()
    row = DemoClock.objects.first()
    return timedelta(days=row.days_ahead) if row else timedelta()


def now() -> datetime:
    """The time now (aware, UTC), moved on by the demo's clock."""
    return _pretended.get() or timezone.now() + offset()


def today() -> date:
    """Today's date where the organisation is."""
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """What is done inside happens at that moment: the demo's history is written with it, and tests."""
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)
