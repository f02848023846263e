"""Lists of this room as files: CSV, or Excel with ?format=xlsx."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.actions.invitations import state_of
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.people_queries import invitations_of, unit_branches
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed


@login_required
@require_safe
def unit_csv(request: Request) -> FileResponse:
    """The tree of units, each with the path from the top."""
    viewer = request.viewer
    if viewer.organisation_id is None or not viewer.is_inside:
        raise NotAllowed
    above: list[str] = []
    rows = []
    for branch in unit_branches(viewer.organisation_id):
        above[branch.depth :] = [branch.unit.name]
        rows.append((branch.unit.name, " > ".join(above), branch.depth, branch.people))
    header = (_("Unit"), _("Path from the top"), _("Level"), _("People with a role there"))
    return export_response("enheter", header, rows, kind=request.GET.get("format"))


@login_required
@require_safe
def invitation_csv(request: Request) -> FileResponse:
    """Who has been asked to come in, and who has answered."""
    viewer = request.viewer
    header = (_("E-mail"), _("Role"), _("Unit"), _("Invited by"), _("Sent"), _("Until"), _("State"))
    rows = (
        (
            each.email,
            each.get_role_display(),
            each.unit.name,
            shown_name(each.invited_by, viewer),
            each.created_at,
            each.lapses_at,
            state_of(each).label,
        )
        for each in invitations_of(viewer)[: MOST_ROWS + 1]
    )
    return export_response("inbjudningar", header, rows, kind=request.GET.get("format"))
