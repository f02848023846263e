"""Webhooks, to a real receiver that checks signatures with the standard's own library."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook as Checker

from ringar.core.actions import add_person, seal_chain
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.robots import webhooks
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.webhooks import Delivery, Webhook
from ringar.robots.models.work import OutgoingMail, Work
from ringar.robots.posting import NotPosted, post_json
from tests.people import People
from tests.rooms.needs.cast import draft_of, shared_by

ACTIONS = ["share_need", "edit_need"]


class Receiver(ThreadingHTTPServer):
    """Takes what is posted; says `codes` first, then 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.codes: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ta-emot"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.codes.pop(0) if self.server.codes else 204)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def keeper(people: People, settings: Settings) -> Person:
    settings.FETCH_PLAIN_HTTP, settings.RINGAR_RETRY_SECONDS = True, 0
    top = people.city.units.get(parent=None)
    by = Viewer.of_command_line(people.city.pk)
    return add_person(
        by=by,
        email="it@ringsala.example",
        name="Ingvar",
        unit=top,
        role=Role.ADMINISTRATOR,
        password="x" * 20,
    )


@pytest.fixture
def hook(keeper: Person, receiver: Receiver) -> tuple[Webhook, str]:
    seal_chain()
    return webhooks.add_webhook(
        by=viewer_of(keeper), name="Ärendesystemet", url=receiver.url, actions=ACTIONS
    )


def tell() -> None:
    seal_chain()
    webhooks.tell_waiting()
    run_waiting()


def test_share_need_when_everyone_inside_may_see_it_then_told_signed_and_once(
    people: People, hook: tuple[Webhook, str], receiver: Receiver
) -> None:
    need = shared_by(people.bo, "Bussen är full. HEMLIGT", "Bussen HEMLIGT", "organisation")
    tell()
    tell()
    ((headers, body),) = receiver.got
    told = Checker(hook[1]).verify(body, headers)
    assert told["uuid"] == str(need.uuid)
    assert told["type"] == "need.share_need"
    assert told["id"] == headers["webhook-id"]
    assert "HEMLIGT" not in body.decode()
    assert "Bo" not in json.dumps(told)


@pytest.mark.parametrize("hidden", ["unit", "draft", "other city", "before"])
def test_tell_waiting_when_not_everyone_inside_may_see_it_then_nothing_is_told(
    people: People, hook: tuple[Webhook, str], receiver: Receiver, hidden: str
) -> None:
    if hidden == "unit":
        shared_by(people.bo, "Bara vi", "Bara vi", "unit")
    elif hidden == "draft":
        draft_of(people.bo, "Ett utkast", "Utkast")
    elif hidden == "other city":
        shared_by(people.sam, "En annan stad", "Annan", "public")
    tell()
    assert receiver.got == []
    assert not Delivery.objects.exists()


def test_deliver_when_it_fails_twice_then_tried_again_with_the_same_id(
    people: People, hook: tuple[Webhook, str], receiver: Receiver
) -> None:
    receiver.codes = [500, 302]
    shared_by(people.bo, "Bussen är full", "Bussen", "public")
    for _attempt in range(3):
        tell()
    assert len(receiver.got) == 3
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    delivery = Delivery.objects.get()
    assert (delivery.tries, delivery.status, delivery.delivered_at is not None) == (3, 204, True)
    assert Webhook.objects.get().failing_since is None


def test_deliver_when_the_process_died_after_the_receiver_took_it_then_the_id_tells(
    people: People, hook: tuple[Webhook, str], receiver: Receiver
) -> None:
    shared_by(people.bo, "Bussen är full", "Bussen", "public")
    tell()
    Delivery.objects.update(delivered_at=None)  # as if nothing had been noted
    webhooks.deliver(str(Delivery.objects.get().uuid))
    first, second = receiver.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]


def test_note_try_when_it_has_failed_for_days_then_paused_and_the_administrators_told(
    people: People, hook: tuple[Webhook, str], receiver: Receiver, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "ringar.robots.mail.QueueBackend"
    receiver.codes = [500] * 9
    Webhook.objects.update(failing_since=webhooks.now() - webhooks.PATIENCE - webhooks.timedelta(minutes=1))
    shared_by(people.bo, "Bussen är full", "Bussen", "public")
    tell()
    assert Webhook.objects.get().paused_at is not None
    told = {mail.subject for mail in OutgoingMail.objects.all() if "it@ringsala.example" in mail.recipients}
    assert any("pausad" in subject for subject in told)
    tries = len(receiver.got)
    tell()
    assert len(receiver.got) == tries == 1, "nothing is sent while it is paused"


def test_set_webhook_when_it_goes_on_then_what_was_missed_is_told(
    people: People, hook: tuple[Webhook, str], keeper: Person, receiver: Receiver
) -> None:
    by = viewer_of(keeper)
    webhooks.set_webhook(by=by, webhook=hook[0], is_paused=True)
    shared_by(people.bo, "Bussen är full", "Bussen", "public")
    tell()
    assert receiver.got == []
    webhooks.set_webhook(by=by, webhook=hook[0], is_paused=False)
    tell()
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://0x7f000001/",
        "https://user:pass@example.com/",
        "https://localhost/",
        "https://example.com:99999/",
        "https:///",
        "file:///etc/passwd",
    ],
)
def test_post_json_when_the_address_leads_inside_then_nothing_is_sent(url: str, settings: Settings) -> None:
    settings.FETCH_PLAIN_HTTP = False
    with pytest.raises(NotPosted):
        post_json(url, b"{}", {})


def test_add_webhook_when_not_an_administrator_then_not_allowed(people: People, keeper: Person) -> None:
    for person in (people.dag, people.bo, people.sam, people.elif_):
        with pytest.raises(NotAllowed):
            webhooks.add_webhook(by=viewer_of(person), name="x", url="https://example.com", actions=ACTIONS)
    for actions in ([], ["log_in"], ["share_need", "export_personal_data"]):
        with pytest.raises(Refused):
            webhooks.add_webhook(by=viewer_of(keeper), name="x", url="https://example.com", actions=actions)


def test_webhook_pages_when_walked_then_secret_once_trial_sent_and_removed(
    keeper: Person, receiver: Receiver
) -> None:
    client = Client()
    client.force_login(keeper)
    sent = {"name": "Dataplattformen", "url": receiver.url, "actions": ACTIONS}
    page = client.post("/organisation/webhookar/", sent).content.decode()
    row = Webhook.objects.get()
    assert "whsec_" in page
    assert "whsec_" not in row.secret
    assert "whsec_" not in client.get("/organisation/webhookar/").content.decode()
    address = f"/organisation/webhookar/{row.uuid}/"
    client.post(address + "prova/")
    run_waiting()
    assert "mottaget" in client.get(address).content.decode()
    assert json.loads(receiver.got[0][1])["type"] == "ping"
    client.post(address + "paus/", {"paused": "yes"})
    assert "Pausad sedan" in client.get(address).content.decode()
    client.post(address + "ta-bort/")
    assert not Webhook.objects.exists()
    assert Work.objects.filter(name="robots.tell_webhook").count() == 1
