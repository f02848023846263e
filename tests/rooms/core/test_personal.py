"""Own data: every table that points to a person is declared, exported whole, and erased as declared."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from django.test import Client, override_settings
from django.utils.translation import override

from ringar.core.actions import erase_person, export_personal_data, give_role
from ringar.core.actions.audit import seal_chain
from ringar.core.audit_queries import verify_chain
from ringar.core.models import AuditEvent, Interest, Person, TeamMember
from ringar.core.queries import shown_name, viewer_of, with_shown_labels
from ringar.core.registry import personal_tables
from ringar.core.retention import retention_page
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.needs.actions import add_evidence, join_need
from ringar.needs.models import Need
from ringar.robots.models.work import OutgoingMail
from tests.people import PASSWORD, People
from tests.rooms.core.keepers import OPERATOR, administrator, gerd
from tests.rooms.needs.cast import draft_of, shared_by


def tables_of_people() -> set[str]:
    """All tables with a column that points to a person, whoever's app they are."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        if any(field.is_relation and field.related_model is Person for field in model._meta.fields):
            found.add(model._meta.label)
    return found


def test_personal_when_a_table_points_to_people_then_it_is_declared() -> None:
    declared = {each.table for each in personal_tables()} | {"core.Person"}
    assert not tables_of_people() - declared
    assert len(tables_of_people()) > 15


def test_personal_when_declared_then_the_table_is_there_and_the_fate_is_known() -> None:
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    for each in personal_tables():
        assert each.table in known, each.table
        assert each.fate in {"removed", "anonymised", "archived"}, each.table
        assert len(str(each.why)) > 15, each.table


def test_retention_page_when_declarations_change_then_is_written_anew() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "retention.md"
    told = "run: ringar retention > docs/reference/retention.md"
    assert page.read_text(encoding="utf-8") == retention_page(), told


@pytest.fixture
def written(people: People) -> Need:
    """Bo has written, joined, judged, been told and declared an interest; the need that all saw."""
    bo = viewer_of(people.bo)
    need = shared_by(people.bo, "De äldre äter ensamma på kvällen.", "Ensamma kvällar", "public")
    draft_of(people.bo, "Något som bara Bo har sett.", "Hemligt utkast")
    add_evidence(
        by=bo, need=need, summary="Hon äter när någon sitter med.", kind="interview", met="en dotter"
    )
    other = shared_by(people.alva, "Bilarna är alltid slut.", "Bilbrist", "organisation")
    join_need(by=bo, need=other, note="Hos oss med")
    Interest.objects.create(
        row=need.uuid, kind="need", person=people.bo, organisation=people.city, reason="Min bror"
    )
    TeamMember.objects.create(row=need.uuid, kind="need", organisation=people.city, person=people.bo)
    with override_settings(EMAIL_BACKEND="ringar.robots.mail.QueueBackend"):
        EmailMessage(subject="Till Bo", body="Hej Bo", to=[people.bo.email]).send()
        EmailMessage(subject="Till Dag", body="Hej Dag", to=[people.dag.email]).send()
    return need


def everything(person: Person) -> str:
    return json.dumps({each.table: each.export(person) for each in personal_tables()}, default=str)


def test_export_when_asked_for_then_holds_what_was_written(people: People, written: Need) -> None:
    text = export_personal_data(by=viewer_of(people.bo), person=people.bo)
    data = json.loads(text)
    assert data["core.Person"][0]["email"] == people.bo.email
    titles = {row.get("title") for row in data["needs.Need"]}
    assert "Ensamma kvällar" in titles
    for words in ("Hon äter när någon sitter med.", "Hos oss med", "Min bror", "Till Bo", "Hemligt utkast"):
        assert words in text, words
    assert "Till Dag" not in text
    assert people.dag.email not in text


def test_export_when_for_somebody_else_then_is_not_allowed(people: People) -> None:
    for by in (viewer_of(people.dag), gerd(people), Viewer()):
        with pytest.raises(NotAllowed):
            export_personal_data(by=by, person=people.bo)


def test_file_when_downloaded_then_holds_both_forms_and_nothing_runs(people: People, written: Need) -> None:
    Person.objects.filter(pk=people.bo.pk).update(title="<script>alert(1)</script>")
    client = Client()
    client.force_login(people.bo)
    assert client.get("/mina-uppgifter/fil/").status_code == 405
    answer = client.post("/mina-uppgifter/fil/")
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type]
    assert archive.namelist() == ["data.json", "data.html"]
    assert json.loads(archive.read("data.json"))["core.Person"]
    page = archive.read("data.html").decode()
    assert "Ensamma kvällar" in page
    assert "<script>" not in page


def test_erase_person_when_done_then_the_record_stays_without_the_name(people: People, written: Need) -> None:
    email = people.bo.email
    erase_person(by=viewer_of(people.bo), person=people.bo)
    written.refresh_from_db()
    assert written.symptom == "De äldre äter ensamma på kvällen."
    assert written.created_by_id == people.bo.pk
    gone = Person.objects.get(pk=people.bo.pk)
    assert (gone.name, gone.is_active) == ("Raderad person", False)
    assert email not in str(Person.objects.filter(pk=gone.pk).values().get())
    with override("en"):
        assert shown_name(gone, viewer_of(people.dag)) == "Erased person"
    assert written.evidence.get().summary == "Hon äter när någon sitter med."
    assert not Need.objects.filter(title="Hemligt utkast").exists()
    assert not gone.memberships.exists()
    assert not TeamMember.objects.exists()
    assert Interest.objects.filter(person=gone).exists()


def test_erase_person_when_done_then_no_table_holds_the_address(people: People, written: Need) -> None:
    email = people.bo.email
    erase_person(by=viewer_of(people.bo), person=people.bo)
    for model in apps.get_models():
        if model._meta.label not in {"core.AuditEvent", "sessions.Session"}:
            for row in model._base_manager.values():
                assert email not in str(row), model._meta.label
    letters = {row.subject: bytes(row.raw) for row in OutgoingMail.objects.all()}
    assert letters[""] == b""
    assert letters["Till Dag"]


def test_erase_person_when_done_then_nobody_can_log_in_or_come_back(people: People) -> None:
    client = Client()
    client.force_login(people.bo)
    email = people.bo.email
    erase_person(by=viewer_of(people.bo), person=people.bo)
    assert client.get("/kom-igang/").status_code == 302
    assert not Client().login(email=email, password=PASSWORD)
    gone = Person.objects.get(pk=people.bo.pk)
    assert not Client().login(email=gone.email, password=PASSWORD)
    assert not gone.has_usable_password()


def test_erase_person_when_done_then_the_row_of_it_holds_no_name_and_the_chain_holds(people: People) -> None:
    erase_person(by=viewer_of(people.bo), person=people.bo)
    row = AuditEvent.objects.get(action="erase_person")
    assert "Bo" not in row.label + row.target_label
    seal_chain()
    assert verify_chain().is_whole
    old = AuditEvent.objects.filter(person_id=people.bo.pk, label="Bo")
    shown = with_shown_labels(AuditEvent.objects.filter(target_id=str(people.bo.uuid)), viewer_of(people.dag))
    assert shown and not [each for each in shown if each.target_label == "Bo"]
    assert not [each for each in with_shown_labels(old, viewer_of(people.dag)) if each.label == "Bo"]


@pytest.mark.parametrize("who", ["dag", "alva", "sam", "farid"])
def test_erase_person_when_by_somebody_else_then_is_not_allowed(people: People, who: str) -> None:
    with pytest.raises(NotAllowed):
        erase_person(by=viewer_of(getattr(people, who)), person=people.bo, reason="Vill inte se dem")
    assert Person.objects.get(pk=people.bo.pk).name == "Bo"


def test_erase_person_when_by_an_administrator_then_a_reason_is_needed(people: People) -> None:
    by = gerd(people)
    with pytest.raises(Refused):
        erase_person(by=by, person=people.bo, reason="  ")
    erase_person(by=by, person=people.bo, reason="Bad om det i brev den 3 mars")
    row = AuditEvent.objects.get(action="erase_person")
    assert row.changes == {"reason": "Bad om det i brev den 3 mars"}
    assert row.label == "Gerd"


def test_erase_person_when_works_in_another_city_too_then_is_not_allowed(people: People) -> None:
    give_role(by=OPERATOR, person=people.bo, unit=people.other_care, role=Role.STAFF)
    with pytest.raises(NotAllowed):
        erase_person(by=gerd(people), person=people.bo, reason="Slutat")


def test_erase_person_when_the_last_administrator_refuses_and_changes_nothing(people: People) -> None:
    person = administrator(people)
    with override("en"), pytest.raises(Refused, match="administrator first"):
        erase_person(by=viewer_of(person), person=person)
    person.refresh_from_db()
    assert person.name == "Gerd"
    assert person.memberships.exists()


def test_erase_person_when_twice_then_is_not_allowed(people: People) -> None:
    by = viewer_of(people.bo)
    erase_person(by=by, person=people.bo)
    with pytest.raises(NotAllowed):
        erase_person(by=by, person=Person.objects.get(pk=people.bo.pk))


def test_erasure_page_when_the_password_was_not_just_given_then_it_is_asked_for(people: People) -> None:
    client = Client()
    client.force_login(people.bo)
    for answer in (
        client.get("/mina-uppgifter/radera/"),
        client.post("/mina-uppgifter/radera/", {"sure": "yes"}),
    ):
        assert answer["Location"].startswith("/konto/reauthenticate/")
    assert Person.objects.get(pk=people.bo.pk).erased_at is None


def test_erasure_page_when_not_ticked_then_says_what_to_do(people: People) -> None:
    client = Client()
    client.post("/konto/login/", {"login": people.bo.email, "password": PASSWORD})
    asked = client.get("/mina-uppgifter/radera/")["Location"]
    assert client.post(asked, {"password": PASSWORD})["Location"] == "/mina-uppgifter/radera/"
    page = client.post("/mina-uppgifter/radera/", {})
    assert 'role="alert"' in page.content.decode()
    assert Person.objects.get(pk=people.bo.pk).erased_at is None
    assert client.post("/mina-uppgifter/radera/", {"sure": "yes"})["Location"] == "/"
    assert Person.objects.get(pk=people.bo.pk).erased_at is not None
    assert "_auth_user_id" not in client.session
