"""The page of a minute and the lists that everyone reads: in every state of the verdict, by everyone."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.queries import viewer_of
from ringar.pilots.actions.hindrances import add_hindrance
from ringar.pilots.actions.money import Line, set_costs
from ringar.pilots.actions.publishing import add_note, publish_pilot
from ringar.pilots.feeds import newest_pilots
from ringar.pilots.models import Decision, Pilot
from ringar.pilots.rules import CostKind
from ringar.pilots.standing import standing_of
from tests.people import People
from tests.rooms.pilots.measured import drawn_by_lot, measured, running
from tests.rooms.pilots.test_decisions import LEARNED, REASON, decide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
LogIn = Callable[..., Client]


def page(client: Client, name: str, pilot: Pilot | None = None, query: str = "") -> str:
    """The page's text, in English."""
    client.cookies["language"] = "en"
    client.cookies["django_language"] = "en"
    address = reverse(name, args=[pilot.uuid] if pilot else [])
    response = client.get(address + query, headers={"Accept-Language": "en"})
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def published(people: People, pilot: Pilot) -> Pilot:
    return publish_pilot(by=viewer_of(people.bo), pilot=pilot)


def test_pilot_page_when_it_worked_then_says_so_with_chart_money_and_goal(
    people: People, logged_in: LogIn
) -> None:
    told = page(logged_in(people.bo), "pilot_page", measured(people, before=26))
    assert "It worked: worth scaling up" in told and "Probable effect on väntetid: 12" in told
    assert "<polygon" in told and told.count("<polyline") >= 3 and "Level 3 of 5" in told
    assert "from 40 to 25 minuter" in told and "SEK\xa060,000" in told


def test_pilot_page_when_nothing_changed_then_says_not_worth_it(people: People, logged_in: LogIn) -> None:
    told = page(logged_in(people.bo), "pilot_page", measured(people, effect=0.0, before=26, noise=1.0))
    assert "Not worth going on with" in told


def test_pilot_page_when_it_can_not_be_told_then_says_so(people: People, logged_in: LogIn) -> None:
    told = page(logged_in(people.bo), "pilot_page", measured(people, effect=-5.0, noise=4.0, before=12))
    assert "sure enough neither" in told


def test_pilot_page_when_nothing_is_compared_with_then_says_what_is_not_known(
    people: People, logged_in: LogIn
) -> None:
    told = page(logged_in(people.bo), "pilot_page", measured(people, controls=0))
    assert "Can not be concluded, because no unit is compared with" in told
    assert "Probable effect" not in told and "week-line-2" not in told


def test_pilot_page_when_there_is_too_little_then_shows_no_number(people: People, logged_in: LogIn) -> None:
    told = page(logged_in(people.bo), "pilot_page", measured(people, before=2, after=4))
    assert "at least 4 are needed" in told and "Probably better than nothing" not in told
    assert "<polygon" not in told


def test_pilot_page_when_before_a_look_then_gives_the_day_and_no_verdict(
    people: People, logged_in: LogIn
) -> None:
    told = page(logged_in(people.bo), "pilot_page", measured(people, before=26, after=3))
    assert "Too early to tell" in told and "30 March 2026" in told
    assert "worth scaling up" not in told and "Probable effect" not in told


def test_pilot_page_when_there_is_no_goal_then_says_that_nobody_can_know(
    people: People, logged_in: LogIn
) -> None:
    told = page(logged_in(people.bo), "pilot_page", running(people, has_goal=False))
    assert "no effect goal was set before the start" in told and "nobody can know" in told


def test_pilot_page_when_drawn_by_lot_then_tells_the_exact_test(people: People, logged_in: LogIn) -> None:
    told = page(logged_in(people.bo), "pilot_page", drawn_by_lot(people))
    assert "The lot could fall out in 720 ways" in told and told.count('class="week-start"') >= 6


def test_pilot_page_when_stopped_then_honours_what_was_learned(people: People, logged_in: LogIn) -> None:
    pilot = running(people)
    decide(people.bo, pilot, "stop")
    told = page(logged_in(people.bo), "pilot_page", pilot)
    assert "Stopped: this is what we learned" in told and LEARNED in told
    learned = page(logged_in(people.dag), "pilot_learned")
    assert "Stopped: this is what we learned" in learned and LEARNED in learned


def test_pilot_page_when_simulated_then_says_so_everywhere(people: People, logged_in: LogIn) -> None:
    pilot = measured(people)
    Pilot.objects.filter(pk=pilot.pk).update(is_simulated=True)
    pilot.refresh_from_db()
    decide(people.bo, pilot, "adjust")
    published(people, pilot)
    assert "Simulated numbers." in page(Client(), "pilot_page", pilot)
    assert (
        "Simulated" in page(Client(), "pilot_public_list") and Decision.objects.get().estimate["is_simulated"]
    )
    assert "Simulated numbers." in page(Client(), "pilot_learned")
    file = Client().get(reverse("pilot_effect_csv", args=[pilot.uuid]), headers={"Accept-Language": "en"})
    assert b"Simul" in file.getvalue().splitlines()[1]


def test_pilot_page_when_not_published_then_outsiders_find_nothing(people: People, logged_in: LogIn) -> None:
    pilot = measured(people)
    for client in (Client(), logged_in(people.sam), logged_in(people.elif_)):
        for name in ("pilot_page", "pilot_effect_csv"):
            assert client.get(reverse(name, args=[pilot.uuid])).status_code == 404
    assert page(Client(), "pilot_public_list").count(pilot.title) == 0


def test_pilot_page_when_published_then_everyone_reads_but_no_names_and_no_hindrance(people: People) -> None:
    pilot = measured(people)
    add_note(by=viewer_of(people.bo), pilot=pilot, text="Systemet låg nere i två dagar.")
    add_hindrance(by=viewer_of(people.bo), row=pilot, kind="money", what="Ingen budget för nästa år.")
    published(people, pilot)
    told = page(Client(), "pilot_page", pilot)
    assert "Systemet låg nere" in told and "Money (1)" in told
    assert "Ingen budget" not in told and ">Bo<" not in told and "· Bo" not in told
    assert "liten skala" not in told, "what was said at a gate is for those inside"


def test_pilot_page_when_the_need_is_not_public_then_outsiders_do_not_see_it(people: People) -> None:
    pilot = published(people, measured(people))
    assert pilot.need is not None and pilot.need.title not in page(Client(), "pilot_page", pilot)


def test_pilot_effect_csv_when_downloaded_then_has_a_row_a_week(people: People, logged_in: LogIn) -> None:
    pilot = measured(people, before=10, after=12)
    response = logged_in(people.bo).get(reverse("pilot_effect_csv", args=[pilot.uuid]))
    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 23 and lines[-1].startswith("2026-05-18;after;")
    before, after = lines[1].split(";"), lines[-1].split(";")
    assert before[4:] == ["", "", ""] and float(after[5]) < float(after[4]) < float(after[6])


def test_pilot_decide_when_sent_then_leads_to_the_page(people: People, logged_in: LogIn) -> None:
    pilot, client = measured(people), logged_in(people.bo)
    assert "The numbers are advice" in page(client, "pilot_decide", pilot)
    sent = {"kind": "stop", "interest": "none", "reason": REASON, "learned": LEARNED}
    response = client.post(reverse("pilot_decide", args=[pilot.uuid]), sent)
    assert response["Location"] == reverse("pilot_page", args=[pilot.uuid])
    assert Decision.objects.get().kind == "stop"


def test_pilot_decide_when_something_is_missing_then_keeps_the_text(people: People, logged_in: LogIn) -> None:
    pilot, client = measured(people), logged_in(people.bo)
    sent = {"kind": "stop", "interest": "none", "reason": REASON, "learned": "Nej."}
    told = client.post(reverse("pilot_decide", args=[pilot.uuid]), sent).content.decode()
    assert REASON in told and "form-errors" in told and not Decision.objects.exists()


def test_pilot_decide_when_one_has_an_interest_then_a_colleague_is_named(
    people: People, logged_in: LogIn
) -> None:
    pilot, client = measured(people), logged_in(people.bo)
    sent = {"kind": "stop", "interest": "has", "reason": "", "learned": ""}
    assert client.post(reverse("pilot_decide", args=[pilot.uuid]), sent).status_code == 302
    told = page(client, "pilot_decide", pilot)
    assert "step aside" in told and "Alva" in told and 'name="reason"' not in told


def test_pilot_publish_when_flagged_then_asks_first(people: People, logged_in: LogIn) -> None:
    pilot, client = running(people, title="Larm hos Eva Lindberg"), logged_in(people.bo)
    address = reverse("pilot_publish", args=[pilot.uuid])
    assert "Eva Lindberg" in page(client, "pilot_publish", pilot)
    assert client.post(address, {}).status_code == 200
    assert page(Client(), "pilot_public_list").count("Larm hos") == 0
    flags = [
        key.split('"')[0] for key in client.get(address).content.decode().split('name="kept" value="')[1:]
    ]
    assert client.post(address, {"kept": flags}).status_code == 302
    assert "Larm hos Eva Lindberg" in page(Client(), "pilot_public_list")
    client.post(address, {"unpublish": "1"})
    assert "Larm hos" not in page(Client(), "pilot_public_list")


def test_pilot_note_when_sent_then_is_on_the_page(people: People, logged_in: LogIn) -> None:
    pilot, client = running(people), logged_in(people.bo)
    sent = {"text": "Halva styrkan var sjuk.", "happened_on": ""}
    assert client.post(reverse("pilot_note", args=[pilot.uuid]), sent).status_code == 302
    assert "Halva styrkan var sjuk." in page(client, "pilot_page", pilot)


def test_public_list_when_grown_then_costs_the_same(
    people: People, django_assert_max_num_queries: object
) -> None:
    pilots = [published(people, running(people, title=f"Larm {n}")) for n in range(3)]
    decide(people.bo, pilots[0], "stop")
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        told = page(Client(), "pilot_public_list")
    assert told.count("Larm ") >= 3 and "Nothing is decided yet" in told
    assert page(Client(), "pilot_public_list", query="?stage=full_scale").count("Larm ") == 0
    assert "Larm 1" in page(Client(), "pilot_public_list", query="?stage=nonsense&after=x_y")
    assert next(entry.title for entry in newest_pilots(viewer_of(people.sam), None)) == "Larm 0"


def test_disclosure_list_when_told_then_anyone_reads_even_before_publishing(people: People) -> None:
    pilot = running(people)
    decide(people.bo, pilot, "stop", to_disclose="Vi har 1 400 larm i 22 hus.")
    told = page(Client(), "disclosure_list")
    assert "1 400 larm" in told and pilot.title in told
    assert b"1 400 larm" in Client().get(reverse("disclosure_csv")).getvalue()


@pytest.mark.parametrize("name", ["pilot_public_list", "pilot_learned", "disclosure_list"])
def test_lists_when_empty_then_teach(people: People, name: str) -> None:
    assert 'class="empty"' in page(Client(), name)


@pytest.mark.parametrize("name", ["pilot_public_csv", "pilot_learned_csv", "disclosure_csv"])
def test_files_when_asked_for_as_excel_then_are(people: People, name: str) -> None:
    pilot = published(people, running(people))
    decide(people.bo, pilot, "stop", to_disclose="Vi har 1 400 larm i 22 hus.")
    response = Client().get(reverse(name), {"format": "xlsx"})
    assert response.getvalue()[:2] == b"PK"
    assert len(Client().get(reverse(name)).getvalue().splitlines()) == 2


def test_effect_when_read_by_a_machine_then_is_as_on_the_page(people: People) -> None:
    pilot = measured(people, before=26)
    address = f"/api/pilots/{pilot.uuid}/effect"
    assert Client().get(address).status_code == 404
    published(people, pilot)
    told = Client().get(address).json()
    assert told["verdict"] == "scale" and told["is_final"] and told["why"] == ""
    assert told["low"] < told["effect"] < told["high"] < 0 and len(told["weeks"]) == 38


def test_effect_when_too_early_then_no_verdict_is_told_in_words(people: People) -> None:
    pilot = published(people, measured(people, before=26, after=3))
    told = Client().get(f"/api/pilots/{pilot.uuid}/effect").json()
    assert (told["why"], told["told"], told["next_look"]) == ("too_early", "", "2026-03-30")
    assert not told["is_final"]


def test_effect_when_chance_could_have_made_it_then_machines_read_no_cost_either(people: People) -> None:
    pilot = measured(people, before=26, effect=0)
    line = Line(CostKind.COST, "Licens", sek=40_000)
    set_costs(by=viewer_of(people.bo), pilot=pilot, lines=[line], who_pays="Stadsdelen")
    pilot = published(people, pilot)
    figures = standing_of(pilot).figures
    assert figures.cost_per_unit and figures.told_cost is None
    assert Client().get(f"/api/pilots/{pilot.uuid}/effect").json()["cost_per_unit"] is None


def test_page_and_list_when_much_has_happened_then_cost_no_more(
    people: People, logged_in: LogIn, django_assert_max_num_queries: object
) -> None:
    pilot = measured(people)
    for n in range(8):
        add_note(by=viewer_of(people.bo), pilot=pilot, text=f"Vecka {n} gick bra.")
        decide(people.bo, pilot, "adjust")
    client = logged_in(people.bo)
    page(client, "pilot_page", pilot)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        told = page(client, "pilot_page", pilot)
    assert "12 earlier" in told
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        page(client, "pilot_detail", pilot)
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        assert page(client, "pilot_learned").count(LEARNED) == 8
