"""The demo's rounds: one that has closed with real disagreement, one where scores are still awaited."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ringar.core.clock import at
from ringar.core.models import Person
from ringar.core.rules import Viewer
from ringar.demo.days import end_of_day
from ringar.needs.actions import Weighed, close_round, hand_in_scores, open_round, save_score
from ringar.needs.models import Need
from ringar.needs.round_models import Round


def add_round(
    row: dict[str, Any],
    start: datetime,
    needs: Mapping[str, Need],
    people: Mapping[str, Person],
    viewers: Mapping[str, Viewer],
) -> None:
    """A round as the data tells: opened, scored by some, closed where its last day has passed."""
    opened, last = start - timedelta(days=row["opened"]), start + timedelta(days=row["days_left"])
    deadline = end_of_day(last)
    with at(opened):
        round = open_round(
            by=viewers[row["by"]],
            title=row["title"],
            about=row["about"].strip(),
            needs=[needs[each["need"]] for each in row["score"]],
            criteria=[Weighed(**each) for each in row["criterion"]],
            assessors=[people[key] for key in row["assessors"]],
            deadline=deadline,
            may_choose=row["may_choose"],
        )
    with at(opened + timedelta(days=2)):
        add_scores(row, round, needs, viewers)
    if deadline < start:
        with at(deadline):
            close_round(by=Viewer.of_robot(round.organisation_id), round=round)


def add_scores(
    row: dict[str, Any], round: Round, needs: Mapping[str, Need], viewers: Mapping[str, Viewer]
) -> None:
    """What each has scored, and who has handed in."""
    entries = {entry.need_id: entry for entry in round.entries.select_related("need", "round")}
    why = {(each["by"], each["need"]): each["text"] for each in row["why"]}
    for given in row["score"]:
        entry = entries[needs[given["need"]].pk]
        for key in row["assessors"]:
            if key in given:
                values = [value or None for value in given[key]]
                save_score(
                    by=viewers[key], entry=entry, values=values, reason=why.get((key, given["need"]), "")
                )
    for key in row["handed_in"]:
        hand_in_scores(by=viewers[key], round=round)
