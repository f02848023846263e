"""Pages of maps: all that the drawing tells stands in words, and each step is done by plain forms."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.robots.actions.maps import mark_of
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.maps import EventLog, MapVersion
from tests.people import People
from tests.rooms.robots.map_cast import BPMN, COLUMNS, csv_of, open_map


@pytest.fixture
def bo(people: People, logged_in: Callable[[Person], Client]) -> Client:
    return logged_in(people.bo)


def test_pages_when_only_forms_are_used_then_a_log_becomes_a_signed_map(people: People, bo: Client) -> None:
    file = SimpleUploadedFile("logg.csv", csv_of().read())
    told = {"name": "Fakturor", "unit": people.care.pk, "source": "Systemet", "file": file}
    page = bo.post(reverse("log_new"), told, follow=True)
    assert page.context["form"].initial["time"] == "tid"
    bo.post(page.request["PATH_INFO"], COLUMNS)
    run_waiting()
    log = EventLog.objects.get()
    page = bo.get(reverse("log_detail", args=[log.uuid]), {"visa": "100"})
    assert "<svg" in page.content.decode() and "Kreditera" in page.content.decode()
    assert "Läs mejlet" in bo.get(reverse("log_csv", args=[log.uuid])).getvalue().decode()
    told = {"name": "Makulera", "unit": people.care.pk, "log": log.pk}
    address = bo.post(reverse("map_new"), told, follow=True).request["PATH_INFO"]
    version = MapVersion.objects.get()
    upload = SimpleUploadedFile("karta.bpmn", BPMN.encode())
    bo.post(address + "rita/", {"seen": mark_of(version.bpmn), "file": upload})
    for step in ("oppna/", "signera/"):
        bo.post(address + step, {"seen": mark_of(BPMN)})
    version.refresh_from_db()
    assert (version.bpmn, version.state) == (BPMN, "signed")


def test_map_version_when_read_then_its_steps_stand_in_words_and_its_text_is_no_markup(
    people: People, bo: Client
) -> None:
    version = open_map(viewer_of(people.bo), people.care, "<script>alert(1)</script>")
    address = reverse("map_version", args=[version.process_map.uuid, version.number])
    text = bo.get(address).content.decode()
    assert "Kreditera" in text and "<script>alert" not in text
    again = bo.post(address + "markera/", {"kind": "wrong", "text": ""})
    assert again.status_code == 200 and again.context["form"].errors


def test_map_list_when_there_are_many_then_costs_no_more_queries(
    people: People, bo: Client, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(4):
        open_map(viewer_of(people.bo), people.care, f"Rutin {number}")
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined] # a context manager of pytest-django
        page = bo.get(reverse("map_list"))
    assert page.content.decode().count("card-title") == 4
