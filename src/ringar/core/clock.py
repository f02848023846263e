"""The time. Everything that asks "now" asks here, so that the demo can be moved on by weeks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from ringar.core.models import DemoClock

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)
_readings: ContextVar[list[timedelta] | None] = ContextVar("readings", default=None)


def offset() -> timedelta:
    """How far the demo's clock stands ahead of the real one; always nothing outside the demo."""
    if not settings.DEMO:
        return timedelta()
    readings = _readings.get()
    if readings:
        return readings[0]
    row = DemoClock.objects.first()
    found = timedelta(days=row.days_ahead) if row else timedelta()
    if readings is not None:
        readings.append(found)
    return found


@contextmanager
def read_once() -> Iterator[None]:
    """What is done inside reads the demo's clock at most once, so a page with many dates costs one query."""
    token = _readings.set([])
    try:
        yield
    finally:
        _readings.reset(token)


def read_again() -> None:
    """The clock has been moved: what comes now reads it anew."""
    if readings := _readings.get():
        readings.clear()


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
