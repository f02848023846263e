"""What the room's pages call things that the kit names: files, and what their columns hold."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FILE_WORDS: dict[str, Promise] = {
    "pipes": _("Pipes"),
    "breaks": _("Breaks and leaks"),
    "roads": _("Streets"),
}
FIELD_WORDS: dict[str, Promise] = {
    "area": _("shut-off area"),
    "bus": _("buses"),
    "day": _("day"),
    "diameter": _("diameter"),
    "id": _("own number"),
    "installed": _("year or day when it was laid"),
    "kind": _("kind"),
    "lanes": _("lanes"),
    "length": _("length"),
    "lined": _("year or day when it was lined"),
    "material": _("material"),
    "pipe": _("the pipe’s number"),
    "road": _("number of the street segment"),
    "road_class": _("class of road"),
    "road_width": _("width of the road"),
    "shape": _("line or point"),
    "speed": _("speed limit"),
    "status": _("status"),
    "street": _("street"),
    "traffic": _("traffic"),
    "trucks": _("lorries"),
    "x": _("east"),
    "x1": _("east, first end"),
    "x2": _("east, other end"),
    "y": _("north"),
    "y1": _("north, first end"),
    "y2": _("north, other end"),
    "zone": _("pressure zone"),
}
"""What a column can be taken for."""

ASSET_WORDS: dict[str, Promise] = {
    "area": _("shut-off area"),
    "diameter_mm": _("diameter, millimetres"),
    "extra": _("further traits"),
    "geometry": _("where it lies"),
    "imputed": _("filled in"),
    "installed": _("installed"),
    "label": _("name"),
    "length_m": _("length, metres"),
    "lined": _("lined"),
    "material": _("material"),
    "retired_at": _("taken out of use"),
    "street": _("street"),
    "zone": _("pressure zone"),
}
"""The columns of an asset, as its history tells of them."""

TALLY_WORDS: dict[str, Promise] = {
    "new": _("new"),
    "changed": _("changed"),
    "unchanged": _("unchanged"),
    "gone": _("no longer in the files"),
    "back": _("in use again"),
}
"""What saving does with rows."""
