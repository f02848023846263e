"""Whoever measures sees the pilot, from whatever unit, and can still not change it."""

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.actions import add_person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Role, Viewer
from ringar.pilots.actions.parts import Taking, set_units
from ringar.pilots.actions.pilots import edit_pilot
from ringar.pilots.models import Pilot
from ringar.pilots.queries.pilots import pilot_for, visible_pilots
from ringar.pilots.rules import UnitRole
from tests.people import People
from tests.rooms.needs.cast import shared_by
from tests.rooms.pilots.measured import running

pytestmark = pytest.mark.django_db


def own_pilot(people: People) -> Pilot:
    """A pilot that only home care reads."""
    return running(people, need=shared_by(people.bo, "Larmen ringer fel", "De ringer fel", "unit"))


def test_visible_pilots_when_the_viewer_measures_elsewhere_then_is_seen_and_not_changed(
    people: People, client: Client
) -> None:
    pilot = own_pilot(people)
    measurer = add_person(
        by=Viewer.of_command_line(),
        email="vatten@ringsala.example",
        name="Vera",
        unit=people.water,
        role=Role.STAFF,
    )
    with pytest.raises(NotAllowed):
        pilot_for(viewer_of(measurer), pilot.uuid)
    takings = [Taking(people.care, UnitRole.TRIES), Taking(people.preschool, UnitRole.COMPARES, measurer)]
    set_units(by=viewer_of(people.bo), pilot=pilot, takings=takings)
    viewer = viewer_of(measurer)
    assert pilot_for(viewer, pilot.uuid) == pilot
    with pytest.raises(NotAllowed):
        edit_pilot(by=viewer, pilot=pilot, changes={"title": "Mitt"})
    client.force_login(measurer)
    assert client.get(reverse("pilot_page", args=[pilot.uuid])).status_code == 200
    listed = client.get(reverse("measurement_list", args=[pilot.uuid])).content.decode()
    assert pilot.get_absolute_url() in listed


def test_visible_pilots_when_nobody_measures_then_strangers_see_nothing(people: People) -> None:
    pilot = own_pilot(people)
    set_units(by=viewer_of(people.bo), pilot=pilot, takings=[Taking(people.care, UnitRole.TRIES)])
    assert not visible_pilots(Viewer()).exists()
    assert not visible_pilots(viewer_of(people.sam)).exists()
