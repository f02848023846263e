"""Reads of sensors, their series and readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection, models
from django.db.models import Avg, CharField, Count, Max, Min, Q, QuerySet
from django.db.models.functions import Substr, TruncDay, TruncHour, TruncMinute
from django.db.models.functions.datetime import TruncBase
from django.utils.translation import gettext_lazy as _

from ringar.city.models import Reading, Sensor, Series
from ringar.city.rules.sensors import WINDOW, Flag, Possible, SensorFacts, Taken, can_keep_sensor, shown_place
from ringar.core.rules import Viewer

KEY_PREFIX = "sensor_"


def sensor_facts(sensor: Sensor) -> SensorFacts:
    """What the rules ask of a sensor."""
    return SensorFacts(sensor.organisation_id, sensor.unit_id, sensor.owner_id, sensor.is_public)


def sensors_for(viewer: Viewer) -> QuerySet[Sensor]:
    """The sensors that the viewer may see, by `can_see_sensor`: with unit and organisation."""
    seen = Q(is_public=True)
    if viewer.person_id is not None:
        seen |= Q(owner_id=viewer.person_id)
    if viewer.is_inside:
        seen |= Q(organisation_id=viewer.organisation_id)
    return Sensor.objects.filter(seen).select_related("organisation", "unit", "owner")


def place_shown(sensor: Sensor, viewer: Viewer) -> tuple[float, float] | None:
    """Where the sensor is shown to be. A person's own is told to outsiders to about 100 m."""
    facts = sensor_facts(sensor)
    is_exact = sensor.unit_id is not None or can_keep_sensor(viewer, facts)
    return shown_place(sensor.longitude, sensor.latitude, is_exact=is_exact)


def key_hash(text: str) -> str:
    """What is kept of a sensor's key: it is 256 bits of chance, so a plain hash is enough."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def series_of_key(text: str) -> list[Series]:
    """What the living sensor that holds the key measures, each with the sensor; nothing for other keys. 1 query."""
    if not text.startswith(KEY_PREFIX):
        return []
    rows = Series.objects.filter(sensor__token_hash=key_hash(text), sensor__ended_at=None)
    return list(rows.select_related("sensor").order_by("pk"))


def series_for(viewer: Viewer, uuid: UUID) -> Series | None:
    """A series of a sensor that the viewer may see, or None. 1 query."""
    rows = Series.objects.select_related("sensor").filter(sensor__in=sensors_for(viewer).values("pk"))
    return rows.filter(uuid=uuid).first()


def possible_of(series: Series) -> Possible:
    """What values the series can have."""
    return Possible(series.lowest, series.highest)


def values_until(series: Series, at: datetime) -> tuple[bool, list[Taken]]:
    """Whether a reading of that moment is there, and WINDOW possible values before it, the oldest first. 1 query."""
    is_possible = Q(value__isnull=False) & ~Q(flag=Flag.OUT_OF_RANGE)
    rows = Reading.objects.filter(is_possible | Q(at=at), series=series, at__lte=at).order_by("-at")
    found = [Taken(*row) for row in rows.values_list("at", "value")[: WINDOW + 1]]
    is_known = bool(found) and found[0].at == at
    return is_known, found[is_known : is_known + WINDOW][::-1]


def newest_readings(series: Series, most: int, *, before: datetime | None = None) -> list[Reading]:
    """The newest readings of the series, the newest first; with `before`, those taken before it. 1 query."""
    rows = Reading.objects.filter(series=series)
    if before is not None:
        rows = rows.filter(at__lt=before)
    return list(rows.order_by("-at")[:most])


def readings_between(series: Series, start: datetime, end: datetime) -> QuerySet[Reading]:
    """The readings taken from `start` and before `end`, the oldest first."""
    return Reading.objects.filter(series=series, at__gte=start, at__lt=end).order_by("at")


class Span(models.TextChoices):
    """How far back a chart looks, and by what it is gathered."""

    DAY = "day", _("24 hours")
    WEEK = "week", _("7 days")
    YEAR = "year", _("A year")


GATHERED: dict[str, tuple[timedelta, type[TruncBase], timedelta]] = {
    Span.DAY: (timedelta(days=1), TruncMinute, timedelta(minutes=1)),
    Span.WEEK: (timedelta(days=7), TruncHour, timedelta(hours=1)),
    Span.YEAR: (timedelta(days=365), TruncDay, timedelta(days=1)),
}
"""How far back, by what time, and how long that is."""
TEXT_OF_SLOT: dict[str, int] = {Span.DAY: 16, Span.WEEK: 13, Span.YEAR: 10}
"""How many characters of a moment tell its minute, hour, day."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The values of one minute, hour or day without those that are flagged: how many, the lowest, mean and highest."""

    at: datetime
    count: int
    low: float
    mean: float
    high: float


def gathered(series: Series, span: str, end: datetime) -> list[Gathered]:
    """The values of the span before `end`, by minute, hour or day; the oldest first. 1 query, at most 1,441 rows."""
    back, trunc, _long = GATHERED[span]
    sound = (
        readings_between(series, end - back, end).filter(flag__in=(Flag.NONE, Flag.LATE)).exclude(value=None)
    )
    # SQLite keeps moments as text, whose beginning is the slot; Django would call Python for each reading.
    is_text = connection.vendor == "sqlite"
    slot = (
        Substr("at", 1, TEXT_OF_SLOT[span], output_field=CharField()) if is_text else trunc("at", tzinfo=UTC)
    )
    slots = sound.order_by().annotate(slot=slot).values("slot")
    told = slots.annotate(n=Count("pk"), low=Min("value"), mean=Avg("value"), high=Max("value"))
    rows = told.order_by("slot").values_list("slot", "n", "low", "mean", "high")
    return [
        Gathered(datetime.fromisoformat(at).replace(tzinfo=UTC) if is_text else at, *values)
        for at, *values in rows
    ]


def flag_counts(series: Series, start: datetime, end: datetime) -> Sequence[tuple[str, int]]:
    """How many readings in that time carry which flag, the most first. 1 query."""
    rows = readings_between(series, start, end).exclude(flag="").order_by()
    counted = rows.values_list("flag").annotate(n=Count("pk")).order_by("-n", "flag")
    return [(str(flag), int(n)) for flag, n in counted]
