"""Every write of this room: needs and what hangs on them, evidence, imports."""

from ringar.needs.actions.choices import Choosing, NotReady, decide_round, save_choices
from ringar.needs.actions.evidence import add_evidence, edit_evidence, remove_evidence
from ringar.needs.actions.imports import import_needs
from ringar.needs.actions.merge import merge_needs
from ringar.needs.actions.moves import ask_reopen, move_need, share_need
from ringar.needs.actions.needs import (
    add_criterion,
    add_why,
    discard_draft,
    edit_need,
    embed_needs,
    join_need,
    leave_need,
    remove_last_why,
    save_draft,
    set_criteria,
    start_need,
)
from ringar.needs.actions.prepare import Flagged, index_need
from ringar.needs.actions.rounds import (
    Weighed,
    close_due_rounds,
    close_round,
    move_deadline,
    open_round,
    remind_assessors,
    withdraw_round,
)
from ringar.needs.actions.scores import hand_in_scores, save_score, step_aside, step_back
from ringar.needs.actions.split import split_need
from ringar.needs.actions.team import invite_to_team
from ringar.needs.actions.undo import undo_lineage

__all__ = [
    "Choosing",
    "Flagged",
    "NotReady",
    "Weighed",
    "add_criterion",
    "add_evidence",
    "add_why",
    "ask_reopen",
    "close_due_rounds",
    "close_round",
    "decide_round",
    "discard_draft",
    "edit_evidence",
    "edit_need",
    "embed_needs",
    "hand_in_scores",
    "import_needs",
    "index_need",
    "invite_to_team",
    "join_need",
    "leave_need",
    "merge_needs",
    "move_deadline",
    "move_need",
    "open_round",
    "remind_assessors",
    "remove_evidence",
    "remove_last_why",
    "save_choices",
    "save_draft",
    "save_score",
    "set_criteria",
    "share_need",
    "split_need",
    "start_need",
    "step_aside",
    "step_back",
    "undo_lineage",
    "withdraw_round",
]
