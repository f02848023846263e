"""Pages of the timetable and of meetings: what they show, to whom, and what wrong input gets for an answer."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from ringar.core import clock
from ringar.core.actions.tokens import make_token
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.matching.actions import publish_day, remove_meeting, save_answer, save_wishes
from ringar.matching.day_models import Meeting, MeetingAnswer, Party
from tests.people import People
from tests.rooms.matching.meeting_cast import AFTER, BEFORE, Day, invited_day, make_day, sent_day

LogIn = Callable[[Person], Client]


def page_of(client: Client, address: str, status: int = 200) -> str:
    client.cookies["django_language"] = "sv"
    response = client.get(address)
    assert response.status_code == status, response.status_code
    return str(response.getvalue().decode())  # type: ignore[attr-defined]


def schedule(made: Day) -> str:
    return f"/motesdagar/{made.day.uuid}/schema/"


def answer(made: Day, go_on: str, side: str) -> None:
    with clock.at(AFTER):
        save_answer(by=Viewer(), meeting=made.meetings[0], party=made.parties[side], go_on=go_on)


def test_timetable_when_sent_out_shows_who_meets_whom_as_picture_and_table(
    people: People, logged_in: LogIn
) -> None:
    made = sent_day(people)
    page = page_of(logged_in(people.alva), schedule(made))
    assert "tisdag 1 december 2026: 2 möten" in page
    assert (
        page.count('<rect class="chart-bar-2" x="0.00%"') == 4
    )  # two meetings at nine, seen from both sides
    assert page.count(f"/moten/{made.meetings[0].uuid}/") == 1
    assert "Kaffesällskap AB" in page and "Granen" in page


def test_timetable_when_as_list_reads_by_time(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    page = page_of(logged_in(people.alva), schedule(made) + "?visa=lista")
    assert "<h3>09:00</h3>" in page and "Bo – Kaffesällskap AB" in page
    assert "<table" not in page


def test_timetable_when_over_two_dates_shows_the_one_asked_for(people: People, logged_in: LogIn) -> None:
    made = sent_day(people, dates=2)
    client = logged_in(people.alva)
    assert "2 december 2026: 0 möten" in page_of(client, schedule(made) + "?datum=2026-12-02")
    assert "1 december 2026: 2 möten" in page_of(client, schedule(made) + "?datum=nonsens")


def test_timetable_when_not_sent_out_is_for_the_lead_alone(people: People, logged_in: LogIn) -> None:
    made = invited_day(people)
    page = page_of(logged_in(people.bo), schedule(made))
    assert "Schemat har inte skickats ut än" in page and "Kaffesällskap" not in page
    assert "Kaffesällskap AB" in page_of(logged_in(people.dag), schedule(made))
    for path in ("papper/", "../schema.csv"):
        page_of(logged_in(people.bo), schedule(made) + path if path[0] != "." else csv_of(made), 404)


def csv_of(made: Day) -> str:
    return f"/motesdagar/{made.day.uuid}/schema.csv"


def test_timetable_when_a_draft_is_empty_says_so(people: People, logged_in: LogIn) -> None:
    made = make_day(people)
    assert "0 möten" in page_of(logged_in(people.dag), schedule(made))
    page_of(logged_in(people.bo), schedule(made), 404)


def test_print_when_opened_has_a_sheet_for_each_party(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    page = page_of(logged_in(people.alva), schedule(made) + "papper/")
    for name in ("Bo", "Cilla", "Kaffesällskap AB", "Långbord AB"):
        assert f'<h3 class="card-title" dir="auto">{name}</h3>' in page


def test_csv_when_asked_for_has_the_timetable_in_local_time(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    lines = page_of(logged_in(people.alva), csv_of(made)).splitlines()
    assert lines[0].lstrip("\ufeff").startswith("Börjar;Minuter;Rum;")
    assert lines[1].startswith("2026-12-01 09:00:00;20;Granen;;Bo;")
    assert len(lines) == 3


def test_csv_when_as_excel_holds_times_as_times(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    response = logged_in(people.alva).get(csv_of(made) + "?format=xlsx")
    sheet = load_workbook(BytesIO(response.getvalue())).active  # type: ignore[attr-defined]
    assert sheet is not None
    assert f"{sheet.cell(2, 1).value}" == "2026-12-01 09:00:00"


def test_csv_when_of_wishes_is_for_who_runs_the_day(people: People, logged_in: LogIn) -> None:
    made = make_day(people)
    made.day.state = "invited"
    made.day.save()
    with clock.at(BEFORE):
        wishes = {made.parties["elif"].pk: "must", made.parties["other"].pk: "no"}
        save_wishes(by=Viewer(), party=made.parties["bo"], busy=[], wishes=wishes)
    rows = page_of(logged_in(people.dag), csv_of(made) + "?vad=onskemal").splitlines()
    assert sorted(row.split(";")[2:] for row in rows[1:]) == [
        ["Måste träffa", "Kaffesällskap AB"],
        ["Nej", "Långbord AB"],
    ]
    page_of(logged_in(people.bo), csv_of(made) + "?vad=onskemal", 404)


def test_meeting_when_over_takes_answers_from_its_side(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    meeting, client = made.meetings[0], logged_in(people.elif_)
    with clock.at(AFTER):
        assert "Vill ni gå vidare?" in page_of(client, f"/moten/{meeting.uuid}/")
        form = {f"m{meeting.pk}-go_on": "yes", f"m{meeting.pk}-learned": "Mycket"}
        response = client.post(f"/moten/{meeting.uuid}/svar/", form)
        assert response["Location"] == f"/moten/{meeting.uuid}/"
    assert MeetingAnswer.objects.get().learned == "Mycket"


def test_meeting_when_the_startup_reads_shows_its_own_words_alone(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    with clock.at(AFTER):
        for side, word in (("bo", "CHEFENS ord"), ("elif", "STARTUPENS ord")):
            save_answer(
                by=Viewer(),
                meeting=made.meetings[0],
                party=made.parties[side],
                go_on="no",
                learned=word,
            )
        address = f"/moten/{made.meetings[0].uuid}/"
        of_elif, of_bo = (
            page_of(logged_in(people.elif_), address),
            page_of(logged_in(people.bo), address),
        )
    assert "STARTUPENS ord" in of_elif and "CHEFENS ord" not in of_elif
    assert "STARTUPENS ord" in of_bo and "CHEFENS ord" in of_bo


@pytest.mark.parametrize("form", [{}, {"go_on": "kanske"}, {"go_on": "yes", "learned": "x" * 50_000}])
def test_meeting_when_the_form_is_wrong_says_so_and_keeps_what_was_written(
    people: People, logged_in: LogIn, form: dict[str, str]
) -> None:
    made = sent_day(people)
    meeting, client = made.meetings[0], logged_in(people.bo)
    sent = {f"m{meeting.pk}-{key}": value for key, value in form.items()}
    sent.setdefault(f"m{meeting.pk}-in_the_way", "Tiden räcker inte")
    with clock.at(AFTER):
        response = client.post(f"/moten/{meeting.uuid}/svar/", sent)
    assert response.status_code == 200
    page = response.content.decode()
    assert 'role="alert"' in page
    assert "Tiden räcker inte" in page
    assert not MeetingAnswer.objects.exists()
    meeting.refresh_from_db()
    assert meeting.state == "planned"


def test_meeting_when_the_lead_marks_a_no_show_tells_who_did_not_come(
    people: People, logged_in: LogIn
) -> None:
    made = sent_day(people)
    meeting, client = made.meetings[0], logged_in(people.dag)
    with clock.at(AFTER):
        assert client.post(f"/moten/{meeting.uuid}/narvaro/", {}).status_code == 200
        sent = {f"h{meeting.pk}-who": "startup"}
        assert client.post(f"/moten/{meeting.uuid}/narvaro/", sent).status_code == 302
        assert "Kaffesällskap AB kom inte" in page_of(client, f"/moten/{meeting.uuid}/")
        assert client.post(f"/moten/{meeting.uuid}/svar/", {}).status_code == 404


def test_party_page_when_opened_by_link_shows_own_meetings_only(people: People) -> None:
    made = sent_day(people)
    page = page_of(Client(), f"/motesdag/min/{made.token('cilla')}/moten/")
    assert "Långbord AB" in page and "Kaffesällskap" not in page
    assert "Vill ni gå vidare?" not in page, "the meeting has not been yet"


def test_party_page_when_marked_no_show_by_link_is_told_and_can_be_undone(people: People) -> None:
    made = sent_day(people)
    meeting, path = made.meetings[0], f"/motesdag/min/{made.token('elif')}/moten/"
    client = Client()
    for who, state in (("manager", "missed"), ("held", "held")):
        with clock.at(AFTER):
            sent = {"meeting": str(meeting.uuid), "do": "who", f"h{meeting.pk}-who": who}
            assert client.post(path, sent)["Location"] == f"{path}#m-{meeting.uuid}"
        meeting.refresh_from_db()
        assert meeting.state == state


@pytest.mark.parametrize("uuid", ["", "nonsens", "\x00", "other"])
def test_party_page_when_the_meeting_is_not_ones_own_changes_nothing(people: People, uuid: str) -> None:
    made = sent_day(people)
    other = made.meetings[1]
    with clock.at(AFTER):
        sent = {"meeting": str(other.uuid) if uuid == "other" else uuid, f"m{other.pk}-go_on": "yes"}
        response = Client().post(f"/motesdag/min/{made.token('bo')}/moten/", sent)
    assert response.status_code == 200 and not MeetingAnswer.objects.exists()


def test_figures_when_meetings_were_held_stand_beside_the_fields_own(
    people: People, logged_in: LogIn
) -> None:
    made = sent_day(people)
    answer(made, "yes", "bo")
    answer(made, "yes", "elif")
    with clock.at(AFTER):
        page = page_of(logged_in(people.bo), "/motesdagar/siffror/")
    assert "100 % (1 av 1)" in page and "[21–100 %]" in page
    assert "8,0 % (–2022: 453 av 5655)" in page and "14,6 % (2023: 157 av 1074)" in page
    assert "63 % (2023)" in page
    with clock.at(AFTER):
        assert "Dag för dag" not in page_of(logged_in(people.bo), f"/motesdagar/siffror/?dag={made.day.uuid}")
    page_of(logged_in(people.farid), "/motesdagar/siffror/", 404)
    assert "Inget schema har skickats ut än" in page_of(logged_in(people.sam), "/motesdagar/siffror/")


def test_need_page_when_meetings_are_about_it_shows_them(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    need = made.parties["bo"].needs.get()
    Meeting.objects.filter(pk=made.meetings[0].pk).update(need=need)
    assert "Möten om behovet" in page_of(logged_in(people.bo), need.get_absolute_url())


def test_home_when_a_meeting_is_over_asks_how_it_went(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    with clock.at(AFTER):
        page = page_of(logged_in(people.bo), "/")
        assert "Berätta hur mötet gick" in page and f"/moten/{made.meetings[0].uuid}/" in page


def api(person: Person, path: str) -> Any:
    _token, key = make_token(by=viewer_of(person), name="n", scopes=["needs:read"], days=1)
    response = Client().get(f"/api/meeting-days{path}", HTTP_AUTHORIZATION=f"Bearer {key}")
    assert response.status_code == 200, response.content
    return response.json()


def test_api_when_asked_for_a_day_tells_its_timetable_to_who_may_see_it(people: People) -> None:
    made = invited_day(people)
    assert api(people.bo, "/")[0]["uuid"] == str(made.day.uuid)
    assert api(people.bo, f"/{made.day.uuid}")["meetings"] == []
    found = api(people.dag, f"/{made.day.uuid}")["meetings"]
    assert [(row["manager"], row["startup"], row["room"]) for row in found] == [
        ("Bo", "Kaffesällskap AB", "Granen"),
        ("Cilla", "Långbord AB", "Eken"),
    ]
    assert api(people.dag, f"/{made.day.uuid}")["day"]["url"] == made.day.get_absolute_url()
    assert api(people.sam, "/") == []
    assert Client().get("/api/meeting-days/").json() == []


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_pages_when_meetings_are_many_ask_as_few_queries(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    client, token = logged_in(people.dag), made.token("bo")
    addresses = [
        *(schedule(made), schedule(made) + "papper/", schedule(made) + "?visa=lista", csv_of(made)),
        *("/motesdagar/siffror/", f"/moten/{made.meetings[0].uuid}/"),
        *(f"/motesdag/min/{token}/moten/", f"/motesdag/min/{token}/kalender.ics"),
    ]
    few = [queries_of(client, address) for address in addresses]
    with clock.at(BEFORE):
        remove_meeting(by=made.by, meeting=made.meetings[1])
        for slot, (manager, startup) in enumerate([("bo", "other"), ("cilla", "elif"), ("cilla", "other")]):
            made.meet(manager, startup, slot + 1)
    many = [queries_of(client, address) for address in addresses]
    assert dict(zip(addresses, many, strict=True)) == dict(zip(addresses, few, strict=True))
    assert max(many) <= 12, dict(zip(addresses, many, strict=True))


def test_first_page_when_timetable_is_sent_out_shows_their_meetings_to_who_offers(
    people: People, logged_in: LogIn
) -> None:
    made = invited_day(people)
    with clock.at(BEFORE):
        assert "Dina möten" not in page_of(logged_in(people.elif_), "/")
    with clock.at(BEFORE):
        publish_day(by=made.by, day=made.day)
        page = page_of(logged_in(people.elif_), "/")
    assert f'<a href="/moten/{made.meetings[0].uuid}/">Bo</a>' in page
    assert "1 december 2026 09:00" in page and "Cilla" not in page
    assert "Dina möten" not in page_of(logged_in(people.sam), "/")


def test_first_page_when_only_the_letter_names_them_shows_the_meeting_without_its_link(
    people: People, logged_in: LogIn
) -> None:
    made = sent_day(people)
    Party.objects.filter(pk=made.parties["elif"].pk).update(
        person=None, solver=None, email=people.elif_.email
    )
    with clock.at(BEFORE):
        page = page_of(logged_in(people.elif_), "/")
    assert "Dina möten" in page and f"/moten/{made.meetings[0].uuid}/" not in page


def test_meeting_when_not_begun_offers_no_pilot_yet(people: People, logged_in: LogIn) -> None:
    made = sent_day(people)
    address = f"/moten/{made.meetings[0].uuid}/"
    with clock.at(BEFORE):
        assert "/pilotprojekt/nytt/?mote" not in page_of(logged_in(people.dag), address)
    with clock.at(AFTER):
        assert "/pilotprojekt/nytt/?mote" in page_of(logged_in(people.dag), address)
