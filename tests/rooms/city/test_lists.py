"""Work lists: drawn once, handed out, ticked off, closed and then kept."""

from collections import Counter

import pytest

from ringar.city.actions.lists import choose, close_list, draw_list, drop_list, join_pilot, open_list
from ringar.city.actions.ticks import tick_item, untick_item
from ringar.city.models import Incident, Observation, WorkList, WorkListItem
from ringar.city.queries.lists import candidates_for, visible_lists
from ringar.city.queries.network import network_of
from ringar.city.rules.fits import Arm, CapacityIn, ChosenBy, Found, ListState, OrderedBy
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from tests.people import People
from tests.rooms.city.town import COUNT, add_town, fitted, handed_out


def first_item(work_list: WorkList) -> WorkListItem:
    return work_list.items.order_by("place").first()


def test_draw_list_takes_half_by_each_way_and_keeps_its_seed(people: People):
    town = add_town(people)
    made = draw_list(by=town.by, fit=fitted(town), name="2026", unit=people.water, capacity=10, seed=5)
    assert Counter(made.items.values_list("arm", flat=True)) == {Arm.MODEL: 5, Arm.AS_BEFORE: 5}
    by_model = set(made.items.filter(arm=Arm.MODEL).values_list("asset__external_id", flat=True))
    assert by_model == {f"P{n:03}" for n in range(COUNT - 5, COUNT)}
    oldest = set(made.items.filter(arm=Arm.AS_BEFORE).values_list("asset__external_id", flat=True))
    assert oldest == {f"P{n:03}" for n in range(5)}
    told = AuditEvent.objects.get(action="draw_list").changes
    assert (told["seed"], told["pipes"], told["by_model"]) == (5, 10, 5)


def test_draw_list_can_be_drawn_again_from_its_seed(people: People):
    town = add_town(people)
    fit = fitted(town)
    candidates = candidates_for(fit)
    made = draw_list(by=town.by, fit=fit, name="2026", unit=people.water, capacity=12)
    again = choose(made, candidates)
    assert [each.key for each in again] == list(
        made.items.order_by("place").values_list("asset_id", flat=True)
    )


def test_draw_list_taken_back_and_drawn_anew_comes_out_the_same(people: People):
    town = add_town(people)
    asked = {
        "by": town.by,
        "fit": fitted(town),
        "name": "2026",
        "unit": people.water,
        "capacity": 9,
        "year": 2026,
    }

    def drawn() -> tuple[int, list[tuple[int, str]]]:
        made = draw_list(**asked)
        found = made.seed, list(made.items.order_by("place").values_list("asset_id", "arm"))
        drop_list(by=town.by, work_list=made)
        return found

    first = drawn()
    asked |= {"fit": fitted(town), "name": "En gång till"}
    assert drawn() == first
    open_list(by=town.by, work_list=draw_list(**asked))
    assert draw_list(**asked).seed != first[0] != draw_list(**asked | {"year": 2027}).seed


def test_draw_list_when_the_same_form_comes_twice_makes_one_draft(people: People):
    town = add_town(people)
    asked = {"by": town.by, "fit": fitted(town), "name": "2026", "unit": people.water, "capacity": 9}
    first = draw_list(**asked)
    assert draw_list(**asked).pk == first.pk
    assert draw_list(**asked | {"name": "En till"}).pk != first.pk
    open_list(by=town.by, work_list=first)
    assert draw_list(**asked).pk != first.pk


def test_draw_list_leaves_out_pipes_on_lists_that_are_not_closed(people: People):
    town = add_town(people)
    fit = fitted(town)
    first, second = handed_out(town, fit), handed_out(town, fit, name="Nästa")
    pipes = [set(each.items.values_list("asset_id", flat=True)) for each in (first, second)]
    assert not pipes[0] & pipes[1]
    close_list(by=town.by, work_list=first)
    third = handed_out(town, fit, name="Efter")
    assert set(third.items.values_list("asset_id", flat=True)) == pipes[0]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"capacity": 1}, "2 "),
        ({"capacity": 2.5}, "2 "),
        ({"capacity": 10**6}, "5000"),
        ({"capacity": 0, "capacity_in": CapacityIn.METRES}, "500"),
        ({"name": " \x00 "}, ""),
        ({"ordered_by": OrderedBy.RISK}, ""),
        ({"capacity": 50, "capacity_in": CapacityIn.METRES}, ""),
    ],
)
def test_draw_list_refuses_what_no_crew_can_do(people: People, told, words):
    town = add_town(people)
    asked = {"name": "2026", "unit": people.water, "capacity": 10, **told}
    with pytest.raises(Refused, match=words or None):
        draw_list(by=town.by, fit=fitted(town), **asked)
    assert not WorkList.objects.exists()


def test_draw_list_by_who_does_not_keep_the_pipes_is_not_allowed(people: People):
    town = add_town(people)
    fit = fitted(town)
    for stranger in (people.bo, people.sam, town.crew):
        with pytest.raises(NotAllowed):
            draw_list(by=viewer_of(stranger), fit=fit, name="2026", unit=people.water, capacity=10)
    with pytest.raises(NotAllowed):
        draw_list(by=town.by, fit=fit, name="2026", unit=people.other_care, capacity=10)


def test_list_goes_from_draft_to_the_field_to_closed_and_never_back(people: People):
    town = add_town(people)
    made = draw_list(by=town.by, fit=fitted(town), name="2026", unit=people.water, capacity=10)
    with pytest.raises(Refused):
        close_list(by=town.by, work_list=made)
    open_list(by=town.by, work_list=made)
    with pytest.raises(Refused):
        open_list(by=town.by, work_list=made)
    with pytest.raises(Refused):
        drop_list(by=town.by, work_list=made)
    close_list(by=town.by, work_list=made)
    with pytest.raises(Refused):
        open_list(by=town.by, work_list=made)
    made.refresh_from_db()
    assert made.state == ListState.CLOSED


def test_drop_list_only_a_draft_and_the_seed_stays_in_the_trail(people: People):
    town = add_town(people)
    made = draw_list(by=town.by, fit=fitted(town), name="2026", unit=people.water, capacity=10, seed=77)
    drop_list(by=town.by, work_list=made)
    assert not WorkList.objects.exists()
    assert AuditEvent.objects.get(action="drop_list").changes["seed"] == [77, None]


def test_visible_lists_a_draft_only_to_planners_then_to_the_crew_unit_too(people: People):
    town = add_town(people)
    made = draw_list(by=town.by, fit=fitted(town), name="2026", unit=people.care, capacity=10)
    assert not visible_lists(viewer_of(people.bo)).exists()
    open_list(by=town.by, work_list=made)
    assert visible_lists(viewer_of(people.bo)).get() == made
    assert visible_lists(viewer_of(people.dag)).get() == made
    for stranger in (people.sam, people.farid, people.elif_):
        assert not visible_lists(viewer_of(stranger)).exists()


@pytest.mark.parametrize(
    ("found", "note", "kind"),
    [
        (Found.NOTHING, "", "sound"),
        (Found.LEAK, "droppar", "leak"),
        (Found.WORN, "", "wear"),
        (Found.OTHER, "fel", "other"),
    ],
)
def test_tick_item_keeps_what_was_found_as_data_of_the_pipe(people: People, found, note, kind):
    town = add_town(people)
    item = first_item(handed_out(town))
    before = Incident.objects.count()
    done = tick_item(by=viewer_of(town.crew), item=item, found=found, note=note)
    assert (done.found, done.done_by) == (found, town.crew)
    seen = Observation.objects.get(asset=item.asset)
    assert (seen.kind, seen.text) == (kind, note)
    assert Incident.objects.count() - before == (1 if found == Found.LEAK else 0)


def test_tick_item_a_leak_is_learned_from_and_lies_on_the_pipe(people: People):
    town = add_town(people)
    item = first_item(handed_out(town))
    tick_item(by=viewer_of(town.crew), item=item, found=Found.LEAK)
    network = network_of(town.pipes, town.breaks)
    assert network.pipes.ids[network.breaks.pipe[-1]] == item.asset.external_id
    assert len(network.breaks) == 21


def test_tick_item_twice_the_same_changes_nothing_and_another_is_refused(people: People):
    town = add_town(people)
    item, crew = first_item(handed_out(town)), viewer_of(town.crew)
    tick_item(by=crew, item=item, found=Found.LEAK)
    tick_item(by=crew, item=item, found=Found.LEAK)
    assert Observation.objects.count() == 1
    with pytest.raises(Refused):
        tick_item(by=crew, item=item, found=Found.NOTHING)


def test_untick_item_takes_back_all_that_the_tick_said(people: People):
    town = add_town(people)
    item, crew = first_item(handed_out(town)), viewer_of(town.crew)
    tick_item(by=crew, item=item, found=Found.LEAK, note="grus")
    untick_item(by=crew, item=item)
    item.refresh_from_db()
    assert (item.found, item.note, item.done_at) == ("", "", None)
    assert not Observation.objects.filter(withdrawn_at=None).exists()
    assert not Incident.objects.filter(kind="field").exists()
    assert tick_item(by=crew, item=item, found=Found.NOTHING).found == Found.NOTHING


@pytest.mark.parametrize(
    ("found", "note"), [("", ""), ("gold", ""), (Found.OTHER, " "), (Found.WORN, "å" * 2_001)]
)
def test_tick_item_refuses_what_does_not_say_what_was_found(people: People, found, note):
    town = add_town(people)
    item = first_item(handed_out(town))
    with pytest.raises(Refused):
        tick_item(by=viewer_of(town.crew), item=item, found=found, note=note)
    assert not Observation.objects.exists()


def test_tick_item_only_in_the_field_and_only_by_who_works_by_the_list(people: People):
    town = add_town(people)
    made = draw_list(by=town.by, fit=fitted(town), name="2026", unit=people.water, capacity=10)
    crew = viewer_of(town.crew)
    with pytest.raises(Refused):
        tick_item(by=crew, item=first_item(made), found=Found.NOTHING)
    open_list(by=town.by, work_list=made)
    for stranger in (people.bo, people.sam):
        with pytest.raises(NotAllowed):
            tick_item(by=viewer_of(stranger), item=first_item(made), found=Found.NOTHING)
    tick_item(by=crew, item=first_item(made), found=Found.NOTHING)
    close_list(by=town.by, work_list=made)
    with pytest.raises(Refused):
        untick_item(by=crew, item=first_item(made))


def test_join_pilot_once_and_never_of_a_closed_list(people: People):
    town = add_town(people)
    made = handed_out(town)
    join_pilot(by=town.by, work_list=made, pilot=people.water.uuid)
    join_pilot(by=town.by, work_list=made, pilot=people.water.uuid)
    with pytest.raises(Refused):
        join_pilot(by=town.by, work_list=made, pilot=people.care.uuid)
    closed = close_list(by=town.by, work_list=made)
    with pytest.raises(Refused):
        join_pilot(by=town.by, work_list=closed, pilot=people.water.uuid)


def test_draw_list_all_by_the_model_has_one_half(people: People):
    town = add_town(people)
    made = handed_out(town, chosen_by=ChosenBy.MODEL)
    assert set(made.items.values_list("arm", flat=True)) == {Arm.MODEL}
    assert first_item(made).asset.external_id == "P039"
