"""Texts of a page that everyone reads: new words are looked at before they are shown."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.flags import Flagged
from ringar.core.importing import Counts
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Refused
from ringar.pilots.actions.imports import import_pilots
from ringar.pilots.actions.parts import set_effect_goal
from ringar.pilots.actions.pilots import edit_pilot
from ringar.pilots.actions.publishing import publish_pilot
from ringar.pilots.models import Pilot
from tests.people import People
from tests.rooms.pilots.measured import GOAL, running
from tests.rooms.pilots.measuring import client_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
LogIn = Callable[[Person], Client]
NAMED = "Kortare väntan för Kerstin Lundgren"


def published(people: People) -> Pilot:
    """Bo's exercise under way, that everyone reads."""
    return publish_pilot(by=viewer_of(people.alva), pilot=running(people))


def test_edit_pilot_when_published_and_a_name_is_new_then_is_asked(people: People) -> None:
    pilot = published(people)
    with pytest.raises(Flagged) as caught:
        edit_pilot(by=viewer_of(people.bo), pilot=pilot, changes={"goal": NAMED})
    assert "Kerstin" in caught.value.flags[0].text
    assert Pilot.objects.get(pk=pilot.pk).goal == "Kortare väntetid"
    kept = [flag.key for flag in caught.value.flags]
    edit_pilot(by=viewer_of(people.bo), pilot=pilot, changes={"goal": NAMED}, kept=kept)
    assert Pilot.objects.get(pk=pilot.pk).goal == NAMED
    told = AuditEvent.objects.filter(action="edit_pilot").latest("id").changes["flags_kept"]
    assert [flag[:2] for flag in told] == [["name", "goal"]]


def test_edit_pilot_when_the_words_stood_there_or_nobody_else_reads_then_is_not_asked(people: People) -> None:
    by, own = viewer_of(people.bo), running(people)
    edit_pilot(by=by, pilot=own, changes={"goal": NAMED})
    pilot = published(people)
    edit_pilot(by=by, pilot=pilot, changes={"cap_sek": 70_000, "goal": "Väntetid under 20 minuter"})
    assert Pilot.objects.get(pk=pilot.pk).cap_sek == 70_000


def test_set_effect_goal_when_published_and_a_name_is_new_then_is_asked_and_nothing_changes(
    people: People,
) -> None:
    pilot = published(people)
    with pytest.raises(Flagged):
        set_effect_goal(
            by=viewer_of(people.bo), pilot=pilot, told=GOAL | {"baseline_source": "Kerstin Lundgren mätte"}
        )
    assert Pilot.objects.get(pk=pilot.pk).effect_goal.baseline_source == GOAL["baseline_source"]


def test_import_pilots_when_the_page_is_published_then_the_list_puts_no_name_there(people: People) -> None:
    def take(goal: str) -> Counts:
        row = {"external_id": "7", "title": "Larm", "goal": goal, "stage": "exercise", "state": "planned"}
        return import_pilots(
            by=viewer_of(people.cilla),
            organisation=people.city,
            source="lista",
            rows=[row],
            progress=lambda done: None,
        )

    take("Kortare väntan")
    pilot = Pilot.objects.get(external_id="7")
    publish_pilot(by=viewer_of(people.cilla), pilot=pilot)
    with pytest.raises(Refused, match=r"Kerstin Lundgren.*own page"):
        take(NAMED)
    assert take("Ännu kortare väntan").changed == 1


def test_pilot_edit_when_published_and_flagged_then_shows_the_words_and_keeps_what_was_written(
    people: People, logged_in: LogIn
) -> None:
    pilot, client = published(people), client_of(logged_in, people.bo)
    address = reverse("pilot_edit", args=[pilot.uuid])
    form = client.get(address).context["form"]
    sent = {name: field.value() or "" for name in form.fields if (field := form[name])} | {"goal": NAMED}
    page = client.post(address, sent)
    assert "Look at this before others see it" in text_of(page) and NAMED in text_of(page)
    sent |= {"kept": [flag.key for flag in page.context["flags"]]}
    assert client.post(address, sent).status_code == 302
    assert Pilot.objects.get(pk=pilot.pk).goal == NAMED
