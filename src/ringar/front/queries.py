"""Reads of the first page, the search and the overview; a row never reaches who may not see it."""

from ringar.core.clock import now
from ringar.core.rules import Visibility
from ringar.needs.models import Need
from ringar.solvers.models import Call
from ringar.solvers.rules import CallState

SHOWN = 6


def newest_public_needs() -> list[Need]:
    """The latest needs that everyone may see."""
    needs = Need.objects.filter(visibility=Visibility.PUBLIC, is_draft=False).select_related("unit")
    return list(needs.order_by("-changed_at", "-id")[:SHOWN])


def next_calls() -> list[Call]:
    """The open calls that close first."""
    calls = Call.objects.filter(state=CallState.OPEN, deadline__gt=now()).select_related("organisation")
    return list(calls.order_by("deadline", "id")[:SHOWN])
