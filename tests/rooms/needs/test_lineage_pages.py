"""The pages of merging, splitting, undoing: what is shown is what happens, and nothing happens before it is shown."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from ringar.core.queries import viewer_of
from ringar.needs.actions import add_criterion, add_evidence, merge_needs, move_need
from ringar.needs.models import Lineage, Need
from tests.people import People
from tests.rooms.needs.cast import shared_by

REASON = "Det är samma sak"


@pytest.fixture
def pair(people: People) -> tuple[Need, Need]:
    """Dag's need and Bo's, which has evidence and a criterion."""
    need = shared_by(people.bo, "Hissen står still varje vecka.", "Hissen hos oss")
    add_evidence(by=viewer_of(people.bo), need=need, kind="data", summary="Trettio stopp på en månad.")
    add_criterion(by=viewer_of(people.bo), need=need, text="Går alltid")
    return shared_by(people.dag, "Hissen stannar varje måndag.", "Hissen överallt"), need


def page(client: Client, address: str, sent: dict[str, object] | None = None) -> str:
    answer = client.get(address) if sent is None else client.post(address, sent)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return html.unescape(answer.content.decode())


def test_need_merge_when_looked_for_then_alike_ones_can_be_ticked(people: People, pair, logged_in) -> None:
    client, address = logged_in(people.dag), reverse("need_merge", args=[pair[0].uuid])
    told = page(client, f"{address}?q=hissen")
    assert f'name="with" value="{pair[1].uuid}"' in told and f'value="{pair[0].uuid}"' not in told
    assert "checked" in page(client, f"{address}?with={pair[1].uuid}")
    theirs = page(logged_in(people.bo), reverse("need_merge", args=[pair[1].uuid]) + "?q=hissen")
    assert 'name="with"' not in theirs and "Hissen överallt" in theirs, "others' needs are shown, not ticked"


def test_need_merge_plan_when_confirmed_then_what_was_shown_happens(people: People, pair, logged_in) -> None:
    client = logged_in(people.dag)
    address = reverse("need_merge_plan", args=[pair[0].uuid])
    first = page(client, f"{address}?with={pair[1].uuid}")
    criterion = re.search(r'name="criteria" value="(\d+)"[^>]*checked', first)[1]
    sent: dict[str, object] = {
        "with": str(pair[1].uuid),
        "living": str(pair[0].uuid),
        "criteria": criterion,
        "reason": REASON,
    }
    shown = page(client, address, sent)
    assert not Lineage.objects.exists(), "showing does nothing"
    for text in ("Trettio stopp på en månad.", "Går alltid", "Hemtjänst Björkliden", "Bo"):
        assert text in shown
    mark = re.search(r'name="mark" value="(\w+)"', shown)[1]
    answer = client.post(address, {**sent, "confirm": "1", "mark": mark})
    assert answer["Location"] == pair[0].get_absolute_url()
    told = page(client, answer["Location"])
    assert (
        "Trettio stopp på en månad." in told
        and reverse("lineage_undo", args=[Lineage.objects.get().uuid]) in told
    )
    closed = page(client, pair[1].get_absolute_url())
    assert "lever vidare" in closed and pair[0].get_absolute_url() in closed
    assert reverse("need_edit", args=[pair[1].uuid]) not in closed


def test_need_merge_plan_when_words_are_flagged_then_they_are_ticked_first(
    people: People, pair, logged_in
) -> None:
    client, address = logged_in(people.dag), reverse("need_merge_plan", args=[pair[0].uuid])
    sent: dict[str, object] = {"with": str(pair[1].uuid), "living": "new", "symptom": "", "reason": REASON}
    assert 'role="alert"' in page(client, address, sent), "a new need has words of its own"
    sent |= {
        "symptom": "Astrid Karlsson fastnar i hissen.",
        "visibility": "organisation",
        "unit": pair[0].unit_id,
    }
    shown = page(client, address, {**sent, "confirm": "1"})
    assert not Lineage.objects.exists() and "Astrid Karlsson" in shown
    keys = re.findall(r'name="kept" value="([^"]+)"', shown)
    answer = client.post(address, {**sent, "confirm": "1", "kept": keys})
    assert (
        Need.objects.get(pk=Lineage.objects.get().to_needs.get().pk).get_absolute_url() == answer["Location"]
    )


def test_need_merge_plan_when_nothing_is_ticked_then_back_to_choose(people: People, pair, logged_in) -> None:
    for ticked in ("", "?with=nonsense", f"?with={pair[0].uuid}", "?with=%00"):
        answer = logged_in(people.dag).get(reverse("need_merge_plan", args=[pair[0].uuid]) + ticked)
        assert answer["Location"] == reverse("need_merge", args=[pair[0].uuid]), ticked


def test_need_merge_plan_when_the_other_waits_for_a_supplier_then_says_which_can_live_on(
    people: People, pair, logged_in
) -> None:
    Need.objects.filter(pk=pair[1].pk).update(state="meeting")
    sent = {"with": str(pair[1].uuid), "living": str(pair[0].uuid), "reason": REASON, "confirm": "1"}
    shown = page(logged_in(people.dag), reverse("need_merge_plan", args=[pair[0].uuid]), sent)
    assert 'role="alert"' in shown and 'name="confirm"' not in shown and not Lineage.objects.exists()


def test_need_split_when_confirmed_then_what_was_shown_happens(people: People, pair, logged_in) -> None:
    need, client = pair[1], logged_in(people.bo)
    address = reverse("need_split", args=[need.uuid])
    evidence = re.search(r'name="(evidence_\d+)"', page(client, address))[1]
    sent = {
        "symptom_1": "Hissen stannar.",
        "symptom_2": "",
        evidence: "2",
        "closes": "yes",
        "reason": "Två saker",
    }
    assert 'role="alert"' in page(client, address, {**sent, "confirm": "1"}), "one part is no split"
    sent |= {"symptom_2": "Trappan är hal.", "title_2": "Trappan"}
    assert "Trettio stopp" in page(client, address, sent) and not Lineage.objects.exists()
    answer = client.post(address, {**sent, "confirm": "1"})
    assert answer["Location"] == need.get_absolute_url()
    told = page(client, answer["Location"])
    assert "Trappan" in told and "Hissen stannar" in told
    assert Need.objects.get(title="Trappan").evidence_count == 1


def test_lineage_undo_when_sent_then_back_as_before_and_the_page_is_gone(
    people: People, pair, logged_in
) -> None:
    lineage = merge_needs(by=viewer_of(people.dag), needs=[pair[1]], target=pair[0], reason=REASON)
    client, address = logged_in(people.dag), reverse("lineage_undo", args=[lineage.uuid])
    assert "Hissen hos oss" in page(client, address)
    assert 'role="alert"' in page(client, address, {"reason": ""})
    assert 'name="kept"' in page(client, address, {"reason": "Astrid Karlsson sade nej"})
    assert client.post(address, {"reason": "Två hissar"})["Location"] == pair[1].get_absolute_url()
    assert Need.objects.get(pk=pair[1].pk).state == "shared"
    assert 'name="reason"' not in page(client, address), "it says that it is undone already"


def test_need_detail_when_closed_then_it_is_opened_again_with_a_reason(
    people: People, pair, logged_in
) -> None:
    need, client = pair[1], logged_in(people.bo)
    move_need(by=viewer_of(people.bo), need=need, to="closed", reason="Lagad")
    assert 'name="to" value="shared"' in page(client, need.get_absolute_url())
    address = reverse("need_move", args=[need.uuid])
    client.post(address, {"to": "shared", "reason": ""})
    assert Need.objects.get(pk=need.pk).state == "closed"
    client.post(address, {"to": "shared", "reason": "Den stannar igen"})
    assert Need.objects.get(pk=need.pk).state == "shared"


def test_need_move_when_the_reason_names_somebody_then_asked_before_it_is_history(
    people: People, pair, logged_in
) -> None:
    need, client = pair[1], logged_in(people.bo)
    address, sent = (
        reverse("need_move", args=[need.uuid]),
        {"to": "closed", "reason": "Astrid Karlsson lagade den"},
    )
    shown = page(client, address, sent)
    assert "Astrid Karlsson lagade den" in shown and Need.objects.get(pk=need.pk).state == "shared"
    keys = re.findall(r'name="kept" value="([^"]+)"', shown)
    assert client.post(address, {**sent, "kept": keys})["Location"] == need.get_absolute_url()
    assert "Astrid Karlsson" in page(client, reverse("need_history", args=[need.uuid]))


@pytest.mark.parametrize("reason", ["å" * 50_000, "noll\x00byte 👩‍👩‍👧", "الماء", "\x1b[31mröd"])
def test_need_merge_plan_when_the_text_is_odd_then_no_crash_and_nothing_lost(
    people: People, pair, logged_in, reason: str
) -> None:
    sent = {"with": str(pair[1].uuid), "living": str(pair[0].uuid), "reason": reason}
    shown = page(logged_in(people.dag), reverse("need_merge_plan", args=[pair[0].uuid]), sent)
    assert reason.replace("\x00", "").replace("\x1b", "")[:40] in shown.replace("\x00", "").replace(
        "\x1b", ""
    )


def test_evidence_new_when_the_need_was_closed_meanwhile_then_the_text_is_still_there(
    people: People, pair, logged_in
) -> None:
    merge_needs(by=viewer_of(people.dag), needs=[pair[1]], target=pair[0], reason=REASON)
    client, address = logged_in(people.bo), reverse("evidence_new", args=[pair[1].uuid])
    assert client.get(address).status_code == 404
    shown = page(client, address, {"kind": "data", "summary": "Fyrtio stopp i maj.", "is_outside": "on"})
    assert "Fyrtio stopp i maj." in shown and 'role="alert"' in shown
    assert logged_in(people.sam).post(address, {"kind": "data", "summary": "x"}).status_code == 404
