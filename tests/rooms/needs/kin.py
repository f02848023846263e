"""Needs that became others, that have a team, or that are closed: for the table of who may open what."""

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.needs.actions import add_evidence, invite_to_team, merge_needs, move_need
from tests.people import People
from tests.rooms.needs.cast import shared_by


def add_kin(args: dict[str, list[object]], people: People, colleague: Person) -> None:
    """Adds `closed`, `merged` (a unit's own need that lives on in one for all), `living`, `lineage`, `team-need`."""
    bo, dag = viewer_of(people.bo), viewer_of(people.dag)
    closed = shared_by(people.bo, "Dörren är tung.", "Dörren")
    args["closed"] = [move_need(by=bo, need=closed, to="closed", reason="Det är lagat")]
    hidden = shared_by(people.bo, "Lampan är trasig. SLÄKTENS", "SLÄKTENS lampa", "unit")
    add_evidence(by=bo, need=hidden, kind="data", summary="Trasig i tre veckor")
    living = shared_by(people.bo, "Lampor går sönder överallt.", "Lampor", "public")
    lineage = merge_needs(by=bo, needs=[hidden], target=living, reason="Det är samma lampor")
    args |= {"merged": [hidden], "living": [living], "lineage": [lineage]}
    team_need = shared_by(people.dag, "Vi hinner inte med. LAGETS", "LAGETS behov", "unit")
    invite_to_team(by=dag, need=team_need, person=colleague, task="LAGETS räknare")
    args["team-need"] = [team_need]
