"""A pilot that is measured by its people: Bo's home care tries, the preschool is compared with."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from ringar.core import clock
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.actions.parts import Taking, set_units
from ringar.pilots.models import Pilot, PilotUnit
from ringar.pilots.rules import UnitRole
from tests.people import People
from tests.rooms.pilots.measured import BEGUN, START, WEEK, running

FIFTH_WEEK = timezone.make_aware(datetime(2026, 4, 1, 9))
"""A Wednesday: the weeks from 23 February to 23 March have ended."""


def followed(people: People, **facts: Any) -> Pilot:
    """The pilot under way; Bo hands in the values of home care, nobody those of the preschool."""
    pilot = running(people, **facts)
    with clock.at(BEGUN):
        takings = [
            Taking(people.care, UnitRole.TRIES, people.bo),
            Taking(people.preschool, UnitRole.COMPARES),
        ]
        set_units(by=viewer_of(people.alva), pilot=pilot, takings=takings)
    return Pilot.objects.select_related("organisation", "effect_goal").get(pk=pilot.pk)


def unit_in(pilot: Pilot, name: str = "Hemtjänst Björkliden") -> PilotUnit:
    """The unit of that name in the pilot."""
    return pilot.units.select_related("unit", "pilot__effect_goal").get(unit__name=name)


def hand_in(people: People, pilot: Pilot, *numbers: float, **told: Any) -> None:
    """Bo hands in these values of home care, one a week from START on, each in the week after."""
    for place, number in enumerate(numbers):
        with clock.at(timezone.make_aware(datetime.combine(START + (place + 1) * WEEK, datetime.min.time()))):
            value = Value(unit_in(pilot), START + place * WEEK, number)
            record_measurements(by=viewer_of(people.bo), pilot=pilot, values=[value], **told)


def client_of(logged_in: Callable[[Person], Client], person: Person) -> Client:
    """The person's browser, with pages in English."""
    client = logged_in(person)
    client.cookies["django_language"] = "en"
    return client


def text_of(response: Any) -> str:
    """A page's source with its white space as one."""
    return " ".join(response.content.decode().split())
