"""How often something may be tried: counted in the database, so that all workers and machines share the count."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from django.db import connection
from django.db.models import F
from django.utils import timezone

from ringar.core.actions.audit import record_audit
from ringar.core.models import RateCount
from ringar.core.rules import Viewer
from ringar.core.text import tidy_text

log = logging.getLogger("ringar.limits")

# One statement, so that two who try at once are both counted. A span that has ended begins anew.
COUNT_ONE = """
    INSERT INTO core_ratecount (key, count, ends_at) VALUES (%s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN core_ratecount.ends_at <= %s THEN 1 ELSE core_ratecount.count + 1 END,
      ends_at = CASE WHEN core_ratecount.ends_at <= %s THEN excluded.ends_at ELSE core_ratecount.ends_at END
    RETURNING count
"""


def key_of(what: str, who: str, seconds: int) -> str:
    """The row that counts these tries: a hash, so that no address or e-mail lies in the table."""
    return sha256(f"{what}\0{who}\0{seconds}".encode("utf-8", "replace")).hexdigest()


def count_try(what: str, who: str, *, seconds: int) -> int:
    """Counts one more try, and returns how many there are in the span that began with the first of them."""
    now = timezone.now()  # the real clock: the demo's jumps by weeks
    adapt = connection.ops.adapt_datetimefield_value
    ends, begins = adapt(now + timedelta(seconds=seconds)), adapt(now)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ONE, [key_of(what, who, seconds), ends, begins, begins])
        return int(cursor.fetchone()[0])


def allow(what: str, who: str, *, most: int, seconds: int, by: Viewer | None = None) -> bool:
    """Whether one more try is let through: at most `most` in `seconds` seconds, for each `who`.

    `what` names what is limited ("write"), `who` whose tries are counted together (a person's id, an address, an
    e-mail). The first refusal of a span leaves an audit row, each refusal a line in the log. Call it outside the
    transaction of the write itself: what is rolled back is not counted.
    """
    count = count_try(what, who, seconds=seconds)
    if count <= most:
        return True
    told = tidy_text(who)[:200]  # as any database can hold it
    log.warning("Refused: %s by %s, try %d of at most %d in %d s", what, ascii(told), count, most, seconds)
    if count == most + 1:
        row = RateCount(key=key_of(what, who, seconds)[:60])  # as much of it as the trail's column holds
        facts: dict[str, object] = {"what": what, "who": told, "most": most, "seconds": seconds}
        record_audit(by=by or Viewer(), action="refuse_many_tries", target=row, changes=facts)
    return False


def is_spent(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Whether the next try would be refused; counts nothing, so that it may be asked before costly work."""
    rows = RateCount.objects.filter(
        key=key_of(what, who, seconds), count__gte=most, ends_at__gt=timezone.now()
    )
    return rows.exists()


def seconds_left(what: str, who: str, *, seconds: int) -> int:
    """In how many whole seconds the span ends, and tries are let through again; 0 where none has begun."""
    rows = RateCount.objects.filter(key=key_of(what, who, seconds))
    left = [(ends_at - timezone.now()).total_seconds() for ends_at in rows.values_list("ends_at", flat=True)]
    return max(0, ceil(max(left, default=0)))


def take_back_tries(tries: Iterable[tuple[str, str, int]]) -> None:
    """Uncounts one try of each (what, who, seconds), for instance when the log-in went well."""
    keys = [key_of(*each) for each in tries]
    RateCount.objects.filter(key__in=keys, count__gt=0).update(count=F("count") - 1)


def prune_counts(at: datetime | None = None) -> int:
    """Removes the counts of spans that have ended; returns how many. Two at once do no harm."""
    return RateCount.objects.filter(ends_at__lte=at or timezone.now()).delete()[0]
