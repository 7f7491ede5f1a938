"""Whatever is done to the audit in the database, by whoever owns it, is found and named."""

from __future__ import annotations

import pytest

from lib.core.audit.anchors import KeptHeads
from lib.core.audit.findings import Wrong
from tests.integration.audit.chain import Chain

#: Every event of these chains but the first, by the number of its seal.
EVENT = "(SELECT event_id FROM ops.audit_seals WHERE number = {})"
COLUMNS = "at, actor, origin, client_id, action, record, detail, uid, mac, key_version"

TAMPERED = {
    "who": (Wrong.EDITED, 7, f"UPDATE ops.audit_events SET actor = 'person:other' WHERE id = {EVENT.format(7)}"),
    "detail": (Wrong.EDITED, 7, f"UPDATE ops.audit_events SET detail = '{{}}' WHERE id = {EVENT.format(7)}"),
    "when": (
        Wrong.EDITED,
        7,
        f"UPDATE ops.audit_events SET at = at + interval '1 microsecond' WHERE id = {EVENT.format(7)}",
    ),
    "first": (Wrong.EDITED, 1, f"UPDATE ops.audit_events SET record = 'client:9' WHERE id = {EVENT.format(1)}"),
    "event deleted": (Wrong.DELETED, 7, f"DELETE FROM ops.audit_events WHERE id = {EVENT.format(7)}"),
    "event and seal deleted": (
        Wrong.DELETED,
        7,
        f"DELETE FROM ops.audit_events WHERE id = {EVENT.format(7)}; DELETE FROM ops.audit_seals WHERE number = 7",
    ),
    "beginning deleted": (
        Wrong.DELETED,
        1,
        f"DELETE FROM ops.audit_events WHERE id <= {EVENT.format(4)}; DELETE FROM ops.audit_seals WHERE number <= 4",
    ),
    "deleted and closed up": (
        Wrong.REWRITTEN,
        7,
        f"DELETE FROM ops.audit_events WHERE id = {EVENT.format(7)}; DELETE FROM ops.audit_seals WHERE number = 7; "
        "UPDATE ops.audit_seals SET number = -number WHERE number > 7; "
        "UPDATE ops.audit_seals SET number = -number - 1 WHERE number < 0",
    ),
    "inserted without a seal": (
        Wrong.INSERTED,
        None,
        "INSERT INTO ops.audit_events (actor, origin, action, record) VALUES ('a:b', 'page', 'x:x:x:x', 'x:1')",
    ),
    "copied without a seal": (
        Wrong.INSERTED,
        None,
        f"INSERT INTO ops.audit_events ({COLUMNS}) SELECT {COLUMNS} FROM ops.audit_events WHERE id = {EVENT.format(7)}",
    ),
    "events exchanged": (
        Wrong.REORDERED,
        7,
        "CREATE TEMP TABLE two AS SELECT number, event_id FROM ops.audit_seals WHERE number IN (7, 8); "
        "UPDATE ops.audit_seals SET event_id = -number WHERE number IN (7, 8); "
        "UPDATE ops.audit_seals s SET event_id = t.event_id FROM two t WHERE s.number = 15 - t.number",
    ),
    "ids exchanged": (
        Wrong.REORDERED,
        7,
        "ALTER TABLE ops.audit_events ALTER id DROP IDENTITY; "
        "CREATE TEMP TABLE two AS SELECT number, event_id FROM ops.audit_seals WHERE number IN (7, 8); "
        "UPDATE ops.audit_events SET id = -id WHERE id IN (SELECT event_id FROM two); "
        "UPDATE ops.audit_events e SET id = o.event_id FROM two t, two o "
        "WHERE e.id = -t.event_id AND o.number <> t.number",
    ),
    "seals exchanged": (
        Wrong.REORDERED,
        7,
        "UPDATE ops.audit_seals SET number = number - 100 WHERE number IN (7, 8); "
        "UPDATE ops.audit_seals SET number = -85 - number WHERE number < 0",
    ),
    "seals cut off": (Wrong.TRUNCATED, None, "DELETE FROM ops.audit_seals WHERE number > 7"),
    "a seal of theirs": (
        Wrong.REWRITTEN,
        7,
        "UPDATE ops.audit_seals SET digest = sha256(digest) WHERE number = 7",
    ),
    "time of a seal": (
        Wrong.REWRITTEN,
        7,
        "UPDATE ops.audit_seals SET sealed_at = sealed_at - interval '1 day' WHERE number = 7",
    ),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_what_was_tampered_with_is_found_by_number_and_named(chain: Chain, kind: str) -> None:
    chain.sealed(12)
    assert chain.verify().whole
    wrong, number, statement = TAMPERED[kind]
    chain.owner(statement)
    found = chain.verify().findings
    assert (found[0].wrong, found[0].number) == (wrong, number), found
    assert all(finding.said for finding in found)


def test_an_edit_before_the_seal_is_found_too(chain: Chain) -> None:
    chain.sealed(3)
    chain.record(1)
    chain.owner("UPDATE ops.audit_events SET actor = 'person:b' WHERE id IN (SELECT event_id FROM ops.audit_waiting)")
    assert [finding.wrong for finding in chain.verify().findings] == [Wrong.INSERTED]
    chain.seal()
    assert [(f.wrong, f.number) for f in chain.verify().findings] == [(Wrong.INSERTED, 5)]


def test_an_event_that_was_deleted_before_its_seal_is_missed(chain: Chain) -> None:
    chain.sealed(3)
    chain.record(2)
    chain.owner("DELETE FROM ops.audit_events WHERE id = (SELECT max(event_id) FROM ops.audit_waiting)")
    chain.seal()
    assert [finding.wrong for finding in chain.verify().findings] == [Wrong.DELETED]


def test_what_was_inserted_around_the_application_is_found_though_it_is_sealed(chain: Chain) -> None:
    chain.sealed(3)
    chain.application(
        "INSERT INTO ops.audit_events (actor, origin, action, record) VALUES ('a:b', 'page', 'x:x:x:x', 'x:1')",
        f"INSERT INTO ops.audit_events ({COLUMNS}) SELECT {COLUMNS} FROM ops.audit_events ORDER BY id LIMIT 1",
    )
    chain.seal()
    assert [(f.wrong, f.number) for f in chain.verify().findings] == [(Wrong.INSERTED, 5), (Wrong.INSERTED, None)]


def test_a_tail_that_was_cut_off_is_found_by_the_head_that_the_home_keeps(chain: Chain) -> None:
    chain.sealed(12)
    chain.owner(
        f"DELETE FROM ops.audit_events WHERE id > {EVENT.format(7)}", "DELETE FROM ops.audit_seals WHERE number > 7"
    )
    assert chain.verify().whole, "nothing in the database can tell"
    [found] = chain.verify(chain.kept().all()).findings
    assert (found.wrong, found.number) == (Wrong.TRUNCATED, 8)
    # The audit goes on, and what was lost is found for ever after.
    chain.sealed(9)
    found = chain.verify(chain.kept().all()).findings
    assert [(each.wrong, each.number) for each in found] == [(Wrong.REWRITTEN, 13)]
    lost = chain.owner("SELECT record FROM ops.audit_events WHERE action = 'audit:chain:look:broken'")
    assert lost == [("chain:13",)]


def test_everything_thrown_away_is_found_by_an_anchor(chain: Chain) -> None:
    chain.sealed(5)
    anchor = chain.anchor()
    chain.owner("TRUNCATE ops.audit_events, ops.audit_seals, ops.audit_waiting")
    assert [finding.wrong for finding in chain.verify([anchor]).findings] == [Wrong.TRUNCATED]


def test_a_chain_written_anew_with_the_stolen_key_is_found_by_an_anchor_elsewhere(chain: Chain) -> None:
    chain.sealed(12)
    anchor = chain.anchor()
    chain.owner(
        f"DELETE FROM ops.audit_events WHERE id = {EVENT.format(7)}",
        "INSERT INTO ops.audit_waiting SELECT id FROM ops.audit_events WHERE action NOT LIKE 'audit:%'",
        "DELETE FROM ops.audit_events WHERE action LIKE 'audit:%'",
        "TRUNCATE ops.audit_seals",
    )
    # The same program with the same key: a chain without a fault, but for the one event.
    home = chain.office.settings.home
    (home / "audit" / "head.json").unlink()
    chain.sealed(1)
    assert chain.verify(KeptHeads(home).all()).whole
    [found] = chain.verify([anchor]).findings
    assert (found.wrong, found.number) == (Wrong.REWRITTEN, anchor.head.number)


def test_an_anchor_that_was_made_up_is_refused(chain: Chain) -> None:
    chain.sealed(3)
    anchor = chain.anchor()
    forged = type(anchor)(head=anchor.head, mac=bytes(32), source="elsewhere.jsonl")
    [found] = chain.verify([forged]).findings
    assert found.wrong is Wrong.REWRITTEN and "elsewhere.jsonl" in found.said
