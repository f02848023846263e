"""The leak map at full size: until the first paint in Chromium, what is sent, what the server works, how it drags.

    python bench/city_map.py [--pipes N] [--data FOLDER] [--json]

A database of its own with one organisation, a synthetic town of N pipes (100,000) and a fit whose expected breaks are
the town's own odds; the town lies on Stockholm, whose districts lie below it where FOLDER (../shared/data) holds them.
gunicorn serves the pages, one worker with four threads, as on one small machine. `draw_up_cpu_s` is what the robot
does at the end of a fit, before anybody looks. `first_paint_s` is from the start of the navigation until all tiles of
the first view are drawn, the median of five visits with an empty browser cache; `cold_s` the first visit of all, and
`again_s` one with what the browser kept. `frame_ms` is how long frames took while the map was dragged for three
seconds. CPU is this process's own, by Django's test client.
The last line is JSON.
"""

import argparse
import gzip
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VAR = Path(tempfile.mkdtemp(prefix="ringar-bench-"))
# The settings come from the environment, so it is set before anything of the platform is imported.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringar.config.settings")
os.environ |= {"RINGAR_DEMO": "1", "RINGAR_SECRET_KEY": "only for the benchmark", "RINGAR_VAR": str(VAR)}

import django

django.setup()

import numpy as np
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from ringar.city.actions.data import Description, add_data_set
from ringar.city.actions.features import import_features, read_features
from ringar.city.actions.network_rows import pipe_values
from ringar.city.models import Asset, Fit, PipeRisk
from ringar.city.queries.drawings import drawing_of
from ringar.city.rules.data import DataKind
from ringar.core.actions import add_person, add_unit, create_organisation
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Role, Viewer
from ringar_kits.leaks import make_city
from ringar_kits.leaks.report import Notes
from ringar_kits.leaks.town import CENTRE

STOCKHOLM = (674_000.0, 6_580_000.0)  # SWEREF 99 TM
DISTRICTS = Path("maps_sweden/stockholm_stadsdelar/stadsdelar_utan_vatten.geo.json")
VISITS, REQUESTS = 5, 15
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DRAWN = "performance.getEntriesByName('leak-map-drawn').map(mark => mark.startTime)[0]"
FRAMES = """() => { window.frames_ms = []; let last = performance.now(); const stop = last + 3000;
  const look = () => { const now = performance.now(); frames_ms.push(now - last); last = now;
    if (now < stop) requestAnimationFrame(look); }; requestAnimationFrame(look); }"""


def fill(pipes: int, data: Path) -> Fit:
    """The organisation, the town and its fit, written in bulk: what is measured is reading."""
    call_command("migrate", verbosity=0)
    operator = Viewer.of_command_line()
    city = create_organisation(by=operator, name="Stad", slug="stad", is_invented=True)
    unit = add_unit(by=operator, organisation=city, name="Vatten")
    person = add_person(by=operator, email="v@stad.example", name="Vera", unit=unit, role=Role.MANAGER)
    by = viewer_of(person)
    town = make_city(pipes, 1, 7)
    moved = tuple(line + np.array(STOCKHOLM) - np.array(CENTRE) for line in town.pipes.lines)
    network = type(town.pipes)(
        **{name: getattr(town.pipes, name) for name in town.pipes.__slots__} | {"lines": moved}
    )
    told = Description(name="Ledningar", owner_unit=unit)
    held = add_data_set(by=by, kind=DataKind.PIPES, told=told, is_invented=True)
    fixed = {"organisation": city, "data_set": held, "kind": held.kind}
    rows = pipe_values(network)
    Asset.objects.bulk_create(
        (Asset(external_id=key, **fixed, **values) for key, values in rows.items()), batch_size=2_000
    )
    if (data / DISTRICTS).exists():
        below = add_data_set(
            by=by, kind=DataKind.DISTRICTS, told=Description(name="Stadsdelar", owner_unit=unit)
        )
        import_features(
            by=by, data_set=below, wanted=read_features(str(data / DISTRICTS), "EPSG:4326", Notes())
        )
    return foresee(by, held, town.expected(town.first), network.length_m)


def foresee(by: Viewer, held: object, expected: np.ndarray, length_m: np.ndarray) -> Fit:
    """A fit by the town's own odds."""
    now = timezone.now()
    fit = Fit.objects.create(
        organisation_id=by.organisation_id, pipes=held, as_of=now.date(), state="done", finished_at=now
    )
    keys = Asset.objects.filter(data_set=held).order_by("pk").values_list("pk", flat=True)
    order = np.argsort(-expected / length_m, kind="stable")
    rank = np.empty(len(order), int)
    rank[order] = np.arange(1, len(order) + 1)
    why = [
        {
            "kind": "age",
            "times": 2.0,
            "words": "{breaks} breaks on it in {years} years",
            "facts": {"breaks": 2, "years": 9},
        }
    ]
    PipeRisk.objects.bulk_create(
        (
            PipeRisk(
                fit=fit, asset_id=key, expected=odds, low=odds / 2, high=odds * 2, rank=place, reasons=why
            )
            for key, odds, place in zip(keys, expected.tolist(), rank.tolist(), strict=False)
        ),
        batch_size=2_000,
    )
    return fit


@contextmanager
def served() -> Iterator[str]:
    """The pages by gunicorn, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = ["-b", f"127.0.0.1:{port}", "-w", "1", "--threads", "4", "--log-level", "error"]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", *told, "ringar.config.wsgi"])
    site = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{site}/halsa/", timeout=5)  # noqa: S310 - our own server
                break
            except OSError as error:
                if getattr(error, "code", None):
                    break
                time.sleep(0.1)
        yield site
    finally:
        server.terminate()
        server.wait()


def visit(page: Page, address: str) -> float:
    """Seconds from the start of the navigation until the first view is drawn."""
    page.goto(address)
    for _ in range(2_000):
        if (drawn := page.evaluate(DRAWN)) is not None:
            return drawn / 1000
        page.wait_for_timeout(30)
    raise SystemExit("the map is not drawn after a minute")


def open_page(browser: Browser, site: str, client: Client) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    cookies = [{"name": n, "value": m.value, "url": site} for n, m in client.cookies.items()]
    context.add_cookies(cookies)
    return context.new_page()


def in_browser(site: str, address: str, client: Client) -> dict[str, object]:
    """What a person waits for, in Chromium."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("Chromium is missing: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        cold = visit(open_page(browser, site, client), site + address)
        visits = []
        for _ in range(VISITS):
            page = open_page(browser, site, client)
            visits.append(visit(page, site + address))
        again = visit(page, site + address)
        page.locator("[data-leak-map]").scroll_into_view_if_needed()
        box = page.locator("[data-leak-map]").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.evaluate(FRAMES)
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(60):
            page.mouse.move(x - 4 * step, y - 2 * step)
            page.wait_for_timeout(40)
        page.mouse.up()
        page.wait_for_timeout(800)
        frames = sorted(page.evaluate("frames_ms"))
        browser.close()
    return {
        "first_paint_s": round(statistics.median(visits), 2),
        "cold_s": round(cold, 2),
        "again_s": round(again, 2),
        "frame_ms": {
            "median": round(statistics.median(frames), 1),
            "p95": round(frames[len(frames) * 95 // 100], 1),
        },
    }


def cost(client: Client, address: str) -> dict[str, float]:
    """Queries, CPU and bytes of one address, after it has been asked once."""
    client.get(address)
    connection.queries_log.clear()  # it holds no more than 9,000
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, headers={"accept-encoding": "gzip"})
    queries = len(asked)  # now: the log is emptied by the next request
    cpu = []
    for _ in range(REQUESTS):
        began = time.process_time()
        client.get(address, headers={"accept-encoding": "gzip"})
        cpu.append(time.process_time() - began)
    size = len(answer.content)
    if "Content-Encoding" not in answer.headers:
        size = len(gzip.compress(answer.content))
    return {"queries": queries, "cpu_ms": round(1000 * statistics.median(cpu), 1), "gzipped": size}


def main() -> None:
    """Measures and tells."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pipes", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("RINGAR_DATA", "../shared/data")))
    parser.add_argument("--json", action="store_true", help="nothing but the last line")
    args = parser.parse_args()
    settings.ALLOWED_HOSTS = ["*"]
    Path(VAR / "static").mkdir(exist_ok=True)
    began = time.monotonic()
    fit = fill(args.pipes, args.data)
    if not args.json:
        print(f"{fit.risks.count():,} pipes written in {time.monotonic() - began:.0f} s", flush=True)
    client = Client()
    client.force_login(Person.objects.get(email="v@stad.example"))
    address = reverse("leak_map_fit", args=[fit.uuid])
    started = time.process_time()
    drawing_of(fit)
    draw_up = round(time.process_time() - started, 2)
    with served() as site:
        found = in_browser(site, address, client)
    found["draw_up_cpu_s"] = draw_up
    found["page"] = cost(client, address)
    found["page_filtered"] = cost(client, f"{address}?share=10&sort=expected&after=500")
    found["body"] = cost(client, reverse("leak_map_data", args=[fit.uuid]))
    found["panel"] = cost(client, reverse("leak_map_pipe", args=[fit.uuid, 1]))
    found["pipes"] = args.pipes
    print(json.dumps(found))
    shutil.rmtree(VAR, ignore_errors=True)


if __name__ == "__main__":
    main()
