"""The finance system by its web pages, for those that have nothing else: Playwright with Debian's Chromium.

Such pages know no keys. So each look and each deed goes to the invoice's own page first and sees how it stands, the
reason that is typed in carries the case's mark, and nobody else is at the same invoice meanwhile. What fails leaves a
screenshot and a trace; the trace begins after log-in, so that no password is in it.
"""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from django.utils.translation import gettext as _
from playwright.sync_api import BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from ringar.robots.authoring import NeedsHuman, TargetDown
from ringar.robots.engine.cases import CaseInHand
from ringar.robots.library.addresses import LOOPBACK
from ringar.robots.library.turns import in_turn
from ringar.robots.robot_settings import NotSet, secret, setting

T = TypeVar("T")
PATIENCE = 20_000  # milliseconds for a page
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
STATUS = {"Öppen": "open", "Krediterad": "credited", "Delvis krediterad": "partly credited"}


class FinancePages:
    """The pages that the robot of that name works in: FINANCE_URL, FINANCE_USER and FINANCE_PASSWORD."""

    def __init__(self, robot: str) -> None:
        self.robot = robot

    def find(self, number: str, *, customer: str, amount: str) -> dict[str, Any]:
        """As `Finance.find`, by the search page."""
        return self.visit(lambda page: _find(page, number, customer, amount))

    def credit(self, number: str, mark: str) -> dict[str, Any]:
        """Credits the invoice, unless its page says that it is credited; `is_own` False: by another."""
        with in_turn(f"invoice {number}"):
            return self.visit(lambda page: _credit(page, number, mark))

    def credit_known(self, key: str, number: str, mark: str) -> dict[str, Any] | None:
        """What `credit` gave, where the invoice's page shows a credit note with the case's mark."""
        with in_turn(f"invoice {number}"):
            return self.visit(lambda page: _own(_look(page, number), mark))

    def visit(self, act: Callable[[Page], T]) -> T:
        """Logs in, does what is to be done, logs out; in a thread of its own, as the browser has an event loop."""
        base = setting(self.robot, "FINANCE_URL").rstrip("/")
        if not base.startswith(("https://", *(f"http://{host}" for host in LOOPBACK))):
            raise NotSet(f"FINANCE_URL of {self.robot} must begin with https://.")
        user, password = setting(self.robot, "FINANCE_USER"), secret(self.robot, "FINANCE_PASSWORD")
        path = setting(self.robot, "BROWSER", shutil.which("chromium") or "/usr/bin/chromium")
        with ThreadPoolExecutor(1, thread_name_prefix="browser") as one:
            return one.submit(_visit, act, base, user, password, path).result()


def _visit(act: Callable[[Page], T], base: str, user: str, password: str, path: str) -> T:
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=flags)
            context = browser.new_context(base_url=base, locale="sv-SE")
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            _log_in(page, user, password)
            with _evidence(context, page):
                result = act(page)
            page.goto("/logga-ut")
            browser.close()
    except BrowserError as error:
        fault = TargetDown(f"The finance system's pages: {error.message.splitlines()[0][:300]}")
        raise _with_files(fault, getattr(error, "files", [])) from error
    return result


def _log_in(page: Page, user: str, password: str) -> None:
    page.goto("/logga-in")
    page.get_by_label("Användare").fill(user)
    page.get_by_label("Lösenord").fill(password)
    page.get_by_role("button", name="Logga in").click()
    if not page.get_by_role("link", name="Logga ut").count() or page.get_by_label("Lösenord").count():
        raise TargetDown(
            "The finance system does not let the robot in: check FINANCE_USER and FINANCE_PASSWORD."
        )


def _find(page: Page, number: str, customer: str, amount: str) -> dict[str, Any]:
    if number:
        return {"number": number, "invoice": _look(page, number), "others": []}
    if not (customer and amount):
        return {"number": "", "invoice": None, "others": []}
    page.goto("/sok")
    page.get_by_label("Kund").fill(customer)
    page.get_by_label("Belopp").fill(amount)
    page.get_by_role("button", name="Sök").click()
    return {
        "number": "",
        "invoice": None,
        "others": page.locator("td a[href^='/faktura/']").all_inner_texts(),
    }


def _look(page: Page, number: str) -> dict[str, Any] | None:
    """The invoice as its page shows it; None where there is none."""
    answer = page.goto(f"/faktura/{quote(number, safe='')}")
    if answer is not None and answer.status == 404:
        return None
    if answer is None or not answer.ok:
        raise TargetDown(f"The invoice's page says {answer.status if answer else 'nothing'}.")
    shown, _space, currency = page.locator("#belopp").inner_text().rpartition(" ")
    rows = page.locator("#krediteringar tr").all()[1:]
    notes = [row.locator("td").all_inner_texts() for row in rows]
    return {
        "number": number,
        "customer": page.locator("#kund").inner_text(),
        "customer_number": page.locator("#organisationsnummer").inner_text(),
        "amount": str(Decimal(re.sub(r"\s", "", shown).replace(",", "."))),
        "currency": currency,
        "status": STATUS[page.locator("#status").inner_text()],
        "credits": [note[0] for note in notes],
        "reasons": [note[2] for note in notes],
    }


def _own(invoice: dict[str, Any] | None, mark: str) -> dict[str, Any] | None:
    if invoice is None:
        return None
    own = [note for note, why in zip(invoice["credits"], invoice["reasons"], strict=True) if mark in why]
    return {"number": own[0], "is_own": True} if own else None


def _credit(page: Page, number: str, mark: str) -> dict[str, Any]:
    invoice = _look(page, number)
    if invoice is None:
        raise NeedsHuman(_("The invoice is not in the finance system any more."), invoice=number)
    if done := _own(invoice, mark):
        return done
    if invoice["credits"]:
        return {"number": invoice["credits"][-1], "is_own": False}
    page.get_by_role("link", name="Kreditera").click()
    page.get_by_label("Orsak").fill(_("Cancelled on request. Case %(mark)s") % {"mark": mark})
    page.get_by_role("button", name="Kreditera").click()
    page.get_by_role("button", name="Bekräfta").click()
    page.get_by_text(f"Faktura {number} är krediterad.").wait_for()
    done = _own(_look(page, number), mark)
    if done is None:
        raise TargetDown("The page says that the invoice is credited, and shows no credit note.")
    return done


@contextlib.contextmanager
def _evidence(context: BrowserContext, page: Page) -> Iterator[None]:
    """Gives what goes wrong within the block a screenshot and a trace."""
    context.tracing.start(screenshots=True, snapshots=True)
    try:
        yield
    except Exception as error:
        with contextlib.suppress(BrowserError, OSError), tempfile.TemporaryDirectory() as folder:
            picture = page.screenshot(full_page=True)
            context.tracing.stop(path=Path(folder) / "trace.zip")
            trace = (Path(folder) / "trace.zip").read_bytes()
            _with_files(error, [("screenshot.png", picture), ("trace.zip", trace)])
        raise


def _with_files(error: Exception, files: list[tuple[str, bytes]]) -> Exception:
    error.files = files  # type: ignore[attr-defined]  # read by `keeping_evidence`
    return error


@contextlib.contextmanager
def keeping_evidence(case: CaseInHand) -> Iterator[None]:
    """Keeps with the case what the browser saw when something within the block went wrong."""
    try:
        yield
    except Exception as error:
        for name, content in getattr(error, "files", []):
            case.keep_file(name, content)
        raise
