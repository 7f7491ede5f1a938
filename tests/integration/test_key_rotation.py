"""The instance's key is changed whole or not at all, and nothing that it protected is lost."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from lib.core import audit, clients, connections, key_rotation, keys, runs
from lib.core.access import second_factor, sessions
from lib.core.access.visitor import Visitor
from lib.core.actor import job
from lib.core.database import Session, as_owner, give_app_role_password, open_database
from lib.core.errors import Misconfigured
from lib.core.key_rotation import rotate
from lib.core.migrations import migrate
from lib.core.runs import RunState
from lib.core.sealed import SealKeys, seal, seal_keys, unseal
from lib.core.secrets import decrypt, encrypt
from lib.core.settings import Settings
from tests.conftest import KEY
from tests.signed_in import signed_in_token

OLD = KEY
NEW = Fernet.generate_key().decode()
PASSWORD = "vendor-password-of-the-test"
TYPED = "typed-for-one-run-of-the-test"
OPERATOR = job("test")
#: The steps of a rotation; a kill comes right after each.
STEPS = ("rewrap", "keep_former", "_encrypt_anew", "give_app_role_password", "record")


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Iterator[Kept]:
    """An office with credentials and sealed files, each from before there were data keys and from now."""
    with contextlib.closing(open_database(settings)) as database:
        client = clients.add_client(database, OPERATOR, "TEST Rotation")
        for vendor in ("tebra", "collaboratemd"):
            connections.save_connection(
                database,
                OPERATOR,
                client_id=client.id,
                vendor=vendor,
                account=vendor,
                values={},
                secrets={"password": PASSWORD},
            )
        person = sessions.attend(database, signed_in_token(settings), active=True)
        second_factor.start(database, person, "", Visitor(address="192.0.2.1"), datetime.now(UTC))
        (tmp_path / "plain").write_bytes(b"TEST content")
        with database.session(OPERATOR) as session:
            now = seal_keys(session)
            totp = _totp(settings, session)
        seal(now, tmp_path / "plain", tmp_path / "now.sealed", context="now")
        old_key = SealKeys.of(base64.urlsafe_b64decode(OLD))
        seal(old_key, tmp_path / "plain", tmp_path / "before.sealed", context="before")
    before = Fernet(OLD).encrypt(json.dumps({"password": PASSWORD}).encode())
    with as_owner(settings) as owner, owner.cursor() as cursor:
        cursor.execute("UPDATE ops.connections SET secret = %s WHERE vendor = 'tebra'", (before,))
    yield Kept(client_id=client.id, totp=totp, folder=tmp_path)
    # The role is one for the whole cluster.
    with as_owner(settings) as owner:
        give_app_role_password(owner, settings)


@dataclass(frozen=True, kw_only=True)
class Kept:
    client_id: str
    totp: str
    folder: Path

    def is_readable(self, settings: Settings) -> bool:
        """Whether a process with these settings reads all of it; what it cannot read raises."""
        with contextlib.closing(open_database(settings)) as database:
            for vendor in ("tebra", "collaboratemd"):
                stored = connections.connection_of(database, OPERATOR, self.client_id, vendor)
                assert stored.secrets == {"password": PASSWORD}
            with database.session(OPERATOR) as session:
                keys, totp = seal_keys(session), _totp(settings, session)
        for name in ("now", "before"):
            unseal(keys, self.folder / f"{name}.sealed", self.folder / "back", context=name)
            assert (self.folder / "back").read_bytes() == b"TEST content"
        return totp == self.totp


def test_a_change_of_the_key_is_whole_wherever_it_is_killed(settings: Settings, kept: Kept) -> None:
    changed = _with_keys(settings, NEW, OLD)
    for step in STEPS:
        assert _killed_after(step, changed)
        assert kept.is_readable(settings), step
        with pytest.raises(Misconfigured):
            migrate(changed)
    done = rotate(changed, OPERATOR)
    assert not done.before and (done.data_keys, done.credentials) == (3, 3)
    assert kept.is_readable(changed)
    assert rotate(changed, OPERATOR).before
    again = _with_keys(settings, Fernet.generate_key().decode(), NEW)
    assert rotate(again, OPERATOR).data_keys == 6
    assert kept.is_readable(again), "also what is two keys old"


def test_a_process_with_the_old_key_is_told_and_cannot_take_the_change_back(settings: Settings, kept: Kept) -> None:
    with contextlib.closing(open_database(settings)) as database:
        connections.connection_of(database, OPERATOR, kept.client_id, "collaboratemd")
        done = rotate(_with_keys(settings, NEW, OLD), OPERATOR)
        assert done.others == 1
        assert clients.list_clients(database, OPERATOR), "what is no secret it still reads"
        with pytest.raises(Misconfigured, match="another key of the instance"):
            connections.connection_of(database, OPERATOR, kept.client_id, "collaboratemd")
        with database.session(OPERATOR), pytest.raises(Misconfigured, match="does not let"):
            connections.connection_of(database, OPERATOR, kept.client_id, "tebra")
    for act in (open_database, migrate):
        with pytest.raises(Misconfigured):
            act(settings)
    assert kept.is_readable(_with_keys(settings, NEW, OLD))


def test_a_wrong_key_before_changes_nothing(settings: Settings, kept: Kept) -> None:
    with pytest.raises(Misconfigured):
        rotate(_with_keys(settings, NEW, Fernet.generate_key().decode()), OPERATOR)
    with pytest.raises(Misconfigured, match="key before is missing"):
        rotate(settings.model_copy(update={"secret_key": SecretStr(NEW)}), OPERATOR)
    assert kept.is_readable(settings)


def test_a_stolen_database_shows_no_password_and_no_second_factor(settings: Settings, kept: Kept) -> None:
    with contextlib.closing(open_database(settings)) as database, database.session(OPERATOR) as session:
        runs.create(
            session,
            client_id=kept.client_id,
            kind="charges",
            title="TEST",
            state=RunState.DRAFT,
            params={},
            lane="tebra",
            secret=encrypt(session, json.dumps({"password": TYPED})),
        )
    text = _everything(settings)
    assert "TEST Rotation" in text, "the grep finds what is there"
    for secret in (PASSWORD, TYPED, kept.totp, OLD):
        for form in (secret, secret.encode().hex(), base64.b64encode(secret.encode()).decode().rstrip("=")):
            assert form not in text


def _everything(settings: Settings) -> str:
    """Every row of every table of the database as text, as a dump would hold it."""
    with as_owner(settings) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        parts = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {table} t")
            parts.append(cursor.fetchone()[0])
    return "\n".join(parts)


def _with_keys(settings: Settings, key: str, before: str) -> Settings:
    return settings.model_copy(update={"secret_key": SecretStr(key), "secret_key_before": SecretStr(before)})


def _killed_after(step: str, settings: Settings) -> bool:
    """Rotate in a process of its own that dies of SIGKILL right after a step."""
    child = os.fork()
    if child == 0:
        try:
            place = keys if step in ("rewrap", "keep_former") else audit if step == "record" else key_rotation
            done = getattr(place, step)

            def and_die(*args: Any, **kwargs: Any) -> None:
                done(*args, **kwargs)
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(place, step, and_die)
            rotate(settings, OPERATOR)
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def _totp(settings: Settings, session: Session) -> str:
    with as_owner(settings) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT secret FROM ops.second_factors")
        return decrypt(session, cursor.fetchone()[0])
