"""`make screenshots`: every page of the demo, wide and narrow, light and dark, in Swedish and English.

The demo is made in a temporary folder, or kept in RINGAR_VAR where that is set. Pictures and an index.html go to
screenshots/, which git ignores; the few that README and docs show go to docs/screenshots/, smaller.
"""

import argparse
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IS_KEPT = "RINGAR_VAR" in os.environ
VAR = Path(os.environ.get("RINGAR_VAR") or tempfile.mkdtemp(prefix="ringar-")).resolve()
os.environ |= {"RINGAR_DEMO": "1", "RINGAR_VAR": str(VAR), "DJANGO_SETTINGS_MODULE": "ringar.config.settings"}
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright runs a loop in this thread
django.setup()
logging.disable(logging.WARNING)  # what a form asks is also tried as a page, and refused

from django.core.exceptions import ObjectDoesNotExist
from django.test import Client
from django.test.utils import override_settings

from ringar.core.models import Person
from ringar.demo.cast import email_of
from tests.browser.elsewhere import ELSEWHERE
from tests.browser.test_pages import NOT_PAGES
from tests.chromium import find_chromium
from tests.city import PEOPLE, Walk, walk

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "screenshots"
DOCS = ROOT / "docs" / "screenshots"
LARGEST = 150_000  # bytes of a picture in docs
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]


@dataclass(frozen=True)
class Dress:
    """How a page is looked at."""

    width: int
    scheme: str
    language: str

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}-{self.language}"


DRESSES = [
    Dress(width, scheme, language)
    for width in (1280, 320)
    for scheme in ("light", "dark")
    for language in ("sv", "en")
]
# Each page is seen in four of the eight, so that each width meets both schemes and each language both.
FOUR = [DRESSES[0], DRESSES[3], DRESSES[5], DRESSES[6]]
# For README and docs: file, page, who looks, dress, height in pixels.
CHOSEN = [
    ("start", "home", "nobody", Dress(1280, "light", "sv"), 900),
    ("start-dark-en", "home", "nobody", Dress(1280, "dark", "en"), 900),
    ("inside", "home", "bo", Dress(1280, "light", "sv"), 900),
    ("need", "need_detail", "alva", Dress(1280, "light", "sv"), 1100),
    ("need-new", "need_new", "bo", Dress(320, "light", "sv"), 900),
    ("matches", "match_list", "alva", Dress(1280, "light", "sv"), 1100),
    ("overview", "overview", "cilla", Dress(1280, "light", "sv"), 900),
    ("result", "round_result", "alva", Dress(1280, "light", "sv"), 1500),
    ("people", "people_list", "hugo", Dress(1280, "light", "sv"), 900),
    ("audit", "audit_list", "wilma", Dress(1280, "light", "sv"), 900),
    ("call", "call_detail", "elif", Dress(1280, "light", "sv"), 1000),
]


@contextmanager
def served_demo() -> Iterator[str]:
    """The demo's address; it is filled where there is none yet, and served until the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    environment = os.environ | {"RINGAR_BASE_URL": site}
    ringar = [sys.executable, "-c", "from ringar.cli import main; main()"]
    subprocess.run([*ringar, "manage", "migrate", "--verbosity", "0"], check=True)
    subprocess.run([*ringar, "demo"], check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "4"]
    server = subprocess.Popen([*command, "--log-level", "error", "ringar.config.wsgi"], env=environment)
    try:
        for _ in range(60):
            try:
                urllib.request.urlopen(f"{site}/halsa/", timeout=5)  # noqa: S310 (our own server)
                break
            except OSError:
                time.sleep(0.5)
        yield site
    finally:
        server.terminate()
        server.wait(timeout=20)


def address_of(key: str) -> str:
    """The e-mail of a member of the cast, which a window is opened for."""
    return key if key == "nobody" else email_of(key)


def pages_of(walks: dict[str, Walk], only: list[str]) -> dict[str, Callable[[], tuple[str, str]]]:
    """For each url name, what gives who sees an example and where: what links lead to, then what none leads to.

    Some examples are made when they are asked for, so that is done just before the picture.
    """
    found: dict[str, Callable[[], tuple[str, str]]] = {}
    for who in ("bo", "alva", *walks):
        for name, path in walks[who].examples.items():
            found.setdefault(name, partial(tuple, (address_of(who), path)))
    for name, make in ELSEWHERE.items():
        found.setdefault(name, partial(made, make))
    names = sorted(name for name in found if name not in NOT_PAGES and "/" not in name)
    return {name: found[name] for name in names if not only or name in only}


def made(make: Callable[[], tuple[Person | None, str]]) -> tuple[str, str]:
    """The example of a page that no link leads to; an empty address where there is none."""
    try:
        person, path = make()
    except (IndexError, LookupError, ObjectDoesNotExist):
        return "nobody", ""
    return (person.email if person else "nobody"), path


class Photographer:
    """One browser; a window for each person and dress, which is logged in once."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self.windows: dict[tuple[str, Dress], Page] = {}

    def window(self, person: str, dress: Dress) -> Page:
        if (person, dress) not in self.windows:
            context = self.browser.new_context(
                viewport={"width": dress.width, "height": 800},
                color_scheme=dress.scheme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            client = Client()
            client.cookies["django_language"] = dress.language
            if person != "nobody":
                client.force_login(Person.objects.get(email=person))
            cookies = [{"name": n, "value": m.value, "url": self.site} for n, m in client.cookies.items()]
            context.add_cookies(cookies)  # type: ignore[arg-type]
            page = context.new_page()
            self.windows[person, dress] = page
        return self.windows[person, dress]

    def take(self, person: str, path: str, dress: Dress, target: Path, height: int | None = None) -> None:
        """The whole page, or its first `height` pixels."""
        page = self.window(person, dress)
        answer = page.goto(self.site + path)
        if answer is not None and answer.status >= 400:
            print(f"  {target.stem}: {path} answers {answer.status} to {person}")
        if height is None:
            page.screenshot(path=target, full_page=True)
        else:
            page.screenshot(
                path=target, clip={"x": 0, "y": 0, "width": dress.width, "height": height}, full_page=True
            )


def shrink(path: Path) -> None:
    """Few colours and at most 960 pixels wide: enough to see what a page is."""
    with Image.open(path) as picture:
        scale = min(1.0, 960 / picture.width)
        size = (round(picture.width * scale), round(picture.height * scale))
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    for colours in (128, 64, 32, 16):
        small.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return


def write_index(pages: dict[str, tuple[str, str]], dresses: list[Dress]) -> None:
    """One page that shows all pictures."""
    rows = []
    for name, (person, path) in pages.items():
        shots = "".join(
            f'<a href="{name}-{dress}.png"><img loading="lazy" width="{dress.width // 4}" src="{name}-{dress}.png" '
            f'alt="{dress}"></a>'
            for dress in dresses
        )
        rows.append(f"<h2>{escape(name)}</h2><p>{escape(person)}: {escape(path)}</p>{shots}")
    (OUT / "index.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>{"".join(rows)}</html>',
        encoding="utf-8",
    )


def main() -> None:
    """Reads the command line, makes the demo, takes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="url names of the pages wanted")
    parser.add_argument("--all", action="store_true", help="all eight dresses of each page, not four")
    parser.add_argument("--docs", action="store_true", help="only the chosen ones, to docs/screenshots")
    options = parser.parse_args()
    chromium = find_chromium()
    try:
        with served_demo() as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            photograph(Photographer(browser, site), options)
            browser.close()
    finally:
        if not IS_KEPT:
            shutil.rmtree(VAR, ignore_errors=True)


def photograph(photographer: Photographer, options: argparse.Namespace) -> None:
    """Finds the pages by following links, as the tests do, and takes them one after another."""
    with override_settings(ALLOWED_HOSTS=["*"]):
        lookers = {person for _, _, person, _, _ in CHOSEN} if options.docs else PEOPLE
        walks = {person: walk(person) for person in lookers}
        pages = {} if options.docs else pages_of(walks, options.only)
    dresses = DRESSES if options.all else FOUR
    if not options.docs:
        OUT.mkdir(exist_ok=True)
        taken: dict[str, tuple[str, str]] = {}
        for name, example in pages.items():
            person, path = example()
            if not path:
                print(f"  {name}: no example")
                continue
            taken[name] = person, path
            for dress in dresses:
                photographer.take(person, path, dress, OUT / f"{name}-{dress}.png")
        write_index(taken, dresses)
        print(f"{len(taken)} pages in {OUT}/index.html")
    if not options.only:
        DOCS.mkdir(parents=True, exist_ok=True)
        for file, name, person, dress, height in CHOSEN:
            path = walks[person].examples[name]
            photographer.take(address_of(person), path, dress, DOCS / f"{file}.png", height)
            shrink(DOCS / f"{file}.png")


if __name__ == "__main__":
    main()
