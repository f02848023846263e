"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

from ringar.needs.round_rules import RoundState
from ringar.needs.rules import NeedState, Often

ACTIONS = (
    ("add_evidence", _("added evidence")),
    ("add_why", _("answered a why")),
    ("ask_reopen", _("asked that a need is opened again")),
    ("close_round", _("closed an assessment round")),
    ("decide_round", _("decided after an assessment round")),
    ("discard_draft", _("threw a draft away")),
    ("edit_evidence", _("changed evidence")),
    ("edit_need", _("changed a need")),
    ("fix_scores", _("closed the scoring")),
    ("hand_in_scores", _("handed in scores")),
    ("import_need", _("imported a need")),
    ("join_need", _("had the same need")),
    ("leave_need", _("did not have the same need any more")),
    ("merge_needs", _("merged needs")),
    ("move_deadline", _("moved a deadline")),
    ("move_need", _("moved a need on")),
    ("not_choose_need", _("did not choose a need")),
    ("open_round", _("opened an assessment round")),
    ("remind_assessor", _("reminded an assessor")),
    ("remove_evidence", _("took evidence away")),
    ("remove_last_why", _("took back the last why")),
    ("save_choices", _("noted what is to be chosen")),
    ("save_draft", _("went on with a draft")),
    ("save_score", _("scored a need")),
    ("set_criteria", _("set a need's criteria")),
    ("share_need", _("shared a need")),
    ("split_need", _("split a need")),
    ("start_need", _("began to write a need")),
    ("undo_lineage", _("undid a merge or a split")),
    ("withdraw_round", _("withdrew an assessment round")),
)
KINDS = (
    ("needs.need", _("need")),
    ("needs.evidence", _("evidence")),
    ("needs.round", _("assessment round")),
    ("needs.score", _("score")),
    ("needs.assessor", _("assessor")),
    ("needs.lineage", _("merge or split")),
)
FIELDS = (
    ("symptom", _("length of what is seen")),
    ("who_affected", _("length of who is affected")),
    ("cause", _("length of the cause")),
    ("cost_of_nothing", _("length of what it costs to do nothing")),
    ("good_effect", _("length of the wanted effect")),
    ("tried", _("length of what was tried")),
    ("people_affected", _("people affected")),
    ("how_often", _("how often")),
    ("cost_sek_year", _("kronor a year")),
    ("owner", _("owner")),
    ("order", _("number")),
    ("need", _("need")),
    ("flags", _("flagged words")),
    ("kept", _("kept in spite of a flag")),
)
VALUES = (("needs.need.state", NeedState), ("needs.need.how_often", Often), ("needs.round.state", RoundState))
