"""The city's pilots: seven, marked as simulated, and what the clock brings in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core import clock
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.demo.actions import move_clock
from ringar.demo.cast import email_of
from ringar.demo.pilots import bring_in_all
from ringar.demo.seed import seed
from ringar.demo.simulation import Story, simulate
from ringar.pilots.models import Measurement, Pilot
from ringar.pilots.queries.staff import staff_answers
from ringar.pilots.standing import standing_of

STORY = Story(
    seed=1,
    levels={"a": 30, "b": 20},
    tries=frozenset({"a"}),
    start=10,
    effect=-8,
    own=2,
    shared=1,
    decimals=1,
)


def test_simulate_when_longer_then_begins_as_the_shorter_one_did() -> None:
    short, long = simulate(STORY, 15), simulate(STORY, 40)
    assert {unit: values[:15] for unit, values in long.items()} == short


def test_simulate_when_an_effect_is_given_then_it_shows_where_it_is_tried_only() -> None:
    made = simulate(STORY, 2_000)
    before, after = made["a"][:10], made["a"][10:]
    assert -9 < sum(after) / len(after) - sum(before) / len(before) < -5
    assert abs(sum(made["b"]) / 2_000 - 20) < 0.5
    assert min(simulate(Story(1, {"a": 1}, frozenset(), 0, 0, own=9, shared=9), 200)["a"]) == 0


@pytest.mark.django_db
def test_clock_when_moved_then_brings_in_what_was_measured_and_the_one_without_effect_ends_undecided(
    settings, client: Client
) -> None:
    settings.DEMO = True
    seed(lambda what: None)
    pilots = {pilot.external_id: pilot for pilot in Pilot.objects.select_related("effect_goal")}
    assert len(pilots) == 7
    assert all(pilot.is_simulated for pilot in pilots.values())
    assert {pilot.state for pilot in pilots.values()} == {"planned", "running", "stopped"}
    assert {pilot.stage for pilot in pilots.values()} == {"exercise", "proof", "pilot", "beta", "full_scale"}
    verdicts = {key: standing_of(pilots[key]).figures.verdict for key in pilots}
    assert (verdicts["ring-mig-sen"], verdicts["vikariekedjan"], verdicts["atprognos"]) == (
        "scale", "stop", "extend",
    )  # fmt: skip
    coffee = pilots["kaffesamtalet"]
    assert [told.means != () for told in staff_answers(pilots["ring-mig-sen"])] == [True, True]
    assert [(told.answered, told.means) for told in staff_answers(coffee)] == [(4, ()), (0, ())]
    assert not standing_of(coffee).figures.is_final
    dag = viewer_of(Person.objects.get(email=email_of("dag")))
    before = Measurement.objects.count()
    move_clock(by=dag, weeks=6)
    assert Measurement.objects.count() == before + 5 * 3, "five weeks were left, in three units"
    assert bring_in_all() == 0
    end = clock.now()
    assert not Measurement.objects.filter(week__gt=end.date() - timedelta(days=7)).exists()
    assert not Measurement.objects.filter(via="clock", is_late=True).exists()
    figures = standing_of(Pilot.objects.select_related("effect_goal").get(pk=coffee.pk)).figures
    assert (figures.verdict, figures.is_final) == ("extend", True)
    client.force_login(
        Person.objects.get(email=email_of("alva")), backend=settings.AUTHENTICATION_BACKENDS[0]
    )
    page = client.get(reverse("pilot_page", args=[coffee.uuid])).content.decode()
    assert "Kan inte avgöras: siffrorna är inte säkra nog för att skala upp" in page
    assert "imulera" in page
