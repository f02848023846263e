"""What the city's people say to each other: comments, replies, an answer, one that is hidden, one that is reported."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ringar.core.clock import at
from ringar.core.rules import Viewer
from ringar.needs.models import Need
from ringar.talk.actions import (
    add_comment,
    hide_comment,
    mark_read,
    react,
    report_row,
    save_template,
)
from ringar.talk.models import Comment
from ringar.talk.rules import Purpose

READ_UNTIL = timedelta(days=3)
"""What is older has been read and mailed: a city that has just been made sends no two years of news."""


def say(
    row: Mapping[str, Any],
    need: Need,
    start: datetime,
    viewers: Mapping[str, Viewer],
    parent: Comment | None = None,
) -> Comment:
    """One comment of the data, at its time."""
    with at(start - timedelta(days=row["days_ago"])):
        return add_comment(
            by=viewers[row["by"]],
            row=need,
            text=row["text"],
            purpose=Purpose.ANSWER if row.get("answer") else Purpose.COMMENT,
            is_internal=row.get("internal", False),
            parent=parent,
        ).comment


def talk_about(
    row: Mapping[str, Any], needs: Mapping[str, Need], start: datetime, viewers: Mapping[str, Viewer]
) -> None:
    """A thread of the data, with what came of it."""
    need = needs[row["need"]]
    comment = say(row, need, start, viewers)
    for reply in row.get("replies", []):
        say(reply, need, start, viewers, comment)
    with at(start - timedelta(days=row["days_ago"] - 0.5)):
        for key in row.get("helpful", []):
            react(by=viewers[key], comment=comment, is_helpful=True)
        if hidden := row.get("hidden"):
            hide_comment(by=viewers[hidden["by"]], comment=comment, reason=hidden["reason"])
        if report := row.get("report"):
            report_row(by=viewers[report["by"]], row=need, comment=comment, why=report["why"])


def let_them_talk(
    data: Mapping[str, list[dict[str, Any]]],
    needs: Mapping[str, Need],
    start: datetime,
    viewers: Mapping[str, Viewer],
) -> None:
    """All that is said; then everyone has read what is older than READ_UNTIL."""
    for row in data["said"]:
        talk_about(row, needs, start, viewers)
    for template in data["template"]:
        with at(start - timedelta(days=60)):
            save_template(by=viewers["dag"], name=template["name"], text=template["text"])
    for viewer in viewers.values():
        mark_read(by=viewer, until=start - READ_UNTIL)
