"""The feeds of new solutions and open calls."""

from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from ringar.core.clock import now
from ringar.core.feeds import MOST_ENTRIES, Entry, Feed
from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.solvers.models import Call
from ringar.solvers.queries import open_calls, visible_solutions


def newest_solutions(viewer: Viewer, _unit: Unit | None) -> list[Entry]:
    """The published solutions that came last, without what is asked to be kept secret. 1 query."""
    rows = visible_solutions(viewer).order_by("-id")[:MOST_ENTRIES]
    return [
        Entry(
            uuid=row.uuid,
            title=row.name,
            url=row.get_absolute_url(),
            text=row.what,
            published=row.created_at,
            updated=row.changed_at,
            author=row.solver.name,
            language=row.language,
        )
        for row in rows
    ]


def newest_calls(_viewer: Viewer, _unit: Unit | None) -> list[Entry]:
    """The calls that take answers, the latest opened first. 1 query."""
    rows = open_calls(now()).order_by("-opened_at", "-id")[:MOST_ENTRIES]
    return [call_entry(row) for row in rows]


def call_entry(call: Call) -> Entry:
    """An open call as it stands in a feed, with its deadline."""
    deadline = date_format(call.deadline.astimezone(ZoneInfo(call.organisation.time_zone)), "j F Y H:i")
    last = _("Answers are taken until %(deadline)s.") % {"deadline": deadline}
    return Entry(
        uuid=call.uuid,
        title=call.title,
        url=call.get_absolute_url(),
        text=f"{call.text}\n\n{last}",
        published=call.opened_at or call.created_at,
        updated=call.changed_at,
        author=call.organisation.name,
        language=call.language,
    )


FEEDS = [
    Feed(
        key="losningar",
        title=_lazy("New solutions"),
        about=_lazy("Solutions that suppliers have described, the newest first."),
        page="solution_list",
        entries=newest_solutions,
    ),
    Feed(
        key="utlysningar",
        title=_lazy("Open calls"),
        about=_lazy("Calls that anyone may answer now, the latest first."),
        page="call_list",
        entries=newest_calls,
    ),
]
