"""Once a day: a broken audit trail is told, and what is of no more use goes."""

import logging
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from ringar.core.actions import add_person
from ringar.core.actions.limits import count_try
from ringar.core.audit_queries import chain_head, unsealed
from ringar.core.clock import at, now
from ringar.core.models import AuditEvent, RateCount
from ringar.core.rules import Role, Viewer
from ringar.robots.actions.work import queue_work
from ringar.robots.engine.running import run_waiting
from ringar.robots.housekeeping import check_trail, prune_work, remove_old
from ringar.robots.models.work import Work
from ringar.robots.registry import WATCHES, find_tasks
from ringar.robots.tasks import look_at_day
from tests.people import People

ROBOT = Viewer.of_robot()


def done_work(key: str, days: int) -> Work:
    work = queue_work("robots.remove_old", by=ROBOT, key=key)
    long_ago = timezone.now() - timedelta(days=days)
    Work.objects.filter(pk=work.pk).update(state="done", finished_at=long_ago)
    return work


def test_check_trail_when_whole_then_nobody_is_written_to_and_the_log_keeps_the_head(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "ringar.trust"):
        assert check_trail().is_whole
    assert unsealed().count() == 0 and chain_head()[1] in caplog.text
    assert mail.outbox == []


def test_check_trail_when_broken_then_administrators_and_operator_are_told_in_their_language(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    for name, language in (("Åsa", "sv"), ("Ann", "en")):
        add_person(
            by=ROBOT,
            email=f"{name}@ringsala.example".lower(),
            name=name,
            language=language,
            unit=people.care,
            role=Role.ADMINISTRATOR,
        )
    check_trail()
    AuditEvent.objects.filter(position=3).update(label="någon annan")
    work = queue_work("robots.check_trail", by=ROBOT, key="now")
    run_waiting()
    work.refresh_from_db()
    assert work.state == "failed" and work.attempts == 1
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert set(letters) == {"åsa@ringsala.example", "ann@ringsala.example", "Ringar <ringar@localhost>"}
    assert "does not hold" in letters["ann@ringsala.example"].subject
    assert "stämmer inte" in letters["åsa@ringsala.example"].subject
    assert "nummer 3." in letters["åsa@ringsala.example"].body
    assert "The audit chain is broken" in caplog.text


def test_look_at_day_when_several_workers_look_then_once_a_day(people: People) -> None:
    find_tasks()
    assert WATCHES["robots.day"].every == 3600
    for _ in range(3):
        look_at_day()
    assert Work.objects.count() == 2
    with at(now() + timedelta(days=1)):
        look_at_day()
    assert Work.objects.count() == 4


def test_run_waiting_when_a_page_waits_then_the_days_work_is_not_looked_for(db: None) -> None:
    run_waiting()
    assert not Work.objects.filter(name="robots.check_trail").exists()


def test_prune_work_when_old_and_done_then_only_that_goes(db: None, settings: Any) -> None:
    settings.RINGAR_WORK_KEPT_DAYS = 30
    old, fresh, waiting = done_work("old", 31), done_work("fresh", 29), done_work("waiting", 99)
    failed = done_work("failed", 99)
    Work.objects.filter(pk=waiting.pk).update(state="waiting")
    Work.objects.filter(pk=failed.pk).update(state="failed")
    assert prune_work() == 1
    assert set(Work.objects.all()) == {fresh, waiting, failed} and old.pk


def test_remove_old_when_files_were_never_saved_then_only_yesterdays_go(
    people: People, settings: Any, tmp_path: Path, logged_in: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client: Client = logged_in(people.dag)
    old, kept = tmp_path / "imports" / "old.csv", tmp_path / "evidence.jpg"
    for path in (old, kept):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
        os.utime(path, (time.time() - 90_000, time.time() - 90_000))
    with (tmp_path / "enheter.csv").open("w+b") as file:
        file.write(b"namn\nHemtj\xc3\xa4nsten")
        file.seek(0)
        client.post("/importera/", {"kind": "units", "file": file})
    assert len(list((tmp_path / "imports").iterdir())) == 2
    assert remove_old()["files"] == 1
    assert not old.exists() and kept.exists()
    assert client.get("/importera/units/").status_code == 200


def test_remove_old_when_log_ins_and_counts_have_ended_then_they_go(people: People) -> None:
    for days in (-1, 1):
        session = SessionStore()
        session["x"] = 1
        session.set_expiry(timezone.now() + timedelta(days=days))
        session.save()
    count_try("write", "somebody", seconds=-5)
    count_try("write", "somebody", seconds=500)
    removed = remove_old()
    assert (removed["sessions"], removed["counts"]) == (1, 1)
    assert Session.objects.count() == 1 and RateCount.objects.count() == 1
