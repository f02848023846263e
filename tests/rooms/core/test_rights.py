"""Who may open what: every address of every room, opened by everyone, as one table.

And what nobody may read; and that looking writes nothing.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.rooms.core.world import VIEWERS, World

# P a page, D done (and sent on), L to the log-in, "." not found. One letter for each of VIEWERS.
# The last column is what is sent: "" for looking, else a form's fields (nothing more than "-" for an empty form).
TABLE = """
accessibility             -          PPPPPPPP
style_guide               -          PPPPPPPP
health                    -          PPPPPPPP
audit_list                -          L...P...
audit_list                -          L...P...  ?who=bo
audit_csv                 -          L...P...
feed_list                 -          PPPPPPPP
feed_list                 -          LPPPPPPP  -
feed_atom                 needs-feed PPPPPPPP
feed_atom                 offers-feed PPPPPPPP
feed_atom                 calls-feed PPPPPPPP
feed_atom                 own-feed   ........
feed_mine                 private-feed PPPPPPPP
feed_mine                 guessed-feed ........
calendar_open             -          PPPPPPPP
calendar_mine             private-days PPPPPPPP
calendar_mine             guessed-days ........
robot_list                -          LP..PPPP
robot_new                 -          LP....PP
queue_pause               robot-queue L.....PP
queue_pause               robot-queue L.....DD  reason=Bokslut
queue_resume              robot-queue L.....DD  -
robot_detail              robot      L.....PP
robot_publish             robot      L.....DD  -
robot_withdraw            robot      L.....PP
robot_withdraw            robot      L.....DD  reason=Fel
robot_time                robot      L.....DD  time-minutes=9 time-source=Klocka time-on=2026-09-01
robot_upkeep              robot      L.....DD  upkeep-hours=1 upkeep-what=Mall upkeep-on=2026-09-01
case_list                 -          LP..PPPP
case_list                 -          LP..PPPP  ?lage=waiting
case_csv                  -          LP..PPPP
run_list                  -          DDDDDDDD
case_detail               case       L.....PP
case_answer               case       L.....DD  choice=no
case_retry                case       L.....DD  -
case_take                 case       L.....PP
case_finish               case       L.....DD  text=Klart
case_try                  case       L.....DD  -
case_file                 case-file  L.....PP
case_mailed               case-link  PPPPPPPP
case_mailed               guessed-link PPPPPPPP
map_list                  -          LP..PPPP
map_new                   -          LP....PP
map_detail                map        L...PPPP
map_draw                  map        L.....DD  kind=to_be
map_decide                map        L.....PP
map_version               map-version L...PPPP
map_bpmn                  map-version L...PPPP
map_edit                  map-version L.....PP
map_open                  map-version L.....DD  -
map_sign                  map-version L.....DD  -
map_link                  map-version L.....DD  -
map_mark                  map-version L....DDD  kind=agree
map_answer                map-mark   L.....DD  reply=Tack
log_new                   -          LP....PP
log_detail                log        L...PPPP
log_detail                raw-log    L...PPPP
log_detail                raw-log    L.....DD  case=ärende activity=aktivitet time=tid
log_csv                   log        L...PPPP
log_remove                raw-log    L.....DD  -
import_start              -          L......P
import_check              needs-kind L......D
work_list                 -          .......P
work_csv                  -          .......P
work_retry                work       ........  -
webhook_list              -          L.......
webhook_list              -          L.......  name=En url=https://example.se actions=share_need
webhook_detail            webhook    L.......
webhook_try               webhook    L.......  -
webhook_pause             webhook    L.......  paused=yes
webhook_remove            webhook    L.......  -
outbox                    -          ........
outbox_mail               nothing    ........
demo_login                -          ........  person=alva
demo_clock                -          ........
demo_robots               -          ........
demo_kill                 -          ........  -
demo_mails                -          ........  -
my_account                -          LPPPPPPP
my_account                -          LDDDDDDD  name=Någon language=sv
log_in_service_list       -          L.......
log_in_service_new        protocol   L.......
log_in_service_edit       service    L.......
log_in_service_try        service    L.......  -
log_in_service_remove     service    L.......
log_in_service_remove     service    L.......  -
guide                     -          LPPPPPPP
guide                     -          LDDDDDDD  -
my_organisations          -          LPPPPPPP
my_organisations          -          LPDDDDDD  organisation=city
token_list                -          LPPPPPPP
token_list                -          LPPPPPPP  name=Intranätet scopes=needs:read days=30
token_revoke              key        L.....D.  -
api_docs                  -          PPPPPPPP
my_data                   -          LPPPPPPP
my_data_file              -          LPPPPPPP  -
my_erasure                -          LDDDPPDD
my_erasure                -          LDDDPPDD  sure=no
people_list               -          LP..P.PP
people_list               -          LP..P.PP  ?q=alva
people_file               -          LP..P.PP
person_detail             bo         L.....PP
role_give                 bo         L.....PP  role=administrator unit=water
role_give                 bo         L.....PD  role=staff unit=water
role_take                 bo         L......D  membership=bo-role
role_take                 bo         L.......  membership=nonsense
person_lock               bo         L.......  do=lock
person_protect            bo         L.......  protected=yes
person_erase              bo         LDDD..DD
person_erase              bo         LDDD..DD  reason=ja
invitation_list           -          LP..P.PP
invitation_csv            -          LP..P.PP
invitation_new            -          LP....PP
invitation_new            -          LP....PD  emails=ny@example.se role=staff unit=water language=sv
invitation_resend         invitation L......D  -
invitation_withdraw       invitation L......D  -
invitation_answer         invite-token PPPPPPPP
unit_list                 -          LP..PPPP
unit_csv                  -          LP..PPPP
unit_edit                 care       L.......
unit_edit                 care       L.......  do=grow grow-name=Ny
home                      -          PPPPPPPP
search                    -          PPPPPPPP  ?q=ensamma
overview                  -          LP..PPPP
overview_csv              -          LP..PPPP
need_list                 -          PPPPPPPP
need_list                 -          PPPPPPPP  ?q=ensamma
need_list                 -          PPPPPPPP  ?show=public
need_list_csv             -          PPPPPPPP
need_list_csv             -          PPPPPPPP  ?q=ensamma
need_new                  -          LP...PPP
need_autosave             -          LD...DDD  symptom=Hissen_står
need_similar              -          LPPPPPPP  symptom=De_äldre_sitter_ensamma_hela_kvällen
need_detail               draft      ......P.
need_detail               unit-need  ......PP
need_detail               need       ....PPPP
need_detail               public     PPPPPPPP
need_compare              unit-need  ......PP
need_compare              public     PPPPPPPP
need_history              unit-need  ......PP
need_history              public     PPPPPPPP
need_edit                 draft      L.....P.
need_edit                 need       L.....PP
need_edit                 public     L.....PP
need_why                  need       L.....PP
need_criteria             need       L.....PP
need_discard              draft      L.....D.  -
need_discard              need       L.......  -
need_share                draft      L.....P.
need_move                 need       L......D  to=closed reason=Löst
need_move                 public     L.....DD  to=closed reason=Löst
need_join                 unit-need  L.....PP
need_join                 need       L....PPP
need_join                 public     L....PPP
need_join                 public     L....DPD  unit=water-row
need_detail               joined     PPPPPPPP
need_leave                joined     L....D.D  unit=water
need_leave                joined     L.......  unit=nonsense
need_move                 closed     L.....DD  to=shared reason=Ännu_trasig
need_detail               merged     ......PP
need_detail               living     PPPPPPPP
need_detail               team-need  .....P.P
need_edit                 team-need  L....P.P
need_team                 team-need  L....P.P
need_team                 need       L...PPPP
need_team                 need       L.....DD  person=water-person
need_team                 team-need  L....D.D  remove=water-person
need_team                 public     L...PPPP
need_reopen_ask           closed     L....P..
need_reopen_ask           closed     L....D..  reason=Ännu_trasig
need_reopen_ask           need       L.......
need_merge                unit-need  L.....PP
need_merge                public     L.....PP  ?q=ensamma
need_merge_plan           public     L.....PP  with=need-row living=need-row reason=Samma
need_merge_plan           need       L.....DD  with=public-row living=need-row reason=Samma confirm=1
need_split                unit-need  L.....PP
need_split                public     L.....PP
need_split                public     L.....DD  symptom_1=En symptom_2=Två closes=yes reason=Två_saker confirm=1
lineage_undo              lineage    L.....PP
lineage_undo              lineage    L.....DD  reason=Inte_samma
evidence_new              need       L....PPP
evidence_new              public     L....PPP
evidence_edit             evidence   L.....P.
evidence_edit             flagged    L.....P.
evidence_remove           evidence   L.....DD  -
evidence_photo            evidence   ....PPPP
evidence_photo            flagged    ......P.
match_list                unit-need  L.....PP
match_list                need       L...PPPP
match_list                public     L...PPPP
match_why_not             need       L...PPPP
match_why_not             need       L....DDD  solution=offered
match_asked               asked      L...PPPP
match_check               need       L...DDDD  solution=offered criterion=x verdict=met
match_judge               pair       L.....DD  fits=yes rank=1
match_choose              pair       L.....DD  -
solution_needs            offered    LP..PPPP
solution_why              offered    L..P....
call_from_needs           -          LP....PP
meeting_day_list          -          LP..PPPP
meeting_day_new           -          L......P
meeting_day               meeting-day L...PPPP
meeting_day               draft-day  L...P..P
meeting_day_edit          meeting-day L......P
meeting_day_parties       meeting-day L......P
meeting_day_invite        meeting-day L......D  do=remind
meeting_day_plan          meeting-day L......D  -
meeting_day_unmet         meeting-day L......P
meeting_day_publish       meeting-day L......P
meeting_day_publish       meeting-day L......D  -
meeting_day_cancel        meeting-day L......P
meeting_day_cancel        meeting-day L......D  why=Snö
meeting_party             own-party  L.....PP
meeting_party             startup-party L......P
meeting_party_leave       own-party  L.....DD  -
meeting_party_leave       startup-party L......D  do=remove
meeting_add               meeting-day L......P
meeting_move              planned-meeting L......P
meeting_move              planned-meeting L......D  do=remove
meeting_figures           -          LP..PPPP
meeting_timetable         meeting-day L...PPPP
meeting_timetable         sent-day   L...PPPP
meeting_day_print         meeting-day L...P..P
meeting_day_print         sent-day   L...PPPP
meeting_day_csv           meeting-day L...P..P
meeting_day_csv           sent-day   L...PPPP
meeting_day_csv           sent-day   L...P..P  ?vad=onskemal
meeting_detail            planned-meeting L...P..P
meeting_detail            held-meeting L..PPPPP
meeting_answer            held-meeting L..P..P.  -
meeting_no_show           held-meeting L..P..PP  -
party_answer              party-token PPPPPPPP
party_answer              guessed-token ........
party_calendar            party-token PPPPPPPP
party_calendar            guessed-token ........
party_page                party-token PPPPPPPP
party_page                guessed-token ........
party_cancel              party-token DDDDDDDD  -
party_cancel              guessed-token ........  -
data_set_list             -          PPPPPPPP
data_set_list             -          PPPPPPPP  ?slag=pipes
data_set_csv              -          PPPPPPPP
data_catalogue            -          PPPPPPPP
data_set_new              -          LP....PP
data_set_detail           pipes-data ....PPPP
data_set_detail           open-data  PPPPPPPP
data_set_edit             pipes-data L.....PP
data_set_release          pipes-data L......P
data_set_release          pipes-data L......D  to=exchange reason=Avtal
data_set_withdraw         open-release L......D  reason=Fel
data_import_new           pipes-data L.....PP
data_import               read-import L.....PP
data_import_save          read-import L.....DD  -
data_import_drop          read-import L.....DD  -
asset_list                pipes-data ......PP
asset_list                open-data  PPPPPPPP
asset_csv                 pipes-data ......PP
asset_csv                 open-data  PPPPPPPP
asset_geojson             pipes-data ......PP
asset_geojson             open-data  PPPPPPPP
incident_list             breaks-data ......PP
incident_csv              breaks-data ......PP
asset_detail              pipe       ......PP
asset_detail              pipe       ......DD  kind=leak
asset_detail              open-asset PPPPPPPP
observation_withdraw      pipe-seen  L.....DD  -
fit_list                  -          LP..PPPP
fit_new                   -          L.....PP
fit_detail                fit        L....P.P
fit_detail                waiting-fit L....P.P
fit_detail                failed-fit L....P.P
fit_again                 failed-fit L......D  -
fit_areas_csv             fit        L....P.P
leak_map                  -          LP..PDDD
leak_map_fit              fit        L....P.P
leak_map_fit              fit        L....P.P  ?share=10
leak_map_data             fit        L....P.P
leak_map_csv              fit        L....P.P
leak_map_geojson          fit        L....P.P
leak_map_pipe             fit-pipe   L....P.P
leak_map_ground           districts  L....P.P
network_map               pipes-data L.....PP
network_data              pipes-data L.....PP
network_pipe              pipe-on-map L.....DD
work_list_list            -          LP..PPPP
work_list_new             -          L.....DP
work_list_detail          draft-list L....P.P
work_list_detail          list       L....P.P
work_list_step            draft-list L......D  step=hand-out
work_list_csv             list       L....P.P
work_list_tick            list-item  L....P.P
work_list_tick            list-item  L....D.D  found=nothing
work_list_untick          list-item  L....D.D  -
was_it_right              -          LP..PPPP
was_it_right_list         list       L....P.P
was_it_right_csv          list       L....P.P
pilot_from_list           list       L......P
pilot_from_list           tried-list L......D
sensor_list               -          PPPPPPPP
sensor_geojson            -          PPPPPPPP
sensor_new                -          LPP..PPP
sensor_detail             sensor     ....PPPP
sensor_detail             sensor     ....PPPP  ?tid=week
sensor_detail             open-sensor PPPPPPPP
sensor_edit               sensor     L.....PP
sensor_edit               open-sensor L.P....P
sensor_step               sensor     L.....PP  step=key
sensor_step               sensor     L.....DD  step=end
sensor_step               open-sensor L.D....D  step=end
series_csv                series     ....PPPP
series_csv                open-series PPPPPPPP
pilot_list_measure        list-pilot L....D.D  -
solver_list               -          PPPPPPPP
solver_list               -          PPPPPPPP  ?q=9112310009
solver_csv                -          PPPPPPPP
solver_new                -          LP.P.PPP
solver_detail             startup    PPPPPPPP
solver_detail             hidden     ....PPPP
solver_register           -          PPPPPPPP
solver_confirm            registration PPPPPPPP
solver_verify_list        -          L......P
solver_verify             unchecked  L......P
solver_verify             unchecked  L......D  interest=none decision=verify saw_number=on
solver_detail             unchecked  .P..PPPP
solver_people             startup    L.PP....
solver_join               startup    LDDDDDDD  -
solver_join               hidden     L...DDDD  -
join_answer               join       L..D....  answer=yes
member_change             member     L..D....  role=member
agent_ask                 startup    L.P.....
agent_answer              behalf     L.DD....  answer=end
solver_edit               startup    L..P.PPP
solver_edit               trader     L....PPP
solver_state              startup    L......D  state=verified
solution_new              startup    L..P.PPP
solution_list             -          PPPPPPPP
solution_list             -          PPPPPPPP  ?q=ensamma
solution_csv              -          PPPPPPPP
solution_detail           offered    PPPPPPPP
solution_detail           sketch     ...PPPPP
solution_edit             offered    L..P.PPP
call_list                 -          PPPPPPPP
call_csv                  -          PPPPPPPP
call_new                  -          LP....PP
call_detail               open-call  PPPPPPPP
call_detail               draft-call ....PPPP
call_edit                 draft-call L.....PP
call_open                 draft-call L.....DD  -
call_close                open-call  L.....DD  -
call_answers              open-call  L...P.PP
call_answers_csv          open-call  L...P.PP
trial_new                 secret-answer L.....PP
trial_new_solution        offered    L.....PP
trial_list                -          LP..P.PP
trial_csv                 -          LP..P.PP
trial_detail              trial      L...P.PP
answer_new                open-call  PPPPPPPP
answer_decide             answer     L.....PP  decision=invite
answer_status             token      PPPPPPPP
answer_verify             token      DDDDDDDD  -
answer_withdraw           token      DDDDDDDD  -
talk_thread               talk-need  ....PPPP
talk_thread               talk-unit  ......PP
talk_thread               talk-public PPPPPPPP
talk_thread               talk-need  .....DDD  text=Hej
talk_thread               talk-public .DDD.DDD  text=Hej
comment_detail            said       ....PPPP
comment_detail            internal   ....PPPP
comment_detail            hidden-words ....PPPP
comment_edit              said       L.....P.
comment_edit              hidden-words L.......
comment_take_back         said       L.....D.  -
comment_react             said       L....D.D  helpful=1
comment_report            said       L....PPP
comment_report            internal   L....PPP
comment_report            hidden-words L.......
comment_object            hidden-words L.....P.
comment_hide              said       L......P
comment_hide              internal   L......P
comment_show              hidden-words L......P
row_follow                talk-need  L...DDDD  follow=1
row_follow                talk-unit  L.....DD  follow=1
row_report                talk-need  L....PPP
notification_list         -          LPPPPPPP
notification_csv          -          LPPPPPPP
notification_open         note       L.....D.
notification_read         -          LDDDDDDD  -
notification_settings     -          LPPPPPPP
unsubscribe               leave      PPPPPPPP
unsubscribe               kind-need  ........  -
moderation_queue          -          L......P
moderation_log            -          L...P..P
moderation_log_csv        -          L...P..P
report_keep               report     L......P
template_list             -          L......P
template_new              -          L......P
template_edit             template   L......P
template_remove           template   L......D  -
answer_many               kind-need  L......P
round_list                -          LP..PPPP
round_list_csv            -          LP..PPPP
round_new                 -          L......P
round_detail              round      L...P.PP
round_detail              decided-round L...PPPP
round_deadline            round      L......P
round_withdraw            round      L......P
round_close               round      L......P
round_close               round      L......D  -
round_score               round-need L.....P.
round_score               round-need L.....D.  value_0=3 value_1=none reason=Så
round_interest            round-need L.....PP
round_interest            round-need L.....DD  reason=Min_syster
round_hand_in             round      L.....D.  -
round_result              round      L...P.PP
round_result              closed-round L...P.PP
round_result              decided-round L...PPPP
round_csv                 round      L.......
round_csv                 closed-round L...P.PP
round_csv                 decided-round L...PPPP
round_scores_csv          round      L.......
round_scores_csv          closed-round L...P.PP
round_scores_csv          decided-round L...PPPP
round_need                round-need L.......
round_need                closed-round-need L...P.PP
round_need                decided-round-need L...PPPP
round_choose              round      L......D
round_choose              closed-round L......P
round_choose              closed-round L......D  keep=1
round_plan_list           -          LP..PPPP
round_plan_new            -          L......P
round_plan_new            -          L......P  ?kalla=blad
round_plan_new            -          L......P  title=-
round_plan                round-plan L...PPPP
round_plan_edit           round-plan L......P
round_plan_edit           round-plan L......P  title=-
round_plan_needs          round-plan L......P
round_plan_csv            round-plan L...PPPP
round_plan_report         round-plan L...PPPP
round_plan_weigh          round-plan L......P
round_plan_call           round-plan L......P
round_plan_call           round-plan L......D  open=1
round_plan_day            round-plan L......P
round_plan_remind         round-plan L......D  -
purchase_list             -          LP..PPPP
purchase_list             -          LP..PPPP  ?ar=2025
purchase_csv              -          LP..PPPP
purchase_new              -          LP....PP
ceiling_list              -          LP..PPPP
ceiling_list              -          L.......  sek=800000 valid_from=2027-01-01 source=Lagen
supplier_choice           planned-choice L.....PP
supplier_choice           sprint-choice L...PPPP
supplier_choice           sprint-choice L.....DD  kind=Teknik supplier=Bolaget reason=Bäst no_alternatives=Ensam
pilot_overview            -          LP..PPPP
pilot_overview            -          LP..PPPP  ?state=all
pilot_overview_csv        -          LP..PPPP
pilot_history_csv         -          LP..PPPP
measurement_list          pilot      L...PPPP
measurement_list          planned    L.....PP
measurement_csv           pilot      L...PPPP
measurement_csv           planned    L.....PP
measurement_edit          pilot-unit L.....PP
measurement_edit          pilot-unit L.....PP  -
measurement_import        pilot      L.....PP
measurement_import        planned    L.....PP
pilot_realised            pilot      L...PPPP
pilot_realised            planned    L.....PP
pilot_realised            pilot      L.....PP  -
staff_ask                 planned    L.....DD  -
staff_answer              planned    L.....P.
staff_answer              planned    L.....D.  possible=3 joy=3 go_on=3
hindrance_list            -          LP..PPPP
hindrance_list_csv        -          LP..PPPP
hindrance_new             need-in-the-way L....PPP
hindrance_new             need-in-the-way L....DDD  kind=time what=Tid
hindrance_new             unit-in-the-way L.....DD  kind=time what=Tid
hindrance_gone            need-hindrance L.....PP
hindrance_gone            unit-hindrance L.....DD  how=Borta
pilot_list                -          PPPPPPPP
pilot_list                -          PPPPPPPP  ?stage=exercise
pilot_new                 -          LP...PPP
pilot_detail              planned    ......PP
pilot_detail              sprint     ....PPPP
pilot_detail              open-pilot DDDDPPPP
pilot_team                planned    L.....PP
pilot_team                sprint     L.....PP
pilot_edit                planned    L.....PP
pilot_edit                sprint     L.....PP
pilot_goal                planned    L.....PP
pilot_units               planned    L.....PP
pilot_costs               planned    L.....PP
pilot_data                planned    L.....PP
pilot_data                sprint     L.....DD  has_personal_data=no
pilot_gate                planned    L.....PP
pilot_gate                sprint     L.....DD  reason=Nu
pilot_lot                 planned    L.....DD  earliest=2026-09-07
pilot_sprint              sprint     L.....PP
pilot_tests               sprint     L.....PP
pilot_prototype           sprint     L...PPPP
pilot_public_list         -          PPPPPPPP
pilot_public_csv          -          PPPPPPPP
pilot_learned             -          PPPPPPPP
pilot_learned_csv         -          PPPPPPPP
disclosure_list           -          PPPPPPPP
disclosure_csv            -          PPPPPPPP
pilot_page                pilot      ....PPPP
pilot_page                open-pilot PPPPPPPP
pilot_effect_csv          pilot      ....PPPP
pilot_effect_csv          open-pilot PPPPPPPP
pilot_decide              pilot      L.....PP
pilot_decide              open-pilot L.....PP
pilot_note                pilot      L.....PP
pilot_publish             pilot      L.....PP
pilot_publish             pilot      L.....DD  -
"""
# What the JSON interface answers is in test_api_rights.py. What a library answers for, and tests of its own.
NOT_OURS = (
    "account_",
    "mfa_",
    "saml_",
    "openid_connect_",
    "socialaccount_",
    "usersessions_",
    "set_language",
)


WRITES = ("INSERT", "UPDATE", "DELETE")
OWN_STATE = (
    "last_used_at",
    "django_session",
    "core_ratecount",
    "usersessions",
    "talk_notification",
    "core_person",
    "core_cache",
)

LOOKS_TOLD = {
    *("asset_list", "asset_csv", "asset_geojson", "asset_detail", "incident_list", "incident_csv"),
    *("leak_map_fit", "leak_map_pipe", "leak_map_csv", "leak_map_geojson", "network_map"),
}
"""Where looking itself is told in the audit trail: into restricted data sets. Nothing else is written there either."""


def rows() -> Iterator[tuple[str, str, str, list[str]]]:
    for line in TABLE.strip().splitlines():
        name, row, letters, *sent = line.split()
        assert len(letters) == len(VIEWERS), line
        yield name, row, letters, sent


def ask(
    world: World, client: Client, name: str, row: str, sent: list[str], written: list[str]
) -> HttpResponse:
    """The answer to one line of the table; to `written` is added what looking wrote. All is taken back afterwards."""
    address = reverse(name, args=world.args[row])
    with transaction.atomic():
        if not sent or sent[0].startswith("?"):
            with noting_writes(name, written):
                answer = client.get(address + "".join(sent))
        else:
            pairs = [pair.partition("=") for pair in sent if pair != "-"]
            data = {key: world.values.get(value, value.replace("_", " ")) for key, _, value in pairs}
            answer = client.post(address, data)
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]


@contextmanager
def noting_writes(name: str, written: list[str]) -> Iterator[None]:
    """Notes what looking at that address writes, beyond the reader's own state and what is told of looks."""
    allowed = (*OWN_STATE, *(["core_audit"] if name in LOOKS_TOLD else []))

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES) and not any(table in sql for table in allowed):
            written.append(f"{name}: {sql[:120]}")
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield


def letter(answer: HttpResponse) -> str:
    if answer.status_code in {301, 302}:
        return "L" if "/konto/login/" in answer["Location"] else "D"
    return {200: "P", 204: "D", 404: "."}.get(answer.status_code, str(answer.status_code))


def names_of(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "api":
                continue
            found |= names_of(pattern.url_patterns)
        elif pattern.name:
            found.add(pattern.name)
    return found


def test_table_when_an_address_is_new_then_it_has_a_line() -> None:
    ours = {name for name in names_of(get_resolver().url_patterns) if not name.startswith(NOT_OURS)}
    assert ours == {name for name, *_ in rows()}


INSIDE = frozenset({"auditor", "water", "bo", "dag"})
READERS = {
    "UTKASTET": {"bo"},
    "UTKASTDAGEN": {"auditor", "dag"},
    "NYCKELNS": {"bo"},
    "inbjuden@": {"dag"},
    "ENHETENS": {"bo", "dag"},
    "SLÄKTENS": {"bo", "dag"},
    "LAGETS": {"water", "dag"},
    "KOMMUNENS": INSIDE,
    "KOLLEGANS": INSIDE,
    "FLAGGAT": {"bo"},
    "HEMLIGHETEN": INSIDE | {"elif"},
    "SKISSEN": INSIDE | {"elif"},
    "GÖMDA": INSIDE,
    "MIDDAGSBRON": INSIDE | {"sam", "elif"},
    "UTLYSNINGSUTKAST": INSIDE,
    "AVSÄNDAREN": {"bo", "dag", "auditor"},
    "AFFÄRSHEMLIGHETEN": {"bo", "dag", "auditor"},
    "OKONTROLLERADE": INSIDE | {"sam"},
    "9112310009": set(),
    "SAMTALSORDET": INSIDE,
    "INTERNT": INSIDE,
    "DOLTORD": {"bo", "dag"},
    "ANMÄLANS": {"dag", "auditor"},
    "MALLEN": {"bo", "dag"},
    "OMGÅNGEN": {"auditor", "bo", "dag"},
    "PROVETS": {"bo", "dag"},
    "BEDÖMARENS": set(),
    "STÄNGDA": {"auditor", "bo", "dag"},
    "BESLUTETS": INSIDE,
    "KROKENS": set(),
    "CHEFSSVARETS": {"auditor", "bo", "dag"},
    "STARTUPSVARETS": {"auditor", "elif", "bo", "dag"},
    "OMGÅNGSPLANEN": INSIDE,
    "OMGÅNGSBEHOVET": INSIDE,
    "PILOTENS": INSIDE,
    "GRINDENS": INSIDE,
    "RÖRNÄTETS": {"bo", "dag"},
    "GIVARENS": INSIDE,
}
"""Who may read each hidden word, on whatever page: those for whom nothing is named may read none of them."""


PRIVATE_LINKS = {"token", "invite-token", "party-token", "private-feed", "private-days"}


def words_in(answer: HttpResponse) -> set[str]:
    """The hidden words that the page tells."""
    page = answer.getvalue().decode(errors="replace")
    if answer.get("Content-Type", "").startswith("application/json"):
        page = json.dumps(json.loads(page), ensure_ascii=False)  # "Ö" may be written with its number
    return {word for word in READERS if word in page}


def askers(letters: str) -> dict[str, str]:
    """Who opens the address, with the letter each should get: everyone; on PostgreSQL one for each letter.

    Who may open it is decided in Python, and the same on both; what differs is whether the database can answer.
    """
    everyone = dict(zip(VIEWERS, letters, strict=True))
    if connection.vendor == "sqlite":
        return everyone
    return {who: each for each, who in {each: who for who, each in everyone.items()}.items()}


def test_every_address_when_opened_by_everyone_then_as_the_table_says_and_nothing_more_is_told(
    world: World,
) -> None:
    wrong: list[str] = []
    written: list[str] = []
    seen: set[str] = set()
    for name, row, letters, sent in rows():
        asked = askers(letters)
        answers = {who: ask(world, world.clients[who], name, row, sent, written) for who in asked}
        found = "".join(letter(answer) for answer in answers.values())
        line = f"{name} {row} {' '.join(sent)}"
        if found != "".join(asked.values()):
            wrong.append(f"{line}: {letters} in the table, {found} found")
        # Whoever holds the private link is the sender; a page repeats what is searched for; own data is one's own.
        if row in PRIVATE_LINKS or name == "my_data" or "9112310009" in line:
            continue
        told = {(who, word) for who, answer in answers.items() for word in words_in(answer)}
        wrong += [f"{line}: {who} reads {word}" for who, word in told if who not in READERS[word]]
        seen |= {word for _who, word in told}
    assert not wrong, "\n".join(wrong)
    assert not written, "\n".join(written)
    if connection.vendor == "sqlite":
        assert seen == {word for word, readers in READERS.items() if readers}, "each word is there to be read"
