"""Erasure that keeps the record lawful: what was written stays, who wrote it does not, and the trail still holds."""

import io
import zipfile

import pytest
from django.test import Client

from ringar.core.actions import add_person
from ringar.core.audit_queries import verify_chain
from ringar.core.models import AuditEvent, Person
from ringar.core.rules import Role, Viewer
from ringar.needs.models import Need
from tests.people import PASSWORD, People
from tests.rooms.needs.cast import shared_by

pytestmark = pytest.mark.django_db(transaction=True)
SYMPTOM = "De äldre äter ensamma på kvällen och orkar inte laga mat."


def logged_in_by_password(person: Person) -> Client:
    client = Client()
    client.post("/konto/login/", {"login": person.email, "password": PASSWORD})
    return client


def confirm(client: Client, address: str) -> None:
    """The password once more, as the page asks before something that can not be undone."""
    asked = client.get(address)["Location"]
    assert asked.startswith("/konto/reauthenticate/")
    assert client.post(asked, {"password": PASSWORD})["Location"] == address


def test_person_when_takes_the_data_home_and_is_erased_then_the_record_is_lawful(people: People) -> None:
    Person.objects.filter(pk=people.bo.pk).update(name="Bodil Bergkvist")
    people.bo.refresh_from_db()
    need = shared_by(people.bo, SYMPTOM, "Ensamma kvällar", "organisation")
    bo, dag = logged_in_by_password(people.bo), logged_in_by_password(people.dag)
    address = f"/behov/{need.uuid}/"
    assert "Bodil Bergkvist" in dag.get(address).content.decode()
    before = AuditEvent.objects.count()

    archive = zipfile.ZipFile(io.BytesIO(b"".join(bo.post("/mina-uppgifter/fil/").streaming_content)))  # type: ignore[arg-type]
    assert SYMPTOM in archive.read("data.json").decode()
    assert SYMPTOM in archive.read("data.html").decode()

    confirm(bo, "/mina-uppgifter/radera/")
    page = bo.get("/mina-uppgifter/radera/").content.decode()
    assert "arkiv" in page.lower() or "allmän handling" in page
    assert bo.post("/mina-uppgifter/radera/", {"sure": "yes"})["Location"] == "/"

    # The text stays for those who may read it, and names nobody.
    page = dag.get(address).content.decode()
    assert SYMPTOM in page
    for shown in (page, *(dag.get(f"{address}{part}").content.decode() for part in ("historik/", "jamfor/"))):
        assert "Bodil" not in shown
    need = Need.objects.get(pk=need.pk)
    assert need.created_by is not None and need.created_by.name == "Raderad person"

    # The log-in is gone.
    assert bo.get("/mina-uppgifter/")["Location"].startswith("/konto/login/")
    assert not Client().login(email=people.bo.email, password=PASSWORD)

    # The trail has only grown, holds from end to end, and tells of the erasure without the name.
    assert AuditEvent.objects.count() > before
    assert verify_chain().is_whole
    told = AuditEvent.objects.get(action="erase_person")
    assert "Bodil" not in f"{told.label} {told.target_label} {told.changes}"


def test_administrator_when_asked_to_erase_somebody_then_does_it_with_a_reason(people: People) -> None:
    top = people.city.units.get(parent=None)
    gerd = add_person(
        by=Viewer.of_command_line(),
        email="gerd@ringsala.example",
        name="Gerd",
        unit=top,
        role=Role.ADMINISTRATOR,
        password=PASSWORD,
    )
    client, address = logged_in_by_password(gerd), f"/personer/{people.bo.uuid}/radera/"
    confirm(client, address)
    assert client.post(address, {"reason": ""}).status_code == 200
    assert Person.objects.get(pk=people.bo.pk).erased_at is None
    assert client.post(address, {"reason": "Bad om det i brev"})["Location"] == "/personer/"
    assert Person.objects.get(pk=people.bo.pk).name == "Raderad person"
    assert people.bo.email not in client.get("/personer/").content.decode()
    assert verify_chain().is_whole
