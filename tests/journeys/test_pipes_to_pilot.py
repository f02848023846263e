"""Pipes and breaks from files become a ranking, a map, a work list, ticks in the field and a pilot: by the pages."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ringar.city.models import DataSet, Fit, Incident, WorkList
from ringar.city.rules.fits import FitState, ListState
from ringar.core.actions import add_person
from ringar.core.clock import at, now, today
from ringar.core.models import Person
from ringar.core.rules import Role, Viewer
from ringar.pilots.models import Measurement, Pilot
from ringar.pilots.queries.work_lists import list_weeks
from ringar.robots.engine.running import run_waiting
from ringar_kits.leaks import make_city
from ringar_kits.leaks.handed_in import write_city
from tests.people import People


def open_page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode())


def send(client: Client, address: str, **form: Any) -> str:
    """Sends the form; returns the page that it leads to."""
    response: HttpResponse = client.post(address, form, follow=True)
    assert response.redirect_chain, response.content.decode()  # type: ignore[attr-defined]  # the test client's own
    return str(response.content.decode())


def take_in(client: Client, unit: str, name: str, kind: str, **files: Path) -> DataSet:
    """Describes a data set and hands files in for it: read by a robot, looked at, saved by a robot."""
    send(client, reverse("data_set_new"), name=name, kind=kind, owner_unit=unit, is_restricted="on")
    made = DataSet.objects.get(name=name)
    sent = {part: SimpleUploadedFile(path.name, path.read_bytes()) for part, path in files.items()}
    send(client, reverse("data_import_new", args=[made.uuid]), is_whole="on", **sent)
    run_waiting(only="city.read_import")
    send(client, reverse("data_import_save", args=[made.imports.get().uuid]))
    run_waiting(only="city.save_import")
    return made


def test_pipes_when_taken_in_become_a_map_a_list_ticks_and_a_pilot(
    people: People, logged_in: Callable[[Person], Client], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    write_city(make_city(500, 15, seed=4, last=today().year - 1), tmp_path)
    dag, unit = logged_in(people.dag), str(people.water.pk)

    pipes = take_in(
        dag, unit, "Ledningar", "pipes", pipes=tmp_path / "pipes.csv", breaks=tmp_path / "breaks.csv"
    )
    places = take_in(dag, unit, "Platser", "places", pipes=tmp_path / "places.geojson")
    breaks = DataSet.objects.get(kind="breaks")
    assert pipes.assets.count() > 200 and breaks.incidents.count() > 50

    # A robot reckons; whoever asked may leave the page.
    told = {"pipes": pipes.uuid, "breaks": breaks.uuid, "places": places.uuid, "as_of": today(), "horizon": 1}
    assert "robot" in send(dag, reverse("fit_new"), **told)
    run_waiting(only="city.fit")
    fit = Fit.objects.get()
    assert fit.state == FitState.DONE, fit.error
    assert fit.risks.count() == pipes.assets.filter(retired_at=None).count()
    assert fit.risks.exclude(consequence=None).exists()
    page = open_page(dag, fit.get_absolute_url())
    assert f"{reverse('work_list_new')}?berakning={fit.uuid}" in page

    # The map, and what it is drawn from.
    assert fit.pipes.name in open_page(dag, reverse("leak_map_fit", args=[fit.uuid]))
    assert dag.get(reverse("leak_map_data", args=[fit.uuid])).status_code == 200

    # A list at the crew's capacity, half by the model and half as before, handed out.
    asked = {"fit": fit.uuid, "name": "Inspektioner", "unit": people.water.uuid, "year": today().year}
    ways = {
        "capacity": 16,
        "capacity_in": "pipes",
        "chosen_by": "halves",
        "ordered_by": "risk",
        "as_before": "oldest",
    }
    send(dag, reverse("work_list_new"), **asked, **ways)
    work_list = WorkList.objects.get()
    send(dag, reverse("work_list_step", args=[work_list.uuid]), step="hand-out")

    # It is tried as a pilot from this week on.
    aims = {"baseline": 1, "baseline_source": "Fjolåret", "target": 3, "worthwhile": 1}
    monday = today() - timedelta(days=today().weekday())
    form = {
        "title": "Rätt rör först",
        "goal": "Färre läckor i gatan",
        "first_day": monday,
        "weeks": 8,
        **aims,
    }
    send(dag, reverse("pilot_from_list", args=[work_list.uuid]), **form)
    pilot = Pilot.objects.get()

    # The crew, on its phone: this week's pipes stand first.
    operator = Viewer.of_command_line()
    crew = logged_in(
        add_person(
            by=operator, email="love@ringsala.example", name="Love", unit=people.water, role=Role.STAFF
        )
    )
    page = open_page(crew, work_list.get_absolute_url())
    first = re.search(rf'href="({work_list.get_absolute_url()}\d+/)"', page)
    assert first is not None
    place = list_weeks(pilot, WorkList.objects.get())[0].places[0]
    assert first[1] == reverse("work_list_tick", args=[work_list.uuid, place])
    send(crew, first[1], found="leak", note="Droppar vid skarven")
    assert Incident.objects.filter(kind="field").count() == 1

    # When the week has ended a robot hands it in, and the pilot's page shows it.
    with at(now() + timedelta(days=7)):
        page = open_page(dag, pilot.get_absolute_url())
        assert reverse("pilot_list_measure", args=[pilot.uuid]) in page
        send(dag, reverse("pilot_list_measure", args=[pilot.uuid]))
        measured = Measurement.objects.get(of__pilot=pilot)
        item = work_list.items.get(place=place)
        assert measured.value == pytest.approx(1000 / item.length_m, rel=1e-3)
        assert work_list.get_absolute_url() in open_page(dag, pilot.get_absolute_url())

    # In the end the list is closed, kept, and held against what came.
    send(dag, reverse("work_list_step", args=[work_list.uuid]), step="close")
    assert WorkList.objects.get().state == ListState.CLOSED
    open_page(dag, reverse("was_it_right_list", args=[work_list.uuid]))
