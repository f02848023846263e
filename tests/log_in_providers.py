"""Log-in services of others, as processes of their own, and a browser of sorts that goes between them and us."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

HERE = Path(__file__).resolve().parent


class Forms(HTMLParser):
    """The forms of a page: where each leads, and the fields that it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "form":
            self.found.append((values.get("action") or "", {}))
        elif tag == "input" and self.found and values.get("name"):
            self.found[-1][1][values["name"] or ""] = values.get("value") or ""


class Visitor(requests.Session):
    """Somebody with a browser without JavaScript: opens pages and sends their forms, cookies and all."""

    def __init__(self, site: str) -> None:
        super().__init__()
        self.site = site
        self.headers["Accept-Language"] = "en"

    def begin(self, slug: str, *, process: str = "login") -> requests.Response:
        """Presses the button of that service on our page."""
        page = self.get(f"{self.site}/konto/{'login' if process == 'login' else '3rdparty'}/")
        page.raise_for_status()
        action, told = next((a, f) for a, f in Forms(page.text).found if f"/{slug}/login/" in a)
        return self.post(urljoin(page.url, action), told)

    def ask(self, slug: str, *, process: str = "login") -> str:
        """The address at the service that our button leads to."""
        return self.begin(slug, process=process).headers["Refresh"].partition("url=")[2]

    def log_in(self, email: str, password: str) -> requests.Response:
        page = self.get(f"{self.site}/konto/login/")
        told = next(f for _, f in Forms(page.text).found if "login" in f)
        return self.post(page.url, {**told, "login": email, "password": password})

    def prove(self, password: str) -> requests.Response:
        """Shows once more that it is the same person."""
        page = self.get(f"{self.site}/konto/reauthenticate/")
        told = next(f for _, f in Forms(page.text).found if "password" in f)
        return self.post(page.url, {**told, "password": password})

    @property
    def who(self) -> str:
        """The e-mail address of whoever is logged in, "" where nobody is."""
        page = self.get(f"{self.site}/konto/", allow_redirects=False)
        return page.text.split('<p class="meta">')[1].split("<")[0].strip() if page.status_code == 200 else ""


@dataclass
class OidcProvider:
    """The OpenID Connect provider: its address, and the client that it knows us as."""

    url: str
    client_id: str = ""
    secret: str = ""

    def register(self, site: str) -> None:
        told = {"redirect_uris": [site], "token_endpoint_auth_method": "client_secret_post"}
        made = requests.post(f"{self.url}/oauth2/clients", json=told, timeout=10).json()
        self.client_id, self.secret = made["client_id"], made["client_secret"]

    def knows(self, sub: str, **claims: Any) -> None:
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=10).raise_for_status()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            requests.get(url, timeout=2).raise_for_status()
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture(scope="module")
def oidc_process() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    options = ["--host", "127.0.0.1", "--require-nonce", "true"]
    process = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL, text=True)
    url = f"http://localhost:{port}"
    try:
        wait_for(f"{url}/.well-known/openid-configuration", process)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def saml_process() -> Iterator[str]:
    """The address of a SAML service that lives in a process of its own."""
    environment = {"PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        [sys.executable, HERE / "saml_idp.py"], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        url = process.stdout.readline().strip()  # type: ignore[union-attr]
        wait_for(f"{url}/metadata", process)
        yield url
    finally:
        process.terminate()
        process.wait()
