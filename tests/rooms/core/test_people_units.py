"""The tree of units: who changes it, no circles, nothing lost when one takes over from another."""

import pytest
from django.utils.translation import override

from ringar.core.actions import give_role, grow_unit, merge_unit, move_unit, rename_unit
from ringar.core.models import AuditEvent, Unit
from ringar.core.people_queries import unit_branches
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role
from ringar.needs.actions import join_need
from tests.people import People
from tests.rooms.core.keepers import OPERATOR, administrator, gerd, newcomer
from tests.rooms.needs.cast import shared_by


def test_grow_unit_when_an_administrator_asks_then_hangs_below(people: People) -> None:
    unit = grow_unit(by=gerd(people), parent=people.care, name="Nattpatrullen")
    assert unit.parent == people.care
    assert unit.pk in viewer_of(people.bo).unit_ids


@pytest.mark.parametrize("who", ["dag", "alva", "bo", "sam", "farid"])
def test_unit_actions_when_no_administrator_then_are_not_allowed(people: People, who: str) -> None:
    by = viewer_of(getattr(people, who))
    with pytest.raises(NotAllowed):
        grow_unit(by=by, parent=people.care, name="Ny")
    with pytest.raises(NotAllowed):
        rename_unit(by=by, unit=people.care, name="Ny")
    with pytest.raises(NotAllowed):
        move_unit(by=by, unit=people.care, parent=people.water)
    with pytest.raises(NotAllowed):
        merge_unit(by=by, unit=people.care, into=people.water)


def test_move_unit_when_administrator_of_one_place_only_then_is_not_allowed(people: People) -> None:
    by = viewer_of(administrator(people, "Ines", people.district))
    move_unit(by=by, unit=people.care, parent=people.preschool)
    with pytest.raises(NotAllowed):
        move_unit(by=by, unit=people.care, parent=people.water)
    with pytest.raises(NotAllowed):
        merge_unit(by=by, unit=people.water, into=people.care)


def test_rename_unit_when_the_name_is_taken_beside_it_refuses(people: People) -> None:
    with override("en"), pytest.raises(Refused, match="Choose another name"):
        rename_unit(by=gerd(people), unit=people.preschool, name=people.care.name.upper())


def test_rename_unit_when_done_then_tells_before_and_after(people: People) -> None:
    before = people.care.name
    rename_unit(by=gerd(people), unit=people.care, name="Hemtjänst Norr")
    assert AuditEvent.objects.get(action="rename_unit").changes == {"name": [before, "Hemtjänst Norr"]}


def test_move_unit_when_under_itself_or_the_top_refuses(people: People) -> None:
    by, top = gerd(people), people.city.units.get(parent=None)
    with override("en"), pytest.raises(Refused, match="under each other"):
        move_unit(by=by, unit=people.district, parent=people.care)
    with override("en"), pytest.raises(Refused, match="stays on top"):
        move_unit(by=by, unit=top, parent=people.water)
    assert Unit.objects.get(pk=people.district.pk).parent == top


def test_move_unit_when_to_another_city_then_is_not_allowed(people: People) -> None:
    with pytest.raises(NotAllowed):
        move_unit(by=gerd(people), unit=people.care, parent=people.other_care)


def test_merge_unit_when_done_then_people_needs_and_units_below_go_over(people: People) -> None:
    need = shared_by(people.bo, "Nycklarna räcker inte.", "Nycklar")
    night = grow_unit(by=gerd(people), parent=people.care, name="Nattpatrullen")
    newcomer(people, people.care)
    newcomer(people, people.preschool)
    merge_unit(by=gerd(people), unit=people.care, into=people.preschool)
    assert not Unit.objects.filter(pk=people.care.pk).exists()
    need.refresh_from_db()
    night.refresh_from_db()
    assert need.unit == people.preschool
    assert night.parent == people.preschool
    roles = people.preschool.memberships.values_list("person__name", "role")
    assert sorted(roles) == [("Bo", "manager"), ("Hanna", "staff")]
    told = AuditEvent.objects.get(action="merge_unit")
    assert told.changes["into"] == people.preschool.name
    assert told.target_label == people.care.name


def test_merge_unit_when_both_joined_one_need_refuses_and_moves_nothing(people: People) -> None:
    need = shared_by(people.alva, "Bilarna är alltid slut.", "Bilbrist", "organisation")
    give_role(by=OPERATOR, person=people.bo, unit=people.preschool, role=Role.MANAGER)
    for unit in (people.care, people.preschool):
        join_need(by=viewer_of(people.bo), need=need, unit=unit)
    with override("en"), pytest.raises(Refused, match="Take one of them away first"):
        merge_unit(by=gerd(people), unit=people.care, into=people.preschool)
    assert people.care.memberships.exists()
    assert need.joinings.count() == 2


def test_merge_unit_when_into_itself_or_below_refuses(people: People) -> None:
    by = gerd(people)
    for into in (people.district, people.care):
        with pytest.raises(Refused):
            merge_unit(by=by, unit=people.district, into=into)


def test_unit_branches_when_read_then_is_a_tree_in_one_query(
    people: People, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        branches = unit_branches(people.city.pk)
    assert [(each.unit.name, each.depth) for each in branches] == [
        ("Ringsala kommun", 0),
        ("Stadsdelen Björkliden", 1),
        ("Förskolan Granen", 2),
        ("Hemtjänst Björkliden", 2),
        ("Vattennätet", 1),
    ]
    assert [each.people for each in branches] == [4, 1, 0, 1, 0]
