"""What waits for people here: being mentioned or replied to, and what moderators are asked to look at."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ringar.core.registry import MOST_WAITING, Waiting, Waits
from ringar.core.rules import Viewer
from ringar.talk.models import Notification, Report
from ringar.talk.queries.moderation import waiting_reports
from ringar.talk.queries.notices import rows_of, viewers_in
from ringar.talk.queries.telling import is_readable
from ringar.talk.rules import can_moderate

TO_ANSWER = {
    "talk.mentioned": _("You are mentioned, read and answer"),
    "talk.replied": _("You have got a reply, read it"),
}


def unread(viewer: Viewer) -> QuerySet[Notification]:
    """Mentions and replies that the viewer has not read."""
    return Notification.objects.filter(person_id=viewer.person_id or 0, read_at=None, event__in=TO_ANSWER)


def unread_words(viewer: Viewer) -> list[Waiting]:
    """The newest of those of each row. 1 query, 2–4 where there are any."""
    newest: dict[object, Notification] = {}
    for note in unread(viewer).select_related("comment").order_by("-pk")[:MOST_WAITING]:
        newest.setdefault(note.row, note)
    readers = viewers_in(viewer, {note.organisation_id for note in newest.values()}) if newest else {}
    rows = rows_of(readers, newest.values())
    return [
        Waiting(
            TO_ANSWER[note.event],
            str(rows[note.row]),
            reverse("notification_open", args=[note.uuid]),
            note.at,
            language=getattr(rows[note.row], "language", ""),
        )
        for note in newest.values()
        if note.row in rows and is_readable(readers[note.organisation_id], note)
    ]


def reported(viewer: Viewer) -> QuerySet[Report]:
    """What the viewer, as a moderator, has to decide on."""
    if viewer.organisation_id is None or not can_moderate(viewer, viewer.organisation_id):
        return Report.objects.none()
    return waiting_reports(viewer)


def reports(viewer: Viewer) -> list[Waiting]:
    """One line for all of it. 1 query."""
    times = list(reported(viewer).values_list("at", flat=True)[: MOST_WAITING + 1])
    if not times:
        return []
    if len(times) > MOST_WAITING:
        title = str(_("more than %(n)s reports") % {"n": MOST_WAITING})
    else:
        title = ngettext("%(n)s report", "%(n)s reports", len(times)) % {"n": len(times)}
    return [Waiting(_("Decide on what is reported"), title, reverse("moderation_queue"), times[0])]


WAITING = [Waits(unread, unread_words), Waits(reported, reports)]
