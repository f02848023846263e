"""Who sees what, as a table; and that one row in memory and rows in the database are judged alike."""

import itertools

import pytest

from ringar.core.models import Person, TeamMember
from ringar.core.queries import units_below, viewer_of, visible_to
from ringar.core.rules import Role, Viewer, Visibility, can_see, luhn_is_right
from ringar.needs.models import Need

CITY, OTHER_CITY, UNIT, OTHER_UNIT, AUTHOR, SOMEONE = 1, 2, 10, 11, 100, 101


def viewer(role: str, *, city: int = CITY, units: tuple[int, ...] = (UNIT,), person: int = SOMEONE) -> Viewer:
    return Viewer(person_id=person, organisation_id=city, unit_ids=frozenset(units), roles=frozenset({role}))


NOBODY = Viewer()
COLLEAGUE = viewer(Role.STAFF)
ANOTHER_UNIT = viewer(Role.STAFF, units=(OTHER_UNIT,))
LEADER_ELSEWHERE = viewer(Role.DEVELOPMENT_MANAGER, units=(OTHER_UNIT,))
RESIDENT = viewer(Role.RESIDENT)
SOLVER = viewer(Role.SOLVER)
OUTSIDER = viewer(Role.MANAGER, city=OTHER_CITY, units=(99,))
WRITER = viewer(Role.STAFF, units=(OTHER_UNIT,), person=AUTHOR)
ROBOT = Viewer.of_robot(CITY)
OTHER_ROBOT = Viewer.of_robot(OTHER_CITY)

# viewer: what is seen of (unit, organisation, public), then whether drafts are seen
TABLE = [
    (NOBODY, (False, False, True), False),
    (COLLEAGUE, (True, True, True), False),
    (ANOTHER_UNIT, (False, True, True), False),
    (LEADER_ELSEWHERE, (False, True, True), False),
    (RESIDENT, (False, False, True), False),
    (SOLVER, (False, False, True), False),
    (OUTSIDER, (False, False, True), False),
    (WRITER, (True, True, True), True),
    (ROBOT, (True, True, True), False),
    (OTHER_ROBOT, (False, False, True), False),
]


@pytest.mark.parametrize(("who", "seen", "drafts"), TABLE)
def test_can_see_for_each_viewer_follows_the_table(who: Viewer, seen: tuple[bool, ...], drafts: bool) -> None:
    for visibility, expected in zip(Visibility.values, seen, strict=True):
        row = {"organisation_id": CITY, "unit_id": UNIT, "visibility": visibility, "author_id": AUTHOR}
        assert can_see(who, **row, is_draft=False) is expected, visibility
        assert can_see(who, **row, is_draft=True) is drafts, visibility
        inside = who.is_inside and who.organisation_id == CITY
        assert can_see(who, **row, is_draft=False, in_team=True) is (expected or inside), visibility
        assert can_see(who, **row, is_draft=True, in_team=True) is drafts, visibility


def test_visible_to_when_compared_row_by_row_agrees_with_can_see(people) -> None:
    viewers = [people_viewer(people, name) for name in ("alva", "bo", "dag", "elif_", "farid", "sam")]
    viewers += [NOBODY, Viewer.of_robot(people.city.pk), Viewer.of_robot(people.other_city.pk)]
    places = [(people.city, people.care), (people.city, people.water), (people.other_city, people.other_care)]
    ways = [None, *(("team", one) for one in viewers[:6]), *(("owner", one) for one in viewers[:6])]
    for (city, unit), visibility, is_draft, author, way in itertools.product(
        places, Visibility.values, [False, True], [people.bo, people.sam, None], ways
    ):
        kind, who = way or ("", NOBODY)
        need = Need.objects.create(
            organisation=city,
            unit=unit,
            title="behov",
            symptom="något",
            visibility=visibility,
            is_draft=is_draft,
            state="draft" if is_draft else "shared",
            created_by=author,
            owner_id=who.person_id if kind == "owner" else None,
        )
        if kind == "team":
            TeamMember.objects.create(row=need.uuid, kind="need", organisation=city, person_id=who.person_id)
    for who in [*(viewer_of(Person.objects.get(pk=one.person_id)) for one in viewers[:6]), *viewers[6:]]:
        seen = set(visible_to(who, Need.objects.all(), owner="owner_id").values_list("pk", flat=True))
        for need in Need.objects.all():
            expected = can_see(
                who,
                organisation_id=need.organisation_id,
                unit_id=need.unit_id,
                visibility=need.visibility,
                author_id=need.created_by_id,
                is_draft=need.is_draft,
                in_team=need.uuid in who.team_rows
                or (who.person_id is not None and need.owner_id == who.person_id),
            )
            assert (need.pk in seen) is expected, (who, need.unit, need.visibility, need.is_draft)


def people_viewer(people, name: str) -> Viewer:
    return viewer_of(getattr(people, name))


def test_units_below_with_a_circle_in_the_tree_ends() -> None:
    assert units_below([(1, 3), (2, 1), (3, 2), (4, None)], {1}) == {1, 2, 3}


@pytest.mark.parametrize(
    ("digits", "right"),
    [("5561034249", True), ("5561034248", False), ("2120000142", True), ("", False), ("55610x4249", False)],
)
def test_luhn_is_right_for_each_number_follows_the_check_digit(digits: str, right: bool) -> None:
    assert luhn_is_right(digits) is right
