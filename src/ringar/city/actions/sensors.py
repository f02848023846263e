"""Writes on sensors: set up, changed, given a new key, ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_urlsafe

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ringar.city.models import Sensor, Series
from ringar.city.queries.sensors import KEY_PREFIX, key_hash, sensor_facts
from ringar.city.rules.sensors import (
    can_keep_sensor,
    can_register,
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
    list(Person.objects.select_for_update().filter(pk=by.person_id or 0))
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
