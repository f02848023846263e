"""Pages of maps: all that the drawing tells stands in words, and each step is done by plain forms."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.robots.actions.map_marks import mark_step
from ringar.robots.actions.maps import add_map, mark_of, save_drawing, steps_of
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.maps import EventLog, MapVersion
from tests.people import People
from tests.rooms.robots.map_cast import BPMN, COLUMNS, csv_of, handed_in, measured_log, open_map, signed


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


def test_log_csv_when_taken_out_then_each_figure_stands_under_its_heading(people: People, bo: Client) -> None:
    log = measured_log(viewer_of(people.bo), people.care)
    bo.cookies["django_language"] = "en"
    lines = bo.get(reverse("log_csv", args=[log.uuid])).getvalue().decode("utf-8-sig").splitlines()
    header, *rows = [line.split(";") for line in lines]
    row = next(dict(zip(header, row, strict=True)) for row in rows if row[:2] == ["Kreditera", "Svara"])
    assert (row["From step"], row["How often"], row["Of these back to an earlier step"]) == (
        "Kreditera",
        "4",
        "0",
    )
    assert float(row["Days in all"]) == pytest.approx(4 / 24)


def test_log_detail_when_measured_then_tells_waiting_of_each_step_and_the_ways(
    people: People, bo: Client
) -> None:
    log = measured_log(viewer_of(people.bo), people.care)
    bo.cookies["django_language"] = "en"
    page = bo.get(reverse("log_detail", args=[log.uuid]))
    told = {step.name: (median, step.repeated) for step, median, _p90 in page.context["steps"]}
    assert told["Kreditera"] == ("1.0 h", 0) and told["Läs mejlet"][1] == 1
    assert [way.cases for way, _share, _took in page.context["ways"]] == [4, 1]
    assert "4 cases (80 %)" in page.content.decode()


def test_map_answer_when_it_is_not_taken_then_what_was_written_is_still_there(
    people: People, bo: Client
) -> None:
    version = open_map(viewer_of(people.bo), people.care)
    mark = mark_step(by=viewer_of(people.dag), version=version, bpmn_id="", kind="wrong", text="Nej")
    address = reverse("map_answer", args=[version.process_map.uuid, version.number, mark.pk])
    for reply in ("Kunden 811218-9876 <b>", "x" * 2001):
        page = bo.post(address, {"reply": reply})
        assert page.status_code == 200 and escape(reply) in page.content.decode()
    assert f"#mark-{mark.pk}" in bo.post(address, {"reply": "Vi ritar in det"}).url


def test_map_edit_when_somebody_saved_meanwhile_then_keeps_what_was_drawn_and_a_second_save_replaces_theirs(
    people: People, bo: Client
) -> None:
    version = open_map(viewer_of(people.bo), people.care)
    seen, mine = mark_of(version.bpmn), BPMN.replace("Kreditera", "Min ritning")
    save_drawing(by=viewer_of(people.alva), version=version, bpmn=BPMN, seen=seen)
    address = reverse("map_edit", args=[version.process_map.uuid, version.number])
    page = bo.post(address, {"bpmn": mine, "seen": seen})
    form = page.context["form"]
    assert (form["bpmn"].value(), form["seen"].value()) == (mine, mark_of(BPMN))
    version.refresh_from_db()
    assert version.bpmn == BPMN
    bo.post(address, {"bpmn": form["bpmn"].value(), "seen": form["seen"].value()})
    version.refresh_from_db()
    assert version.bpmn == mine


def test_map_edit_when_the_steps_are_told_in_words_then_they_are_drawn_without_javascript(
    people: People, bo: Client
) -> None:
    made = add_map(by=viewer_of(people.bo), unit=people.care, name="För hand")
    address = reverse("map_edit", args=[made.uuid, 1])
    told = {"seen": mark_of(""), "bpmn": "", "words": "Svara i telefon\nAnteckna\nRinga upp"}
    page = bo.post(address, told, follow=True)
    assert [line.step.name for line in page.context["lines"]] == ["Svara i telefon", "Anteckna", "Ringa upp"]
    assert [line.nexts for line in page.context["lines"]] == [["Anteckna"], ["Ringa upp"], []]
    again = bo.post(address, {"seen": mark_of(""), "words": ""})
    assert again.status_code == 200 and again.context["form"].errors
    assert "Anteckna" in bo.get(address).content.decode()


def test_map_decide_when_somebody_says_that_it_decides_about_people_then_the_form_says_so(
    people: People, bo: Client
) -> None:
    by = viewer_of(people.bo)
    version = open_map(by, people.care)
    step = steps_of(version.bpmn).steps[0]
    address = reverse("map_decide", args=[version.process_map.uuid])
    assert not bo.get(address).context["form"].initial["is_authority"]
    mark_step(by=by, version=version, bpmn_id=step.id, kind="authority", text="Här nekas folk")
    page = bo.get(address)
    assert page.context["form"].initial["is_authority"] and page.context["says"] == 1
    shown = bo.get(reverse("map_version", args=[version.process_map.uuid, version.number]))
    assert [line.step.id for line in shown.context["lines"] if line.is_authority] == [step.id]


def test_map_list_when_there_are_many_logs_then_all_can_be_reached(people: People, bo: Client) -> None:
    made = [handed_in(viewer_of(people.bo), people.care) for _ in range(12)]
    page = bo.get(reverse("map_list"))
    older = bo.get(reverse("map_list"), {"loggar": page.context["more_logs"]})
    assert {*page.context["logs"], *older.context["logs"]} == set(made)
    assert len(page.context["logs"]) == 10 and older.context["more_logs"] is None


def test_map_edit_when_it_is_signed_then_sends_back_and_says_why(people: People, bo: Client) -> None:
    by = viewer_of(people.bo)
    version = signed(by=by, version=open_map(by, people.care))
    place = [version.process_map.uuid, version.number]
    answer = bo.get(reverse("map_edit", args=place), follow=True)
    assert answer.redirect_chain == [(reverse("map_version", args=place), 302)]
    assert "Det som är underskrivet ändras aldrig. Rita en ny version i stället." in answer.content.decode()


def test_map_detail_when_a_decision_is_too_early_then_does_not_offer_it(people: People, bo: Client) -> None:
    version = open_map(viewer_of(people.bo), people.care)
    place = [version.process_map.uuid]
    decide = reverse("map_decide", args=place)
    assert decide not in bo.get(reverse("map_detail", args=place)).content.decode()
    signed(by=viewer_of(people.bo), version=version)
    assert decide in bo.get(reverse("map_detail", args=place)).content.decode()
