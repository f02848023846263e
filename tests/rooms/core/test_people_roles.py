"""Roles: who gives which where, as a table; the last administrator; locking out."""

import pytest
from django.test import Client
from django.utils.translation import override

from ringar.core.actions import give_role, let_in_again, lock_out, protect_person, take_role
from ringar.core.imports import IMPORTERS
from ringar.core.models import AccessToken, AuditEvent, Invitation, Membership, Person
from ringar.core.people_queries import is_administered
from ringar.core.queries import viewer_of
from ringar.core.rules import (
    GIVES,
    NotAllowed,
    Refused,
    Role,
    Viewer,
    fits_beside,
    may_give,
    roles_to_give,
)
from tests.people import PASSWORD, People
from tests.rooms.core.keepers import OPERATOR, administrator, gerd, newcomer

STAFF = IMPORTERS[1]
UNIT, BELOW, BESIDE = 10, 11, 20


def holder(role: str, city: int = 1) -> Viewer:
    """Somebody with one role in UNIT, which has BELOW below it."""
    units = frozenset({UNIT, BELOW})
    return Viewer(
        person_id=7, organisation_id=city, roles=frozenset({role}), unit_ids=units, role_units={role: units}
    )


# Who gives what: one letter for each role given, in the order of the columns.
GIVEN = ("staff", "manager", "development_manager", "cio", "buyer", "moderator", "administrator", "auditor")
GIVEN_OUTSIDE = ("solver", "resident")
TABLE = {
    "staff": "-------- --",
    "manager": "x------- --",
    "development_manager": "xx------ xx",
    "cio": "xx------ --",
    "buyer": "-------- --",
    "moderator": "-------- --",
    "administrator": "xxxxxxxx xx",
    "auditor": "-------- --",
    "solver": "-------- --",
    "resident": "-------- --",
}


@pytest.mark.parametrize("mine", Role.values)
def test_may_give_for_each_role_follows_the_table(mine: str) -> None:
    letters = TABLE[mine].replace(" ", "")
    assert len(letters) == len(Role.values)
    for given, letter in zip((*GIVEN, *GIVEN_OUTSIDE), letters, strict=True):
        for unit in (UNIT, BELOW):
            assert may_give(holder(mine), given, organisation_id=1, unit_id=unit) is (letter == "x"), given
        assert not may_give(holder(mine), given, organisation_id=1, unit_id=BESIDE)
        assert not may_give(holder(mine, city=2), given, organisation_id=1, unit_id=UNIT)


def test_gives_when_read_then_nobody_gives_a_role_above_the_own() -> None:
    for mine, given in GIVES.items():
        for role in given & GIVES.keys() - {mine}:
            assert GIVES[role] < GIVES[mine], f"{mine} gives {role}, which gives more"


def test_roles_to_give_when_a_manager_asks_is_staff_alone() -> None:
    assert roles_to_give(holder(Role.MANAGER), organisation_id=1, unit_id=UNIT) == [Role.STAFF]


@pytest.mark.parametrize(
    ("role", "others", "fits"),
    [
        ("auditor", set(), True),
        ("auditor", {"auditor"}, True),
        ("auditor", {"staff"}, False),
        ("staff", {"auditor"}, False),
        ("staff", {"manager", "buyer"}, True),
    ],
)
def test_fits_beside_when_one_is_auditor_then_has_no_other_role(
    role: str, others: set[str], fits: bool
) -> None:
    assert fits_beside(role, others) is fits


def test_give_role_when_above_the_own_or_elsewhere_then_is_not_allowed(people: People) -> None:
    for unit, role in [(people.care, Role.MANAGER), (people.preschool, Role.STAFF)]:
        with pytest.raises(NotAllowed):
            give_role(by=viewer_of(people.bo), person=people.farid, unit=unit, role=role)
    give_role(by=viewer_of(people.bo), person=people.farid, unit=people.care, role=Role.STAFF)
    assert people.farid.memberships.filter(unit=people.care, role=Role.STAFF).exists()


def test_give_role_when_another_city_then_is_not_allowed(people: People) -> None:
    with pytest.raises(NotAllowed):
        give_role(by=gerd(people), person=people.bo, unit=people.other_care, role=Role.STAFF)


def test_give_role_when_the_person_audits_refuses(people: People) -> None:
    auditor = newcomer(people, people.water, "Ada", Role.AUDITOR)
    with override("en"), pytest.raises(Refused, match="no other role"):
        give_role(by=gerd(people), person=auditor, unit=people.care, role=Role.STAFF)


def test_take_role_when_done_then_it_is_gone_and_written_down(people: People) -> None:
    by = gerd(people)
    take_role(by=by, membership=people.bo.memberships.get())
    assert not people.bo.memberships.exists()
    row = AuditEvent.objects.get(action="take_role")
    assert row.changes == {"unit": people.care.name, "role": "manager"}
    assert viewer_of(people.bo) == Viewer(person_id=people.bo.pk, label="Bo")


def test_take_role_when_twice_then_writes_once(people: People) -> None:
    by, membership = gerd(people), people.bo.memberships.get()
    again = Membership.objects.get(pk=membership.pk)
    take_role(by=by, membership=membership)
    take_role(by=by, membership=again)
    assert AuditEvent.objects.filter(action="take_role").count() == 1


def test_take_role_when_the_last_administrator_refuses_and_keeps_it(people: People) -> None:
    by = gerd(people)
    mine = Membership.objects.get(person_id=by.person_id)
    with override("en"), pytest.raises(Refused, match="somebody else administrator first"):
        take_role(by=by, membership=mine)
    assert Membership.objects.filter(pk=mine.pk).exists()
    administrator(people, "Ines")
    take_role(by=by, membership=mine)
    assert is_administered(mine.unit)


def test_take_role_when_one_administers_above_then_a_lower_one_may_go(people: People) -> None:
    by = gerd(people)
    lower = administrator(people, "Ines", people.district)
    take_role(by=by, membership=lower.memberships.get())
    assert not lower.memberships.exists()


def test_take_role_when_the_other_administrator_is_locked_out_refuses(people: People) -> None:
    by, other = gerd(people), administrator(people, "Ines")
    lock_out(by=by, person=other)
    with pytest.raises(Refused):
        take_role(by=by, membership=Membership.objects.get(person_id=by.person_id))


def test_import_people_when_a_role_is_not_the_importers_to_give_refuses_the_row(people: People) -> None:
    rows = [{"row": 2, "name": "Ny", "email": "ny@example.se", "role": "administrator"}]
    with override("en"), pytest.raises(Refused, match=r"Row 2: .*Administrator"):
        STAFF.save(viewer_of(people.dag), people.city, "folk", rows, lambda done: None)
    assert not Person.objects.filter(email="ny@example.se").exists()


def test_lock_out_when_done_then_everything_open_is_closed(people: People) -> None:
    by = gerd(people)
    client = Client()
    assert client.login(email=people.bo.email, password=PASSWORD)
    assert client.get("/kom-igang/").status_code == 200
    AccessToken.objects.create(person=people.bo, name="x", token_hash="x")
    lock_out(by=by, person=people.bo)
    assert client.get("/kom-igang/").status_code == 302
    assert not Client().login(email=people.bo.email, password=PASSWORD)
    assert not AccessToken.objects.filter(revoked_at=None).exists()
    assert people.bo.memberships.exists()
    let_in_again(by=by, person=people.bo)
    assert Client().login(email=people.bo.email, password=PASSWORD)


def test_lock_out_when_oneself_or_the_last_administrator_refuses(people: People) -> None:
    by = gerd(people)
    me = Person.objects.get(pk=by.person_id)
    with pytest.raises(Refused):
        lock_out(by=by, person=me)
    with override("en"), pytest.raises(Refused, match="Nobody would administer"):
        lock_out(by=OPERATOR, person=me)
    me.refresh_from_db()
    assert me.is_active


def test_lock_out_when_works_in_another_city_too_refuses(people: People) -> None:
    give_role(by=OPERATOR, person=people.bo, unit=people.other_care, role=Role.STAFF)
    with override("en"), pytest.raises(Refused, match="other places"):
        lock_out(by=gerd(people), person=people.bo)
    assert Person.objects.get(pk=people.bo.pk).is_active


@pytest.mark.parametrize("who", ["dag", "bo", "sam", "farid"])
def test_lock_out_when_no_administrator_then_is_not_allowed(people: People, who: str) -> None:
    by = viewer_of(getattr(people, who))
    for action in (lock_out, let_in_again):
        with pytest.raises(NotAllowed):
            action(by=by, person=people.alva)
    with pytest.raises(NotAllowed):
        protect_person(by=by, person=people.alva, is_protected=True)


def test_protect_person_when_done_then_the_trail_tells_without_the_name(people: People) -> None:
    protect_person(by=gerd(people), person=people.bo, is_protected=True)
    row = AuditEvent.objects.get(action="protect_person")
    assert row.changes == {"is_protected": [False, True]}
    assert "Bo" not in row.target_label


def test_invitations_when_the_inviter_is_locked_out_then_are_withdrawn(people: People) -> None:
    by, other = gerd(people), administrator(people, "Ines")
    waiting = Invitation.objects.create(
        email="x@example.se",
        unit=people.care,
        token_hash="x",
        invited_by=other,
        lapses_at="2099-01-01T00:00Z",
    )
    lock_out(by=by, person=other)
    waiting.refresh_from_db()
    assert waiting.withdrawn_at is not None
