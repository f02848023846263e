"""Asking for breaks to be reckoned, and what becomes of it."""

from datetime import date, timedelta

import numpy as np
import pytest

from ringar.city.actions.fits import finish_fit, start_again, start_fit, work_key
from ringar.city.fit_rows import looked_back, plain, rounded
from ringar.city.models import Fit
from ringar.city.queries.fits import areas_of, visible_fits
from ringar.city.queries.network import FIELD, Plane, network_of, points_of, without_twice_told
from ringar.city.rules.fits import FitState
from ringar.core.clock import today
from ringar.core.kit_words import kept
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.robots.models.work import Work
from ringar.robots.rules.work import State
from ringar_kits.errors import InputError
from ringar_kits.leaks.model import Backtest, Captured, Curve, Note, Year
from tests.people import People
from tests.rooms.city.town import COUNT, add_town, fitted


def test_start_fit_queues_a_robots_work_and_leaves_an_audit_row(people: People):
    town = add_town(people)
    fit = start_fit(by=town.by, pipes=town.pipes, breaks=town.breaks, as_of=today())
    assert fit.state == FitState.WAITING
    assert fit.is_invented
    assert Work.objects.get(key=work_key(fit)).payload == {"fit": str(fit.uuid)}
    assert AuditEvent.objects.filter(action="start_fit", target_id=str(fit.uuid)).count() == 1


def test_start_fit_asked_twice_is_the_same_fit_while_it_is_under_way(people: People):
    town = add_town(people)
    told = {"by": town.by, "pipes": town.pipes, "breaks": town.breaks, "as_of": today()}
    fit = start_fit(**told)
    assert start_fit(**told) == fit
    finish_fit(town.by, fit, state=FitState.DONE, result={"pipes": 1, "expected": 1.0})
    assert start_fit(**told) != fit


@pytest.mark.parametrize(
    "told",
    [{"as_of": date(2200, 1, 1)}, {"as_of": date(1850, 1, 1)}, {"horizon": 9}, {"as_of": date(1999, 1, 1)}],
)
def test_start_fit_refuses_what_can_not_be_reckoned(people: People, told):
    town = add_town(people)
    with pytest.raises(Refused):
        start_fit(**{"by": town.by, "pipes": town.pipes, "breaks": town.breaks, "as_of": today(), **told})
    assert not Fit.objects.exists()


@pytest.mark.parametrize("who", ["bo", "sam", "farid"])
def test_start_fit_by_who_does_not_keep_the_pipes_is_not_allowed(people: People, who):
    town = add_town(people)
    with pytest.raises(NotAllowed):
        start_fit(by=viewer_of(getattr(people, who)), pipes=town.pipes, breaks=town.breaks, as_of=today())


def test_start_again_only_what_has_failed(people: People):
    town = add_town(people)
    fit = start_fit(by=town.by, pipes=town.pipes, breaks=town.breaks, as_of=today())
    with pytest.raises(Refused):
        start_again(by=town.by, fit=fit)
    finish_fit(town.by, fit, state=FitState.FAILED, error=kept(InputError("too little", remedy="Get more")))
    assert start_again(by=town.by, fit=fit).state == FitState.WAITING
    with pytest.raises(NotAllowed):
        start_again(by=viewer_of(people.bo), fit=fit)


def test_start_again_where_the_robot_gave_up_without_a_word(people: People):
    town = add_town(people)
    told = {"by": town.by, "pipes": town.pipes, "breaks": town.breaks, "as_of": today()}
    fit = start_fit(**told)
    Work.objects.filter(key=work_key(fit)).update(state=State.FAILED)
    assert start_fit(**told) == fit
    assert Work.objects.get(key=work_key(fit)).state == State.WAITING


def test_start_again_where_nothing_is_queued_any_more(people: People):
    town = add_town(people)
    fit = start_fit(by=town.by, pipes=town.pipes, breaks=town.breaks, as_of=today())
    Work.objects.filter(key=work_key(fit)).delete()
    assert start_again(by=town.by, fit=fit).state == FitState.WAITING
    assert Work.objects.filter(key=work_key(fit), state=State.WAITING).exists()


def test_visible_fits_only_to_those_with_business_in_the_pipes(people: People):
    town = add_town(people)
    fit = fitted(town)
    assert list(visible_fits(town.by)) == list(visible_fits(viewer_of(town.crew))) == [fit]
    assert list(visible_fits(viewer_of(people.dag))) == [fit]
    for stranger in (people.bo, people.sam, people.farid, people.elif_):
        assert not visible_fits(viewer_of(stranger)).exists()


def test_network_of_gives_the_kit_what_was_taken_in(people: People):
    town = add_town(people)
    network = network_of(town.pipes, town.breaks)
    assert network.pipes.ids == tuple(f"P{n:03}" for n in range(COUNT))
    assert network.pipes.installed[3] == 1944.0
    assert [len(line) for line in network.pipes.lines] == [2] * COUNT
    side = network.pipes.lines[0]
    assert np.hypot(*(side[1] - side[0])) == pytest.approx(100, rel=1e-3)
    apart = np.hypot(*(network.pipes.lines[10][0] - side[0]))
    assert apart == pytest.approx(80, rel=1e-3)
    assert len(network.breaks) == 20
    assert [network.pipes.ids[n] for n in network.breaks.pipe[:2]] == ["P000", "P008"]
    assert np.allclose(network.breaks.point[0], side.mean(axis=0), atol=0.5)


def test_network_of_a_set_without_breaks_has_none(people: People):
    town = add_town(people)
    network = network_of(town.pipes, None)
    assert len(network.breaks) == 0
    assert network.breaks.point.shape == (0, 2)


def test_plane_is_true_to_a_thousandth_within_a_city():
    """Against the length of a degree on the ellipsoid at 59.3° N: 56.99 km east, 111.40 km north."""
    plane = Plane(18.0, 59.3)
    found = plane.metres([[18.1, 59.3], [18.0, 59.4]])
    assert found[0, 0] == pytest.approx(5_699, rel=1e-3)
    assert found[1, 1] == pytest.approx(11_140, rel=1e-3)


@pytest.mark.parametrize(
    ("geometry", "count"),
    [
        ("", 0),
        ('{"type": "Point", "coordinates": [1, 2]}', 0),
        ('{"type": "LineString", "coordinates": [[1, 2], [2, 3]]}', 2),
        ('{"type": "MultiLineString", "coordinates": [[[1, 2], [2, 3]], [[1, 1], [2, 2], [3, 3]]]}', 3),
    ],
)
def test_points_of_takes_the_longest_line(geometry, count):
    assert len(points_of(geometry)) == count


def test_a_leak_that_crew_and_another_system_tell_of_is_one():
    def row(asset, day, kind=""):
        return (asset, date(2026, 3, 1) + timedelta(days=day), None, None, False, "", None, None, kind)

    told = [row(1, 0), row(1, 30, FIELD), row(2, 0, FIELD), row(1, 200, FIELD), row(None, 3)]
    assert without_twice_told(told) == [told[0], told[2], told[3], told[4]]


def test_areas_of_most_breaks_for_each_kilometre_first(people: People):
    found = areas_of(fitted(add_town(people)))
    assert [row["name"] for row in found] == ["A3", "A2", "A1", "A0"]
    assert found[0]["km"] == pytest.approx(1.0)
    assert found[0]["per_km"] == pytest.approx(sum(range(31, 41)) / 100)


def test_looked_back_is_json_with_thinned_curves():
    shares = {1: 0.1, 10: float("nan")}
    curve = Curve(np.linspace(0, 1, 1000), np.linspace(0, 1, 1000) ** 0.5)
    found = looked_back(
        Backtest(
            2010,
            2011,
            1,
            (Year(2010, 3, 1.0, 2.5, {}),),
            (Captured("model", shares, shares, shares, curve),),
            0.98,
            1.02,
            0.8,
            (Note("few", "only {n}", {"n": np.int64(3)}),),
        )
    )
    assert found["methods"][0]["share"] == {"1": 0.1, "10": None}
    assert len(found["methods"][0]["caught"]) == 60
    assert found["notes"] == [{"code": "few", "words": "only {n}", "facts": {"n": 3}}]
    assert found["years"] == [{"year": 2010, "breaks": 3, "expected": 2.5}]


def test_plain_and_rounded_hold_in_json():
    assert plain(np.float64(1.5)) == 1.5
    assert plain(date(2020, 1, 2)) == "2020-01-02"
    assert rounded(float("inf")) is None
