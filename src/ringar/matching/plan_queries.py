"""Reads on rounds: which run, what they hold, and what their mandate allows."""

from django.db.models import Min

from ringar.matching.day_models import RoundPlan
from ringar.needs.models import Need


def limit_for(need: Need) -> int | None:
    """The most that one pilot for the need may cost by its running round's mandate, in SEK; None where none says.

    Where the need is in several running rounds, the lowest limit holds. 1 query.
    """
    running = RoundPlan.objects.filter(entries__need=need, ended_at=None)
    lowest: int | None = running.aggregate(lowest=Min("limit_sek"))["lowest"]
    return lowest
