"""The pages: what each lets people do, what is kept when something is refused, and how much they ask the database."""

import html
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from urllib.parse import quote_from_bytes
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.solvers.actions import answer_call, import_solutions, publish_solution, register_solver
from ringar.solvers.models import Answer, Call, Solution, Solver
from ringar.solvers.rules import AnswerState, CallState
from tests.people import People

View = Callable[[Person], Viewer]
LogIn = Callable[[Person], Client]
Later = Callable[[Call], AbstractContextManager[None]]
Count = Callable[..., AbstractContextManager[object]]

SOLUTION_FORM = {
    "name": "Matlag",
    "what": "Grannar äter ihop",
    "languages": ["sv", "ar"],
    "is_published": "on",
    "references-TOTAL_FORMS": "2",
    "references-INITIAL_FORMS": "0",
    "references-0-municipality": "Sjöbo",
    "references-0-year": "2024",
    "references-1-municipality": "",
}


def many(viewer: Viewer, count: int) -> None:
    rows = [
        {
            "external_id": str(n),
            "name": f"Lösning {n:03}",
            "what": "Middag",
            "solver": f"Firma {n:03}",
            "maturity": "idea",
        }
        for n in range(count)
    ]
    import_solutions(by=viewer, source="fil", rows=rows)


def test_solver_and_solution_when_a_founder_writes_them_then_shown_to_everyone(
    people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.elif_)
    page = client.post(
        reverse("solver_new"),
        {"name": "Middagsbron", "kind": "company", "organisation_number": "559000-0005", "languages": ["sv"]},
    )
    solver = Solver.objects.get()
    assert page.url == reverse("solution_new", args=[solver.uuid])
    page = client.post(page.url, SOLUTION_FORM)
    solution = Solution.objects.get()
    assert page.url == solution.get_absolute_url()
    assert solution.languages == "sv,ar" and solution.references.get().year == 2024
    shown = Client().get(page.url).content.decode()
    assert "Grannar äter ihop" in shown and "Sjöbo, 2024" in shown
    edit = client.get(reverse("solution_edit", args=[solution.uuid])).content.decode()
    assert 'value="Sjöbo"' in edit and 'value="ar"' in edit


def test_solver_new_when_not_logged_in_or_resident_then_turned_away(people: People, logged_in: LogIn) -> None:
    assert Client().get(reverse("solver_new")).status_code == 302
    assert logged_in(people.farid).get(reverse("solver_new")).status_code == 404


@pytest.mark.parametrize(
    ("address", "is_link"), [("HTTPS://stolar.example", True), ("ftp://stolar.example", False)]
)
def test_solver_detail_when_the_website_is_no_page_then_told_but_no_link(
    address: str, is_link: bool, people: People
) -> None:
    solver = register_solver(by=viewer_of(people.bo), name="Stolarna AB", website=address)
    shown = Client().get(solver.get_absolute_url()).content.decode()
    assert address in shown
    assert (f'href="{address}"' in shown) is is_link


@pytest.mark.parametrize("text", ["x" * 50_000, "x" * 20_001])
def test_solution_new_when_the_text_is_too_long_then_told_and_kept(
    text: str, startup: Solver, people: People, logged_in: LogIn
) -> None:
    page = logged_in(people.elif_).post(
        reverse("solution_new", args=[startup.uuid]), {**SOLUTION_FORM, "what": text}
    )
    shown = page.content.decode()
    assert page.status_code == 200 and text in shown and str(len(text)) in shown
    assert Solution.objects.count() == 0


@pytest.mark.parametrize(
    "text", ["👩‍🚒 brandväst 🎉", "\u200fاكتب بكلماتك", "a\x00b", "<script>alert(1)</script>"]
)
def test_solution_new_when_the_text_is_odd_then_kept_and_shown_safely(
    text: str, startup: Solver, people: People, logged_in: LogIn
) -> None:
    page = logged_in(people.elif_).post(
        reverse("solution_new", args=[startup.uuid]), {**SOLUTION_FORM, "what": text}
    )
    assert html.escape(text.replace("\x00", "")) in Client().get(page.url).content.decode()


def test_answer_new_when_the_bytes_are_half_a_pair_then_kept_as_they_can_be(call: Call) -> None:
    body = "email=a%40example.se&text=" + quote_from_bytes(
        "halv \ud83d emoji".encode("utf-8", "surrogatepass")
    )
    page = Client().post(
        reverse("answer_new", args=[call.uuid]), body, content_type="application/x-www-form-urlencoded"
    )
    assert page.status_code == 302
    assert Answer.objects.get().text.startswith("halv ")


def test_reference_when_without_municipality_then_told(
    startup: Solver, people: People, logged_in: LogIn
) -> None:
    form = {**SOLUTION_FORM, "references-0-municipality": ""}
    page = logged_in(people.elif_).post(reverse("solution_new", args=[startup.uuid]), form)
    assert page.status_code == 200 and page.context["references"].forms[0].errors
    assert Solution.objects.count() == 0


@pytest.mark.parametrize("name", ["solver_list", "solution_list"])
def test_list_when_many_then_paged_filtered_and_few_queries(
    name: str, people: People, viewer: View, logged_in: LogIn, django_assert_max_num_queries: Count
) -> None:
    many(viewer(people.alva), 60)
    key = name.removesuffix("_list") + "s"
    client = logged_in(people.bo)
    url, seen = reverse(name), []
    for expected in (25, 25, 10):
        with django_assert_max_num_queries(10):
            page = client.get(url)
        assert len(page.context[key]) == expected
        seen += [row.pk for row in page.context[key]]
        url = reverse(name) + f"?after={page.context['after']}"
    assert page.context["after"] is None and len(set(seen)) == 60
    with django_assert_max_num_queries(10):
        found = client.get(reverse(name), {"q": "007"}).context[key]
    assert str(found[0]) in {"Lösning 007", "Firma 007"}
    assert len(client.get(reverse(name), {"kind": "company"}).context[key]) == 25
    assert len(client.get(reverse(name), {"kind": "university"}).context[key]) == 0
    for odd in ("' OR 1=1", "\x00", "999999999999999999999", "-1", str(uuid4()), "😀"):
        assert client.get(reverse(name), {"after": odd, "kind": odd, "q": odd}).status_code == 200


def test_list_when_filtered_by_facts_then_only_those(
    solution: Solution, people: People, viewer: View
) -> None:
    many(viewer(people.alva), 3)
    for facts, count in (
        ({"maturity": "idea"}, 3),
        ({"maturity": "piloted"}, 1),
        ({"price_class": "below_100k"}, 1),
        ({"maturity": "idea", "price_class": "below_100k"}, 0),
        ({"maturity": "no such"}, 4),
    ):
        assert len(Client().get(reverse("solution_list"), facts).context["solutions"]) == count


def test_csv_when_a_cell_looks_like_a_formula_then_it_is_text(people: People, viewer: View) -> None:
    solver = register_solver(by=viewer(people.bo), name='=HYPERLINK("http://x")', about="@SUM(1)")
    publish_solution(by=viewer(people.bo), solver=solver, name="+1", what="-2")
    text = (
        Client().get(reverse("solver_csv")).getvalue().decode()
        + Client().get(reverse("solution_csv")).getvalue().decode()
    )
    assert "'=HYPERLINK" in text and "'@SUM" in text and "'+1" in text and "'-2" in text
    assert "e-post" not in text.lower()


@pytest.mark.parametrize(
    ("path", "most"), [("solution_detail", 14), ("solver_detail", 14), ("call_detail", 13), ("call_list", 8)]
)
def test_detail_when_opened_then_few_queries(
    path: str,
    most: int,
    solution: Solution,
    call: Call,
    people: People,
    logged_in: LogIn,
    django_assert_max_num_queries: Count,
) -> None:
    rows = {"solution_detail": solution, "solver_detail": solution.solver, "call_detail": call}
    args = [rows[path].uuid] if path in rows else []
    client = logged_in(people.bo)
    client.get(reverse(path, args=args))
    with django_assert_max_num_queries(most):
        assert client.get(reverse(path, args=args)).status_code == 200


@pytest.mark.parametrize("language", ["sv", "en"])
def test_pages_when_opened_in_each_language_then_they_answer(
    language: str, solution: Solution, answer: Answer, call: Call, people: People, logged_in: LogIn
) -> None:
    solver = solution.solver
    pages = [
        *(reverse(name) for name in ("solver_list", "solution_list", "call_list", "solver_new", "call_new")),
        *(reverse(name, args=[solver.uuid]) for name in ("solver_detail", "solver_edit", "solution_new")),
        *(reverse(name, args=[solution.uuid]) for name in ("solution_detail", "solution_edit")),
        *(
            reverse(name, args=[call.uuid])
            for name in ("call_detail", "call_edit", "call_answers", "answer_new")
        ),
        reverse("answer_status", args=[answer.token]),
    ]
    client = logged_in(people.dag)
    client.cookies["django_language"] = language
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        assert f'<html lang="{language}">' in response.content.decode(), page


def test_call_when_written_opened_answered_and_decided_through_the_pages(
    people: People, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch, after_deadline: Later
) -> None:
    need = uuid4()
    monkeypatch.setattr("ringar.solvers.views.calls.lookup", lambda *_: [(need, "Äldre äter ensamma")])
    dag = logged_in(people.dag)
    deadline = timezone.localtime(now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    form = {
        "title": "Middag",
        "text": "Hur?",
        "deadline": deadline,
        "needs": [str(need)],
        "criterion_1": "Utan telefon",
    }
    missing = dag.post(reverse("call_new"), {**form, "needs": []})
    assert missing.status_code == 200 and "needs" in missing.context["form"].errors
    detail = dag.post(reverse("call_new"), form).url
    call = Call.objects.get()
    assert Client().get(detail).status_code == 404
    dag.post(reverse("call_open", args=[call.uuid]))
    shown = Client().get(detail).content.decode()
    assert (
        "Äldre äter ensamma" in shown
        and "Utan telefon" in shown
        and reverse("answer_new", args=[call.uuid]) in shown
    )
    Client().post(
        reverse("answer_new", args=[call.uuid]), {"email": "vera@example.se", "text": "Fyra stolar"}
    )
    answer = Answer.objects.get()
    decide = reverse("answer_decide", args=[call.uuid, answer.uuid])
    key, none = f"{answer.pk}-reason", {f"{answer.pk}-interest": "none"}
    with after_deadline(call):
        assert "1" in dag.get(reverse("call_answers", args=[call.uuid])).content.decode()
        unsaid = dag.post(decide, {"decision": "invite", key: "Välkommen"})
        assert unsaid.status_code == 200 and "Välkommen" in unsaid.content.decode()
        short = dag.post(decide, {"decision": "decline", key: "Nej tack", **none})
        assert short.status_code == 200 and "Nej tack" in short.content.decode()
        assert logged_in(people.sam).post(decide, {"decision": "invite"}).status_code == 404
        dag.post(decide, {"decision": "decline", key: "Vi söker något som når dem som inte går ut.", **none})
    answer.refresh_from_db()
    call.refresh_from_db()
    assert (answer.state, call.state) == (AnswerState.DECLINED, CallState.ANSWERED)
    assert "inte går ut" in Client().get(reverse("answer_status", args=[answer.token])).content.decode()


def test_answer_new_when_late_or_refused_then_the_text_is_still_there(
    call: Call, after_deadline: Later
) -> None:
    text = "En lång kväll gick åt till det här. 👵🏽"
    with after_deadline(call):
        page = Client().post(
            reverse("answer_new", args=[call.uuid]), {"email": "sen@example.se", "text": text}
        )
    assert page.status_code == 200 and text in page.content.decode()
    page = Client().post(reverse("answer_new", args=[call.uuid]), {"email": "fel", "text": "y" * 50_000})
    assert "y" * 50_000 in page.content.decode()
    assert Answer.objects.count() == 0


def test_answer_new_when_sent_then_the_private_link_is_in_the_letter_alone(call: Call) -> None:
    client = Client()
    form = {"email": "vera@example.se", "text": "Fyra stolar"}
    page = client.post(reverse("answer_new", args=[call.uuid]), form, follow=True)
    token = Answer.objects.get().token
    assert page.redirect_chain == [(call.get_absolute_url(), 302)]
    assert token not in page.content.decode()
    again = client.post(reverse("answer_new", args=[call.uuid]), form, follow=True)
    assert token not in again.content.decode()


def test_answer_status_when_confirmed_corrected_and_withdrawn(
    answer: Answer, call: Call, after_deadline: Later
) -> None:
    client = Client()
    page = reverse("answer_status", args=[answer.token])
    assert client.get(reverse("answer_verify", args=[answer.token])).status_code == 405
    client.get(page)
    answer.refresh_from_db()
    assert answer.email_verified_at is None, "mail filters open links: looking is not confirming"
    client.post(reverse("answer_verify", args=[answer.token]))
    client.post(page, {"text": "Fem stolar", "name": "Vera"})
    answer.refresh_from_db()
    assert answer.email_verified_at is not None and answer.text == "Fem stolar"
    with after_deadline(call):
        late = client.post(page, {"text": "Sex stolar", "name": "Vera"})
        assert "Sex stolar" in late.content.decode()
    client.post(reverse("answer_withdraw", args=[answer.token]))
    answer.refresh_from_db()
    assert (answer.state, answer.text) == (AnswerState.WITHDRAWN, "Fem stolar")
    assert client.get(reverse("answer_status", args=["x" * 43])).status_code == 404


def test_call_answers_when_others_look_then_not_found(
    answer: Answer, call: Call, people: People, logged_in: LogIn
) -> None:
    page = reverse("call_answers", args=[call.uuid])
    allowed = {p.name for p in people.all() if logged_in(p).get(page).status_code == 200}
    assert allowed == {"Alva", "Bo", "Cilla", "Dag"}
    assert "vera@grannbordet.example" not in Client().get(call.get_absolute_url()).content.decode()
    assert Client().get(page).status_code == 302


def test_call_detail_when_answers_wait_then_everyone_sees_how_many(
    answer: Answer, call: Call, after_deadline: Later
) -> None:
    answer_call(by=Viewer(), call=call, email="b@example.se", text="Vi också")
    with after_deadline(call):
        assert Client().get(call.get_absolute_url()).context["waiting"] == 2
