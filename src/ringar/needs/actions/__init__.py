"""Every write of this room: needs and what hangs on them, evidence, imports."""

from ringar.needs.actions.evidence import add_evidence, edit_evidence, remove_evidence
from ringar.needs.actions.imports import import_needs
from ringar.needs.actions.needs import (
    add_criterion,
    add_why,
    discard_draft,
    edit_need,
    embed_needs,
    join_need,
    leave_need,
    move_need,
    remove_last_why,
    save_draft,
    set_criteria,
    share_need,
    start_need,
)
from ringar.needs.actions.prepare import Flagged, index_need

__all__ = [
    "Flagged",
    "add_criterion",
    "add_evidence",
    "add_why",
    "discard_draft",
    "edit_evidence",
    "edit_need",
    "embed_needs",
    "import_needs",
    "index_need",
    "join_need",
    "leave_need",
    "move_need",
    "remove_evidence",
    "remove_last_why",
    "save_draft",
    "set_criteria",
    "share_need",
    "start_need",
]
