"""Was it right? Lists held against the breaks that came after they were drawn."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from ringar.city.actions.lists import close_list
from ringar.city.actions.ticks import tick_item
from ringar.city.curves import drawing_of, look_back_chart
from ringar.city.models import WorkList
from ringar.city.queries.right import caught_in_short, outcome_of
from ringar.city.rules.fits import Arm, Found
from ringar.city.rules.lists import watched_days
from ringar.core.clock import at
from ringar.core.kit_words import kept
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar_kits.errors import InputError
from tests.people import People
from tests.rooms.city.town import COUNT, Town, add_town, fitted, handed_out, tell_breaks

NEW_YEAR = datetime(2026, 1, 2, 9, tzinfo=ZoneInfo("Europe/Stockholm"))


def drawn_in_time(town: Town) -> WorkList:
    """A list of 2026, made when the year began: P035–P039 by the model, P000–P004 as before."""
    with at(NEW_YEAR):
        return handed_out(town, fitted(town, date(2026, 1, 1)), year=2026)


def test_outcome_counts_breaks_by_half_and_for_each_kilometre(people: People):
    town = add_town(people)
    made = drawn_in_time(town)
    tell_breaks(
        town,
        [(39, "2026-05-01"), (38, "2026-06-01"), (38, "2026-07-01"), (0, "2026-08-01"), (20, "2026-09-01")],
    )
    found = outcome_of(made)
    assert (found.whole.rate.breaks, found.whole.pipes, found.all_breaks) == (4, 10, 5)
    assert found.whole.rate.per_km == pytest.approx(4.0)
    assert {half.arm: half.rate.breaks for half in found.halves} == {Arm.MODEL: 3, Arm.AS_BEFORE: 1}
    assert found.between.times == pytest.approx(3.0)
    assert not found.between.is_sure
    assert found.share == pytest.approx(10 / COUNT)


def test_outcome_leaves_out_what_came_before_and_after_and_what_the_crew_looked_for(people: People):
    town = add_town(people)
    made = drawn_in_time(town)
    tell_breaks(town, [(39, "2026-01-01"), (39, "2025-12-31"), (39, "2027-01-01")])
    item = made.items.get(asset__external_id="P039")
    with at(NEW_YEAR.replace(month=4)):
        tick_item(by=viewer_of(town.crew), item=item, found=Found.LEAK)
    assert outcome_of(made).whole.rate.breaks == 0


def test_outcome_follows_breaks_that_come_in_later(people: People):
    town = add_town(people)
    made = drawn_in_time(town)
    assert outcome_of(made).whole.rate.breaks == 0
    tell_breaks(town, [(39, "2026-05-01")])
    assert outcome_of(made).whole.rate.breaks == 1
    [(_list, watched, caught)] = caught_in_short([made])
    assert caught.rate.breaks == 1
    assert watched.is_over(date(2027, 1, 1)) and not watched.is_over(date(2026, 12, 31))


def test_outcome_oldest_first_is_held_against_the_same_length(people: People):
    town = add_town(people)
    made = drawn_in_time(town)
    tell_breaks(town, [(n, "2026-05-01") for n in range(7, 12)])
    found = {rival.method: rival for rival in outcome_of(made).rivals}
    assert found["oldest"].breaks == pytest.approx(3.0)
    assert found["oldest"].rate.km == pytest.approx(1.0)


def test_pages_when_the_days_have_not_begun_or_nothing_is_told_of_them_then_no_zero_is_shown(
    people: People, logged_in: Callable[[Person], Client]
):
    town = add_town(people)
    made = drawn_in_time(town)
    later = handed_out(town, made.fit, name="Långt fram", year=2031)
    client = logged_in(town.keeper)

    def page(work_list: WorkList | None) -> str:
        name, args = ("was_it_right_list", [work_list.uuid]) if work_list else ("was_it_right", [])
        return client.get(reverse(name, args=args)).content.decode()

    assert "Har inte börjat: från 1 januari 2031" in page(None)
    assert "Dagarna har inte börjat" in page(later) and "0,00" not in page(later)
    assert "Ingen läcka är känd efter 4 mars 2021" in page(made) and "0,00" not in page(made)
    tell_breaks(town, [(20, "2026-05-01")])
    assert "0,00" in page(made) and "Inget är avbockat" in page(made) and "0 av 10 ledningar" in page(made)
    tick_item(by=viewer_of(town.crew), item=made.items.get(place=1), found=Found.NOTHING)
    assert "Inget är avbockat" not in page(made)
    close_list(by=town.by, work_list=made)
    assert "Ingen av hälfterna har fångat någon läcka" in page(made)


def test_outcome_curve_rises_as_the_model_would_inspect(people: People):
    town = add_town(people)
    made = drawn_in_time(town)
    tell_breaks(town, [(39, "2026-05-01"), (38, "2026-06-01")])
    curves = {curve.name: curve for curve in outcome_of(made).curves}
    assert curves["model"].at(2 / COUNT) == pytest.approx(1.0)
    assert curves["oldest"].at(0.5) == pytest.approx(0.0)
    drawing = drawing_of(outcome_of(made).curves, share=0.25)
    assert drawing.mark == "25.00%"
    assert drawing.lines[0].points.startswith("0,1000 ")


@pytest.mark.parametrize(
    ("made_on", "first", "is_late"),
    [
        (date(2025, 12, 20), date(2026, 1, 1), False),
        (date(2026, 1, 10), date(2026, 1, 10), False),
        (date(2026, 6, 1), date(2026, 6, 1), True),
        (date(2028, 1, 1), date(2026, 12, 31), True),
    ],
)
def test_watched_days_begin_when_the_list_was_drawn(made_on, first, is_late):
    found = watched_days(2026, as_of=date(2025, 12, 1), made_on=made_on)
    assert (found.first, found.last, found.is_late) == (first, date(2026, 12, 31), is_late)


def test_look_back_chart_without_years_is_empty_and_tells_of_faults():
    assert look_back_chart({}) == {}
    fault = kept(InputError("there are no breaks", remedy="Give a list of breaks with dates"))
    with override("en"):
        told = look_back_chart({"fault": fault})
    assert told == {"fault": "there are no breaks. Give a list of breaks with dates."}
