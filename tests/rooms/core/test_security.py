"""What every answer carries, and that the settings of production hold: headers, cookies, leaving for other sites."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseRedirect
from django.test import Client, RequestFactory
from django.urls import reverse

from ringar.core.rules import Viewer
from ringar.core.security import leads_away, leave, security_middleware
from tests.people import People

PRODUCTION = {
    "RINGAR_SECRET_KEY": "0123456789 abcdefghijklmnopqrstuvwxyz åäö ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "RINGAR_HOSTS": "ringar.example",
    "RINGAR_DEMO": "0",
}


def in_production(tmp_path: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    kept = {"PATH": os.environ["PATH"], "RINGAR_VAR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, *command], env={**kept, **PRODUCTION}, capture_output=True, text=True, check=False
    )


def test_check_when_deployed_then_nothing_to_say(tmp_path: Path) -> None:
    done = in_production(
        tmp_path, "-m", "ringar.cli", "manage", "check", "--deploy", "--fail-level", "WARNING"
    )
    assert done.returncode == 0 and "no issues (0 silenced)" in done.stdout + done.stderr, done.stderr


ASK = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "ringar.config.settings"
import django; django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
ask = Client(headers={"host": "ringar.example"})
plain, page = ask.get("/konto/login/"), ask.get("/konto/login/", secure=True)
told = ask.post("/sprak/setlang/", {"language": "en"}, secure=True)
print(json.dumps({"plain": plain["Location"], "headers": dict(page.headers),
  "cookies": {key: dict(each) for key, each in {**page.cookies, **told.cookies}.items()}}))
"""


def test_page_when_in_production_then_https_and_host_cookies_and_strict_headers(tmp_path: Path) -> None:
    done = in_production(tmp_path, "-c", ASK)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["plain"] == "https://ringar.example/konto/login/"
    headers = told["headers"]
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "upgrade-insecure-requests" in headers["Content-Security-Policy"]
    assert "__Host-csrf" in told["cookies"]
    for name, cookie in told["cookies"].items():
        assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax", name
        if name.startswith("__Host-"):
            assert cookie["path"] == "/" and not cookie["domain"]


def policy(text: str) -> dict[str, list[str]]:
    parts = [part.split() for part in text.split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


def test_pages_when_opened_then_no_script_or_style_but_our_files(db: None, client: Client) -> None:
    for name in ("home", "account_login", "need_list", "style_guide", "health"):
        answer = client.get(reverse(name))
        rules = policy(answer["Content-Security-Policy"])
        assert rules["default-src"] == ["'none'"]
        for kind in ("script-src", "style-src", "form-action", "connect-src"):
            assert rules[kind] == ["'self'"], kind
        assert rules["frame-ancestors"] == rules["base-uri"] == ["'none'"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY" and answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Opener-Policy"] == answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Referrer-Policy"] == "same-origin"
        assert "geolocation=()" in answer["Permissions-Policy"]
    assert client.get("/finns-inte/")["Permissions-Policy"]


@pytest.mark.parametrize(
    ("address", "is_away"),
    [
        ("https://idp.example/sso?x=1", True),
        ("//idp.example/", True),
        ("/behov/", False),
        ("http://testserver/behov/", False),
        ("?next=https://idp.example", False),
    ],
)
def test_leads_away_when_to_another_site_then_only_that(address: str, is_away: bool) -> None:
    assert leads_away(RequestFactory().post("/"), HttpResponseRedirect(address)) is is_away


def test_form_when_it_leads_to_another_site_then_by_a_page_of_ours(people: People) -> None:
    """Browsers hold `form-action` against every redirection that follows a form."""
    away = HttpResponseRedirect('https://idp.example/sso?x="><script>')
    away.set_cookie("kept", "1")
    request: Any = RequestFactory().post("/konto/log-in/")
    request.viewer, request.user, request.session = Viewer(), people.bo, {}
    answer = security_middleware(lambda _: away)(request)
    assert answer.status_code == 200 and "Location" not in answer.headers
    assert answer["Refresh"].startswith("0; url=https://idp.example/sso?x=")
    assert answer.cookies["kept"].value == "1"
    page = leave(request, away).content.decode()
    assert "idp.example" in page and "<script>" not in page.replace("<script src", "")
    looked: Any = RequestFactory().get("/konto/log-in/")
    looked.viewer = Viewer()
    assert security_middleware(lambda _: away)(looked).status_code == 302
