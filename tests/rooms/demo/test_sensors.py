"""The demo's sensors: set up once, and going on measuring."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ringar.city.actions.sensors import About, Measure, register_sensor
from ringar.city.models import Reading, Sensor
from ringar.city.rules.sensors import Flag
from ringar.core.queries import viewer_of
from ringar.demo.sensors import MEASURES, RAIN, bring_in_readings, value_at
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def gauge(people: People) -> Sensor:
    by = viewer_of(people.farid)
    return register_sensor(by=by, about=About(RAIN), measures=[MEASURES[RAIN]], is_invented=True)[0]


def test_readings_when_brought_in_twice_then_only_what_is_new_comes(gauge: Sensor) -> None:
    kept = bring_in_readings()
    assert 1_000 <= kept <= 1_009
    assert bring_in_readings() == 0
    Reading.objects.filter(at__gt=timezone.now() - timedelta(hours=1)).delete()
    assert 5 <= bring_in_readings() <= 7
    assert Reading.objects.count() - kept in (0, 1)


def test_readings_when_made_up_then_few_are_flagged_and_the_moment_alone_decides(gauge: Sensor) -> None:
    bring_in_readings()
    wrong = Reading.objects.exclude(flag__in=(Flag.NONE, Flag.LATE)).exclude(flag=Flag.JUMP).count()
    assert wrong < 20
    moment = timezone.now()
    assert all(value_at(name, moment) == value_at(name, moment) for name in MEASURES)


def test_readings_when_a_sensor_is_real_then_nothing_is_made_up_for_it(people: People) -> None:
    register_sensor(by=viewer_of(people.farid), about=About(RAIN), measures=[Measure("Regn")])
    assert bring_in_readings() == 0
