"""A process is alive as long as it holds its lock, and no longer."""

import time

import pytest
from django.db import connection

from ringar.robots import liveness
from ringar.robots.actions.work import register_worker
from ringar.robots.rules.work import pause_after
from tests.rooms.robots.conftest import START, wait_for


def test_is_alive_when_the_lock_is_held_or_released_then_it_says_so(db: None) -> None:
    name = liveness.new_owner()
    assert not liveness.is_alive(name)
    with liveness.holding(name):
        assert liveness.is_alive(name)
        assert liveness.is_alive(name), "asking does not change it"
        assert not liveness.is_alive(liveness.new_owner())
    assert not liveness.is_alive(name)


@pytest.mark.django_db(transaction=True)
def test_is_alive_when_the_process_is_killed_then_it_is_dead_at_once(start_process: START) -> None:
    name = liveness.new_owner()
    process = start_process("tests.rooms.robots.trial_holder", name)
    wait_for(lambda: liveness.is_alive(name))
    process.kill()
    process.wait()
    assert wait_for(lambda: not liveness.is_alive(name)) < 2


def test_new_owner_when_made_twice_then_the_names_differ() -> None:
    assert liveness.new_owner() != liveness.new_owner()


def test_hold_when_a_process_of_that_name_lives_then_the_second_does_not_start(db: None) -> None:
    name = liveness.new_owner()
    with liveness.holding(name):
        with pytest.raises(BlockingIOError):
            liveness.hold(name)
        assert liveness.is_alive(name)


@pytest.mark.django_db(transaction=True)
def test_watcher_when_a_process_gives_no_sign_then_it_is_frozen_and_loses_its_lock(settings) -> None:
    settings.RINGAR_FROZEN_SECONDS = 0.2
    name, watcher = liveness.new_owner(), liveness.Watcher()
    lock = liveness.hold(name)
    register_worker(name)
    assert not watcher.is_frozen(name)
    time.sleep(0.3)
    lock.beat()
    assert not watcher.is_frozen(name), "it has given a sign since"
    time.sleep(0.3)
    assert watcher.is_frozen(name)
    liveness.take_lock_from(name)
    assert not lock.is_held()
    assert not liveness.is_alive(name)
    lock.release()


def test_is_held_when_the_lock_is_taken_away_then_it_says_so(db: None) -> None:
    name = liveness.new_owner()
    lock = liveness.hold(name)
    assert lock.is_held()
    if connection.vendor == "sqlite":
        lock.path.unlink()
    else:
        lock.session.close()
    assert not lock.is_held()
    lock.release()


def test_pause_after_when_attempts_mount_then_it_grows_to_an_hour() -> None:
    assert [pause_after(n, 2).total_seconds() for n in (1, 2, 3, 4, 5, 6, 7, 1000)] == [
        2, 8, 32, 128, 512, 2048, 3600, 3600,
    ]  # fmt: skip
