"""The audit trail as a page and as a file, for auditors and administrators."""

from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.audit_forms import AuditForm
from ringar.core.audit_queries import as_seen, cursor_of, events_after, require_reader, wanted_events
from ringar.core.audit_words import Told, action_word, as_text, kind_word, told_by
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.models import AuditEvent
from ringar.core.rules import Viewer

PAGE = 30
AT_ONCE = 2_000


@login_required
@require_safe
def audit_list(request: Request) -> HttpResponse:
    """Who did what to which row and when, newest first; narrowed by person, action, row, unit and days."""
    viewer = request.viewer
    require_reader(viewer)
    form = AuditForm(viewer, request.GET)
    wanted = form.wanted
    events = events_after(wanted_events(viewer, wanted), request.GET.get("after", ""))
    rows = as_seen(events[: PAGE + 1], viewer)
    kept = {name: value for name, value in form.data.items() if value and name in form.fields}
    context = {
        "form": form,
        "rows": [shown(row) for row in rows[:PAGE]],
        "row": wanted.row,
        "is_narrowed": bool(kept),
        "asked": urlencode(kept),
        "more": urlencode({**kept, "after": cursor_of(rows[PAGE - 1])}) if len(rows) > PAGE else "",
        "is_later": "after" in request.GET,
    }
    return render(request, "core/audit_list.html", context)


def shown(event: AuditEvent) -> tuple[AuditEvent, str, str, list[Told]]:
    """A row with its words: what was done, to what kind of row, and what changed."""
    kind = event.target_kind
    return event, action_word(event.action), kind_word(kind), told_by(kind, event.changes)


@login_required
@require_safe
def audit_csv(request: Request) -> FileResponse:
    """The same rows as a file, with their place in the chain."""
    viewer = request.viewer
    require_reader(viewer)
    events = wanted_events(viewer, AuditForm(viewer, request.GET).wanted)[: MOST_ROWS + 1]
    headers = [
        _("Number in the chain"),
        _("When"),
        _("Who"),
        _("From which unit"),
        _("Did what"),
        _("Kind of row"),
        _("Row"),
        _("The row's id"),
        _("What changed"),
        _("Hash"),
    ]
    rows = (cells_of(row) for row in in_parts(events.iterator(chunk_size=AT_ONCE), viewer))
    return export_response("granskning", headers, rows, kind=request.GET.get("format"))


def in_parts(events: Iterable[AuditEvent], viewer: Viewer) -> Iterator[AuditEvent]:
    """The rows as the viewer may read them, some thousands at a time."""
    waiting = iter(events)
    while part := as_seen(islice(waiting, AT_ONCE), viewer):
        yield from part


def cells_of(event: AuditEvent) -> list[object]:
    """One row of the file."""
    return [
        event.position,
        event.at,
        event.label,
        event.unit_label,
        action_word(event.action),
        kind_word(event.target_kind),
        event.target_label,
        event.target_id,
        as_text(told_by(event.target_kind, event.changes)),
        event.chain_hash,
    ]
