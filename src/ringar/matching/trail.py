"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

ACTIONS = (
    ("ask_match", _("asked why a solution was not found")),
    ("check_criterion", _("checked a criterion")),
    ("choose_solution", _("chose a solution to meet")),
    ("judge_match", _("judged a match")),
    ("learn_preference", _("learned from judgements")),
    ("take_back_judgement", _("took a judgement back")),
    ("unchoose_solution", _("took back the choice of a solution")),
)
KINDS = (
    ("matching.match", _("match")),
    ("matching.judgement", _("judgement")),
    ("matching.choice", _("choice")),
    ("matching.criterioncheck", _("criterion")),
    ("matching.preference", _("learned weights")),
)
FIELDS = (
    ("fits", _("fits")),
    ("rank", _("place in the ranking")),
    ("solution", _("solution")),
    ("verdict", _("verdict")),
    ("why", _("why")),
)
VALUES = ()
