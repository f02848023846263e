"""Every write leaves an audit row with its unit. Driven by the table of rights."""

from django.contrib import messages
from django.contrib.messages import get_messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from ringar.core.audit_words import words
from ringar.core.models import AuditEvent, Unit
from tests.rooms.core.test_rights import letter, rows
from tests.rooms.core.world import VIEWERS, World

WRITES_NOTHING = {
    "notification_read -": "tells what one has read oneself",
    "notification_open note": "tells what one has read oneself",
    "import_check needs-kind": "nothing was handed in",
    "match_check need": "the criterion is not there",
    "match_why_not need": "was asked before",
    "round_choose round": "leads on to where it is done",
    "my_organisations -": "chooses what one looks at oneself",
    "my_erasure -": "asks for the password first",
    "person_erase bo": "asks for the password first",
    "round_plan_remind round-plan": "nobody is late",
    "data_import_save read-import": "asks a robot, which tells it when it has saved",
    "work_list_untick list-item": "was not ticked off",
    "pilot_list_measure list-pilot": "no week is over yet",
}
"""What the table calls done and is no write on a row of anybody else's."""

MORE = """
need_new       -          bo    symptom=Dörren_kärvar title=Dörren save=1
need_edit      need       bo    symptom=Dörren_kärvar_mer title=Dörren visibility=organisation unit=care-row
need_why       need       bo    answer=Den_är_gammal
need_criteria  need       bo    criteria=Utan_buller
need_share     draft      bo    visibility=organisation
evidence_new   need       bo    kind=observation summary=Dörren_slog_igen happened_on=2026-01-02
evidence_edit  evidence   bo    summary=Dörren_slog_igen_hårt
solver_new     -          dag   name=Dörrtjänst_AB kind=company
solver_edit    startup    elif  name=Middagsbron_i_Ringsala_AB about=Mat_ihop kind=company
solution_new   startup    elif  name=Mat what=Ihop is_published=on references-TOTAL_FORMS=0 references-INITIAL_FORMS=0
call_new       -          dag   title=Dörrar text=Vem_lagar? deadline=2099-01-02 needs=public-uuid criterion_1=Snabbt
call_edit      draft-call dag   title=Dörrar text=Vem_lagar? deadline=2099-01-02 needs=public-uuid criterion_1=Snabbt
answer_new     open-call  nobody email=ny@sändare.example text=Vi_lagar_dörrar
accessibility  -          nobody text=Knappen_syns_inte
"""
"""Writes by forms of several steps, which the table only opens."""


def send(
    world: World, who: str, name: str, row: str, sent: list[str]
) -> tuple[HttpResponse, list[AuditEvent]]:
    """The answer to what is sent, and the audit rows that it left. Taken back afterwards."""
    pairs = [pair.partition("=") for pair in sent if pair != "-"]
    care = Unit.objects.get(name="Hemtjänst Björkliden")
    known = {**world.values, "care-row": str(care.pk), "public-uuid": str(world.args["public"][0])}
    data = {key: known.get(value, value.replace("_", " ")) for key, _, value in pairs}
    before = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    world.clients[who].cookies.pop("messages", None)  # what an earlier line was told
    with transaction.atomic():
        answer = world.clients[who].post(reverse(name, args=world.args[row]), data)
        left = list(AuditEvent.objects.filter(id__gt=before))
        transaction.set_rollback(True)
    return answer, left  # type: ignore[return-value]


def posted() -> list[tuple[str, str, str, list[str]]]:
    """(name, row, who, sent) of each line of the table that somebody sends and that is done."""
    return [
        (name, row, VIEWERS[letters.index("D")], sent)
        for name, row, letters, sent in rows()
        if sent and not sent[0].startswith("?") and "D" in letters
    ]


def test_every_write_when_done_then_it_leaves_a_row_with_words_person_and_unit(world: World) -> None:
    more = [(name, row, who, sent) for name, row, who, *sent in map(str.split, MORE.strip().splitlines())]
    wrong, tried = [], 0
    for name, row, who, sent in [*posted(), *more]:
        answer, left = send(world, who, name, row, sent)
        line = f"{name} {row} by {who}"
        if f"{name} {row}" in WRITES_NOTHING:
            wrong += [f"{line}: leaves a row after all"] * bool(left)
            continue
        if any(each.level >= messages.ERROR for each in get_messages(answer.wsgi_request)):
            continue  # refused, with a notice that says why: another line tries it where it can be done
        tried += 1
        if letter(answer) not in "DP" or not left:
            errors = getattr((answer.context or {}).get("form"), "errors", "") if answer.context else ""
            wrong.append(f"{line}: {answer.status_code}, {len(left)} rows {errors}")
        wrong += [
            f"{line}: {each.action} has no word" for each in left if each.action not in words("ACTIONS")
        ]
        kinds = words("KINDS")
        wrong += [f"{line}: {each.target_kind} has no word" for each in left if each.target_kind not in kinds]
        if who in {"bo", "dag", "water"}:
            own = [each for each in left if each.person_id]
            wrong += [f"{line}: {each.action} has no unit" for each in own if not each.unit_label]
    assert not wrong, "\n".join(wrong)
    assert tried > 35


CHANGES = {
    "solver_edit": {"name"},
    "need_edit": {"title"},
    "need_move": {"state"},
    "solver_state": {"state"},
    "call_open": {"state"},
}


def test_every_change_of_state_when_done_then_before_and_after_are_told(world: World) -> None:
    more = [(name, row, who, sent) for name, row, who, *sent in map(str.split, MORE.strip().splitlines())]
    seen = set()
    for name, row, who, sent in [*posted(), *more]:
        if name in CHANGES:
            _answer, left = send(world, who, name, row, sent)
            told = {key: value for each in left for key, value in each.changes.items()}
            for field in CHANGES[name]:
                assert isinstance(told.get(field), list) and len(told[field]) == 2, f"{name}: {told}"
                assert told[field][0] != told[field][1]
            seen.add(name)
    assert seen == set(CHANGES)
