"""Readings that sensors hand in: each held against those before it, flagged where it can not be right, and kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.city.models import Reading, Sensor, Series
from ringar.city.queries.sensors import possible_of, values_until
from ringar.city.rules.sensors import MOST_READINGS, WINDOW, Flag, Taken, as_taken, flag_of
from ringar.core.rules import Refused

AT_ONCE = 500
SEEN_EVERY = timedelta(minutes=1)
"""A sensor that hands in all the time is noted as heard of this often."""


@dataclass(frozen=True)
class Received:
    """What became of readings that were handed in: new ones, those known before, and the new ones by flag."""

    kept: int
    known: int
    flagged: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Result:
    """One reading as it was handed in: the series' name or uuid ("" where the sensor has one series), when, what."""

    series: str
    at: datetime
    result: object


@transaction.atomic
def take_readings(
    *, sensor: Sensor, results: Sequence[Result], measured: Iterable[Series] | None = None
) -> Received:
    """Keeps readings that a sensor handed in, all or none; what can not be right is flagged and kept.

    `measured`: the sensor's series, where they are at hand.

    Handed in twice, the first stays: (series, moment) names a reading. No audit row for each (the sensor's setting up
    has one). Raises Refused where a series is none of the sensor's, or they are too many: nothing is kept then.
    """
    if len(results) > MOST_READINGS:
        raise Refused(
            _("At most %(most)d readings at a time. Send the rest after.") % {"most": MOST_READINGS}
        )
    received = timezone.now()  # the real clock: sensors do not follow the demo's
    by_series: dict[Series, list[Taken]] = defaultdict(list)
    names = by_name(sensor.series.all() if measured is None else measured)
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
    if sensor.last_seen_at is None or received - sensor.last_seen_at > SEEN_EVERY:
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


def by_name(measured: Iterable[Series]) -> dict[str, Series]:
    """The series of a sensor by name and by uuid; by "" where there is only one."""
    rows = list(measured)
    found = {row.name: row for row in rows} | {str(row.uuid): row for row in rows}
    return found | ({"": rows[0]} if len(rows) == 1 else {})


def judged(series: Series, taken: Iterable[Taken], received: datetime) -> list[Reading]:
    """The rows of what is new, in order of time, each held against those before it. 1 query and 1 for each 500."""
    first: dict[datetime, Taken] = {}
    for each in taken:
        first.setdefault(each.at, each)
    moments = sorted(first)
    if not moments:
        return []
    is_known, window = values_until(series, moments[0])
    known = {moments[0]} if is_known else set()
    for start in range(1, len(moments), AT_ONCE):
        there = Reading.objects.filter(series=series, at__in=moments[start : start + AT_ONCE])
        known.update(there.values_list("at", flat=True))
    possible, rows = possible_of(series), []
    for at in moments:
        each = first[at]
        flag = flag_of(each, window, possible, received=received)
        if at not in known:
            rows.append(
                Reading(
                    series=series,
                    at=at,
                    value=each.value,
                    told=each.told,
                    flag=flag,
                    received_at=received,
                )
            )
        if flag not in (Flag.NOT_A_NUMBER, Flag.OUT_OF_RANGE):
            window = [*window[-(WINDOW - 1) :], each]
    return rows
