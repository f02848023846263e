"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

from ringar.pilots.rules import Better, Design, PilotState, Scale, Stage

ACTIONS = (
    ("add_prototype", _("handed in a prototype")),
    ("ask_gate", _("asked to begin a stage")),
    ("check_data", _("checked personal data")),
    ("draw_lot", _("drew lots for the start")),
    ("edit_pilot", _("changed a pilot")),
    ("open_gate", _("opened a gate")),
    ("refuse_gate", _("did not open a gate")),
    ("save_sprint", _("worked on a sprint")),
    ("save_user_tests", _("wrote down user tests")),
    ("set_costs", _("set a calculation")),
    ("set_effect_goal", _("set an effect goal")),
    ("set_pilot_units", _("chose units for a pilot")),
    ("start_pilot", _("began to prepare a pilot")),
)
KINDS = (("pilots.pilot", _("pilot")),)
FIELDS = (
    ("goal", _("effect goal in one sentence")),
    ("cap_sek", _("most to spend, SEK")),
    ("cap_hours", _("most hours of our own")),
    ("starts_on", _("first day")),
    ("ends_on", _("last day")),
    ("hypothesis", _("length of what we believe")),
    ("stop_rule", _("length of when we stop early")),
    ("who_pays", _("who pays")),
    ("solver", _("supplier")),
    ("stage", _("stage")),
    ("missing", _("what was missing")),
    ("metric", _("what is measured")),
    ("measured_in", _("unit of measurement")),
    ("better", _("direction")),
    ("scale", _("scale")),
    ("baseline", _("value today")),
    ("baseline_source", _("where that value comes from")),
    ("target", _("target")),
    ("worthwhile", _("smallest effect worth having")),
    ("burn_in", _("weeks to get used to it")),
    ("weeks_planned", _("weeks of measuring after the start")),
    ("design", _("design")),
    ("start_week", _("start week")),
    ("seed", _("seed of the lot")),
    ("drawn", _("what was drawn")),
    ("tries", _("units that try")),
    ("compares", _("units to compare with")),
    ("promised_sek", _("promised, SEK")),
    ("lines", _("lines")),
    ("has_personal_data", _("personal data")),
    ("legal_ground", _("legal ground")),
    ("processor", _("who handles the data for us")),
    ("country", _("country where they are stored")),
    ("outcome", _("length of what came out")),
    ("prototype_link", _("link to the prototype")),
    ("bytes", _("bytes")),
    ("type", _("kind of file")),
    ("tests", _("user tests")),
)
VALUES = (
    ("pilots.pilot.stage", Stage),
    ("pilots.pilot.state", PilotState),
    ("pilots.pilot.better", Better),
    ("pilots.pilot.scale", Scale),
    ("pilots.pilot.design", Design),
)
