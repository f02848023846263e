"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

from ringar.city.rules.data import DataKind, ObservationKind, ReleaseTo
from ringar.city.rules.fits import FitState, Found, ListState

ACTIONS = (
    ("add_data_set", _("described a data set")),
    ("add_observation", _("wrote down what was seen of an asset")),
    ("add_series", _("added what a sensor measures")),
    ("close_list", _("closed a work list")),
    ("draw_list", _("drew a work list")),
    ("drop_data", _("threw away files that were handed in")),
    ("drop_list", _("threw away a work list")),
    ("edit_data_set", _("changed what is said of a data set")),
    ("edit_sensor", _("changed a sensor")),
    ("end_sensor", _("ended a sensor")),
    ("export_data_set", _("took a data set out as a file")),
    ("finish_fit", _("reckoned where breaks are to be expected")),
    ("hand_in_data", _("handed in files for a data set")),
    ("import_breaks", _("saved breaks from files")),
    ("import_features", _("saved a map layer from a file")),
    ("import_pipes", _("saved pipes from files")),
    ("join_pilot", _("tied a work list to a pilot")),
    ("look_into_data_set", _("looked into a restricted data set")),
    ("open_list", _("handed out a work list")),
    ("register_sensor", _("set up a sensor")),
    ("release_data_set", _("released a data set to others")),
    ("renew_sensor_key", _("gave a sensor a new key")),
    ("start_fit", _("asked for breaks to be reckoned")),
    ("tick_item", _("ticked off a pipe")),
    ("untick_item", _("took back what was ticked off")),
    ("withdraw_observation", _("took back what was seen of an asset")),
    ("withdraw_release", _("withdrew the release of a data set")),
)
KINDS = (
    ("city.asset", _("asset")),
    ("city.dataset", _("data set")),
    ("city.fit", _("reckoning of breaks")),
    ("city.sensor", _("sensor")),
    ("city.worklist", _("work list")),
    ("city.worklistitem", _("line of a work list")),
)
FIELDS = (
    ("allowed_use", _("who may do what with it")),
    ("back", _("in use again")),
    ("changed", _("changed")),
    ("files", _("files")),
    ("gone", _("no longer in the files")),
    ("is_restricted", _("only for those who work with it")),
    ("keeper", _("keeper")),
    ("licence", _("licence")),
    ("new", _("new")),
    ("owner_unit", _("unit that owns it")),
    ("series", _("what it measures")),
    ("source", _("where it comes from")),
    ("to", _("released to")),
    ("unchanged", _("unchanged")),
    ("what", _("as")),
)
VALUES = (
    ("city.dataset.kind", DataKind),
    ("city.dataset.to", ReleaseTo),
    ("city.asset.kind", ObservationKind),
    ("city.fit.state", FitState),
    ("city.worklist.state", ListState),
    ("city.worklistitem.found", Found),
)
