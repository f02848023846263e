"""Pilots for the table of rights: one for those who work here, one that everyone may read."""

from ringar.core.queries import viewer_of
from ringar.pilots.actions.gates import ask_gate
from ringar.pilots.actions.publishing import add_note, publish_pilot
from tests.people import People
from tests.rooms.pilots.measured import measured
from tests.rooms.pilots.test_decisions import decide


def add_pilots(made: dict[str, list[object]], people: People) -> None:
    """`pilot` and `open-pilot`; the words in capitals are what is hidden. Something was told to all bidders."""
    few = {"before": 6, "after": 4, "controls": 1}
    pilot = measured(people, title="PILOTENS larm", **few)
    add_note(by=viewer_of(people.bo), pilot=pilot, text="PILOTENS första vecka.")
    opened = measured(people, title="Larm för alla", **few)
    decide(people.bo, opened, "scale", to_disclose="Vi har 1 400 larm i 22 hus.")
    ask_gate(by=viewer_of(people.bo), pilot=opened, reason="GRINDENS skäl", declares_none=True)
    publish_pilot(by=viewer_of(people.bo), pilot=opened)
    made |= {"pilot": [pilot], "open-pilot": [opened]}
