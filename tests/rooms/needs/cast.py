"""Needs of the tests, made through actions only."""

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.needs.actions import add_criterion, add_evidence, edit_need, share_need, start_need
from ringar.needs.models import Need
from ringar.needs.queries import need_for

SYMPTOM = (
    "De äldre sitter ensamma framför teven hela kvällen. Tre av fem säger att ingen har ringt på en vecka."
)


def draft_of(person: Person, symptom: str = SYMPTOM, title: str = "") -> Need:
    return start_need(by=viewer_of(person), symptom=symptom, title=title)


def shared_by(
    person: Person, symptom: str = SYMPTOM, title: str = "", visibility: str = "organisation"
) -> Need:
    need = draft_of(person, symptom, title)
    return share_need(by=viewer_of(person), need=need, visibility=visibility)


def ready_to_choose(person: Person) -> Need:
    """A need that lacks nothing that the choice asks for."""
    by, need = viewer_of(person), shared_by(person)
    add_evidence(
        by=by,
        need=need,
        kind="interview",
        summary="Hon hade inte sagt ett ord på tre dagar.",
        met="en boende",
    )
    add_criterion(by=by, need=need, text="Minst ett samtal om dagen")
    edit_need(
        by=by, need=need, changes={"who_affected": "De boende", "good_effect": "Färre larm", "owner": person}
    )
    return need_for(by, need.uuid)
