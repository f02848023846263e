"""What people of the invented city do together: two needs that were one are merged; a need gets a team."""

from collections.abc import Mapping

from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.needs.actions import invite_to_team, merge_needs
from ringar.needs.models import Need

WHY_MERGED = "Det är samma lampor. Den som felanmäler ska bara behöva göra det på ett ställe."
TEAM = (
    ("rut", "Vet vilka som har slutat komma till träffpunkten"),
    ("birgit", "Tar med det vi ser på natten"),
)


def merge_lamps(needs: Mapping[str, Need], by: Viewer) -> None:
    """The dark path was told by two units; the streets department's need lives on."""
    merge_needs(by=by, needs=[needs["morkt-vid-bruket"]], target=needs["gatlampor"], reason=WHY_MERGED)


def gather_team(needs: Mapping[str, Need], people: Mapping[str, Person], by: Viewer) -> None:
    """People from other units work with the need that home care wrote."""
    for key, task in TEAM:
        invite_to_team(by=by, need=needs["ensamhet-aldre"], person=people[key], task=task)
