"""Charts: where things are drawn, and that the drawing and its table say the same."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ringar.core.charts import Row, bar_chart, figure, place, range_chart


@given(st.floats(-1e6, 1e6), st.integers(0, 5), st.integers(6, 100))
def test_place_when_value_is_anywhere_then_it_stays_on_the_page(value: float, low: int, high: int) -> None:
    assert 0.0 <= float(place(value, low, high).rstrip("%")) <= 100.0


@pytest.mark.parametrize(("value", "at"), [(1, "0.00%"), (3, "50.00%"), (5, "100.00%"), (9, "100.00%")])
def test_place_when_on_a_scale_then_ends_and_middle_are_where_they_belong(value: float, at: str) -> None:
    assert place(value, 1, 5) == at


@pytest.mark.parametrize(
    ("language", "texts"), [("sv", ["4", "3,5", "12\xa0000"]), ("en", ["4", "3.5", "12,000"])]
)
def test_figure_when_written_then_it_follows_the_language(language: str, texts: list[str]) -> None:
    with translation.override(language):
        assert [figure(value) for value in (4.0, 3.5, 12000)] == texts


def test_bar_chart_when_all_is_nothing_then_no_bar_is_drawn() -> None:
    chart = bar_chart("k", "Title", [Row("a", [0]), Row("b", [0])], measure="Needs")
    assert [bar.width for bar in chart.rows] == ["0.00%", "0.00%"]


def test_bar_chart_when_drawn_then_the_longest_fills_the_width_and_the_table_tells_all() -> None:
    chart = bar_chart(
        "k", "Title", [Row("West", [12], url="/w/"), Row("<b>", [3])], measure="Needs", csv_url="/c.csv"
    )
    with translation.override("en"):
        page = render_to_string("core/chart_bars.html", {"chart": chart})
    assert re.findall(r'class="chart-bar" width="([^"]+)"', page) == ["100.00%", "25.00%"]
    assert re.findall(r'<td class="number">(\d+)</td>', page) == ["12", "3"]
    assert '<a href="/w/">West</a>' in page and "&lt;b&gt;" in page and "<b>" not in page
    assert 'href="/c.csv" download' in page


def test_range_chart_when_scores_differ_then_range_median_and_every_dot_are_drawn() -> None:
    chart = range_chart("k", "Title", [Row("Keys", [5, 1, 2, 5])], low=1, high=5, measure="Score")
    row = chart.rows[0]
    assert (row.start, row.end, row.middle) == ("0.00%", "100.00%", "62.50%")
    assert (row.low, row.high) == ("1", "5")
    assert len(row.dots) == 4
    assert len(set(row.dots)) == 4, "equal scores do not hide each other"


def test_range_chart_when_a_row_has_no_score_then_it_is_left_out() -> None:
    chart = range_chart("k", "Title", [Row("a", []), Row("b", [3])], low=1, high=5, measure="Score")
    assert [row.row.label for row in chart.rows] == ["b"]


def test_range_chart_when_drawn_then_the_table_has_lowest_median_highest_and_how_many() -> None:
    chart = range_chart("k", "Title", [Row("Keys", [4, 2, 5])], low=1, high=5, measure="Score")
    with translation.override("en"):
        page = render_to_string("core/chart_ranges.html", {"chart": chart})
    assert re.findall(r'<td class="number">([^<]+)</td>', page) == ["2", "4", "5", "3"]
    assert re.findall(r'class="chart-text"[^>]*>(\d+)<', page) == ["1", "2", "3", "4", "5"]
    assert page.count('class="chart-dot"') == 4, "one in the key, three in the row"


def test_range_chart_when_the_scale_is_long_then_only_its_ends_are_marked() -> None:
    chart = range_chart("k", "Title", [Row("a", [40])], low=0, high=100, measure="Score")
    assert [text for _, text in chart.ticks] == ["0", "100"]
