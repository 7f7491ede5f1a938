"""Events are sealed one after the other, without a gap, by one sealer, whatever dies in between."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psycopg2
import pytest

from jobs.audit_sealer import AuditSealer
from lib.core import audit
from lib.core.actor import Actor, ActorKind
from lib.core.audit.sealing import head_now
from lib.core.audit.search import Search, search
from lib.core.audit.verify import verify
from lib.core.clients import add_client
from lib.core.errors import BadInput
from lib.core.settings import ROOT
from tests.integration.audit.chain import Chain

_SEALER = """
import time
from jobs.audit_sealer import AuditSealer
from jobs.office import open_office
from lib.core.actor import job
sealer = AuditSealer(open_office(job("sealer")))
print("at work", flush=True)
time.sleep(600)
"""
WITHOUT_MAC = (
    "INSERT INTO ops.audit_events (actor, origin, action, record) VALUES ('person:amber', 'page', '{}', 'x:1')"
)


def _numbers(chain: Chain) -> list[int]:
    return [number for (number,) in chain.owner("SELECT number FROM ops.audit_seals ORDER BY number")]


def _wait_until_sealed(chain: Chain) -> None:
    deadline = time.monotonic() + 60
    while chain.verify().waiting and time.monotonic() < deadline:
        time.sleep(0.1)
    assert chain.verify().waiting == 0


def _write(chain: Chain, seed: int, transactions: int) -> None:
    """Transactions of several events that overlap with others, a third of which is rolled back."""
    dice = random.Random(seed)
    for _ in range(transactions):
        try:
            with chain.database.session(chain.office.actor) as session:
                for number in range(dice.randint(1, 4)):
                    audit.record(session, "office:client:change:done", f"client:{number}")
                    time.sleep(dice.random() / 200)
                if dice.random() < 0.33:
                    raise RuntimeError("rolled back")
        except RuntimeError:
            continue


@pytest.fixture
def writers(chain: Chain) -> Iterator[list[threading.Thread]]:
    """Eight writers at once."""
    threads = [threading.Thread(target=_write, args=(chain, seed, 25)) for seed in range(8)]
    for thread in threads:
        thread.start()
    yield threads
    for thread in threads:
        thread.join()


def test_two_sealers_seal_what_many_write_once_and_without_a_gap(chain: Chain, writers: list[threading.Thread]) -> None:
    sealers = [AuditSealer(chain.office), AuditSealer(chain.office)]
    for writer in writers:
        writer.join()
    for sealer in sealers:
        sealer.close()
    [(events,)] = chain.owner("SELECT count(*) FROM ops.audit_events")
    assert _numbers(chain) == list(range(1, events + 1))
    verdict = chain.verify(chain.kept().all())
    assert verdict.whole and verdict.waiting == 0 and verdict.events == events


def test_two_that_seal_in_spite_of_the_lock_seal_nothing_twice(chain: Chain, writers: list[threading.Thread]) -> None:
    def seal() -> None:
        while any(writer.is_alive() for writer in writers):
            try:
                chain.seal()
            except psycopg2.errors.SerializationFailure:
                continue

    sealers = [threading.Thread(target=seal) for _ in range(2)]
    for thread in sealers:
        thread.start()
    for thread in (*writers, *sealers):
        thread.join()
    chain.seal()
    verdict = chain.verify()
    assert verdict.whole and _numbers(chain) == list(range(1, verdict.events + 1))


def test_a_sealer_that_was_killed_is_followed_by_another(
    chain: Chain, environment: dict[str, str], writers: list[threading.Thread]
) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", _SEALER], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    with killed:
        assert killed.stdout is not None and killed.stdout.readline() == "at work\n"
        time.sleep(0.3)
        killed.kill()
    chain.record(3)
    for writer in writers:
        writer.join()
    sealer = AuditSealer(chain.office)
    _wait_until_sealed(chain)
    sealer.close()
    verdict = chain.verify(chain.kept().all())
    assert verdict.whole and _numbers(chain) == list(range(1, verdict.events + 1))


def test_the_applications_role_cannot_change_the_chain(chain: Chain) -> None:
    chain.sealed(3)
    for act in (
        "UPDATE ops.audit_events SET mac = NULL",
        "DELETE FROM ops.audit_events",
        "INSERT INTO ops.audit_seals VALUES (99, 99, ''::bytea, 1, now())",
        "UPDATE ops.audit_seals SET digest = ''",
        "DELETE FROM ops.audit_seals",
        "TRUNCATE ops.audit_seals",
        "INSERT INTO ops.audit_waiting VALUES (99)",
        "DELETE FROM ops.audit_waiting",
        "UPDATE ops.keys SET wrapped = ''",
        "ALTER TABLE ops.audit_events DISABLE TRIGGER await_seal",
        "DROP FUNCTION ops.await_seal() CASCADE",
        "SELECT ops.expire_audit(2)",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            chain.application(act)
    # A seal of one's own: neither over an event that has one, nor with a time of long ago.
    for act in (
        "SELECT ops.seal_audit(4, ARRAY[1]::bigint[], ARRAY['x']::bytea[], 1, now())",
        "SELECT ops.seal_audit(4, '{}', '{}', 1, now() - interval '7 years')",
        "SELECT ops.seal_audit(2, '{}', '{}', 1, now())",
    ):
        with pytest.raises(psycopg2.errors.SerializationFailure):
            chain.application(act)
    assert chain.verify().whole


def test_events_from_before_there_was_a_chain_are_sealed_with_it(chain: Chain) -> None:
    chain.application(WITHOUT_MAC.format("office:client:add:done"), WITHOUT_MAC.format("office:client:add:refused"))
    chain.sealed(2)
    verdict = chain.verify()
    assert verdict.whole and verdict.events == 5
    begun = chain.owner("SELECT detail FROM ops.audit_events WHERE action = 'audit:chain:begin:done'")
    assert begun == [({"before": 2},)]
    chain.owner("UPDATE ops.audit_events SET record = 'x:2' WHERE mac IS NULL AND action LIKE '%refused'")
    assert [(finding.wrong, finding.number) for finding in chain.verify().findings] == [("edited", 2)]


def test_who_sees_one_client_sees_its_events_and_no_seal(chain: Chain) -> None:
    mine = add_client(chain.database, chain.office.actor, "Mine")
    add_client(chain.database, chain.office.actor, "Other")
    chain.seal()
    auditor = Actor(kind=ActorKind.PERSON, name="amber", clients=frozenset({mine.id}))
    page = search(chain.database, auditor, Search())
    assert [(found.event.record, found.client_name) for found in page.events] == [(f"client:{mine.id}", "Mine")]
    with chain.database.session(auditor) as session:
        assert head_now(session) is None
    with pytest.raises(BadInput, match="as a whole"):
        verify(chain.database, auditor)
