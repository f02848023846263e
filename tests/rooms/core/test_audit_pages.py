"""The audit trail's page and file: who reads what, what it can be narrowed by, and that it is in plain words."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from ringar.core.actions import add_person, add_unit, protect_person, record_audit, rename_unit
from ringar.core.audit_queries import cursor_of, events_after
from ringar.core.audit_words import action_word, as_text, kind_word, told_by, words
from ringar.core.clock import at, now
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer
from ringar.needs.actions import edit_need, move_need, share_need, start_need
from tests.people import People
from tests.rooms.needs.cast import draft_of, shared_by

LIST = "/granskning/"
SOURCE = Path(__file__).resolve().parents[3] / "src" / "ringar"
OPERATOR = Viewer.of_command_line()


def reader(people: People, unit: object = None, role: Role = Role.AUDITOR, name: str = "greta") -> Person:
    """Somebody who reads the trail: at the top of the city, or of one unit."""
    top = people.city.units.get(parent=None)
    by = Viewer.of_command_line(people.city.pk)
    return add_person(by=by, email=f"{name}@x.example", name=name, unit=unit or top, role=role)  # type: ignore[arg-type]


@pytest.fixture
def greta(people: People, logged_in: Callable[[Person], Client]) -> Client:
    client = logged_in(reader(people))
    client.cookies["django_language"] = "en"
    return client


def shown(client: Client, **asked: object) -> list[AuditEvent]:
    """The rows of a page, and that the page holds them."""
    page = client.get(LIST, asked)
    assert page.status_code == 200
    return [row[0] for row in page.context["rows"]]


# Who reads what


def test_list_when_nobody_has_the_role_then_not_found(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    shared_by(people.bo)
    assert Client().get(LIST).status_code == 302
    for person in people.all():
        for address in (LIST, reverse("audit_csv")):
            assert logged_in(person).get(address).status_code == 404, person.name


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_list_when_read_at_the_top_then_all_of_the_organisation_and_nothing_of_others(
    people: People, logged_in: Callable[[Person], Client], role: Role
) -> None:
    shared_by(people.bo, "Hissen står still.", "Hissen")
    shared_by(people.sam, "Bussen är sen.", "GRANNENS")
    client = logged_in(reader(people, role=role))
    rows = shown(client)
    assert {row.organisation_id for row in rows} == {people.city.pk}
    assert "share_need" in {row.action for row in rows}
    page = client.get(LIST).content.decode() + client.get(reverse("audit_csv")).getvalue().decode()
    assert "Hissen" in page and "GRANNENS" not in page


def test_list_when_read_from_one_unit_then_what_was_done_from_it_and_those_below(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    shared_by(people.bo)
    shared_by(people.dag)
    assert {row.person_id for row in shown(logged_in(reader(people, people.district)))} == {people.bo.pk}
    assert shown(logged_in(reader(people, people.water, name="gun"))) == []


def test_list_when_asked_for_another_organisations_row_or_unit_then_nothing(
    people: People, greta: Client
) -> None:
    need = shared_by(people.sam)
    assert shown(greta, row=need.uuid) == []
    page = greta.get(LIST, {"unit": people.other_care.uuid})
    assert page.context["form"].errors["unit"]


def test_trail_when_it_tells_of_a_draft_then_neither_its_title_nor_its_words(
    people: People, greta: Client
) -> None:
    need = draft_of(people.bo, "Hemligt om chefen", "Hemligt")
    edit_need(by=viewer_of(people.bo), need=need, changes={"title": "Ännu hemligare"})
    page = greta.get(LIST).content.decode()
    assert "emlig" not in page and "began to write a need" in page
    event = AuditEvent.objects.get(action="edit_need")
    assert event.target_label == "" and event.changes == {"title": "changed"}
    need.refresh_from_db()
    share_need(by=viewer_of(people.bo), need=need, visibility="organisation")
    assert "Ännu hemligare" in greta.get(LIST).content.decode()


def test_trail_when_somebody_has_protected_identity_then_the_name_is_nowhere(
    people: People, greta: Client, logged_in: Callable[[Person], Client]
) -> None:
    operator = Viewer.of_command_line(people.city.pk)
    need = shared_by(people.alva, "Hissen står still.", "Hissen")
    edit_need(by=viewer_of(people.dag), need=need, changes={"owner": people.bo})
    shared_by(people.bo, "Nycklarna saknas.", "Nycklar")
    assert "Bo" in greta.get(LIST).content.decode()
    protect_person(by=operator, person=people.bo, is_protected=True)
    page = greta.get(LIST).content.decode()
    file = greta.get(reverse("audit_csv")).getvalue().decode()
    for text in (page, file):
        assert not re.search(r"\bBo\b", text) and people.bo.email not in text
        assert people.care.name in text
    assert "share_need" not in {row.action for row in shown(greta, who="Bo")}
    assert shown(logged_in(reader(people, people.care, Role.ADMINISTRATOR, "ada")), who="Bo")


# Narrowing


def test_list_when_narrowed_then_only_what_fits(people: People, greta: Client) -> None:
    mine, other = shared_by(people.bo, "Hissen står still."), shared_by(people.alva, "Nycklar saknas.")
    assert {row.person_id for row in shown(greta, who="bo@ringsala-kommun.example")} == {people.bo.pk}
    assert {row.person_id for row in shown(greta, who="alv")} == {people.alva.pk}
    assert {row.label for row in shown(greta, who="command line")} == {"command line"}
    assert {row.action for row in shown(greta, what="share_need")} == {"share_need"}
    assert {row.target_id for row in shown(greta, row=mine.uuid)} == {str(mine.uuid)}
    assert {row.person_id for row in shown(greta, unit=people.care.uuid)} == {people.bo.pk}
    assert {row.person_id for row in shown(greta, unit=people.district.uuid)} == {
        people.bo.pk,
        people.alva.pk,
    }
    assert {row.target_id for row in shown(greta, what="share_need", who="alva")} == {str(other.uuid)}
    assert shown(greta, who="nobody at all") == []


def test_list_when_narrowed_by_days_then_both_are_included(people: People, greta: Client) -> None:
    for days in (10, 5, 0):
        with at(now() - timedelta(days=days)):
            rename_unit(
                by=Viewer.of_command_line(people.city.pk),
                unit=people.water,
                name=f"Vattnet för {days} dagar sedan",
            )
    day = timezone.localdate(now() - timedelta(days=5)).isoformat()
    found = shown(greta, since=day, until=day)
    assert [row.changes["name"][1] for row in found] == ["Vattnet för 5 dagar sedan"]
    assert len(shown(greta, what="rename_unit", since=day)) == 2
    assert len(shown(greta, what="rename_unit", until=day)) == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "nyss"},
        {"until": "9999-12-31"},
        {"what": "drop table"},
        {"unit": "x"},
        {"who": "%\x00\ud800"},
        {"row": "x" * 50_000},
        {"after": "x_y"},
        {"after": "9" * 30 + "_1"},
        {"after": "1_" + "9" * 40},
        {"who": "😀" * 50_000},
    ],
)
def test_list_when_asked_oddly_then_it_answers(greta: Client, asked: dict[str, str]) -> None:
    assert (
        greta.get(LIST, {key: value.encode("utf-8", "replace") for key, value in asked.items()}).status_code
        == 200
    )


def test_list_when_longer_than_a_page_then_every_row_stands_on_one(people: People, greta: Client) -> None:
    unit = add_unit(by=Viewer.of_command_line(people.city.pk), organisation=people.city, name="Rad 0")
    with at(now()):  # many at the same moment
        for number in range(1, 76):
            rename_unit(by=Viewer.of_command_line(people.city.pk), unit=unit, name=f"Rad {number}")
    seen, address = [], f"{LIST}?row={unit.uuid}"
    while address:
        page = greta.get(address)
        seen += [row[0].pk for row in page.context["rows"]]
        address = f"{LIST}?{page.context['more']}" if page.context["more"] else ""
    assert len(seen) == 76 == len(set(seen))
    assert seen == sorted(seen, reverse=True)
    rows = AuditEvent.objects.order_by("-at", "-id")
    assert list(events_after(rows, cursor_of(rows[3]))) == list(rows[4:])


def test_list_when_there_are_many_rows_and_protected_people_then_few_queries(
    people: People, greta: Client
) -> None:
    for _ in range(10):
        shared_by(people.bo)
        shared_by(people.alva)
    protect_person(by=Viewer.of_command_line(people.city.pk), person=people.alva, is_protected=True)
    with CaptureQueriesContext(connection) as queries:
        greta.get(LIST, {"who": "bo", "unit": people.district.uuid, "since": "2020-01-01"})
    assert len(queries) <= 11, "\n".join(query["sql"][:120] for query in queries)


# In words


def test_page_when_read_then_it_says_what_changed_in_words(people: People, greta: Client) -> None:
    need = shared_by(people.bo, "Hissen står still.", "Hissen", "organisation")
    move_need(by=viewer_of(people.dag), need=need, to="closed", reason="<b>Lagad</b>")
    greta.cookies["django_language"] = "sv"
    page = greta.get(LIST, {"row": need.uuid}).content.decode()
    assert "Dag flyttade ett behov vidare" in page and "Behov: Hissen" in page
    assert "Delat</del>" in page and "Avslutat</ins>" in page
    assert "&lt;b&gt;Lagad&lt;/b&gt;" in page and "<b>Lagad" not in page
    assert "Hela kommunen" not in page


def test_file_when_taken_then_the_same_rows_with_their_place_in_the_chain(
    people: People, greta: Client
) -> None:
    shared_by(people.bo, '=HYPERLINK("x")', "=1+1", "organisation")
    answer = greta.get(reverse("audit_csv"), {"what": "share_need"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["Row"] for row in rows] == ["'=1+1"]
    assert rows[0]["Who"] == "Bo" and rows[0]["From which unit"] == "Hemtjänst Björkliden"
    assert rows[0]["What changed"].startswith(
        "state: Draft → Shared\nwho may see it: Everyone who works here"
    )
    assert greta.get(reverse("audit_csv"), {"format": "xlsx"})["Content-Type"].endswith("sheet")


def test_told_by_when_values_are_codes_times_and_lists_then_in_words() -> None:
    changes = {
        "state": ["draft", "shared"],
        "role": [None, "manager"],
        "is_active": [True, False],
        "deadline": ["2026-07-01T10:00:00+00:00", ""],
        "criteria": [["a"], ["a", "b"]],
        "count": 3,
        "unknown_field": {"name": "x"},
    }
    with translation.override("en"):
        lines = as_text(told_by("needs.need", changes)).split("\n")
    assert lines == [
        "state: Draft → Shared",
        "role: Manager",
        "may log in: yes → no",
        "deadline: 2026-07-01 12:00 → ",
        "criteria: a → a, b",
        "how many: 3",
        "unknown field: name: x",
    ]
    assert told_by("needs.need", ["odd"]) == []
    assert (
        told_by("solvers.call", {"state": ["open", "closed"]})[0].after
        != told_by("needs.need", {"state": ["open", "closed"]})[0].after
    )


def test_words_when_an_action_is_new_then_it_has_a_word_in_its_rooms_trail() -> None:
    """Each action named in the code; those of variables are caught by the test of all writes."""
    used: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if path.name not in {"commands.py", "cli.py", "messages.py"}:
            used |= set(re.findall(r'action="([a-z]\w*)"', path.read_text(encoding="utf-8")))
    assert len(used) > 80
    assert used - set(words("ACTIONS")) == set()


def test_words_when_unknown_then_the_code_itself_in_plain_letters() -> None:
    assert action_word("no_such_thing") == "no such thing" and kind_word("room.thing") == "thing"


def test_record_when_many_fields_then_nothing_is_lost(people: People, greta: Client) -> None:
    text = "å" * 50_000
    record_audit(
        by=viewer_of(people.dag), action="edit_need", target=people.city, changes={"reason": ["", text]}
    )
    assert AuditEvent.objects.latest("id").changes == {"reason": ["", text]}
    assert "å" * 1_999 in greta.get(LIST).content.decode()
    assert text in greta.get(reverse("audit_csv")).getvalue().decode()


def test_start_need_when_a_draft_then_the_row_is_still_found_by_its_id(people: People, greta: Client) -> None:
    need = start_need(by=viewer_of(people.bo), symptom="Hissen står still.")
    assert [row.action for row in shown(greta, row=need.uuid)] == ["start_need"]
