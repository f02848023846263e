"""What a page costs: queries, CPU and bytes of seven pages, with 1,000 and with 100,000 needs in the city.

    python bench/pages.py [--needs N] [--json]

Each size has a database of its own: the demo's city and N needs more, whose texts are sentences of the demo's needs in
new combinations; every fifth has a ranking with ten matches. Alva, a development manager, is logged in. CPU is the
median of 30 requests after 5 to warm up, bytes are the page with the styles and scripts it links to, as served
(`gzipped`: as sent to a browser). DATABASE_URL measures another database, which must be empty.
The last line is JSON: {"pages": {…of the largest size…}, "by_needs": {"1000": …, "100000": …}}.
"""

import argparse
import gzip
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from datetime import timedelta

# The settings come from the environment, so it is set before anything of the platform is imported.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringar.config.settings")
os.environ |= {"RINGAR_DEMO": "1", "RINGAR_SECRET_KEY": "only for the benchmark"}

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from ringar.core.models import Organisation, Person
from ringar.core.search import scope_words
from ringar.demo.cast import email_of
from ringar.demo.seed import DATA, seed
from ringar.matching.models import Match, Ranking
from ringar.matching.ranking import rank_need
from ringar.needs.models import Need
from ringar.solvers.models import Solution
from ringar_kits.texts import analyse

SIZES = [1_000, 100_000]
WARM_UP, REQUESTS, BATCH = 5, 30, 2_000
SEED = 7


def sentences() -> list[tuple[str, str]]:
    """Each sentence of the demo's needs with its search words, analysed once."""
    needs = tomllib.loads((DATA / "needs.toml").read_text(encoding="utf-8"))["need"]
    texts = [
        part
        for need in needs
        for part in re.split(r"(?<=[.!?])\s+", need.get("symptom", ""))
        if len(part) > 30
    ]
    return [(text, " ".join(analyse(text))) for text in texts]


def add_needs(count: int) -> None:
    """Fills the table in bulk: what is measured is reading, and actions would take an hour."""
    chance, told = random.Random(SEED), sentences()
    city = Organisation.objects.get(slug="ringsala")
    units, authors = list(city.units.all()), list(Person.objects.filter(memberships__unit__organisation=city))
    states = ["shared"] * 6 + ["explored", "chosen", "closed"]
    for start in range(0, count, BATCH):
        rows = []
        for number in range(start, min(start + BATCH, count)):
            said = chance.sample(told, 4)
            author, moment = (
                chance.choice(authors),
                timezone.now() - timedelta(minutes=chance.randrange(1_000_000)),
            )
            visibility = chance.choice(["unit", "organisation", "organisation", "public"])
            scopes = scope_words(
                organisation_id=city.pk, person_id=author.pk, is_public=visibility == "public"
            )
            need = Need(
                organisation=city, unit=chance.choice(units), title=said[0][0][:90], created_by=author
            )
            need.symptom = " ".join(text for text, _ in said)
            need.words = " ".join({*" ".join(words for _, words in said).split(), *scopes})
            need.visibility, need.state, need.is_draft = visibility, chance.choice(states), False
            need.created_at = need.changed_at = need.shared_at = moment
            need.text_hash, need.source, need.external_id = f"{number:064x}", "bench", str(number)
            rows.append(need)
        Need.objects.bulk_create(rows)


def add_matches() -> None:
    """A ranking with ten matches for every fifth of the needs."""
    chance = random.Random(SEED)
    solutions = list(Solution.objects.values_list("id", flat=True))
    ids = list(Need.objects.filter(source="bench").order_by("id").values_list("id", flat=True))[::5]
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        Ranking.objects.bulk_create(
            Ranking(
                need_id=pk,
                computed_at=timezone.now(),
                text_hash="",
                mark="bench",
                looked_through=len(solutions),
                by_meaning=False,
                confidence=0.7,
            )
            for pk in batch
        )
        Match.objects.bulk_create(
            Match(need_id=pk, solution_id=solution, rank=rank, score=1 / rank)
            for pk in batch
            for rank, solution in enumerate(chance.sample(solutions, 10), start=1)
        )


def addresses() -> dict[str, str]:
    """The seven pages. The need that is read has whys, evidence, units that joined, and a ranking."""
    need = (
        Need.objects.exclude(source="bench")
        .filter(is_draft=False)
        .order_by("-evidence_count", "-joined_count")[0]
    )
    rank_need(need.uuid)
    return {
        "home": reverse("home"),
        "need_list": reverse("need_list"),
        "need_search": reverse("need_list") + "?q=ensamhet+äldre+hemtjänst",
        "need_detail": reverse("need_detail", args=[need.uuid]),
        "match_list": reverse("match_list", args=[need.uuid]),
        "meeting_day_list": reverse("meeting_day_list"),
        "pilot_overview": reverse("pilot_overview"),
    }


def measure(address: str) -> dict[str, float]:
    """Queries, median CPU and bytes of one page as Alva sees it."""
    client = Client()
    client.force_login(Person.objects.get(email=email_of("alva")))
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)
    asked = len(queries)
    if page.status_code != 200:
        raise SystemExit(f"{address} answers {page.status_code}")
    took = []
    for _ in range(WARM_UP + REQUESTS):
        start = time.process_time()
        client.get(address)
        took.append(time.process_time() - start)
    linked = re.findall(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"', page.content.decode())
    files = [page.content] + [b"".join(client.get(link)) for link in linked]
    return {
        "queries": asked,
        "cpu_ms": round(1000 * statistics.median(took[WARM_UP:]), 1),
        "bytes": sum(map(len, files)),
        "gzipped": sum(len(gzip.compress(file)) for file in files),
    }


def run_size(count: int) -> dict[str, dict[str, float]]:
    """Fills a fresh database and measures the seven pages."""
    call_command("migrate", verbosity=0)
    with translation.override("sv"):
        seed(lambda _: None)
    add_needs(count)
    add_matches()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {name: measure(address) for name, address in addresses().items()}


def run_apart(count: int) -> dict[str, dict[str, float]]:
    """`run_size` in a process and a folder of its own, so that sizes do not touch each other."""
    with tempfile.TemporaryDirectory(prefix="ringar-bench-") as folder:
        command = [sys.executable, __file__, "--needs", str(count), "--here"]
        environment = {**os.environ, "RINGAR_VAR": folder}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--needs", type=int, help="only this many needs (default: 1,000 and then 100,000)")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(run_size(options.needs)))
        return
    by_needs = {}
    for count in [options.needs] if options.needs is not None else SIZES:
        by_needs[str(count)] = pages = run_apart(count)
        for name, cost in pages.items() if not options.json else ():
            print(
                f"{count:>8,} needs  {name:<16} "
                + "  ".join(f"{key} {value:,}" for key, value in cost.items())
            )
    print(json.dumps({"pages": pages, "by_needs": by_needs}))


if __name__ == "__main__":
    main()
