"""Pages of matches: who sees what, what they say, what can be done there; few queries, whatever their number."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.matching.actions import ask_match, choose_solution, judge_match
from ringar.matching.models import Choice, CriterionCheck, Judgement, Match
from ringar.matching.rules import chance_of, finding_of
from ringar.needs.actions import edit_need
from ringar.needs.models import Need
from ringar.robots.engine.running import run_waiting
from ringar.solvers.models import Call
from tests.people import People
from tests.rooms.matching.cast import BEACH, LONELY, chosen_need, make_market, offer, ranked, shared_need

LogIn = Callable[[Person], Client]
SEERS = {"alva", "bo", "cilla", "dag"}
ALL = [*sorted(SEERS), "elif_", "farid", "sam"]


@pytest.fixture(autouse=True)
def swedish() -> object:
    with translation.override("sv"):
        yield


def get(client: Client, address: str) -> str:
    client.cookies["django_language"] = "sv"
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


@pytest.mark.parametrize("visibility", ["organisation", "public"])
def test_match_list_when_not_of_the_organisation_is_not_found(
    people: People, logged_in: LogIn, visibility: str
) -> None:
    market, need = make_market(people), shared_need(people.bo, visibility=visibility)
    ask_match(by=viewer_of(people.bo), need=need, solution=market["Solskärm"])
    run_waiting()
    addresses = [
        f"/behov/{need.uuid}/losningar/",
        f"/behov/{need.uuid}/losningar/varfor-inte/",
        f"/behov/{need.uuid}/losningar/varfor-inte/{market['Solskärm'].uuid}/",
    ]
    for name in ALL:
        seen = {logged_in(getattr(people, name)).get(address).status_code for address in addresses}
        assert seen == ({200} if name in SEERS else {404}), name
    assert {Client().get(address).status_code for address in addresses} == {302}


def test_match_names_when_need_is_public_show_for_nobody_outside(people: People, logged_in: LogIn) -> None:
    make_market(people)
    need = shared_need(people.bo, visibility="public")
    assert ranked(need)[0] in {"Kaffesällskap", "Långbord"}
    address = f"/behov/{need.uuid}/"
    assert "Kaffesällskap" in get(logged_in(people.alva), address)
    for client in (Client(), *(logged_in(getattr(people, name)) for name in ("elif_", "farid", "sam"))):
        page = get(client, address)
        assert "Kaffesällskap" not in page and "Långbord" not in page


def test_match_list_when_ranked_gives_reasons_and_criteria(people: People, logged_in: LogIn) -> None:
    make_market(people)
    need = chosen_need(people.bo, people.alva)
    ranked(need)
    page = get(logged_in(people.bo), f"/behov/{need.uuid}/losningar/")
    assert "Minst ett samtal om dagen" in page
    assert "Tar upp" in page and '<q lang="sv">' in page
    assert "Inga referenser än" in page
    assert page.index("Kaffesällskap") < page.index("Solskärm")


def test_match_list_when_not_ranked_yet_says_what_happens(people: People, logged_in: LogIn) -> None:
    make_market(people)
    need = shared_need(people.bo)
    page = get(logged_in(people.bo), f"/behov/{need.uuid}/losningar/")
    assert "Robotarna letar" in page and "hx-get" in page
    run_waiting()
    assert "Robotarna letar" not in get(logged_in(people.bo), f"/behov/{need.uuid}/losningar/")


def test_match_list_when_nothing_fits_says_so_and_what_to_do(people: People, logged_in: LogIn) -> None:
    offer(
        Viewer.of_command_line(), "Solskärm", "Markiser som fäller upp sig själva när solen värmer skolsalen."
    )
    need = shared_need(people.alva, BEACH)
    ranked(need)
    page = get(logged_in(people.alva), f"/behov/{need.uuid}/losningar/")
    assert "Inget passar" in page
    assert f"/utlysningar/fran-behov/?behov={need.uuid}" in page


def test_match_judge_when_posted_reorders_the_page(people: People, logged_in: LogIn) -> None:
    market, need = make_market(people), shared_need(people.bo)
    first, second = ranked(need)[:2]
    client, address = logged_in(people.bo), f"/behov/{need.uuid}/losningar/"
    form = {"fits": "no", "why": "De kör bara på vardagar.", "rank": "1"}
    response = client.post(f"{address}{market[first].uuid}/bedom/", form)
    assert response["Location"] == f"{address}?om={market[first].uuid}#{market[first].uuid}"
    page = get(client, address)
    assert (
        page.index(market[second].name)
        < page.index("sagt inte passar")
        < page.index(f"{market[first].uuid}/bedom")
    )
    assert "De kör bara på vardagar." in page
    client.post(f"{address}{market[first].uuid}/bedom/", {"fits": "back"})
    assert not Judgement.objects.exists()
    last = ranked(need)[-1]
    client.post(f"{address}{market[last].uuid}/bedom/", {"fits": "yes", "rank": "8"})
    page = get(client, address)
    assert page.index(f"{market[last].uuid}/bedom") < page.index(f"{market[first].uuid}/bedom")


@pytest.mark.parametrize(
    "form", [{}, {"fits": "kanske"}, {"fits": "yes", "rank": "x"}, {"fits": "yes", "why": "x" * 50_000}]
)
def test_match_judge_when_form_is_wrong_says_so_and_saves_nothing(
    people: People, logged_in: LogIn, form: dict[str, str]
) -> None:
    market, need = make_market(people), shared_need(people.bo)
    client = logged_in(people.bo)
    response = client.post(
        f"/behov/{need.uuid}/losningar/{market['Långbord'].uuid}/bedom/", form, follow=True
    )
    assert "notice-error" in response.content.decode()
    assert not Judgement.objects.exists()


def test_match_judge_when_the_reason_is_too_long_keeps_it_on_the_page(
    people: People, logged_in: LogIn
) -> None:
    market, need = make_market(people), shared_need(people.bo)
    first = ranked(need)[0]
    address = f"/behov/{need.uuid}/losningar/{market[first].uuid}/bedom/"
    why = "De kör bara på vardagar. " * 500
    page = logged_in(people.bo).post(address, {"fits": "no", "why": why}).content.decode()
    assert page.count(f">{why}</textarea>") == 1 and "notice-error" in page


def test_match_choose_when_posted_moves_the_need(people: People, logged_in: LogIn) -> None:
    market, need = make_market(people), chosen_need(people.bo, people.alva)
    ranked(need)
    client, address = logged_in(people.bo), f"/behov/{need.uuid}/losningar/"
    client.post(f"{address}{market['Långbord'].uuid}/valj/", {"choose": "yes"})
    assert Need.objects.get(pk=need.pk).state == "matched"
    assert "Vald" in get(client, address)
    client.post(f"{address}{market['Långbord'].uuid}/valj/", {"choose": "back"})
    assert not Choice.objects.exists()


def test_match_list_when_something_was_said_tells_it_in_the_card(people: People, logged_in: LogIn) -> None:
    market, need = make_market(people), chosen_need(people.bo, people.alva)
    ranked(need)
    client, uuid = logged_in(people.bo), market["Långbord"].uuid
    client.cookies["django_language"] = "sv"
    address = f"/behov/{need.uuid}/losningar/"
    for step, form, told in (
        ("bedom", {"fits": "yes", "rank": "1"}, "Tack."),
        ("valj", {"choose": "yes"}, "Vald. Härnäst"),
        ("bedom", {"fits": "no", "rank": "1"}, "Tack."),
    ):
        page = client.post(f"{address}{uuid}/{step}/", form, follow=True).content.decode()
        card = page[page.index(f'id="{uuid}"') :]
        card = card[: card.index("</article>")]
        assert told in card and page.count(told) == 1, step
        if step == "bedom":
            assert 'aria-pressed="true"' in card and "Du har sagt: passar" in card
    assert '<details class="more" open>' in page[: page.index(f'id="{uuid}"')]


@pytest.mark.parametrize(
    ("leads", "told"), [(True, "Du väljer behovet först"), (False, "måste först väljas")]
)
def test_match_list_when_need_is_not_chosen_says_who_acts_first(
    people: People, logged_in: LogIn, leads: bool, told: str
) -> None:
    make_market(people)
    need = shared_need(people.bo)
    ranked(need)
    client = logged_in(people.dag if leads else people.bo)
    for address in (f"/behov/{need.uuid}/losningar/", f"/behov/{need.uuid}/"):
        page = get(client, address)
        assert told in page and "Välj den" not in page


def test_need_page_when_a_solution_is_chosen_names_it_and_the_way_on(
    people: People, logged_in: LogIn
) -> None:
    market, need = make_market(people), chosen_need(people.bo, people.alva)
    ranked(need)
    assert "Välj en lösning till" in get(logged_in(people.bo), "/")
    page = get(logged_in(people.bo), f"/behov/{need.uuid}/losningar/")
    assert "Leverantören får inget veta" in page
    choose_solution(by=viewer_of(people.bo), need=need, solution=market["Långbord"])
    page = get(logged_in(people.bo), f"/behov/{need.uuid}/")
    assert "Vald:" in page and "Långbord" in page and "på en mötesdag" in page
    home = get(logged_in(people.bo), "/")
    assert "Välj en lösning" not in home
    edit_need(by=viewer_of(people.bo), need=need, changes={"visibility": "public"})
    assert "Vald:" not in get(logged_in(people.elif_), f"/behov/{need.uuid}/")


def test_match_list_when_some_are_weak_puts_them_below(people: People, logged_in: LogIn) -> None:
    make_market(people)
    need = shared_need(people.bo)
    ranked(need)
    rows = list(need.matches.filter(rank__isnull=False).order_by("rank"))
    levels = [finding_of(chance_of(row.parts)) for row in rows]
    assert levels[0] != "nothing" and levels[-1] == "nothing"
    page = get(logged_in(people.bo), f"/behov/{need.uuid}/losningar/?alla")
    divide = page.index("Kanske, men svagt")
    for row, level in zip(rows, levels, strict=True):
        assert (page.index(f'id="{row.solution.uuid}"') > divide) == (level == "nothing")
    weak = rows[-1].solution
    judge_match(by=viewer_of(people.bo), need=need, solution=weak, fits=True)
    page = get(logged_in(people.bo), f"/behov/{need.uuid}/losningar/?alla")
    assert page.index(f'id="{weak.uuid}"') < page.index("Kanske, men svagt")


def test_match_list_when_reasons_hold_vague_words_leaves_them_out(people: People, logged_in: LogIn) -> None:
    make_market(people)
    need = shared_need(people.bo)
    ranked(need)
    match = need.matches.get(rank=1)
    vague = {"kind": "word", "need_word": "enda", "solution_words": ["enda"], "weight": 1.0}
    match.reasons = [*match.reasons, vague]
    match.save()
    page = get(logged_in(people.bo), f"/behov/{need.uuid}/losningar/")
    assert ">enda</q>" not in page and "Tar upp" in page
    assert page.index("Talar emot") < page.index("Inga referenser än")


def test_match_why_not_when_asked_tells_once_compared(people: People, logged_in: LogIn) -> None:
    market, need = make_market(people), shared_need(people.bo)
    run_waiting()
    client, address = logged_in(people.bo), f"/behov/{need.uuid}/losningar/varfor-inte/"
    assert "Solskärm" in get(client, f"{address}?q=markiser")
    assert "Ingen publicerad lösning" in get(client, f"{address}?q=helikopter")
    Match.objects.filter(solution=market["Solskärm"]).delete()
    response = client.post(address, {"solution": str(market["Solskärm"].uuid)}, follow=True)
    assert "Räknas nu" in response.content.decode()
    run_waiting()
    page = get(client, response.redirect_chain[-1][0])
    assert "Den står på plats" in page and "Räknas nu" not in page
    for wrong in ("", "x", "\x00"):
        assert "Välj en av lösningarna" in client.post(address, {"solution": wrong}).content.decode()


def test_need_compare_when_judged_shows_each_candidate_by_each_criterion(
    people: People, logged_in: LogIn
) -> None:
    market, need = make_market(people), chosen_need(people.bo, people.alva)
    ranked(need)
    choose_solution(by=viewer_of(people.bo), need=need, solution=market["Fakturarobot"])
    client, address = logged_in(people.bo), f"/behov/{need.uuid}/jamfor/"
    assert "Fakturarobot" in get(client, address)
    form = {
        "solution": str(market["Fakturarobot"].uuid),
        "criterion": "Ingen ny inloggning",
        "verdict": "no",
        "note": "Eget konto",
    }
    client.post(f"/behov/{need.uuid}/losningar/kriterium/", form)
    assert CriterionCheck.objects.get().verdict == "no"
    assert "Eget konto" in get(client, address)
    client.post(f"/behov/{need.uuid}/losningar/kriterium/", {**form, "verdict": "kanske"})
    assert CriterionCheck.objects.get().verdict == "no"


def test_solution_needs_when_inside_shows_needs_that_may_be_seen(people: People, logged_in: LogIn) -> None:
    market = make_market(people)
    need = shared_need(people.bo, LONELY, title="Ensamt hos oss")
    hidden = shared_need(people.dag, LONELY, title="Ensamma äldre, för ledningen", visibility="unit")
    run_waiting()
    address = f"/losningar/{market['Långbord'].uuid}/behov/"
    for page in (address, f"/losningar/{market['Långbord'].uuid}/"):
        seen = {name: get(logged_in(getattr(people, name)), page) for name in ("bo", "dag", "sam")}
        assert [need.title in seen[name] for name in seen] == [True, True, False]
        assert [hidden.title in seen[name] for name in seen] == [False, True, False]
    for name in ("elif_", "farid"):
        assert logged_in(getattr(people, name)).get(address).status_code == 404


def test_solution_why_when_own_shows_public_needs_alone(people: People, logged_in: LogIn) -> None:
    market = make_market(people)
    public = shared_need(people.bo, LONELY, title="Ensamt", visibility="public")
    inside = shared_need(people.bo, LONELY, title="Inne hos oss")
    run_waiting()
    address = f"/losningar/{market['Kaffesällskap'].uuid}/varfor/"
    page = get(logged_in(people.elif_), address)
    assert public.title in page and inside.title not in page and "Tar upp" in page
    assert f"/losningar/{market['Kaffesällskap'].uuid}/andra/" in page
    for name in ALL:
        if name != "elif_":
            assert logged_in(getattr(people, name)).get(address).status_code == 404
    assert logged_in(people.elif_).get(f"/losningar/{market['Långbord'].uuid}/varfor/").status_code == 404


def test_call_from_needs_when_posted_makes_a_draft(people: People, logged_in: LogIn) -> None:
    need = chosen_need(people.bo, people.alva)
    client, address = logged_in(people.alva), "/utlysningar/fran-behov/"
    told = {"title": "Hjälp oss", "needs": [str(need.uuid)], "deadline": "2099-01-01T16:00"}
    assert need.title not in get(client, address)
    assert "Låt alla se det först" in client.post(address, told).content.decode()
    edit_need(by=viewer_of(people.alva), need=need, changes={"visibility": "public"})
    page = get(client, f"{address}?behov={need.uuid}")
    assert need.title in page and "checked" in page
    response = client.post(address, told)
    call = Call.objects.get()
    assert response["Location"] == f"/utlysningar/{call.uuid}/andra/"
    response = client.post(address, {"title": "", "deadline": "i morgon"})
    assert response.status_code == 200 and Call.objects.count() == 1
    for name in ("elif_", "farid"):
        assert logged_in(getattr(people, name)).get(address).status_code == 404


def test_home_when_matches_wait_says_so_until_one_is_judged(people: People, logged_in: LogIn) -> None:
    market, need = make_market(people), shared_need(people.bo)
    ranked(need)
    assert "Säg vilka lösningar som passar" in get(logged_in(people.bo), "/")
    judge_match(by=viewer_of(people.bo), need=need, solution=market["Långbord"], fits=True)
    assert "Säg vilka lösningar som passar" not in get(logged_in(people.bo), "/")


def test_pages_when_there_are_many_matches_ask_few_queries(people: People, logged_in: LogIn) -> None:
    market = make_market(people)
    for number in range(40):
        offer(
            Viewer.of_command_line(),
            f"Sällskap {number}",
            f"{LONELY} Grupp {number} träffas.",
            references=[{"municipality": "Fjärdinge kommun"}],
        )
    need = chosen_need(people.bo, people.alva)
    ranked(need)
    for name in list(market.solutions)[:4]:
        judge_match(by=viewer_of(people.bo), need=need, solution=market[name], fits=True)
    client = logged_in(people.bo)
    # A row's own page holds the panels of all rooms, each with a query or two.
    with_panels = {f"/behov/{need.uuid}/jamfor/": 12} | {
        f"/behov/{need.uuid}/": 19,
        f"/losningar/{market['Långbord'].uuid}/": 13,
    }
    for address in (
        f"/behov/{need.uuid}/losningar/?alla",
        f"/behov/{need.uuid}/",
        f"/behov/{need.uuid}/jamfor/",
        f"/losningar/{market['Långbord'].uuid}/",
        f"/losningar/{market['Långbord'].uuid}/behov/",
        f"/behov/{need.uuid}/losningar/varfor-inte/?q=ensam",
    ):
        get(client, address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            get(client, address)
        assert len(queries) <= with_panels.get(address, 11), (
            address,
            len(queries),
            [q["sql"][:150] for q in queries],
        )


def test_match_list_when_need_changed_since_says_so(people: People, logged_in: LogIn) -> None:
    make_market(people)
    need = shared_need(people.bo)
    ranked(need)
    edit_need(by=viewer_of(people.bo), need=need, changes={"good_effect": "De skrattar mer."})
    assert "En ny lista görs nu" in get(logged_in(people.bo), f"/behov/{need.uuid}/losningar/")


def test_home_when_no_longer_the_owner_then_the_need_is_not_named(people: People, logged_in: LogIn) -> None:
    make_market(people)
    need = shared_need(people.dag, visibility="unit")
    edit_need(by=viewer_of(people.dag), need=need, changes={"owner": people.bo})
    ranked(need)
    assert "Säg vilka lösningar som passar" in get(logged_in(people.dag), "/")
    assert need.title in get(logged_in(people.bo), "/")
    edit_need(by=viewer_of(people.dag), need=need, changes={"owner": people.dag})
    assert need.title not in get(logged_in(people.bo), "/")
