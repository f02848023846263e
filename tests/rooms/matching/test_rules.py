"""Who may see, judge and choose; what speaks for and against; in which order."""

from datetime import date

import pytest

from ringar.core.rules import Viewer
from ringar.matching.rules import (
    Offer,
    Verdicts,
    can_choose,
    can_judge,
    can_see_matches,
    facts_of,
    fits_at_all,
    is_own_solution,
    limit_on,
    place_order,
    tally,
)
from ringar.needs.rules import NeedFacts

AUTHOR = Viewer(person_id=1, organisation_id=1, unit_ids=frozenset({10}), roles=frozenset({"staff"}))
COLLEAGUE = Viewer(person_id=2, organisation_id=1, unit_ids=frozenset({10}), roles=frozenset({"staff"}))
ELSEWHERE = Viewer(person_id=3, organisation_id=1, unit_ids=frozenset({20}), roles=frozenset({"staff"}))
MANAGER = Viewer(person_id=4, organisation_id=1, unit_ids=frozenset({20}), roles=frozenset({"manager"}))
LEADER = Viewer(
    person_id=5,
    organisation_id=1,
    unit_ids=frozenset({1, 10}),
    roles=frozenset({"development_manager"}),
    role_units={"development_manager": frozenset({1, 10})},
)
AUDITOR = Viewer(person_id=6, organisation_id=1, unit_ids=frozenset({1}), roles=frozenset({"auditor"}))
SOLVER = Viewer(person_id=7, organisation_id=1, unit_ids=frozenset({1}), roles=frozenset({"solver"}))
RESIDENT = Viewer(person_id=8, organisation_id=1, unit_ids=frozenset({1}), roles=frozenset({"resident"}))
OUTSIDER = Viewer(person_id=9, organisation_id=2, unit_ids=frozenset({30}), roles=frozenset({"manager"}))
NOBODY = Viewer()
ALL = [AUTHOR, COLLEAGUE, ELSEWHERE, MANAGER, LEADER, AUDITOR, SOLVER, RESIDENT, OUTSIDER, NOBODY]


def facts(state: str = "shared", visibility: str = "organisation") -> NeedFacts:
    return NeedFacts(
        organisation_id=1, unit_id=10, author_id=1, owner_id=None, state=state, visibility=visibility
    )


@pytest.mark.parametrize(
    ("need", "seers"),
    [
        (facts(), {1, 2, 3, 4, 5, 6}),
        (facts(visibility="public"), {1, 2, 3, 4, 5, 6}),
        (facts(visibility="unit"), {1, 2, 5}),
        (facts("draft"), {1}),
    ],
)
def test_can_see_matches_when_inside_and_sees_the_need_alone(need: NeedFacts, seers: set[int]) -> None:
    assert {viewer.person_id for viewer in ALL if can_see_matches(viewer, need)} == seers


def test_can_judge_when_manager_or_the_needs_own_people() -> None:
    assert {viewer.person_id for viewer in ALL if can_judge(viewer, facts())} == {1, 2, 4, 5}
    assert not any(can_judge(viewer, facts("draft")) for viewer in ALL)


def test_can_choose_when_chosen_or_matched_and_the_needs_own_people() -> None:
    for state in ("chosen", "matched"):
        assert {viewer.person_id for viewer in ALL if can_choose(viewer, facts(state))} == {1, 2, 5}
    assert not any(can_choose(viewer, facts("explored")) for viewer in ALL)


def test_limit_on_when_days_pass_is_the_one_that_holds() -> None:
    limits = [(date(2022, 2, 1), 700_000), (date(2030, 1, 1), 900_000)]
    assert [limit_on(date(year, 6, 1), limits) for year in (2021, 2022, 2029, 2031)] == [
        0,
        700_000,
        700_000,
        900_000,
    ]


@pytest.mark.parametrize(
    ("offer", "cost", "told"),
    [
        (Offer(), None, {"unused": False, "no_price": False}),
        (Offer(price_class="free"), None, {"unused": False, "free": True, "no_integration": True}),
        (Offer(price_class="below_100k"), 100_000, {"unused": False, "pays": True, "no_integration": True}),
        (Offer(price_class="below_100k"), 99_000, {"unused": False, "direct": True, "no_integration": True}),
        (Offer(price_class="100k_700k"), None, {"unused": False, "direct": True, "no_integration": True}),
        (Offer(price_class="above_700k"), 10**7, {"unused": False, "tender": False, "no_integration": True}),
        (
            Offer(maturity="idea", integration_needs="Treserva", data_needs="Namn", languages=("en",)),
            None,
            {
                "unused": False,
                "no_price": False,
                "integration": False,
                "data": False,
                "early": False,
                "no_swedish": False,
            },
        ),
        (
            Offer(maturity="in_use", used_in=("A", "B", "A"), languages=("sv", "en")),
            None,
            {"used": True, "no_price": False, "no_integration": True, "in_use": True},
        ),
    ],
)
def test_facts_of_when_told_says_it_and_nothing_more(
    offer: Offer, cost: int | None, told: dict[str, bool]
) -> None:
    found = facts_of(offer, cost_sek_year=cost, direct_award_sek=700_000)
    assert {fact.kind: fact.speaks_for for fact in found} == told


@pytest.mark.parametrize("text", ["", "Inga register. Personalen frågar.", "inget", "–", "Nej", " None."])
def test_facts_of_when_nothing_is_needed_does_not_speak_against(text: str) -> None:
    told = facts_of(
        Offer(integration_needs=text, data_needs=text, maturity="piloted"),
        cost_sek_year=None,
        direct_award_sek=0,
    )
    assert [fact.kind for fact in told] == ["unused", "no_price", "no_integration"]


def test_facts_of_when_used_counts_each_place_once() -> None:
    (used,) = (
        f
        for f in facts_of(Offer(used_in=("A", "B", "A")), cost_sek_year=None, direct_award_sek=0)
        if f.kind == "used"
    )
    assert used.values == {"count": 2, "places": "A, B"}


def test_place_order_when_judged_moves_up_or_out() -> None:
    out, fits, none = Verdicts(does_not=1), Verdicts(fits=1), Verdicts()
    keys = {
        "first": place_order(1, is_here=False, verdicts=none),
        "here": place_order(5, is_here=True, verdicts=none),
        "said to fit": place_order(9, is_here=False, verdicts=fits),
        "said not to": place_order(2, is_here=True, verdicts=out),
    }
    assert sorted(keys, key=keys.__getitem__) == ["said to fit", "here", "first", "said not to"]


@pytest.mark.parametrize(
    ("chance", "best", "fits"), [(0.6, 0.9, True), (0.47, 0.5, True), (0.47, 0.7, False), (0.4, 0.4, False)]
)
def test_fits_at_all_when_likely_or_near_the_best(chance: float, best: float, fits: bool) -> None:
    assert fits_at_all(chance, best) is fits


def test_tally_when_people_disagree_counts_both() -> None:
    verdicts = tally([(1, True), (1, False), (2, False)])
    assert verdicts == {1: Verdicts(1, 1), 2: Verdicts(0, 1)}
    assert not verdicts[1].is_out and not verdicts[1].is_in and verdicts[2].is_out


def test_is_own_solution_when_nobody_is_logged_in_is_never() -> None:
    assert not is_own_solution(NOBODY, author_ids=(None, 1))
    assert is_own_solution(SOLVER, author_ids=(None, 7))
