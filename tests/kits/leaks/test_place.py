import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ringar_kits.leaks.place import distances, lines_between, lines_of, nearest_pipes, on_roads


def street(*ends):
    made = np.empty(len(ends), dtype=object)
    made[:] = [None if end is None else shapely.linestrings(end) for end in ends]
    return made


def test_nearest_pipes_takes_the_nearest_within_reach_and_the_first_of_two():
    shapes = street([(0, 0), (100, 0)], None, [(0, 40), (100, 40)], [(0, 0), (100, 0)])
    points = np.array([[50, 10], [50, 22], [50, 66], [np.nan, 3], [50, 65]], dtype=float)
    assert nearest_pipes(points, shapes).tolist() == [0, 2, -1, -1, 2]


def test_nearest_pipes_where_there_are_none_finds_none():
    assert nearest_pipes(np.zeros((2, 2)), street(None)).tolist() == [-1, -1]
    assert nearest_pipes(np.empty((0, 2)), street([(0, 0), (1, 1)])).tolist() == []


METRES = st.integers(-200, 200).map(float)


@settings(max_examples=50)
@given(arrays.arrays(float, (6, 2), elements=METRES), arrays.arrays(float, (5, 2, 2), elements=METRES))
def test_nearest_pipes_is_as_near_as_any_pipe(points, ends):
    shapes = street(*ends)
    found = nearest_pipes(points, shapes)
    every = shapely.distance(shapely.points(points)[:, None], shapes[None, :])
    for place, at in enumerate(found.tolist()):
        if at < 0:
            assert every[place].min() > 25 - 1e-9
        else:
            assert every[place, at] == pytest.approx(every[place].min())
            assert every[place, at] <= 25 + 1e-9


def test_distances_without_point_or_pipe_are_not_known():
    shapes = street([(0, 0), (100, 0)], None)
    found = distances(
        np.array([[50, 10], [50, 10], [np.nan, 0], [5, 5]], dtype=float), shapes, np.array([0, -1, 0, 1])
    )
    assert found[0] == 10
    assert np.isnan(found[1:]).all()


def test_lines_of_anything_have_two_points_or_none():
    shapes = np.array(
        [
            shapely.Point(1, 2),
            shapely.LineString([(0, 0), (1, 1), (2, 0)]),
            None,
            shapely.MultiLineString([[(0, 0), (1, 0)], [(5, 0), (6, 0)]]),
        ],
        dtype=object,
    )
    found = lines_of(shapes)
    assert found[0].tolist() == [[1, 2], [1, 2]]
    assert len(found[1]) == 3
    assert found[2] is None
    assert found[3].tolist() == [[0, 0], [1, 0], [5, 0], [6, 0]]


def test_lines_between_leaves_out_what_has_no_coordinate():
    found = lines_between(np.array([0.0, np.nan]), np.zeros(2), np.ones(2), np.ones(2))
    assert found[0].length == pytest.approx(2**0.5)
    assert found[1] is None


def test_on_roads_of_an_unknown_segment_is_nowhere():
    shapes = street([(0, 0), (1, 1)])
    assert on_roads(["7", "8", "7"], {"7": 0}, shapes).tolist() == [shapes[0], None, shapes[0]]
