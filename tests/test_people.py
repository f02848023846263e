"""The cast stands where the other tests think it stands."""

from collections.abc import Callable

import pytest
from django.test import Client

from ringar.core.models import AuditEvent, Person
from ringar.core.rules import Viewer
from tests.people import PASSWORD, People


def test_cast_when_made_then_each_reaches_their_own_units(
    people: People, viewer: Callable[[Person], Viewer]
) -> None:
    assert viewer(people.alva).unit_ids == {people.district.pk, people.care.pk, people.preschool.pk}
    assert viewer(people.bo).unit_ids == {people.care.pk}
    assert viewer(people.cilla).leads and viewer(people.dag).leads and not viewer(people.bo).leads
    assert not viewer(people.elif_).is_inside and not viewer(people.farid).is_inside
    assert viewer(people.sam).organisation_id == people.other_city.pk != people.city.pk
    assert AuditEvent.objects.filter(label="command line").count() >= len(people.all())


@pytest.mark.parametrize(("password", "is_in"), [(PASSWORD, True), ("fel lösenord", False)])
def test_log_in_when_password_is_tried_then_only_the_right_one_opens(
    people: People, client: Client, password: str, is_in: bool
) -> None:
    client.post("/konto/login/", {"login": people.bo.email, "password": password})
    page = client.get("/konto/password/change/")
    assert (page.status_code == 200) is is_in
