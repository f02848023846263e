"""The invoice robot on the finance system's web pages, with Debian's Chromium."""

import io
import shutil
import zipfile

import pytest

from ringar.robots.library import turns
from ringar.robots.models.cases import CaseFile, Robot
from ringar.robots.rules.cases import CaseState
from ringar_kits.invoices import check_invoice, read_invoice
from tests.people import People
from tests.rooms.robots.invoice_cast import World, due_again, published, told, work_off
from tests.world import PASSWORD, switch

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine"),
]
pages = pytest.importorskip("ringar.robots.library.cancel_invoice_web")


@pytest.fixture
def world(servers: World, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in servers.settings("cancel-invoice-web").items():
        monkeypatch.setenv(name, value)
    return servers


@pytest.fixture
def robot(people: People, world: World, settings) -> Robot:
    settings.RINGAR_RETRY_SECONDS = 600  # not by itself, however slow the machine
    return published(people, "cancel-invoice-web", "makulera-faktura-pa-webbsidor")


def test_robot_when_it_stops_after_the_press_then_the_page_tells_that_it_is_done_and_the_next_who_asks_is_told(
    robot: Robot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.invoice()
    for _mail in range(2):
        world.send(f"Makulera faktura {number}")
    press, presses = pages.finance.credit, []

    def stop_after(number: str, mark: str) -> dict[str, object]:
        presses.append(done := press(number, mark))
        if len(presses) == 1:
            raise ConnectionResetError("the cable")
        return done

    monkeypatch.setattr(pages.finance, "credit", stop_after)
    first, second = work_off(robot)
    assert (first.state, first.steps.get(key__endswith="credit").done_at) == (CaseState.RETRYING, None)
    first, second = due_again(robot)
    assert [told(first), told(second)] == [(CaseState.DONE, "cancelled"), (CaseState.DONE, "already")]
    (credit,) = world.credits(number)
    note = read_invoice(credit["body"])
    assert str(first.uuid) in note.note
    assert note.preceding[0].number == number
    assert not any(finding.is_error for finding in check_invoice(credit["body"]))
    assert len(presses) == 1, "the page was asked instead"
    assert [credit["number"] in text for text in world.answers(number)] == [True, True]


def test_pages_when_they_fail_then_a_screenshot_and_a_trace_are_kept_without_the_password(
    robot: Robot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.invoice()
    world.send(f"Makulera faktura {number}")
    world.change("UPDATE invoice SET xml = 'x' WHERE number = ?", number)  # the press ends in a fault
    monkeypatch.setattr("ringar.robots.library.finance_pages.PATIENCE", 3_000)
    case = work_off(robot)[-1]
    assert case.state == CaseState.RETRYING
    assert PASSWORD not in case.error
    kept = {each.name: each.file.read() for each in CaseFile.objects.filter(case=case)}
    assert set(kept) == {"screenshot.png", "trace.zip"}
    assert kept["screenshot.png"].startswith(b"\x89PNG")
    with zipfile.ZipFile(io.BytesIO(kept["trace.zip"])) as trace:
        assert len(trace.namelist()) > 2
        assert not any(PASSWORD.encode() in trace.read(name) for name in trace.namelist())


def test_pages_when_down_then_it_is_technical(world: World) -> None:
    switch(world.finance.data, down=1)
    try:
        with pytest.raises(turns.TargetDown, match="pages"):
            pages.finance.find("1", customer="", amount="")
    finally:
        switch(world.finance.data, down=0)


def test_turn_when_another_has_it_then_waits_and_then_gives_up(transactional_db: None) -> None:
    with turns.in_turn("invoice 1"):
        with pytest.raises(turns.TargetDown, match="invoice 1"), turns.in_turn("invoice 1", seconds=0.1):
            pass
        with turns.in_turn("invoice 3", seconds=0.1):
            pass
    with turns.in_turn("invoice 1", seconds=0.1):
        pass
