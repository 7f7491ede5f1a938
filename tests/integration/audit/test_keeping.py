"""What is kept of the audit elsewhere, and what is let go, can be verified; the commands tell it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from jobs.commands import audit as commands
from lib.core import audit, keys
from lib.core.audit import retention
from lib.core.audit.export import export_chain
from lib.core.audit.search import Search, search
from lib.core.clients import add_client
from lib.core.database import as_owner
from lib.core.errors import BadInput, Conflict, Misconfigured
from lib.core.secrets import secret_key
from tests.integration.audit.chain import Chain
from tests.integration.audit.test_tampering import EVENT


def _checked(lines: list[str], key: bytes) -> int:
    """Verify an export as docs/audit.md tells it, with nothing of Daysheet, and return how many events held."""
    before = bytes(32)
    for number, line in enumerate(lines, start=1):
        told = json.loads(line)
        event = json.dumps(told["event"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        mac = bytes.fromhex(told["mac"])
        assert mac == hmac.digest(key, b"daysheet audit event 1\n" + event, "sha256")
        body = hashlib.sha256(event + b"\n" + mac).hexdigest()
        sealed = f"daysheet audit seal 1\n{before.hex()}\n{number}\n{told['event_id']}\n{told['sealed_at']}\n{body}"
        before = bytes.fromhex(told["digest"])
        assert told["number"] == number and before == hmac.digest(key, sealed.encode(), "sha256")
    return len(lines)


def _jobs(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(commands.app, arguments, env=environment)


def test_an_export_is_verified_without_the_database(chain: Chain) -> None:
    with chain.database.session(chain.office.actor) as session:
        audit.record(session, "office:client:change:done", "client:1", said="“Zoë” \t\\ \u2028", ratio=1.5, none=None)
        key = keys.data_key(session, "audit").secret
    chain.sealed(3)
    written = io.StringIO(newline="")
    assert export_chain(chain.database, chain.office.actor, written) == 5
    lines = written.getvalue().split("\n")[:-1]
    assert _checked(lines, key) == 5
    with pytest.raises(AssertionError):
        _checked([line.replace("Zoë", "Zoe") for line in lines], key)


def test_the_commands_tell_a_whole_chain_from_a_broken_one(
    chain: Chain, environment: dict[str, str], tmp_path: Path
) -> None:
    chain.sealed(8)
    anchors = tmp_path / "anchors.jsonl"
    assert _jobs(environment, "anchor", "-o", str(anchors)).exit_code == 0
    whole = _jobs(environment, "verify", "--anchors", str(anchors))
    assert whole.exit_code == 0 and "The audit is whole: 9 events" in whole.output, whole.output
    chain.owner(f"UPDATE ops.audit_events SET actor = 'person:b' WHERE id = {EVENT.format(7)}")
    broken = _jobs(environment, "verify", "--anchors", str(anchors))
    assert broken.exit_code == 1 and "BROKEN. Number 7: event 7 was edited" in broken.output
    acts = [found.event.action for found in search(chain.database, chain.office.actor, Search(action="audit:")).events]
    assert acts[:3] == ["audit:chain:verify:broken", "audit:chain:verify:done", "audit:chain:anchor:done"]


def test_events_of_six_years_ago_leave_and_the_rest_is_verified_by_the_cut(chain: Chain) -> None:
    chain.sealed(12)
    now = datetime.now(UTC)
    assert retention.expire(chain.database, chain.office.actor, years=6, now=now) is None
    chain.aged(5, years=7)
    cut = retention.expire(chain.database, chain.office.actor, years=6, now=now)
    assert cut is not None and (cut.through, cut.events) == (5, 5)
    assert chain.verify().whole, "also before the cut is sealed"
    chain.seal()
    verdict = chain.verify(chain.kept().all())
    assert verdict.whole and (verdict.first, verdict.events) == (6, 9)
    chain.owner(
        f"DELETE FROM ops.audit_events WHERE id = {EVENT.format(6)}", "DELETE FROM ops.audit_seals WHERE number = 6"
    )
    assert [(f.wrong, f.number) for f in chain.verify().findings] == [("deleted", 1)]


def test_old_events_that_were_tampered_with_stay(chain: Chain) -> None:
    chain.sealed(12)
    chain.aged(5, years=7)
    chain.owner(f"UPDATE ops.audit_events SET actor = 'person:b' WHERE id = {EVENT.format(3)}")
    with pytest.raises(Conflict, match="Number 3"):
        retention.expire(chain.database, chain.office.actor, years=6, now=datetime.now(UTC))
    assert chain.verify().first == 1


def test_the_audit_is_searched_by_who_what_and_when_a_page_at_a_time(chain: Chain) -> None:
    client = add_client(chain.database, chain.office.actor, "Test office")
    chain.record(5)
    actor, database = chain.office.actor, chain.database
    page = search(database, actor, Search(actor="person:tester", action="office:client:change"), most=3)
    assert [found.event.record for found in page.events] == ["client:4", "client:3", "client:2"]
    rest = search(database, actor, Search(action="office:client:change"), most=3, before=page.next)
    assert [found.event.record for found in rest.events] == ["client:1", "client:0"] and rest.next is None
    [added] = search(database, actor, Search(client_id=client.id, outcome="done")).events
    assert (added.event.action, added.client_name) == ("office:client:add:done", "Test office")
    today = datetime.now(UTC).date()
    assert search(database, actor, Search(record="client:4", first_day=today, last_day=today)).events
    assert not search(database, actor, Search(last_day=today - timedelta(days=1))).events
    assert not search(database, actor, Search(outcome="refused")).events
    with pytest.raises(BadInput):
        search(database, actor, Search(first_day=date(2026, 1, 2), last_day=date(2026, 1, 1)))


def test_data_keys_are_wrapped_anew_under_another_key_of_the_instance(chain: Chain) -> None:
    settings = chain.office.settings
    with chain.database.session(chain.office.actor) as session:
        known = {name: keys.data_key(session, name).secret for name in keys.NAMES}
    assert len(set(known.values())) == 3 and all(len(secret) == 32 for secret in known.values())
    stored = b"".join(bytes(wrapped) for (wrapped,) in chain.owner("SELECT wrapped FROM ops.keys"))
    assert not any(secret in stored or base64.b64encode(secret) in stored for secret in known.values())
    new = Fernet.generate_key().decode()
    with as_owner(settings) as owner:
        with pytest.raises(Misconfigured):
            keys.rewrap(owner, new, new)
        assert keys.rewrap(owner, secret_key(settings), new) == 3
        opened = keys.KeyRing(new)
        assert {name: opened.newest(owner, name).secret for name in keys.NAMES} == known
        with pytest.raises(Misconfigured, match="another key"):
            keys.KeyRing(secret_key(settings)).newest(owner, "audit")
