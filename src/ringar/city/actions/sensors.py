"""Writes on sensors: set up, changed, given a new key, ended; and the readings that they hand in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.city.models import Reading, Sensor, Series
from ringar.city.queries.sensors import KEY_PREFIX, key_hash, possible_of, sensor_facts, values_before
from ringar.city.rules.sensors import (
    MOST_READINGS,
    WINDOW,
    Flag,
    Taken,
    as_taken,
    can_keep_sensor,
    can_register,
    flag_of,
)
from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person, Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text

MOST_SENSORS = 20
"""That one resident has at a time."""
MOST_SERIES = 50
LONGEST_TEXT = 2_000
AT_ONCE = 500


@dataclass(frozen=True)
class About:
    """What is said of a sensor. `unit`: None where it is somebody's own."""

    name: str
    unit: Unit | None = None
    description: str = ""
    longitude: float | None = None
    latitude: float | None = None
    is_public: bool = False


@dataclass(frozen=True)
class Measure:
    """What a series measures, in which unit of measure, and what values are possible."""

    name: str
    unit_of_measure: str = ""
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Received:
    """What became of readings that were handed in: new ones, those known before, and the new ones by flag."""

    kept: int
    known: int
    flagged: Mapping[str, int]


def new_key() -> str:
    """A sensor's key, as it is shown once."""
    return KEY_PREFIX + token_urlsafe(32)


@transaction.atomic
def register_sensor(
    *, by: Viewer, about: About, measures: Iterable[Measure], is_invented: bool = False
) -> tuple[Sensor, str]:
    """Sets up a sensor with what it measures; and its key, shown this once.

    Raises NotAllowed outside the units where the viewer works; Refused where a field does not hold.
    """
    if not can_register(by) or by.organisation_id is None:
        raise NotAllowed
    if about.unit is not None and (not by.may_write or about.unit.pk not in by.unit_ids):
        raise NotAllowed
    if about.unit is None:
        require_room(by)
    require_new_name(by, about)
    key = new_key()
    sensor = Sensor(
        organisation_id=by.organisation_id,
        owner_id=by.person_id,
        token_hash=key_hash(key),
        is_invented=is_invented,
        created_at=now(),
    )
    write(sensor, about)
    wanted = list(measures)
    if not wanted:
        raise Refused(_("Say at least one thing that the sensor measures."))
    for measure in wanted:
        put_series(sensor, measure)
    facts: dict[str, object] = {"name": [None, sensor.name], "is_public": sensor.is_public}
    record_audit(by=by, action="register_sensor", target=sensor, changes=facts)
    return sensor, key


def require_room(by: Viewer) -> None:
    """Raises Refused where somebody has as many sensors of their own as one may have."""
    own = Sensor.objects.filter(owner_id=by.person_id, unit=None, ended_at=None)
    if own.count() >= MOST_SENSORS:
        raise Refused(
            _("You have %(most)d sensors already. End one that is not used.") % {"most": MOST_SENSORS}
        )


def require_new_name(by: Viewer, about: About) -> None:
    """Raises Refused where the viewer has a sensor by that name there: a form that is sent twice makes one."""
    list(Person.objects.select_for_update().filter(pk=by.person_id))
    name = tidy_text(about.name).strip()[:200]
    if Sensor.objects.filter(owner_id=by.person_id, unit=about.unit, name=name, ended_at=None).exists():
        raise Refused(
            _(
                "You have a sensor by that name already. Open it to make a new key, or give this one another name."
            )
        )


def write(sensor: Sensor, about: About) -> None:
    """Saves what is said of a sensor. Raises Refused for a name that is empty and a place that is none on earth."""
    name = tidy_text(about.name).strip()[:200]
    if not name:
        raise Refused(_("Give the sensor a name."))
    east, north = about.longitude, about.latitude
    if (east is None) != (north is None):
        raise Refused(_("Write both degrees east and degrees north, or neither."))
    if east is not None and north is not None and not (-180 <= east <= 180 and -90 <= north <= 90):
        raise Refused(
            _("Degrees east are -180 to 180, degrees north -90 to 90. Perhaps they changed places?")
        )
    sensor.name, sensor.unit = name, about.unit
    sensor.description = tidy_text(about.description)[:LONGEST_TEXT]
    sensor.longitude, sensor.latitude, sensor.is_public = east, north, about.is_public
    sensor.save()


def put_series(sensor: Sensor, measure: Measure) -> Series:
    """Adds a series. Raises Refused for a name that is empty or taken, and limits that leave no room."""
    name = tidy_text(measure.name).strip()[:100]
    if not name:
        raise Refused(_("Say what the sensor measures."))
    low, high = measure.lowest, measure.highest
    if low is not None and high is not None and low >= high:
        raise Refused(_("The lowest possible value must be below the highest."))
    if sensor.series.count() >= MOST_SERIES:
        raise Refused(_("A sensor measures at most %(most)d things.") % {"most": MOST_SERIES})
    try:
        with transaction.atomic():
            return Series.objects.create(
                sensor=sensor,
                name=name,
                unit_of_measure=tidy_text(measure.unit_of_measure).strip()[:40],
                lowest=low,
                highest=high,
            )
    except IntegrityError:
        raise Refused(_("The sensor measures “%(name)s” already.") % {"name": name}) from None


def held(by: Viewer, sensor: Sensor) -> Sensor:
    """The sensor's row, held until the transaction ends. Raises NotAllowed for all but its keepers."""
    row = Sensor.objects.select_for_update(of=("self",)).select_related("unit").get(pk=sensor.pk)
    if not can_keep_sensor(by, sensor_facts(row)):
        raise NotAllowed
    if row.ended_at is not None:
        raise Refused(_("The sensor has ended. Set up a new one."))
    return row


@transaction.atomic
def edit_sensor(*, by: Viewer, sensor: Sensor, about: About) -> Sensor:
    """Says anew what the sensor is and who sees it; its unit stays. Raises NotAllowed and Refused."""
    row = held(by, sensor)
    told = ("name", "description", "longitude", "latitude", "is_public")
    before = {name: getattr(row, name) for name in told}
    unit = row.unit
    write(row, About(about.name, unit, about.description, about.longitude, about.latitude, about.is_public))
    changes: dict[str, object] = {
        name: [before[name], getattr(row, name)] for name in told if before[name] != getattr(row, name)
    }
    if changes:
        record_audit(by=by, action="edit_sensor", target=row, changes=changes)
    return row


@transaction.atomic
def add_series(*, by: Viewer, sensor: Sensor, measure: Measure) -> Series:
    """One thing more that the sensor measures. Raises NotAllowed; Refused for what does not hold."""
    row = held(by, sensor)
    series = put_series(row, measure)
    record_audit(by=by, action="add_series", target=row, changes={"series": series.name})
    return series


@transaction.atomic
def renew_sensor_key(*, by: Viewer, sensor: Sensor) -> str:
    """A new key, shown this once; the old one opens nothing from now on. Raises NotAllowed."""
    row = held(by, sensor)
    key = new_key()
    row.token_hash = key_hash(key)
    row.save(update_fields=["token_hash"])
    record_audit(by=by, action="renew_sensor_key", target=row)
    return key


@transaction.atomic
def end_sensor(*, by: Viewer, sensor: Sensor) -> Sensor:
    """The sensor hands in nothing more; what it measured stays. Raises NotAllowed."""
    row = held(by, sensor)
    row.ended_at, row.token_hash = now(), ""
    row.save(update_fields=["ended_at", "token_hash"])
    record_audit(by=by, action="end_sensor", target=row)
    return row


@dataclass(frozen=True, slots=True)
class Result:
    """One reading as it was handed in: the series' name or uuid ("" where the sensor has one series), when, what."""

    series: str
    at: datetime
    result: object


@transaction.atomic
def take_readings(*, sensor: Sensor, results: Sequence[Result]) -> Received:
    """Keeps readings that a sensor handed in, all or none; what can not be right is flagged and kept.

    Handed in twice, the first stays: (series, moment) names a reading. No audit row for each (the sensor's setting up
    has one). Raises Refused where a series is none of the sensor's, or they are too many: nothing is kept then.
    """
    if len(results) > MOST_READINGS:
        raise Refused(
            _("At most %(most)d readings at a time. Send the rest after.") % {"most": MOST_READINGS}
        )
    received = timezone.now()  # the real clock: sensors do not follow the demo's
    by_series: dict[Series, list[Taken]] = defaultdict(list)
    names = series_by_name(sensor)
    for number, each in enumerate(results, 1):
        series = names.get(each.series) or unknown_series(number, each.series, names)
        by_series[series].append(as_taken(each.at, each.result))
    flagged: dict[str, int] = defaultdict(int)
    kept = 0
    for series, taken in by_series.items():
        rows = judged(series, taken, received)
        Reading.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
        kept += len(rows)
        for row in rows:
            if row.flag:
                flagged[row.flag] += 1
    Sensor.objects.filter(pk=sensor.pk).update(last_seen_at=received)
    return Received(kept, len(results) - kept, dict(flagged))


def unknown_series(number: int, name: str, names: Mapping[str, Series]) -> NoReturn:
    """Raises Refused: names the reading, and what the sensor measures."""
    known = ", ".join(sorted({series.name for series in names.values()}))
    told = {"number": number, "name": name[:100], "known": known}
    raise Refused(
        _("Reading %(number)d: this sensor has no series “%(name)s”. It has: %(known)s. Nothing was kept.")
        % told
    )


def series_by_name(sensor: Sensor) -> dict[str, Series]:
    """The sensor's series by name and by uuid; by "" where there is only one. 1 query."""
    rows = list(sensor.series.all())
    found = {row.name: row for row in rows} | {str(row.uuid): row for row in rows}
    return found | ({"": rows[0]} if len(rows) == 1 else {})


def judged(series: Series, taken: Iterable[Taken], received: datetime) -> list[Reading]:
    """The rows of what is new, in order of time, each held against those before it. 2 queries and 1 for each 500."""
    first: dict[datetime, Taken] = {}
    for each in taken:
        first.setdefault(each.at, each)
    moments = sorted(first)
    for start in range(0, len(moments), AT_ONCE):
        there = Reading.objects.filter(series=series, at__in=moments[start : start + AT_ONCE])
        for at in there.values_list("at", flat=True):
            del first[at]
    moments = [at for at in moments if at in first]
    if not moments:
        return []
    window, possible, rows = values_before(series, moments[0]), possible_of(series), []
    for at in moments:
        each = first[at]
        flag = flag_of(each, window, possible, received=received)
        rows.append(
            Reading(series=series, at=at, value=each.value, told=each.told, flag=flag, received_at=received)
        )
        if flag not in (Flag.NOT_A_NUMBER, Flag.OUT_OF_RANGE):
            window = [*window[-(WINDOW - 1) :], each]
    return rows
