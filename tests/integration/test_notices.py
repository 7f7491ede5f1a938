"""Notices: what happened reaches mailboxes and webhooks, once in a while, to those who may know, without a patient."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from jobs.notices import send_notices
from jobs.office import Office
from lib.core import clients, runs
from lib.core.access.gate import Forbidden
from lib.core.actor import Actor, ActorKind, job
from lib.core.database import Database, as_owner
from lib.core.errors import BadInput, Conflict, NotFound
from lib.core.executor import Executor, Finished
from lib.core.notify import channels
from lib.core.notify.addresses import Address, Medium, mail_address, outgoing, read_address
from lib.core.notify.channels import Channel
from lib.core.notify.courier import deliver
from lib.core.notify.events import Event
from lib.core.notify.outbox import tell
from lib.core.runs import RunState
from lib.core.settings import Settings, read_settings
from tests.conftest import KEY


class Mailbox:
    """Takes mail, as aiosmtpd hands it over."""

    def __init__(self) -> None:
        self.mails: dict[str, str] = {}

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None and mail["Subject"] == "Daysheet: A run has failed"
        self.mails.update(dict.fromkeys(envelope.rcpt_tos, body.get_content()))
        return "250 OK"


class Webhook(ThreadingHTTPServer):
    """Takes JSON, or refuses it while it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.taken: list[dict[str, Any]] = []
        self.refuses = False

    @property
    def address(self) -> Address:
        return read_address(Medium.WEBHOOK, f"http://127.0.0.1:{self.server_port}/hook?key=of-the-test")


class _Post(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.server.refuses:
            self.server.taken.append(json.loads(body))
        self.send_response(503 if self.server.refuses else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """The test looks at what came."""


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    taken = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(taken, hostname="127.0.0.1", port=port)
    controller.start()
    yield taken, port
    controller.stop()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hooked(office: Office, webhook: Webhook) -> Channel:
    """The office's webhook, told of everything."""
    return add(office, webhook.address)


def add(office: Office, address: Address, *, actor: Actor | None = None, owner: str | None = None) -> Channel:
    who = actor or office.actor
    return channels.add_channel(office.database, who, owner=owner, name="Test", address=address, events=list(Event))


def say(office: Office, said: str, *, subject: str = "one", client_id: str | None = None) -> None:
    with office.database.session(office.actor) as session:
        tell(session, Event.PACKAGE_HELD, said, subject=subject, client_id=client_id, link="/reports")


def test_a_failed_run_is_told_by_mail_and_webhook_with_a_link(
    settings: Settings, database: Database, office: Office, webhook: Webhook, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    mailing = read_settings(
        home=settings.home,
        database_url=settings.database_url,
        secret_key=KEY,
        mail_server=f"smtp://127.0.0.1:{port}?from=daysheet@example.com",
        public_url="https://daysheet.example.com",
    )
    office = Office(settings=mailing, database=database, actor=office.actor)
    add(office, webhook.address)
    add(office, mail_address("first@example.com, second@example.com"))
    client = clients.add_client(database, office.actor, "TEST client")
    with database.session(office.actor) as session:
        run_id = runs.create(
            session, client_id=client.id, kind="falling", title="TEST, Amber.xlsx", state=RunState.QUEUED, params={}
        )
    fails = {"falling": lambda _: Finished(state=RunState.FAILED, error="TEST, Amber was not found.")}
    Executor(database, mailing, job("worker"), fails).execute(run_id)
    assert send_notices(office) == 2 and send_notices(office) == 0

    assert sorted(box.mails) == ["first@example.com", "second@example.com"]
    (posted,) = webhook.taken
    for told in (*box.mails.values(), posted["message"]):
        assert f"Run {run_id} (falling) for TEST client has failed." in told
        assert f"https://daysheet.example.com/runs?run={run_id}" in told and "Amber" not in told


def test_the_same_again_is_spared_for_a_while_and_counted(office: Office, webhook: Webhook, hooked: Channel) -> None:
    for number in range(3):
        say(office, f"Held {number}.")
    say(office, "Another.", subject="two")
    assert send_notices(office) == 2
    say(office, "Held 3.")
    assert send_notices(office) == 0
    with as_owner(office.settings) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE ops.notifications SET at = at - interval '20 minutes'")
    say(office, "Held 4.")
    assert send_notices(office) == 1
    assert webhook.taken.pop()["message"].splitlines()[:2] == ["Held 4.", "3 more of the same before it."]
    said = [taken["message"].splitlines()[0] for taken in webhook.taken]
    assert sorted(said) == ["Another.", "Held 0."]
    states = [state for notice in channels.latest_notices(office.database, office.actor) for _, state in notice.went_to]
    assert sorted(states) == ["quiet", "quiet", "quiet", "sent", "sent", "sent"]


def test_a_channel_that_fails_is_tried_again_and_says_so(
    office: Office, webhook: Webhook, hooked: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)
    webhook.refuses = True
    say(office, "Held.")
    with caplog.at_level(logging.DEBUG):
        assert deliver(office.database, office.settings, office.actor, clock=lambda: now) == 0
    assert "of-the-test" not in caplog.text
    (failing,) = channels.office_channels(office.database, office.actor)
    assert failing.failing_since == now and failing.last_sent_at is None
    webhook.refuses = False
    assert deliver(office.database, office.settings, office.actor, clock=lambda: now + timedelta(seconds=59)) == 0
    assert deliver(office.database, office.settings, office.actor, clock=lambda: now + timedelta(seconds=61)) == 1
    (works,) = channels.office_channels(office.database, office.actor)
    assert works.failing_since is None and works.last_sent_at is not None


def test_a_notice_is_given_up_after_its_last_try(office: Office, webhook: Webhook, hooked: Channel) -> None:
    now = datetime.now(UTC)
    webhook.refuses = True
    say(office, "Held.")
    for hours in range(8):
        later = now + timedelta(hours=2 * hours)
        deliver(
            office.database,
            office.settings,
            office.actor,
            clock=partial(datetime.fromtimestamp, later.timestamp(), UTC),
        )
    (notice,) = channels.latest_notices(office.database, office.actor)
    assert notice.went_to == (("Test", "failed"),)


def test_an_address_is_kept_encrypted_and_two_who_change_a_channel_do_not_overwrite(
    office: Office, webhook: Webhook, hooked: Channel
) -> None:
    with office.database.session(office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT c::text FROM ops.notification_channels c")
        assert "of-the-test" not in cursor.fetchone()[0]
    assert "of-the-test" not in repr(webhook.address) and hooked.shown == "127.0.0.1"

    def change(name: str) -> Channel:
        return channels.change_channel(
            office.database, office.actor, hooked, name=name, events=[Event.RUN_FAILED], paused=False
        )

    change("First")
    with pytest.raises(Conflict):
        change("Second")
    (kept,) = channels.office_channels(office.database, office.actor)
    assert (kept.name, kept.events) == ("First", {Event.RUN_FAILED})
    assert channels.try_channel(office.database, office.settings, office.actor, kept)
    say(office, "Held.")
    assert send_notices(office) == 0 and len(webhook.taken) == 1


def test_a_person_hears_of_the_own_clients_only_and_keeps_the_own_channels(office: Office, webhook: Webhook) -> None:
    database = office.database
    mine, other = (clients.add_client(database, office.actor, f"TEST {name}") for name in ("mine", "other"))
    with database.session(office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ops.users (login, name, created_by, changed_by) VALUES ('amber', 'TEST Amber', 't', 't')"
            " RETURNING id"
        )
        cursor.execute("INSERT INTO ops.user_clients VALUES (%s, %s)", (cursor.fetchone()[0], mine.id))
    amber = Actor(
        kind=ActorKind.PERSON, name="amber", clients=frozenset({mine.id}), permissions=frozenset(), origin="command"
    )
    with pytest.raises(BadInput, match="office"):
        add(office, webhook.address, actor=amber, owner=amber.label)
    with pytest.raises(Forbidden):
        add(office, mail_address("a@example.com"), actor=amber)
    channel = add(office, mail_address("amber@example.com"), actor=amber, owner=amber.label)
    with pytest.raises(NotFound):
        channels.remove_channel(database, office.actor, channel)
    say(office, "Of mine.", subject="mine", client_id=mine.id)
    say(office, "Of another.", subject="other", client_id=other.id)
    say(office, "Of the office.", subject="office")
    deliver(database, office.settings, job("scheduler"))
    with database.session(job("scheduler")) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "SELECT n.said FROM ops.notification_deliveries d JOIN ops.notifications n ON n.id = d.notification_id"
        )
        assert [row.said for row in cursor.fetchall()] == ["Of mine."]


@pytest.mark.parametrize(
    ("medium", "text"),
    [
        (Medium.WEBHOOK, "http://hooks.example.com/x"),
        (Medium.WEBHOOK, "https://hooks.example.com/x?verify=no"),
        (Medium.WEBHOOK, "syslog://"),
        (Medium.SLACK, "https://example.com/not-slack"),
        (Medium.SMS, "mailto://user:secret@example.com"),
        (Medium.TEAMS, "file:///etc/passwd"),
        (Medium.TEAMS, "workflows://inside.example.com:443/WORKFLOW/SIGNATURE"),
    ],
)
def test_an_unsafe_or_foreign_address_is_refused_without_being_quoted(medium: Medium, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_address(medium, text)
    assert "secret" not in str(refused.value) and "example.com" not in str(refused.value)


def test_mail_outside_this_machine_goes_by_tls() -> None:
    settings = read_settings(mail_server="smtp://user:word@mail.example.com?from=daysheet@example.com")
    assert outgoing(settings, mail_address("a@example.com").url) == (
        "mailtos://user:word@mail.example.com:587?from=daysheet%40example.com&to=a%40example.com&format=text&mode=starttls"
    )
