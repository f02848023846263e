"""The pages of rounds; that nobody reads scores too early, wherever they look; what odd input meets."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from ringar.core.actions import add_person
from ringar.core.clock import at, now
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer
from ringar.needs.actions import close_round, hand_in_scores, step_aside
from ringar.needs.round_models import Round, Score
from ringar.robots.engine.running import run_waiting
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.needs.rounds import CRITERIA, TITLES, entry_of, need_of, round_of, score_all, scores

LogIn = Callable[[Person], Client]
SECRET = "Skälet som ingen får se"


def content_of(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def text_of(response: HttpResponse) -> str:
    """All that the answer says, files too."""
    return content_of(response).decode(errors="replace")


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return text_of(response)


def form_of(people: People, titles: tuple[str, ...] = TITLES) -> dict[str, object]:
    """What somebody fills in to open a round."""
    data: dict[str, object] = {
        "title": "Höstomgången",
        "about": "Vi har en halv miljon.",
        "needs": [need_of(people.bo, title).pk for title in titles],
        "assessors": [people.cilla.pk, people.alva.pk],
        "others": f"\n{people.bo.email.upper()}  \n\n",
        "deadline": f"{(now() + timedelta(days=9)).date()}",
        "may_choose": 2,
    }
    for place, each in enumerate(CRITERIA):
        data |= {f"name_{place}": each.name, f"low_{place}": each.low, f"high_{place}": each.high}
        data[f"weight_{place}"] = each.weight
    return data


def test_round_new_when_filled_in_then_open_with_those_assessors_until_the_day_ends(
    people: People, logged_in: LogIn
) -> None:
    client, data = logged_in(people.dag), form_of(people)
    assert "Höstomgången" not in page(client, reverse("round_new"))
    response = client.post(reverse("round_new"), data)
    round = Round.objects.get()
    assert response["Location"] == round.get_absolute_url()
    assert {each.person.name for each in round.assessors.all()} == {"Alva", "Bo", "Cilla"}
    last = round.deadline.astimezone(round.zone)
    assert (last.hour, last.minute, last.second) == (23, 59, 59) and str(last.date()) == data["deadline"]
    assert page(client, reverse("round_new")).count('value="Förändrar dagen"') == 1, "kept for the next round"


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "two needs": ({"needs": []}, "Vilka behov vägs?"),
    "an address nobody has": ({"others": "ingen@example.org"}, "ingen@example.org"),
    "someone of another city": ({"others": "sam@fjardinge-kommun.example"}, "sam@"),
    "a day that is none": ({"deadline": "i morgon"}, "Sista dag"),
    "yesterday": ({"deadline": "2020-01-01"}, "i dag"),
    "a weight that is none": ({"weight_0": "tung"}, "Vikt"),
    "half a criterion": ({"low_1": ""}, "vad 1 och 5 betyder"),
    "very long": ({"about": "å" * 50_000}, "50"),
    "a need that is not on the list": ({"needs": ["999999"]}, "999999"),
    "an assessor who is a number": ({"assessors": ["x\x00"]}, "x"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_round_new_when_something_is_wrong_then_said_where_and_nothing_is_lost(
    people: People, logged_in: LogIn, wrong: str
) -> None:
    changes, said = WRONG[wrong]
    response = logged_in(people.dag).post(reverse("round_new"), form_of(people) | changes)
    body = text_of(response)
    assert response.status_code == 200 and 'role="alert"' in body and said in body
    assert "Höstomgången" in body and "Förändrar dagen" in body
    assert not Round.objects.exists()


def test_round_detail_when_scoring_then_shows_how_much_and_the_way_on(
    people: People, logged_in: LogIn
) -> None:
    round, cilla = round_of(people), logged_in(people.cilla)
    assert "Börja sätta poäng" in page(cilla, round.get_absolute_url())
    score_all(people.cilla, round, {TITLES[0]: (5, 5)})
    body = page(cilla, round.get_absolute_url())
    assert "Du har poängsatt 1 av 4" in body and "Fortsätt sätta poäng" in body
    assert 'aria-current="step">Poäng sätts' in re.sub(r"\s*\n\s*", "", body)
    assert "1 av 4" in page(logged_in(people.dag), round.get_absolute_url())


def test_round_score_when_each_is_scored_then_leads_on_to_the_next_and_then_to_hand_in(
    people: People, logged_in: LogIn
) -> None:
    round, cilla = round_of(people), logged_in(people.cilla)
    address = reverse("round_score", args=[round.uuid, entry_of(round, TITLES[0]).need.uuid])
    for place, title in enumerate(TITLES):
        assert title in page(cilla, address)
        response = cilla.post(address, {"value_0": "4", "value_1": "none", "reason": f"Skäl {place}"})
        address = response["Location"]
    assert address == round.get_absolute_url()
    assert set(map(tuple, Score.objects.values_list("values", flat=True))) == {(4, None)}
    assert "Lämna in mina poäng" in page(cilla, address)
    cilla.post(reverse("round_hand_in", args=[round.uuid]))
    assert "Se vad som är inlämnat hittills" in page(cilla, address)
    again = cilla.post(
        reverse("round_score", args=[round.uuid, entry_of(round, TITLES[0]).need.uuid]), {"value_0": "1"}
    )
    assert again.status_code == 200 and set(map(tuple, Score.objects.values_list("values", flat=True))) == {
        (4, None)
    }


@pytest.mark.parametrize("value", ["", "0", "6", "2.5", "x", "\x00"])
def test_round_score_when_a_value_is_wrong_then_said_and_the_reason_is_still_there(
    people: People, logged_in: LogIn, value: str
) -> None:
    round = round_of(people)
    address = reverse("round_score", args=[round.uuid, entry_of(round, TITLES[0]).need.uuid])
    response = logged_in(people.cilla).post(
        address, {"value_0": value, "value_1": "3", "reason": "الماء 👩‍👩‍👧‍👦 \x00!"}
    )
    body = text_of(response)
    assert response.status_code == 200 and 'role="alert"' in body and "الماء 👩‍👩‍👧‍👦" in body
    assert not Score.objects.exists()


def test_round_score_when_own_need_then_told_to_step_aside_and_when_another_a_link_to_do_so(
    people: People, logged_in: LogIn
) -> None:
    needs = [*(need_of(people.bo, title) for title in TITLES[:3]), need_of(people.dag, "Trasiga hissar")]
    round, dag = round_of(people, needs=needs), logged_in(people.dag)
    own = page(dag, reverse("round_score", args=[round.uuid, needs[3].uuid]))
    assert "poängsätter ingen sitt eget" in own and 'name="value_0"' not in own
    other = page(dag, reverse("round_score", args=[round.uuid, needs[0].uuid]))
    address = reverse("round_interest", args=[round.uuid, needs[0].uuid])
    assert address in other and 'name="value_0"' in other
    dag.post(address, {"reason": "Min syster"})
    assert "Du har sagt att du är jävig" in page(
        dag, reverse("round_score", args=[round.uuid, needs[0].uuid])
    )
    dag.post(address, {"back": "1"})
    assert 'name="value_0"' in page(dag, reverse("round_score", args=[round.uuid, needs[0].uuid]))


def surfaces(round: Round) -> list[str]:
    """Every address that might tell of scores, also those of other rooms that tell of the round or its needs."""
    needs = [entry.need for entry in round.entries.select_related("need")]
    plain = ("round_detail", "round_result", "round_csv", "round_scores_csv", "round_choose", "round_close")
    found = [reverse(name, args=[round.uuid]) for name in plain]
    found += [reverse("round_need", args=[round.uuid, need.uuid]) for need in needs]
    found += [reverse("round_score", args=[round.uuid, need.uuid]) for need in needs]
    found += [need.get_absolute_url() for need in needs]
    found += [reverse("need_history", args=[need.uuid]) for need in needs]
    found += [
        reverse(name)
        for name in ("home", "overview", "round_list", "round_list_csv", "need_list", "work_list")
    ]
    found += [reverse(name) for name in ("audit_list", "audit_csv", "notification_list")]
    found += [f"{reverse('search')}?q=Sk%C3%A4let"]
    return [*found, *(f"{address}?format=xlsx" for address in found if address.endswith(".csv"))]


def told_anywhere(client: Client, round: Round) -> list[str]:
    """The addresses where the client reads Cilla's reason, or her odd mean of 4.25."""
    found = []
    for address in surfaces(round):
        response = client.get(address, follow=True)
        content = content_of(response)
        body = content.decode(errors="replace")
        if address.endswith("xlsx") and response.status_code == 200:
            body = str([list(row) for row in load_workbook(io.BytesIO(content)).active.values])
        if SECRET in body or re.search(r"(?<!\d)4[.,]25(?!\d)", body):  # no second of a time of day
            found.append(address)
    return found


def test_scores_when_the_round_runs_then_nobody_else_reads_them_anywhere(
    people: People, logged_in: LogIn
) -> None:
    round = round_of(
        people,
        assessors=[people.bo, people.cilla, people.dag],
        needs=[need_of(people.alva, t) for t in TITLES],
    )
    top = people.city.units.get(parent=None)
    auditor = add_person(
        by=Viewer.of_command_line(people.city.pk),
        email="g@ringsala.example",
        name="Gun",
        unit=top,
        role=Role.AUDITOR,
    )
    score_all(people.cilla, round, dict.fromkeys(TITLES, (5, 2)), reason=SECRET)  # 4.25 by weight
    score_all(people.dag, round, {TITLES[0]: (5, 2)}, reason=SECRET)  # saved, not handed in
    hand_in_scores(by=viewer_of(people.cilla), round=round)
    run_waiting()
    for person in (people.alva, people.bo, auditor):
        assert told_anywhere(logged_in(person), round) == [], person
    own = [address for address in told_anywhere(logged_in(people.dag), round) if "/poang/" not in address]
    assert own == [], "Dag reads his own score of one need, and nothing more"
    assert SECRET not in str(list(AuditEvent.objects.values_list("changes", flat=True)))
    assert SECRET not in str(list(Notification.objects.values_list("facts", flat=True)))
    # Cilla has handed in: she reads the others who have, and no draft.
    result = page(logged_in(people.cilla), reverse("round_result", args=[round.uuid]))
    assert "4,25" in result and "1 bedömare har satt poäng" in result
    close_round(by=viewer_of(people.alva), round=round)
    for person in (people.alva, people.bo, auditor):
        assert told_anywhere(logged_in(person), round), "and once it has closed they read them"
    assert told_anywhere(logged_in(people.sam), round) == []


def test_round_result_when_they_disagree_then_that_comes_first(people: People, logged_in: LogIn) -> None:
    round = round_of(people)
    for person, values in ((people.alva, (5, 3)), (people.cilla, (1, 3)), (people.dag, (5, 3))):
        score_all(person, round, {TITLES[0]: values, TITLES[1]: (4, 4), TITLES[2]: (3, 3), TITLES[3]: (2, 2)})
    step_aside(by=viewer_of(people.dag), entry=entry_of(round, TITLES[3]))
    close_round(by=viewer_of(people.alva), round=round)
    body = page(logged_in(people.dag), reverse("round_result", args=[round.uuid]))
    warned = re.search(r'aria-labelledby="first">.*?</section>', body, re.S)[0]
    assert TITLES[0] in warned and "”Nytta”, från 1 till 5" in warned and TITLES[1] not in warned
    assert body.index("Prata om de här först") < body.index("Rangordning</h2>")
    need = page(
        logged_in(people.dag), reverse("round_need", args=[round.uuid, entry_of(round, TITLES[3]).need.uuid])
    )
    assert re.search(r"Avstår</dt><dd>Dag</dd>", need)
    assert re.search(r">Alva</th><td class=\"number\">2</td>", need) and ">Dag</th>" not in need


def test_round_csv_when_read_then_the_same_figures_and_no_formula_runs(
    people: People, logged_in: LogIn
) -> None:
    round = round_of(people)
    score_all(people.cilla, round, scores(5, 4, 3, 2), reason='=HYPERLINK("http://x.example")')
    close_round(by=viewer_of(people.alva), round=round)
    ranking = page(logged_in(people.dag), reverse("round_csv", args=[round.uuid])).splitlines()
    assert len(ranking) == 5 and ranking[1].startswith(f"1;{TITLES[0]};") and ";5.0;" in ranking[1]
    given = page(logged_in(people.dag), reverse("round_scores_csv", args=[round.uuid])).splitlines()
    assert len(given) == 5 and given[1].startswith(f"{TITLES[0]};Cilla;5;5;") and "'=HYPERLINK" in given[1]


def test_round_choose_when_something_lacks_then_all_that_was_written_is_still_there(
    people: People, logged_in: LogIn
) -> None:
    round = round_of(people)
    score_all(people.cilla, round, scores(5, 4, 3, 2))
    close_round(by=viewer_of(people.alva), round=round)
    address, dag = reverse("round_choose", args=[round.uuid]), logged_in(people.dag)
    assert "1 bedömare gav det 5 av 5" in page(dag, address).replace("5,0", "5"), (
        "the reason starts from the scores"
    )
    data = {f"choice_{e.pk}": "no" for e in round.entries.all()} | {
        f"reason_{e.pk}": f"Ord {e.pk}" for e in round.entries.all()
    }
    first, last = entry_of(round, TITLES[0]), entry_of(round, TITLES[3])
    del data[f"choice_{first.pk}"]
    data |= {f"choice_{last.pk}": "yes", "decide": "1"}
    body = text_of(dag.post(address, data))
    assert "Säg om behovet väljs" in body and f"Ord {last.pk}" in body
    body = text_of(dag.post(address, data | {f"choice_{first.pk}": "no"}))
    assert "Skriv varför det här går före" in body and f"Ord {last.pk}" in body
    assert not Round.objects.get().decided_at
    keep = {name: value for name, value in data.items() if name != "decide"}
    assert dag.post(address, keep | {"keep": "1"})["Location"] == address
    assert f"Ord {last.pk}" in page(dag, address)
    data |= {f"choice_{first.pk}": "yes", f"choice_{last.pk}": "no"}
    response = dag.post(address, data)
    assert (
        response["Location"] == reverse("round_result", args=[round.uuid]) and Round.objects.get().decided_at
    )
    assert f"Ord {last.pk}" in page(logged_in(people.bo), response["Location"]), (
        "once decided, all here may read it"
    )
    assert dag.post(address, data)["Location"] == response["Location"]


def test_round_step_pages_when_used_then_moved_closed_and_withdrawn(people: People, logged_in: LogIn) -> None:
    round, dag = round_of(people), logged_in(people.dag)
    later = (round.deadline + timedelta(days=5)).date()
    address = reverse("round_deadline", args=[round.uuid])
    assert 'role="alert"' in text_of(dag.post(address, {"deadline": "2020-01-01"}))
    dag.post(address, {"deadline": f"{later}"})
    assert Round.objects.get().deadline.astimezone(round.zone).date() == later
    assert "Cilla" in page(dag, reverse("round_close", args=[round.uuid]))
    dag.post(reverse("round_close", args=[round.uuid]))
    assert Round.objects.get().closed_at
    assert 'role="alert"' in text_of(dag.post(reverse("round_withdraw", args=[round.uuid]), {"reason": ""}))
    dag.post(reverse("round_withdraw", args=[round.uuid]), {"reason": "Fel behov valdes"})
    assert "Fel behov valdes" in page(dag, round.get_absolute_url())
    assert "inget resultat" in page(dag, reverse("round_result", args=[round.uuid]))


def test_home_when_rounds_wait_then_said_to_whom_they_wait_for(people: People, logged_in: LogIn) -> None:
    round = round_of(people, assessors=[people.bo, people.cilla])
    assert round.title in page(logged_in(people.bo), "/") and round.title not in page(
        logged_in(people.dag), "/"
    )
    with at(round.deadline + timedelta(minutes=1)):
        assert round.title not in page(logged_in(people.bo), "/")
        assert "Välj behov, tiden för poäng är ute" in page(logged_in(people.dag), "/")


def test_round_list_when_there_are_many_then_a_page_at_a_time(people: People, logged_in: LogIn) -> None:
    dag = logged_in(people.dag)
    needs = [need_of(people.bo, title) for title in TITLES]

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page(dag, reverse("round_list"))
        return len(captured)

    close_round(by=viewer_of(people.alva), round=round_of(people, needs=needs))
    Round.objects.update(withdrawn_at=now())
    few = queries()
    for number in range(29):
        round_of(people, needs=needs, title=f"Omgång {number}")
        Round.objects.update(withdrawn_at=now())
    assert queries() <= few <= 10
    first = page(dag, reverse("round_list"))
    after = re.search(r'href="\?after=(\d+)"', first)[1]
    second = page(dag, f"{reverse('round_list')}?after={after}")
    titles = re.findall(r">(Omgång \d+|Våromgången)</a>", first + second)
    assert len(titles) == len(set(titles)) == 30
    for odd in ("x", "-1", "9" * 30, "\x00"):
        assert "Omgång 28" in page(dag, f"{reverse('round_list')}?after={odd}")


def test_round_choose_when_a_reason_names_somebody_then_asked_before_it_is_sent(
    people: People, logged_in: LogIn
) -> None:
    round = round_of(people)
    close_round(by=viewer_of(people.alva), round=round)
    address, dag = reverse("round_choose", args=[round.uuid]), logged_in(people.dag)
    entries = list(round.entries.all())
    data: dict[str, object] = {f"choice_{entry.pk}": "no" for entry in entries}
    data |= {f"reason_{entry.pk}": "Astrid Karlsson avråder" for entry in entries} | {"decide": "1"}
    body = text_of(dag.post(address, data))
    assert "Astrid Karlsson" in body and not Round.objects.get().decided_at
    keys = re.findall(r'name="kept" value="([^"]+)"', body)
    assert len(keys) == 1 and "Location" in dag.post(address, data | {"kept": keys})
    assert Round.objects.get().decided_at
