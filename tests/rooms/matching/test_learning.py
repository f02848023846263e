"""What judgements teach: nothing while they are few or contradict each other, else for the whole organisation."""

from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.matching.actions import judge_match
from ringar.matching.learning import learn_preference
from ringar.matching.models import Match, Preference, Ranking
from ringar.needs.models import Need
from ringar.robots.engine.running import run_waiting
from tests.people import People
from tests.rooms.matching.cast import LONELY, offer, shared_need

TIMES = (
    "på kvällen",
    "på helgen",
    "om sommaren",
    "i juletid",
    "efter fallet",
    "när sonen flyttat",
    "i trappan",
)


def make_rivals(people: People) -> list[Need]:
    """Needs that are much alike, and solutions that differ in one fact: whether they are in use."""
    operator = Viewer.of_command_line()
    for number in range(4):
        for maturity in ("in_use", "idea"):
            offer(
                operator,
                f"Sällskap {number} {maturity}",
                f"{LONELY} Grupp {number} träffas.",
                maturity=maturity,
            )
    return [shared_need(people.bo, f"{LONELY} Särskilt {time}.") for time in TIMES]


def judge_by_maturity(people: People, needs: list[Need]) -> int:
    """Says of each need's first eight that what is in use fits, and that ideas do not."""
    count = 0
    for need in needs:
        for match in Match.objects.filter(need=need, rank__lte=8).select_related("solution").order_by("rank"):
            judge_match(
                by=viewer_of(people.bo),
                need=need,
                solution=match.solution,
                fits=match.solution.maturity == "in_use",
                rank_shown=match.rank or 1,
            )
            count += 1
    return count


def share_in_use(need: Need) -> float:
    """How many of the need's four first are in use."""
    first = Match.objects.filter(need=need, rank__lte=4).select_related("solution")
    return sum(match.solution.maturity == "in_use" for match in first) / 4


def test_learn_when_managers_want_what_is_in_use_moves_it_up_for_other_needs(people: People) -> None:
    *judged, other = make_rivals(people)
    elsewhere = shared_need(people.sam, f"{LONELY} Särskilt i vår kommun.")
    run_waiting()
    before, foreign = (
        share_in_use(other),
        list(elsewhere.matches.order_by("rank").values_list("solution_id", flat=True)),
    )
    count = judge_by_maturity(people, judged)
    run_waiting()
    preference = Preference.objects.get(organisation=people.city)
    assert preference.judgements == count and preference.gain > 0
    assert preference.weights["fact_in_use"] > 0 > preference.weights["fact_early"]
    run_waiting()
    assert share_in_use(other) == 1 > before
    assert Ranking.objects.get(need=other).is_learned
    assert AuditEvent.objects.filter(action="learn_preference").count() == 1
    assert not Preference.objects.filter(organisation=people.other_city).exists()
    assert list(elsewhere.matches.order_by("rank").values_list("solution_id", flat=True)) == foreign


def test_learn_when_judgements_are_few_keeps_the_cold_start(people: People) -> None:
    first, *_others = make_rivals(people)
    run_waiting()
    order = list(first.matches.order_by("rank").values_list("solution_id", flat=True))
    match = first.matches.get(rank=3)
    judge_match(by=viewer_of(people.bo), need=first, solution=match.solution, fits=False, rank_shown=3)
    run_waiting()
    preference = Preference.objects.get(organisation=people.city)
    assert (preference.weights, preference.judgements) == ({}, 1)
    assert list(first.matches.order_by("rank").values_list("solution_id", flat=True)) == order


def test_learn_when_nothing_new_is_said_changes_nothing(people: People) -> None:
    needs = make_rivals(people)
    run_waiting()
    judge_by_maturity(people, needs)
    run_waiting()
    weights = Preference.objects.get().weights
    assert weights and learn_preference(by=Viewer.of_robot(), organisation_id=people.city.pk) is False
    assert Preference.objects.get().weights == weights
    assert AuditEvent.objects.filter(action="learn_preference").count() == 1
