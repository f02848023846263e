"""A mail server: SMTP in (aiosmtpd), one mailbox for each address, IMAP out (pymap).

A mail stands in the ground truth, and in its recipients' mailboxes, before the answer "250", which then waits a random
while. Recipients are those of the envelope, so a blind copy arrives. After a restart the mailboxes are filled from the
ground truth; what was marked as read is unread again, so that a robot meets old mail once more.
"""

import asyncio
import contextlib
import json
import logging
import random
import signal
from argparse import ArgumentParser, Namespace
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from ringar.demo.world.ground import Ground, now

LARGEST = 80 * 1024 * 1024  # a robot must meet a mail that is too large; this server takes it in


def add_options(parser: ArgumentParser) -> None:
    """The options of `python -m ringar.demo.world mail`."""
    parser.add_argument("--imap-port", type=int, default=0, help="port of IMAP (a free one)")


class Accounts(Login):
    """Every address is an account, all with one password."""

    def __init__(self, config: Config, password: str) -> None:
        super().__init__(config)
        self.password = password

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        name = credentials.authcid
        self.users_dict.setdefault(name, UserMetadata(self.config, name, password=self.password))
        return await super().authenticate(credentials)


class Post:
    """Takes mail from SMTP, writes it down, and puts it in mailboxes."""

    def __init__(self, ground: Ground, config: Config, delay_ms: float) -> None:
        self.ground = ground
        self.config = config
        self.delay_ms = delay_ms
        self.chance = random.Random()  # noqa: S311 (delays, not secrets)

    async def deliver(self, recipients: list[str], body: bytes, at: float) -> None:
        """One copy in each recipient's INBOX."""
        when = datetime.fromtimestamp(at, UTC)
        for address in dict.fromkeys(each.lower() for each in recipients):
            if address not in self.config.set_cache:
                self.config.set_cache[address] = MailboxSet(), FilterSet()
            inbox = await self.config.set_cache[address][0].get_mailbox("INBOX")
            await inbox.append(AppendMessage(body, when, frozenset()))

    async def deliver_again(self) -> None:
        """What was taken in before this process started."""
        for row in self.ground.rows("SELECT at, recipients, body FROM mail ORDER BY id"):
            await self.deliver(json.loads(row["recipients"]), row["body"], row["at"])

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The effect: written down and delivered, then answered. The name is the library's."""
        switches = self.ground.switches()
        if switches.down or self.chance.random() < switches.error_rate:
            return "451 4.3.0 Not now"
        body, at = bytes(envelope.original_content or b""), now()
        message_id = str(message_from_bytes(body[:100_000], policy=default).get("Message-ID", "")).strip()
        with self.ground.writing() as connection:
            connection.execute(
                "INSERT INTO mail (at, sender, recipients, message_id, body) VALUES (?,?,?,?,?)",
                (at, envelope.mail_from or "", json.dumps(envelope.rcpt_tos), message_id, body),
            )
        await self.deliver(envelope.rcpt_tos, body, at)
        mean = (switches.delay_ms or self.delay_ms) / 1000
        await asyncio.sleep(self.chance.expovariate(1 / mean) if mean else 0)
        return "250 2.0.0 Taken"


def mailboxes(host: str) -> Config:
    """pymap's settings: mailboxes in memory, no TLS, since it listens on this machine only."""
    bare: dict[str, Any] = dict.fromkeys(
        ("cert", "key", "passlib_cfg", "proxy_protocol", "inherited_sockets")
    )
    options = Namespace(
        host=host, port=0, debug=False, tls=False, demo_data=False, demo_user="", demo_password="", **bare
    )
    return Config.from_args(options, hash_context=Cleartext(), invalid_user_sleep=0.0, reject_dnsbl=False)


async def serve(options: Namespace) -> None:
    """Serve both until stopped."""
    ground = Ground(options.data)
    config = mailboxes(options.host)
    backend = DictBackend(Accounts(config, options.password), config)
    post = Post(ground, config, options.delay_ms)
    await post.deliver_again()
    serving = asyncio.current_task()
    if serving:  # a polite end when asked to, between two answers and not within one
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    async with AsyncExitStack() as stack:
        config.apply_context()
        await backend.start(stack)
        callback = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        imap = await asyncio.start_server(callback, options.host, options.imap_port)
        smtp = await asyncio.get_running_loop().create_server(
            lambda: SMTP(post, data_size_limit=LARGEST, enable_SMTPUTF8=True), options.host, options.port
        )
        ports = {"smtp": smtp.sockets[0].getsockname()[1], "imap": imap.sockets[0].getsockname()[1]}
        print(json.dumps(ports), flush=True)  # noqa: T201
        await asyncio.gather(imap.serve_forever(), smtp.serve_forever())


def run(options: Namespace) -> int:
    """Serve until stopped."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # robots that die in the middle are nothing to tell
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(serve(options))
    return 0
