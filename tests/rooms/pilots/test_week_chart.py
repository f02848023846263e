"""The chart's drawing and the words for figures: pure, without a database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import translation

from ringar.pilots.chart import bands, nice_range, pieces, week_chart
from ringar.pilots.figures import Figures
from ringar.pilots.wording import (
    NESTA,
    chance_words,
    effect_words,
    inside,
    percent,
    plain,
    told_of,
    verdict_words,
    waiting_words,
)
from ringar_kits.effects import Point

pytestmark = pytest.mark.usefixtures("english")
FIRST = date(2026, 1, 5)
FIGURES = Figures(
    metric="Väntan i kö",
    measured_in="minuter",
    worthwhile=5.0,
    verdict="scale",
    is_final=True,
    effect=-12.2,
    low=-19.4,
    high=-5.1,
    p_better=0.97,
    p_worthwhile=0.84,
)


def points(values: list[float | None], *, start: int, expected: float | None = 10.0) -> list[Point]:
    """Weeks with those values of who tries, 10 of who is compared with, and a band of ±2 from the start on."""
    return [
        Point(
            FIRST + n * timedelta(days=7),
            "before" if n < start else "after",
            value,
            10.0,
            None,
            expected,
            None if expected is None else expected - 2,
            None if expected is None else expected + 2,
        )
        for n, value in enumerate(values)
    ]


def test_chart_when_drawn_then_the_start_stands_between_the_weeks() -> None:
    chart = week_chart(points([10, 11, 6, 5], start=2), starts=[FIRST + timedelta(days=14)], target=4.0)
    assert chart is not None
    assert chart.starts == ["50.00%"] and len(chart.tried) == 1
    places = [tuple(map(float, place.split(","))) for place in chart.tried[0].split()]
    assert [x for x, _y in places] == [125, 375, 625, 875]
    assert places[1][1] < places[0][1] < places[2][1] < places[3][1], "higher values stand higher up"
    assert chart.target is not None and 0 < float(chart.target.rstrip("%")) <= 100


def test_chart_when_a_week_is_missing_then_the_line_is_broken() -> None:
    chart = week_chart(points([10, 11, None, 6, 5], start=3), starts=[], target=None)
    assert chart is not None and len(chart.tried) == 2 and len(chart.compared) == 1


def test_chart_when_before_the_start_then_nothing_is_expected() -> None:
    chart = week_chart(points([10, 11, 6, 5], start=2), starts=[], target=None)
    assert chart is not None
    assert [row.expected for row in chart.weeks] == [None, None, 10.0, 10.0]
    assert len(chart.band) == 1 and len(chart.band[0].split()) == 4


def test_chart_when_drawn_by_lot_then_no_single_expectation_is_drawn() -> None:
    chart = week_chart(points([10, 11, 6, 5], start=2), starts=[], target=None, is_drawn=True)
    assert chart is not None and chart.expected == [] and chart.band == []


def test_chart_when_there_are_no_values_then_there_is_none() -> None:
    assert week_chart([], starts=[], target=3.0) is None


def test_chart_when_read_in_swedish_then_places_keep_their_points() -> None:
    """A decimal comma in a drawing's numbers would ruin it."""
    with translation.override("sv"):
        chart = week_chart(points([10.5, 11.25, 6], start=2), starts=[FIRST + timedelta(days=7)], target=4.5)
    assert chart is not None
    drawn = [*chart.starts, chart.target, *(tick.place for tick in chart.ticks)]
    assert not [place for place in drawn if place and "," in place]
    assert all(len(place.split(",")) == 2 for place in chart.tried[0].split())


def test_pieces_when_a_week_stands_alone_then_is_seen_all_the_same() -> None:
    assert pieces([None, (5.0, 7.0), None]) == ["5,7 6,7"]


def test_bands_when_a_gap_comes_then_are_two() -> None:
    low = [(0.0, 2.0), (1.0, 2.0), None, (3.0, 2.0), (4.0, 2.0)]
    high = [(0.0, 1.0), (1.0, 1.0), None, (3.0, 1.0), (4.0, 1.0)]
    assert len(bands(low, high)) == 2


@pytest.mark.parametrize(("low", "high"), [(3.0, 3.0), (0.0, 0.0), (-7.3, 12.9), (0.001, 0.0042), (1e6, 9e6)])
def test_nice_range_when_asked_then_holds_the_values_in_few_steps(low: float, high: float) -> None:
    bottom, top, step = nice_range(low, high)
    assert bottom <= low <= high < top or (bottom <= low and top >= high)
    assert top > bottom and 1 <= round((top - bottom) / step) <= 7


def test_words_when_the_effect_is_probable_then_size_way_and_interval() -> None:
    assert (
        effect_words(FIGURES) == "Probable effect on väntan i kö: 12 minuter lower (between 5 and 19 lower)."
    )
    assert chance_words(FIGURES) == (
        "Probably better than nothing: 97 %. As large as agreed (at least 5 minuter): 84 %."
    )


def test_words_when_the_interval_holds_nothing_then_both_ways_are_told() -> None:
    told = effect_words(replace(FIGURES, low=-19.4, high=3.2, p_better=0.8))
    assert told.startswith("Not to be told from chance") and "between 3 higher and 19 lower" in told


def test_words_when_it_went_wrong_then_say_so() -> None:
    assert effect_words(replace(FIGURES, effect=8.0, low=2.0, high=14.0, p_better=0.01)).startswith(
        "Probably the wrong way"
    )


def test_words_when_a_share_is_measured_then_are_percentage_points() -> None:
    share = replace(FIGURES, scale="logit", effect=-0.12, low=-0.19, high=-0.05, worthwhile=0.05)
    assert "12 percentage points lower (between 5 and 19 lower)" in effect_words(share)
    assert "at least 5 percentage points" in chance_words(share)


@pytest.mark.parametrize(
    ("share", "told"),
    [(1.0, "more than 99 %"), (0.0, "less than 1 %"), (0.5, "50 %"), (0.991, "more than 99 %")],
)
def test_percent_when_nearly_sure_then_never_says_all_or_nothing(share: float, told: str) -> None:
    assert percent(share) == told


@pytest.mark.parametrize(("value", "told"), [(5.0, "5"), (0.25, "0.25"), (2.0004, "2"), (1234.5, "1,234.5")])
def test_plain_when_a_number_is_agreed_then_is_written_as_such(value: float, told: str) -> None:
    assert plain(value) == told


def test_inside_when_a_metric_begins_a_word_then_small_unless_an_abbreviation() -> None:
    assert (inside("Väntan"), inside("SMS i kö"), inside("")) == ("väntan", "SMS i kö", "")


def test_waiting_words_when_sure_then_next_to_nothing_else_size_and_money() -> None:
    assert waiting_words(replace(FIGURES, value_of_waiting=0.0004)).startswith("Next to nothing")
    told = waiting_words(replace(FIGURES, value_of_waiting=0.72, value_of_waiting_money=8_100.0))
    assert told == "0.72 minuter a week, about SEK\xa08,100 in all."
    assert waiting_words(FIGURES) == ""


def test_told_of_when_not_final_then_the_mark_is_quiet() -> None:
    assert told_of(FIGURES).mark == "ok" and told_of(replace(FIGURES, is_final=False)).mark == "quiet"
    assert told_of(replace(FIGURES, verdict="stop")).mark == "warn"


def test_verdict_words_when_nothing_can_be_concluded_then_why() -> None:
    told = verdict_words(Figures(reason="no unit tries it."))
    assert told == "Can not be concluded, because no unit tries it."
    assert set(NESTA) == {1, 2, 3, 4, 5}
