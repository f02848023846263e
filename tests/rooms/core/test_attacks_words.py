"""Scripts in every text that anybody can write: shown as text on every page; and 1,000 log-in tries."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import Refused
from ringar.solvers.actions import register_solver
from tests.people import PASSWORD, People
from tests.rooms.core.test_rights import rows
from tests.rooms.core.world import VIEWERS, World

MARK = "<xss-mark>\"'--></script>{{ 7 }}"
CODES = re.compile(
    "language|time_zone|slug|source|.*_id|password|secret|words|.*_hash|token|key|kind|state|event|owner|.*_number|model"
)
"""Columns that are written by the house and not by people."""

ROOMS = ("core", "needs", "solvers", "matching", "talk")


def poison_one(model: type[models.Model], name: str) -> None:
    """Where no two rows may say the same: the mark, and the row's own number."""
    for row in model._default_manager.all():
        model._default_manager.filter(pk=row.pk).update(**{name: f"{MARK}{row.pk}"})


def poison() -> int:
    """Writes the mark into every text column that people fill, past all actions; returns how many columns."""
    count = 0
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            for field in model._meta.concrete_fields:
                if type(field) not in {models.CharField, models.TextField} or field.choices or field.unique:
                    continue
                if CODES.fullmatch(field.name) or model is AuditEvent:
                    continue
                if any(
                    field.name in each.fields for each in model._meta.constraints if hasattr(each, "fields")
                ):
                    poison_one(model, field.name)
                    count += 1
                    continue
                if (field.max_length or 999) >= 60:
                    count += bool(model._default_manager.update(**{field.name: MARK}))
    AuditEvent.objects.update(
        label=MARK, target_label=MARK, unit_label=MARK, changes={MARK: [MARK, {MARK: MARK}]}
    )
    return count


def test_pages_when_every_text_is_a_script_then_none_holds_one(world: World) -> None:
    assert poison() > 25
    wrong, shown = [], set()
    for who in ("nobody", "elif", "auditor", "bo", "dag"):
        for name, row, letters, sent in rows():
            if letters[VIEWERS.index(who)] != "P" or (sent and not sent[0].startswith("?")):
                continue
            with transaction.atomic():
                answer = world.clients[who].get(reverse(name, args=world.args[row]) + "".join(sent))
                transaction.set_rollback(True)
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            page = answer.getvalue().decode()
            if "<xss-mark" in page or "--></script>{{" in page or 'href="javascript:' in page.lower():
                place = (
                    page.find("<xss-mark") if "<xss-mark" in page else page.lower().find('href="javascript:')
                )
                wrong.append(f"{name} {row} as {who}: {page[max(0, place - 100) : place + 60]!r}")
            if "&lt;xss-mark&gt;" in page:
                shown.add(name)
    assert not wrong, "\n".join(wrong)
    assert len(shown) > 25, sorted(shown)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "//evil.example"]
)
def test_website_when_it_is_no_address_of_a_site_then_refused(people: People, address: str) -> None:
    with pytest.raises(Refused):
        register_solver(by=viewer_of(people.bo), name="Skurkarna AB", website=address)


HASHED: list[str] = []


class CountingHasher(MD5PasswordHasher):
    """A real hasher that notes how often it is asked."""

    def encode(self, password: str, salt: str) -> str:
        HASHED.append(password)
        return super().encode(password, salt)


def test_log_in_when_tried_1000_times_then_cut_off_cheaply_and_written_down(
    people: People, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR")
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    client, address = Client(), reverse("account_login")
    HASHED.clear()
    let_in, began = 0, time.process_time()
    for number in range(1_000):
        data = {"login": people.bo.email, "password": f"gissning {number}"}
        if number % 10:  # many accounts from one place, and one account
            data["login"] = f"gissad{number}@ringsala.example"
        answer = client.post(address, data)
        let_in += urlsplit(answer.headers.get("Location", "")).path == "/"
    took = time.process_time() - began
    assert let_in == 0 and "_auth_user_id" not in client.session
    assert len(HASHED) < 250, "a password is not hashed for a try that is refused anyway"
    assert took < 12, f"{took:.0f} s of processor"
    told = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"fail_log_in", "refuse_many_tries"} <= told
    assert client.post(address, {"login": people.bo.email, "password": PASSWORD}).status_code in {200, 429}
    assert "_auth_user_id" not in client.session
