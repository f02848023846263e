"""What the robots do for this room: look for needs and solutions that are new or changed, rank, learn."""

from django.utils.translation import gettext_lazy as _

from ringar.core.clock import now, today
from ringar.core.rules import Viewer
from ringar.matching.actions import ask_for_answers, plan_day, remind_late_parties
from ringar.matching.actions.round_plan_steps import remind_everywhere
from ringar.matching.day_mail import write_letters
from ringar.matching.day_models import MeetingDay
from ringar.matching.day_queries import parties_to_remind
from ringar.matching.learning import learn_preference
from ringar.matching.meeting_queries import parties_to_ask
from ringar.matching.plan_late import plans_with_late
from ringar.matching.queries import matches_to_explain, needs_to_rank, solutions_mark
from ringar.matching.ranking import explain_waiting, rank_need, rank_waiting
from ringar.robots.actions.work import queue_work
from ringar.robots.registry import WorkContext, task, watch
from ringar_kits.texts import load_embedder

SECONDS_A_RUN = 20


def queue_ranking() -> None:
    """Asks the robots to rank what waits; asked twice, it is done once."""
    queue_work("matching.rank", by=Viewer.of_robot(), key="matching.rank", again=True)


@watch("matching.look", every=2)
def look_for_needs_to_rank() -> None:
    """Queues the ranking where a need waits for one: it is new or changed, or solutions are. Then what explains it."""
    embedder = load_embedder()
    if needs_to_rank(solutions_mark(embedder.name if embedder else "")).exists():
        queue_ranking()
    elif matches_to_explain().exists():
        queue_work("matching.explain", by=Viewer.of_robot(), key="matching.explain", again=True)


@task("matching.rank", label=_("Look for solutions that fit the needs"))
def rank(work: WorkContext) -> None:
    """Ranks needs that wait; with some left it queues itself again, so that other work comes in between."""
    if rank_waiting(seconds=SECONDS_A_RUN, report=work.report):
        queue_ranking()


@task("matching.explain", label=_("Say why solutions fit, by their meaning"))
def explain(work: WorkContext) -> None:
    """Finds reasons by meaning for a while; the next look queues it again where some are left."""
    explain_waiting(seconds=SECONDS_A_RUN, report=work.report)


@task("matching.rank_need", label=_("Compare a solution that was asked for"), is_urgent=True)
def rank_one(work: WorkContext) -> None:
    """Ranks one need now, with what was asked for."""
    rank_need(work.payload["need"])


@task("matching.learn", label=_("Learn from judgements"))
def learn(work: WorkContext) -> None:
    """Learns from all of an organisation's judgements; its needs are then ranked anew."""
    if learn_preference(by=work.by, organisation_id=work.payload["organisation"]):
        queue_ranking()


@task("matching.plan_day", label=_("Plan a meeting day"), is_urgent=True, attempts=2)
def plan(work: WorkContext) -> None:
    """Makes the day's timetable, and shows how far it has come."""
    day = MeetingDay.objects.get(pk=work.payload["day"])
    plan_day(by=work.by, day=day, progress=work.report)


@watch("matching.remind_parties", every=300)
def look_for_late_parties() -> None:
    """Queues the reminders where a last day for wishes is near and somebody has not answered."""
    if parties_to_remind(now()).exists():
        queue_work("matching.remind_parties", by=Viewer.of_robot(), key="matching.remind_parties", again=True)


@task("matching.remind_parties", label=_("Remind those invited to meetings of their wishes"))
def remind(work: WorkContext) -> None:
    """Sends the reminders, once each."""
    remind_late_parties()


@watch("matching.ask_for_answers", every=600)
def look_for_parties_to_ask() -> None:
    """Queues the letters to those who have met and not said how it went."""
    if parties_to_ask(now()):
        queue_work(
            "matching.ask_for_answers", by=Viewer.of_robot(), key="matching.ask_for_answers", again=True
        )


@task("matching.ask_for_answers", label=_("Ask how meetings went"))
def ask_how_it_went(work: WorkContext) -> None:
    """Asks each party after its last meeting, and once more."""
    ask_for_answers()


@watch("matching.rounds_look", every=600)
def look_for_late_rounds() -> None:
    """Queues, once a day, the reminding of those who are late in rounds."""
    if plans_with_late(today()):
        queue_work("matching.remind_late", by=Viewer.of_robot(), key=f"matching.remind_late:{today()}")


@task("matching.remind_late", label=_("Remind those who are late in rounds"))
def remind_rounds(work: WorkContext) -> None:
    """Each at most once a week."""
    remind_everywhere()


@task("matching.write_letters", label=_("Write to those who meet"), is_urgent=True)
def write_to_parties(work: WorkContext) -> None:
    """Writes the letters about a timetable of many."""
    told = work.payload
    write_letters(told["name"], told["letters"], is_first=told["is_first"], report=work.report)
