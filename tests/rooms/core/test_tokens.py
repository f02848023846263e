"""Access keys: made, shown once, revoked; and what a key of somebody who has changed opens."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ringar.core.actions import add_person
from ringar.core.actions.tokens import LONGEST_DAYS, MOST_KEYS, make_token, revoke_token
from ringar.core.models import AccessToken, AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.core.token_queries import caller_of, tokens_of
from tests.people import People

PAGE = "/konto/nycklar/"


def key_of(people: People, *scopes: str, days: int = 30) -> tuple[AccessToken, str]:
    return make_token(by=viewer_of(people.bo), name="Intranätet", scopes=scopes or ["needs:read"], days=days)


def test_make_token_when_made_then_only_its_hash_is_kept_and_the_trail_tells_what_it_may(
    people: People,
) -> None:
    token, text = key_of(people, "needs:read", "calls:read")
    assert text.startswith("ringar_") and len(text) > 45
    assert text not in str(AccessToken.objects.values())
    row = AuditEvent.objects.get(action="make_token")
    assert row.changes["scopes"] == ["calls:read", "needs:read"]
    assert text not in str(row.changes) and token.token_hash not in str(row.changes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"scopes": []},
        {"scopes": ["needs:read", "everything"]},
        {"days": 0},
        {"days": LONGEST_DAYS + 1},
    ],
    ids=str,
)
def test_make_token_when_something_is_wrong_then_refused_and_none_is_made(
    people: People, wrong: dict[str, Any]
) -> None:
    told = {"name": "Intranätet", "scopes": ["needs:read"], "days": 30} | wrong
    with pytest.raises(Refused):
        make_token(by=viewer_of(people.bo), **told)
    assert not AccessToken.objects.exists()


def test_make_token_when_there_are_twenty_then_refused_until_one_is_revoked(people: People) -> None:
    made = [key_of(people)[0] for _each in range(MOST_KEYS)]
    with pytest.raises(Refused):
        key_of(people)
    revoke_token(by=viewer_of(people.bo), token=made[0])
    key_of(people)


def test_make_token_when_nobody_is_logged_in_then_not_allowed(people: People) -> None:
    with pytest.raises(NotAllowed):
        make_token(by=Viewer(), name="x", scopes=["feed"], days=1)


def test_caller_of_when_the_key_lives_then_its_owner_in_its_organisation(people: People) -> None:
    token, text = key_of(people, "needs:read")
    found = caller_of(text)
    assert found is not None
    viewer, scopes = found
    assert (viewer.person_id, viewer.organisation_id) == (people.bo.pk, people.city.pk)
    assert scopes == {"needs:read"}
    token.refresh_from_db()
    assert token.last_used_at is not None


@pytest.mark.parametrize("text", ["", "ringar_", "ringar_ fel", "nyckel", "ringar_\ud800", "ringar_å\x00"])
def test_caller_of_when_the_text_is_no_key_then_nobody(people: People, text: str) -> None:
    key_of(people)
    assert caller_of(text) is None


def test_caller_of_when_revoked_or_lapsed_or_the_person_is_locked_then_nobody(people: People) -> None:
    token, text = key_of(people)
    AccessToken.objects.update(lapses_at=token.created_at - timedelta(seconds=1))
    assert caller_of(text) is None
    AccessToken.objects.update(lapses_at=token.created_at + timedelta(days=30))
    assert caller_of(text) is not None
    people.bo.is_active = False
    people.bo.save()
    assert caller_of(text) is None
    people.bo.is_active = True
    people.bo.save()
    revoke_token(by=viewer_of(people.bo), token=token)
    assert caller_of(text) is None
    revoke_token(by=viewer_of(people.bo), token=token)
    assert AuditEvent.objects.filter(action="revoke_token").count() == 1


def test_caller_of_when_the_role_is_lost_then_only_what_is_public_is_opened(people: People) -> None:
    _token, text = key_of(people)
    people.bo.memberships.all().delete()
    found = caller_of(text)
    assert found is not None
    assert found[0].organisation_id is None and not found[0].is_inside and not found[0].unit_ids


def test_caller_of_when_the_person_works_in_two_organisations_then_the_one_where_the_key_was_made(
    people: People,
) -> None:
    _token, text = key_of(people)
    add_person(
        by=Viewer.of_command_line(people.other_city.pk),
        email=people.bo.email,
        name="Bo",
        unit=people.other_care,
        role=Role.MANAGER,
    )
    found = caller_of(text)
    assert found is not None and found[0].organisation_id == people.city.pk
    assert people.other_care.pk not in found[0].unit_ids


def test_revoke_token_when_it_is_somebody_elses_then_not_allowed(people: People) -> None:
    token, text = key_of(people)
    with pytest.raises(NotAllowed):
        revoke_token(by=viewer_of(people.dag), token=token)
    assert caller_of(text) is not None
    assert not tokens_of(viewer_of(people.dag))


def test_token_list_when_a_key_is_made_then_it_is_shown_once_and_works(
    people: People, logged_in: Any
) -> None:
    client: Client = logged_in(people.bo)
    answer = client.post(PAGE, {"name": "Intranätet", "scopes": ["needs:read"], "days": "30"})
    found = re.search(r"ringar_[\w-]{40,}", answer.content.decode())
    assert found and caller_of(found[0]) is not None
    assert "no-store" in answer["Cache-Control"]
    again = client.get(PAGE).content.decode()
    assert "Intranätet" in again and found[0] not in again


def test_token_list_when_the_form_is_wrong_then_it_says_so_and_keeps_what_was_written(
    people: People, logged_in: Any
) -> None:
    answer = logged_in(people.bo).post(PAGE, {"name": "Intranätet", "scopes": ["all"], "days": "9999"})
    page = answer.content.decode()
    assert 'aria-invalid="true"' in page and 'value="Intranätet"' in page
    assert not AccessToken.objects.exists()


def test_token_revoke_when_pressed_then_the_page_says_so(people: People, logged_in: Any) -> None:
    token, text = key_of(people)
    client = logged_in(people.bo)
    answer = client.post(f"{PAGE}{token.uuid}/aterkalla/", follow=True)
    assert "återkallad" in answer.content.decode()
    assert caller_of(text) is None
    assert logged_in(people.dag).post(f"{PAGE}{token.uuid}/aterkalla/").status_code == 404


def test_my_account_when_opened_then_leads_to_the_keys(people: People, logged_in: Any) -> None:
    assert f'href="{PAGE}"' in logged_in(people.bo).get("/konto/").content.decode()
