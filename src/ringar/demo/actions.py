"""What the demo does besides its seeding: moves its clock, and brings in what the city measured meanwhile."""

from django.conf import settings
from django.db import transaction

from ringar.core.actions import record_audit
from ringar.core.clock import read_again
from ringar.core.models import DemoClock
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.demo.pilots import bring_in_all

FURTHEST_DAYS = 3650


@transaction.atomic
def move_clock(*, by: Viewer, weeks: int) -> DemoClock:
    """Moves the demo's clock on by 1–52 weeks, and brings in what its pilots measured in them.

    It never goes back, as what has been done has been done.

    Raises NotAllowed outside the demo, Refused for another number of weeks or past ten years ahead.
    """
    if not settings.DEMO:
        raise NotAllowed
    if not 1 <= weeks <= 52:
        raise Refused("The clock can be moved on by 1 to 52 weeks.")
    clock, _ = DemoClock.objects.select_for_update().get_or_create(pk=1)
    if clock.days_ahead + 7 * weeks > FURTHEST_DAYS:
        raise Refused("The clock stands ten years ahead already. Start the demo anew to go on.")
    clock.days_ahead += 7 * weeks
    clock.save()
    read_again()
    record_audit(by=by, action="move_clock", target=clock, changes={"weeks": weeks})
    bring_in_all()
    return clock
