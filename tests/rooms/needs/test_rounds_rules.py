"""What scores come to: weights, missing values, ties, harshness, disagreement; and who may see what, when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringar.core.rules import Role, Viewer
from ringar.needs.round_result import (
    Given,
    Result,
    Standing,
    agreement_of,
    judge,
    level,
    rank_intervals,
    rank_needs,
    ranks_of,
    weigh,
)
from ringar.needs.round_rules import (
    RoundFacts,
    RoundState,
    can_lead_round,
    can_see_round,
    can_see_scores,
    has_closed,
    is_in_play,
    missing_to_choose,
    out_of_order,
    round_state,
    steps_aside,
    takes_scores,
)
from ringar.needs.rules import NeedFacts

VALUE = st.one_of(st.none(), st.integers(1, 5))
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
FACTS = RoundFacts(organisation_id=1, deadline=MORNING + timedelta(days=7))


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[int], list[Given], list[float]]:
    """Entries, what some assessors gave some of them, and weights."""
    needs, people, criteria = draw(st.integers(1, 6)), draw(st.integers(0, 5)), draw(st.integers(1, 4))
    weights = [float(draw(st.integers(1, 10))) for _ in range(criteria)]
    rows = [
        Given(entry, person, tuple(draw(VALUE) for _ in range(criteria)))
        for entry in range(10, 10 + needs)
        for person in range(people)
        if draw(st.booleans())
    ]
    return list(range(10, 10 + needs)), rows, weights


def by_entry(result: Result) -> dict[int, Standing]:
    return {standing.entry: standing for standing in result.standings}


@given(rounds())
@settings(max_examples=60, deadline=None)
def test_rank_needs_when_anything_is_given_then_means_ranks_and_intervals_hold_together(round) -> None:
    entries, rows, weights = round
    result = rank_needs(entries, rows, weights, seed=3)
    assert sorted(s.entry for s in result.standings) == entries
    ranked = [s for s in result.standings if s.rank is not None]
    assert result.standings[: len(ranked)] == tuple(ranked), "those without scores come last"
    for standing in result.standings:
        scored = [g for g in rows if g.entry == standing.entry and any(v is not None for v in g.values)]
        assert len(standing.by_assessor) == len(scored)
        assert (standing.mean is None) == (not scored) == (standing.rank is None)
        if standing.mean is not None:
            assert 1 - 1e-9 <= standing.mean <= 5 + 1e-9
            above = sum(1 for other in ranked if (other.mean or 0) > standing.mean + 1e-9)
            assert standing.rank == 1 + above, "equal means share a rank"
        if standing.best is not None and standing.worst is not None:
            assert 1 <= standing.best <= standing.worst <= len(entries)


@given(rounds(), st.integers(2, 4))
@settings(max_examples=40, deadline=None)
def test_rank_needs_when_all_weights_grow_alike_or_assessors_change_places_then_the_same(
    round, times
) -> None:
    entries, rows, weights = round
    before = by_entry(rank_needs(entries, rows, weights, seed=3))
    heavier = by_entry(rank_needs(entries, rows, [w * times for w in weights], seed=3))
    mirrored = [replace(each, assessor=99 - each.assessor) for each in rows][::-1]
    turned = by_entry(rank_needs(entries, mirrored, weights, seed=3))
    for entry in entries:
        for other in (heavier, turned):
            assert other[entry].rank == before[entry].rank
            assert other[entry].mean == pytest.approx(before[entry].mean)
            assert other[entry].agreement == pytest.approx(before[entry].agreement)


@given(rounds(), st.data())
@settings(max_examples=60, deadline=None)
def test_rank_needs_when_one_value_is_raised_then_the_need_stands_no_worse(round, data) -> None:
    entries, rows, weights = round
    low = [(i, j) for i, row in enumerate(rows) for j, v in enumerate(row.values) if v is not None and v < 5]
    if not low:
        return
    row, place = data.draw(st.sampled_from(low))
    values = list(rows[row].values)
    values[place] = values[place] + 1  # type: ignore[operator]
    raised = [*rows[:row], replace(rows[row], values=tuple(values)), *rows[row + 1 :]]
    entry = rows[row].entry
    before = by_entry(rank_needs(entries, rows, weights, seed=3))[entry]
    after = by_entry(rank_needs(entries, raised, weights, seed=3))[entry]
    assert (after.mean or 0) > (before.mean or 0)
    assert (after.rank or 0) <= (before.rank or 0)


def test_rank_needs_when_asked_twice_then_the_same_and_another_seed_may_differ_in_intervals_only() -> None:
    rows = [Given(e, a, ((e * a) % 5 + 1, (e + a) % 5 + 1)) for e in range(6) for a in range(5)]
    first, again = (rank_needs(range(6), rows, [1, 1], seed=7) for _ in range(2))
    other = rank_needs(range(6), rows, [1, 1], seed=8)
    assert first == again
    assert [s.rank for s in first.standings] == [s.rank for s in other.standings]


def test_weigh_when_some_can_not_be_judged_then_the_rest_weighs_alone() -> None:
    assert weigh([5, 1], [3, 1]) == 4
    assert weigh([None, 2], [3, 1]) == 2, "neither zero nor middling"
    assert weigh([None, None], [3, 1]) is None


def test_rank_intervals_when_assessors_agree_then_narrow_and_when_not_then_wide() -> None:
    agree = np.array([[5.0, 3.0, 1.0]] * 4)
    assert rank_intervals(agree, seed=1) == [(1, 1), (2, 2), (3, 3)]
    split = np.array([[5.0, 1.0], [1.0, 5.0], [5.0, 1.0], [1.0, 5.0]])
    assert rank_intervals(split, seed=1) == [(1, 2), (1, 2)]
    assert rank_intervals(agree[:2], seed=1) == [(None, None)] * 3, "two assessors say too little"


def test_rank_intervals_when_nobody_scored_a_need_then_none_for_it() -> None:
    scores = np.array([[5.0, np.nan], [4.0, np.nan], [3.0, np.nan]])
    assert rank_intervals(scores, seed=1) == [(1, 1), (None, None)]


def test_ranks_of_when_equal_then_shared_and_the_next_is_passed_over() -> None:
    ranks = ranks_of(np.array([4.0, 5.0, 4.0, np.nan, 1.0]))
    assert ranks[:3].tolist() == [2, 1, 2] and np.isnan(ranks[3]) and ranks[4] == 4


def test_level_when_one_is_harsh_then_only_what_they_say_of_each_need_is_left() -> None:
    levelled = level(np.array([[5.0, 4.0], [2.0, 1.0]]))
    assert levelled.tolist() == [[3.5, 2.5], [3.5, 2.5]]


def test_rank_needs_when_a_mild_assessor_saw_only_one_need_then_the_order_changes_and_it_is_said() -> None:
    # The mild one gave everything high; only need 1 was seen by both.
    rows = [Given(1, 1, (3,)), Given(2, 1, (4,)), Given(1, 2, (5,)), Given(3, 2, (5,)), Given(2, 3, (3,))]
    result = rank_needs([1, 2, 3], rows, [1], seed=1)
    assert result.order_changes
    harsh = [Given(n, a, (max(1, 6 - n - a),)) for n in (1, 2, 3) for a in (1, 2)]
    assert not rank_needs([1, 2, 3], harsh, [1], seed=1).order_changes


def test_agreement_of_when_answers_lie_evenly_then_none_and_when_equal_then_whole() -> None:
    assert agreement_of([judge([4, 4, 4])], [1]) == 1
    assert agreement_of([judge([1, 5])], [1]) == 1 - 8 / 2, "worse than by chance"
    assert agreement_of([judge([3])], [1]) is None
    assert agreement_of([judge([3, 3]), judge([1, 5])], [3, 1]) == 1 - (8 / 4) / 2


@pytest.mark.parametrize(
    ("values", "is_disputed"), [((1, 5), True), ((1, 3, 5), True), ((3, 4, 5), False), ((4,), False)]
)
def test_rank_needs_when_they_differ_much_then_disputed(values: tuple[int, ...], is_disputed: bool) -> None:
    rows = [Given(1, person, (value,)) for person, value in enumerate(values)]
    assert rank_needs([1], rows, [1], seed=1).standings[0].is_disputed is is_disputed


def test_judge_when_some_could_not_then_they_are_not_counted() -> None:
    judged = judge([None, 2, 4])
    assert (judged.n, judged.mean, judged.variance, judged.low, judged.high) == (2, 3, 2, 2, 4)
    assert judge([None]).mean is None


def test_takes_scores_when_the_deadline_comes_then_no_more_and_it_has_closed() -> None:
    assert takes_scores(FACTS, MORNING) and not has_closed(FACTS, MORNING)
    assert not takes_scores(FACTS, FACTS.deadline) and has_closed(FACTS, FACTS.deadline)
    closed, withdrawn = replace(FACTS, is_closed=True), replace(FACTS, is_withdrawn=True)
    assert has_closed(closed, MORNING) and not takes_scores(closed, MORNING)
    assert not takes_scores(withdrawn, MORNING) and not has_closed(withdrawn, FACTS.deadline)


@pytest.mark.parametrize(
    ("facts", "after", "has_scores", "state"),
    [
        (FACTS, 0, False, RoundState.OPEN),
        (FACTS, 0, True, RoundState.SCORING),
        (FACTS, 8, True, RoundState.CLOSED),
        (replace(FACTS, is_closed=True), 0, True, RoundState.CLOSED),
        (replace(FACTS, is_closed=True, is_decided=True), 9, True, RoundState.CHOSEN),
        (replace(FACTS, is_withdrawn=True), 0, True, RoundState.WITHDRAWN),
    ],
)
def test_round_state_when_it_goes_on_then_as_the_page_shows(facts, after, has_scores, state) -> None:
    assert round_state(facts, MORNING + timedelta(days=after), has_scores=has_scores) == state


def viewer(role: Role, organisation: int = 1) -> Viewer:
    return Viewer(person_id=1, organisation_id=organisation, roles=frozenset({role.value}))


SCORES_SEEN = {
    # role, is assessor, has handed in: (while it runs, when closed, when decided, when withdrawn)
    (Role.DEVELOPMENT_MANAGER, False, False): (False, True, True, False),
    (Role.DEVELOPMENT_MANAGER, True, False): (False, True, True, False),
    (Role.ADMINISTRATOR, False, False): (False, True, True, False),
    (Role.AUDITOR, False, False): (False, True, True, False),
    (Role.STAFF, True, False): (False, True, True, False),
    (Role.STAFF, True, True): (True, True, True, False),
    (Role.STAFF, False, False): (False, False, True, False),
    (Role.RESIDENT, False, False): (False, False, False, False),
    (Role.SOLVER, False, False): (False, False, False, False),
}


@pytest.mark.parametrize("who", SCORES_SEEN)
def test_can_see_scores_when_it_runs_then_only_who_has_handed_in(who: tuple[Role, bool, bool]) -> None:
    role, is_assessor, handed_in = who
    states = (FACTS, replace(FACTS, is_closed=True), replace(FACTS, is_closed=True, is_decided=True))
    states += (replace(FACTS, is_withdrawn=True),)
    seen = tuple(
        can_see_scores(viewer(role), facts, MORNING, is_assessor=is_assessor, has_handed_in=handed_in)
        for facts in states
    )
    assert seen == SCORES_SEEN[who]
    elsewhere = viewer(role, organisation=2)
    assert not any(
        can_see_scores(elsewhere, facts, MORNING, is_assessor=False, has_handed_in=False) for facts in states
    )


def test_can_lead_round_when_of_another_city_or_no_leader_then_not() -> None:
    assert can_lead_round(viewer(Role.CIO), FACTS)
    assert not can_lead_round(viewer(Role.CIO, organisation=2), FACTS)
    assert not can_lead_round(viewer(Role.MANAGER), FACTS)
    assert not can_see_round(viewer(Role.MANAGER), FACTS, is_assessor=False)


def test_steps_aside_when_own_or_interested_then_so() -> None:
    assert steps_aside(1, author_id=1, own_allowed=False, has_interest=False)
    assert not steps_aside(1, author_id=1, own_allowed=True, has_interest=False)
    assert steps_aside(1, author_id=1, own_allowed=True, has_interest=True)
    assert not steps_aside(1, author_id=2, own_allowed=False, has_interest=False)
    assert not steps_aside(None, author_id=None, own_allowed=False, has_interest=False)


NEED = NeedFacts(1, 1, 1, 1, "explored", "organisation", True, True, True, evidence=1, criteria=1)


def test_missing_to_choose_when_only_shared_then_what_both_steps_ask() -> None:
    assert missing_to_choose(NEED) == []
    assert missing_to_choose(replace(NEED, state="shared")) == []
    assert missing_to_choose(replace(NEED, state="shared", evidence=0, criteria=0)) == [
        "evidence",
        "criteria",
    ]
    assert missing_to_choose(replace(NEED, owner_id=None)) == ["owner"]


def test_is_in_play_when_the_need_has_moved_on_or_hides_then_not_but_what_is_decided_stays() -> None:
    assert is_in_play(NEED, is_decided=False)
    for change in ({"state": "closed"}, {"state": "chosen"}, {"visibility": "unit"}):
        moved = replace(NEED, **change)
        assert not is_in_play(moved, is_decided=False) and is_in_play(moved, is_decided=True)


def test_out_of_order_when_a_better_one_is_refused_then_named_and_ties_are_not() -> None:
    ranks = {1: 1, 2: 2, 3: 2, 4: 4, 5: None}
    assert out_of_order(ranks, chosen={1, 2}, refused={3, 4, 5}) == set()
    assert out_of_order(ranks, chosen={1, 4}, refused={2, 3, 5}) == {4}
    assert out_of_order(ranks, chosen={5}, refused={4}) == {5}
    assert out_of_order(ranks, chosen={4}, refused={5}) == set()
    assert out_of_order(ranks, chosen={4, 5}, refused=set()) == set()
