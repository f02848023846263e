"""Solvers and solutions: registered, corrected, hidden; a personal number stays where it was put."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.actions import add_person
from ringar.core.models import AuditEvent, Person
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.robots.models.work import Work
from ringar.solvers import queries
from ringar.solvers.actions import (
    edit_solution,
    edit_solver,
    publish_solution,
    register_solver,
    set_solver_state,
)
from ringar.solvers.models import Solution, Solver
from tests.people import People
from tests.rooms.solvers.conftest import PERSONAL_NUMBER, SECRET

View = Callable[[Person], Viewer]
LogIn = Callable[[Person], Client]


def everyone(people: People, logged_in: LogIn) -> dict[str, Client]:
    """A client for each of the cast, one for a stranger, and one for Elif's rival."""
    operator, top = Viewer.of_command_line(), people.city.units.get(parent=None)
    rival = add_person(by=operator, email="rival@example.se", name="Rival", unit=top, role=Role.SOLVER)
    return {"stranger": Client(), **{person.name: logged_in(person) for person in [*people.all(), rival]}}


def test_register_solver_when_right_then_kept_found_and_audited(startup: Solver, people: People) -> None:
    assert startup.organisation_number == "5590000005"
    assert startup.shown_number == "559000-0005"
    assert startup.registered_in == people.city
    assert startup.languages == "sv,en"
    event = AuditEvent.objects.get(action="register_solver")
    assert (event.label, event.target_label) == ("Elif", "Middagsbron AB")
    assert queries.search_solvers(Viewer(), "dukar för grannar") == [startup]
    assert queries.search_solvers(Viewer(), "559000-0005") == [startup]


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        ({"name": " "}, "nam"),
        ({"name": "x" * 201}, "200"),
        ({"name": "X", "about": "y" * 20_001}, "20001"),
        ({"name": "X", "website": "javascript:alert(1)"}, "URL"),
        ({"name": "X", "email": "inte en adress"}, "post"),
        ({"name": "X", "kind": "guild"}, "guild"),
        ({"name": "X", "organisation_number": "559000-0006"}, "Luhn|siffra|digit"),
        ({"name": "X", "organisation_number": "559000-0005"}, "Middagsbron"),
    ],
)
def test_register_solver_when_a_fact_is_wrong_then_refused_and_nothing_saved(
    facts: dict[str, str], names: str, startup: Solver, people: People, viewer: View
) -> None:
    with pytest.raises(Refused, match=f"(?i){names}"):
        register_solver(by=viewer(people.bo), **facts)  # type: ignore[arg-type]
    assert Solver.objects.count() == 1


def test_register_solver_when_resident_auditor_or_stranger_then_not_allowed(
    people: People, viewer: View
) -> None:
    for by in (viewer(people.farid), Viewer()):
        with pytest.raises(NotAllowed):
            register_solver(by=by, name="Farids idé")


def test_register_solver_when_own_then_only_by_own_staff(people: People, viewer: View) -> None:
    own = register_solver(
        by=viewer(people.bo), name="Ringsala kommun", kind="municipality", organisation=people.city
    )
    publish_solution(
        by=viewer(people.bo), solver=own, name="Läckprognos", what="Förutser var rören går sönder."
    )
    assert [s.name for s in queries.own_solutions(people.city)] == ["Läckprognos"]
    for person in (people.elif_, people.sam):
        with pytest.raises(Refused):
            register_solver(by=viewer(person), name="Vi är kommunen", organisation=people.city)


def test_edit_solver_when_outsider_or_rival_then_not_allowed(
    startup: Solver, people: People, viewer: View
) -> None:
    for by in (viewer(people.sam), viewer(people.farid), Viewer()):
        with pytest.raises(NotAllowed):
            edit_solver(by=by, solver=startup, name="Kapad")
    startup.refresh_from_db()
    assert startup.name == "Middagsbron AB"


def test_edit_solver_when_changed_then_audit_tells_what_but_no_number_or_address(
    startup: Solver, people: People, viewer: View
) -> None:
    edit_solver(
        by=viewer(people.bo), solver=startup, name="Middagsbron i Ringsala AB", email="ny@middagsbron.example"
    )
    event = AuditEvent.objects.get(action="edit_solver")
    assert event.changes == {"name": ["Middagsbron AB", "Middagsbron i Ringsala AB"], "email": "changed"}
    edit_solver(by=viewer(people.bo), solver=startup, name="Middagsbron i Ringsala AB")
    assert AuditEvent.objects.filter(action="edit_solver").count() == 1


def test_sole_trader_when_registered_then_number_is_on_no_page_file_search_or_audit(
    sole_trader: Solver, people: People, viewer: View, logged_in: LogIn
) -> None:
    by = viewer(people.bo)
    publish_solution(by=by, solver=sole_trader, name="Tröskelramp", what="Ramper till dörrar")
    edit_solver(by=by, solver=sole_trader, about="Bygger ramper och trösklar, och hyllor.")
    shown = PERSONAL_NUMBER[:6], PERSONAL_NUMBER[6:]
    pages = [
        *(
            reverse(name)
            for name in ("solver_list", "solver_csv", "solution_list", "solution_csv", "call_list")
        ),
        *(
            reverse(name, args=[sole_trader.uuid])
            for name in ("solver_detail", "solver_edit", "solution_new")
        ),
        reverse("solution_detail", args=[sole_trader.solutions.get().uuid]),
        reverse("solution_edit", args=[sole_trader.solutions.get().uuid]),
        reverse("solver_list") + "?q=ramper",
    ]
    for name, client in everyone(people, logged_in).items():
        for page in pages:
            text = client.get(page).getvalue().decode()
            assert PERSONAL_NUMBER not in text and "-".join(shown) not in text, f"{name} sees it on {page}"
        for query in (PERSONAL_NUMBER, "911231-0009", "911231", "0009"):
            found = client.get(reverse("solver_list"), {"q": query}).context["solvers"]
            assert found == [], f"{name} finds it by {query}"
    assert sole_trader.shown_number == ""
    trail = "".join(str(event.__dict__) for event in AuditEvent.objects.all())
    assert PERSONAL_NUMBER not in trail and shown[0] not in trail
    assert PERSONAL_NUMBER not in sole_trader.words


def test_sole_trader_when_number_stands_in_a_text_then_refused(
    sole_trader: Solver, people: People, viewer: View
) -> None:
    by = viewer(people.bo)
    with pytest.raises(Refused):
        edit_solver(by=by, solver=sole_trader, about="Mitt nummer är 19 911231-0009")
    with pytest.raises(Refused):
        publish_solution(by=by, solver=sole_trader, name="Ramp", what="Fakturera 9112310009")
    with pytest.raises(Refused):
        register_solver(
            by=by, name="911231-0009 Veva", kind="sole_trader", organisation_number=PERSONAL_NUMBER
        )
    assert Solution.objects.count() == 0


def test_sole_trader_when_registered_twice_then_the_answer_tells_nothing(
    sole_trader: Solver, people: People, viewer: View
) -> None:
    second = register_solver(
        by=viewer(people.sam), name="Någon annan", kind="sole_trader", organisation_number=PERSONAL_NUMBER
    )
    assert second.pk != sole_trader.pk


def test_edit_page_when_sole_trader_saves_without_number_then_it_stays(
    sole_trader: Solver, people: People, logged_in: LogIn
) -> None:
    form = {"name": "Vevas snickeri", "kind": "sole_trader", "organisation_number": "", "about": "Nytt"}
    assert logged_in(people.bo).post(reverse("solver_edit", args=[sole_trader.uuid]), form).status_code == 302
    sole_trader.refresh_from_db()
    assert (sole_trader.organisation_number, sole_trader.about) == (PERSONAL_NUMBER, "Nytt")


def test_set_solver_state_when_hidden_then_gone_for_everyone_but_those_who_may_edit(
    solution: Solution, people: People, viewer: View
) -> None:
    solver = solution.solver
    with pytest.raises(NotAllowed):
        set_solver_state(by=viewer(people.bo), solver=solver, state="hidden")
    set_solver_state(by=viewer(people.alva), solver=solver, state="hidden")
    for person in (people.sam, people.farid):
        assert solution not in queries.visible_solutions(viewer(person))
        assert queries.search_solutions(viewer(person), "ensamhet") == []
        with pytest.raises(NotAllowed):
            queries.solver_for(viewer(person), solver.uuid)
    assert list(queries.offered_solutions()) == []
    for person in (people.elif_, people.bo):
        assert solution in queries.visible_solutions(viewer(person))


def test_publish_solution_when_draft_then_seen_by_own_people_only(
    startup: Solver, people: People, viewer: View, logged_in: LogIn
) -> None:
    draft = publish_solution(
        by=viewer(people.elif_), solver=startup, name="Halvt", what="Inte klart", is_published=False
    )
    seen = {
        n
        for n, c in everyone(people, logged_in).items()
        if c.get(draft.get_absolute_url()).status_code == 200
    }
    assert seen == {"Elif", "Alva", "Bo", "Cilla", "Dag"}
    assert queries.search_solutions(Viewer(), "klart") == []
    edit_solution(by=viewer(people.elif_), solution=draft, is_published=True)
    assert queries.search_solutions(Viewer(), "klart") == [draft]


def test_publish_solution_when_saved_then_a_vector_is_queued_once(
    solution: Solution, people: People, viewer: View
) -> None:
    assert Work.objects.filter(name="solvers.embed").count() == 1
    edit_solution(by=viewer(people.elif_), solution=solution, what="Något annat")
    assert Work.objects.filter(name="solvers.embed").count() == 1


def test_edit_solution_when_references_are_given_then_they_replace(
    solution: Solution, people: People, viewer: View
) -> None:
    assert solution.references.get().organisation == people.other_city
    before = solution.text_hash
    edit_solution(
        by=viewer(people.elif_), solution=solution, references=[{"municipality": "Sjöbo", "effect": "Skratt"}]
    )
    solution.refresh_from_db()
    assert [r.municipality for r in solution.references.all()] == ["Sjöbo"]
    assert solution.text_hash != before
    assert "Skratt" in Solution.objects.get().match_text
    with pytest.raises(Refused):
        edit_solution(by=viewer(people.elif_), solution=solution, references=[{"effect": "Var?"}])


def test_secrecy_when_asked_for_then_only_those_it_was_told_to_see_it(
    solution: Solution, people: People, logged_in: LogIn
) -> None:
    rival_pages = [
        solution.get_absolute_url(),
        solution.solver.get_absolute_url(),
        *(reverse(name) for name in ("solution_list", "solution_csv", "solver_list", "solver_csv")),
        reverse("solution_list") + "?q=kvintosols+hylla",
    ]
    for name, client in everyone(people, logged_in).items():
        text = "".join(client.get(page).getvalue().decode() for page in rival_pages)
        allowed = name in {"Alva", "Bo", "Cilla", "Dag", "Elif"}
        assert ("Kvintosols patents" in text) is allowed, name


def test_secrecy_when_a_rival_or_outsider_opens_the_form_then_not_found(
    solution: Solution, people: People, logged_in: LogIn, viewer: View
) -> None:
    page = reverse("solution_edit", args=[solution.uuid])
    for person in (people.sam, people.farid):
        assert logged_in(person).get(page).status_code == 404
    assert Client().get(page).status_code == 302
    assert SECRET in logged_in(people.elif_).get(page).content.decode()


def test_secrecy_when_saved_then_never_searched_matched_hashed_or_audited(
    solution: Solution, people: People, viewer: View
) -> None:
    edit_solution(by=viewer(people.elif_), solution=solution, secrecy=SECRET + " och mer")
    solution.refresh_from_db()
    assert "kvintosol" not in (solution.words + solution.match_text).lower()
    assert queries.search_solutions(viewer(people.elif_), "kvintosols") == []
    assert "vintosol" not in "".join(str(event.changes) for event in AuditEvent.objects.all())
    without = publish_solution(
        by=viewer(people.elif_),
        solver=solution.solver,
        name=solution.name,
        what=solution.what,
        references=[{"municipality": "X", "what": "Tolv trappor", "effect": "Fler ses"}],
    )
    assert without.text_hash == solution.text_hash


def test_search_when_many_words_and_facts_then_narrowed(
    solution: Solution, sole_trader: Solver, people: People, viewer: View
) -> None:
    publish_solution(
        by=viewer(people.bo), solver=sole_trader, name="Bord", what="Bord för ensamma", maturity="idea"
    )
    assert queries.search_solutions(Viewer(), "middag mot ensamhet")[0] == solution
    assert [s.name for s in queries.search_solutions(Viewer(), "middag bord", maturity="idea")] == ["Bord"]
    assert queries.search_solutions(Viewer(), "middag", kind="university") == []
    assert queries.search_solutions(Viewer(), "  ") == []
    assert queries.search_solutions(Viewer(), '\'; DROP TABLE "solvers_solution" -- \x00\ud800') == []


def test_solution_for_when_unknown_then_not_allowed(people: People, viewer: View) -> None:
    with pytest.raises(NotAllowed):
        queries.solution_for(viewer(people.dag), uuid4())
