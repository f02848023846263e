"""People of bench/load.py: each a browser of its own, with its own address on 127.0.0.0/8 and its own log-in.

Only what a browser sends: pages are fetched, their forms filled in and posted, redirects followed. Static files are
left out: a browser keeps them. Nothing here knows Django.
"""

import html
import http.client
import random
import re
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

TIME_OUT = 60
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
DRAFT = re.compile(r'name="draft" value="([^"]+)"')
NEED = re.compile(r'href="(/behov/[0-9a-f-]{36}/)"')
SEARCHES = [
    "ensamma äldre",
    "blöjor",
    "hissen",
    "vatten",
    "schema",
    "buss",
    "elever",
    "rapport",
    "kö",
    "nycklar",
]


@dataclass
class Tally:
    """What all visitors met. `sent` holds the mark of each write, and whether the server said that it was saved."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    sent: dict[str, bool] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, seconds: float) -> None:
        with self.lock:
            self.seconds.setdefault(kind, []).append(seconds)

    def fail(self, what: str) -> None:
        with self.lock:
            self.errors.append(what)


class Visitor:
    """One person: logs in, reads, searches, writes, now and then logs out and in again."""

    def __init__(self, number: int, port: int, password: str, tally: Tally, think: float) -> None:
        self.email = f"load{number}@ringsala.example"
        self.source = f"127.0.{1 + number // 200}.{1 + number % 200}"
        self.port, self.password, self.tally, self.think = port, password, tally, think
        self.chance = random.Random(number)
        self.cookies: dict[str, str] = {}
        self.known: list[str] = []

    def ask(self, kind: str, path: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """Asks for a page, redirects followed; returns its address and text. Each answer is timed and counted."""
        body, method = (urlencode(form), "POST") if form is not None else (None, "GET")
        for _hop in range(5):
            status, place, text = self.once(kind, method, path, body)
            if status in {301, 302, 303}:
                path, body, method, kind = place, None, "GET", "followed"
                continue
            if status != 200:
                self.tally.fail(f"{method} {path}: {status}")
            return path, text
        self.tally.fail(f"{path}: led in a circle")
        return path, ""

    def once(self, kind: str, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": "sv",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        started = time.perf_counter()
        try:
            connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=TIME_OUT, source_address=(self.source, 0)
            )
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
        except (OSError, http.client.HTTPException) as error:
            self.tally.fail(f"{method} {path}: {error!r}")
            return 0, "", ""
        self.tally.add(kind, time.perf_counter() - started)
        for _name, value in (header for header in answer.getheaders() if header[0].lower() == "set-cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(value).items()}
        return (
            answer.status,
            urlsplit(answer.getheader("Location", ""))._replace(scheme="", netloc="").geturl(),
            text,
        )

    def post(self, kind: str, path: str, page: str, **fields: str) -> tuple[str, str]:
        token = TOKEN.search(page)
        if token is None:
            self.tally.fail(f"{path}: no form there")
            return path, ""
        return self.ask(kind, path, {"csrfmiddlewaretoken": token[1], **fields})

    def log_in(self) -> None:
        _path, page = self.ask("log_in_page", "/konto/login/")
        path, _page = self.post("log_in", "/konto/login/", page, login=self.email, password=self.password)
        if path.startswith("/konto/"):
            self.tally.fail(f"{self.email} was not let in: {path}")

    def log_out(self) -> None:
        _path, page = self.ask("read", "/")
        self.post("log_out", "/konto/logout/", page)

    def read(self) -> None:
        choice = self.chance.random()
        if choice < 0.2 or not self.known:
            _path, page = self.ask("read", "/behov/")
            self.known = sorted(set(NEED.findall(page)))[:20] or self.known
        elif choice < 0.6:
            self.ask("read", self.chance.choice(self.known))
        else:
            self.ask("read", self.chance.choice(["/", "/losningar/", "/utlysningar/", "/leverantorer/"]))

    def search(self) -> None:
        term = urlencode({"q": self.chance.choice(SEARCHES)})
        self.ask("search", f"/{self.chance.choice(['sok', 'behov', 'losningar'])}/?{term}")

    def write(self) -> None:
        """A need is written down and saved. Its mark tells afterwards whether it is there."""
        _path, page = self.ask("form", "/behov/nytt/")
        draft, mark = DRAFT.search(page), f"lastprov{uuid4().hex}"
        with self.tally.lock:
            self.tally.sent[mark] = False
        symptom = f"Hissen i hus {self.chance.randrange(90)} står varje morgon, och vi bär. {mark}"
        fields = {
            "draft": html.unescape(draft[1]) if draft else "",
            "title": "Hissen står",
            "symptom": symptom,
        }
        path, _page = self.post("write", "/behov/nytt/", page, **fields)
        if path not in {"", "/behov/nytt/"}:
            with self.tally.lock:
                self.tally.sent[mark] = True
        else:
            self.tally.fail(f"{self.email}: the need was not taken")

    def live(self, until: float, arrival: float) -> None:
        """Comes after `arrival` seconds, and goes on until the clock says `until`, with pauses to think."""
        time.sleep(arrival)
        self.log_in()
        while time.monotonic() < until:
            time.sleep(self.chance.uniform(0.4, 1.6) * self.think)
            chosen = self.chance.choices([self.read, self.search, self.write, self.again], [60, 18, 20, 2])[0]
            chosen()

    def again(self) -> None:
        self.log_out()
        self.log_in()
