"""Signing in, and what ends it: passwords, second factor, lock-out, one-time links, disabled people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pyotp
import pytest

from jobs.office import Office
from jobs.welcome import refuse_practice, welcome
from lib.core import clients
from lib.core.access import links, lockout, own_password, people, second_factor, sessions, sign_in, tokens, wider
from lib.core.access.gate import Forbidden
from lib.core.access.links import LinkUsed
from lib.core.access.people import Person
from lib.core.access.permissions import Permission, Role
from lib.core.access.sessions import SignedIn
from lib.core.access.sign_in import CodeRefused, SignInRefused
from lib.core.access.tokens import Scope
from lib.core.access.visitor import Visitor
from lib.core.database import Database, as_owner
from lib.core.errors import BadInput, Conflict, DaysheetError, Misconfigured, SignedOut
from lib.core.settings import Settings

NOW = datetime.now(UTC)
PASSWORD = "seven quiet harbor boats"
VISITOR = Visitor(address="192.0.2.7", browser="Test browser")
ELSEWHERE = Visitor(address="198.51.100.9")


@pytest.fixture
def biller(office: Office) -> Person:
    """A biller with a password, who sees no client yet."""
    return people.add_person(
        office.database,
        office.actor,
        login="amber@office.test",
        name="TEST, Amber",
        roles={Role.BILLER},
        clients=(),
        password=PASSWORD,
    )


def _sign_in(
    database: Database, password: str = PASSWORD, login: str = "amber@office.test", now: datetime = NOW
) -> str:
    return sign_in.present_password(database, login, password, VISITOR, now).token


def _age(settings: Settings, sql: str) -> None:
    with as_owner(settings) as owner, owner.cursor() as cursor:
        cursor.execute(f"UPDATE ops.sessions SET {sql}")


def test_a_session_sees_the_clients_and_may_do_what_the_tables_say(office: Office, biller: Person) -> None:
    mine = clients.add_client(office.database, office.actor, "Mine")
    clients.add_client(office.database, office.actor, "Other")
    person = sessions.attend(office.database, _sign_in(office.database, login=" Amber@Office.test "), active=True)
    assert clients.list_clients(office.database, person.actor) == []
    changed = people.change_person(
        office.database, office.actor, biller, name=biller.name, roles={Role.ANALYST}, clients={mine.id}
    )
    # What the process still believes does not count: the tables do, for the session that is open already.
    everything = replace(person.actor, clients=frozenset({mine.id}))
    assert [client.name for client in clients.list_clients(office.database, everything)] == ["Mine"]
    now = sessions.attend(office.database, _sign_in(office.database), active=True)
    assert now.clients == {mine.id} and now.actor.may(Permission.ANALYTICS_VIEW)
    assert not now.actor.may(Permission.CHARGES_POST) and not now.actor.may(Permission.PATIENTS_SEE)
    with pytest.raises(Conflict):
        people.change_person(office.database, office.actor, biller, name="Late", roles=(), clients=())
    people.disable(office.database, office.actor, changed)
    with pytest.raises(SignedOut):
        clients.list_clients(office.database, now.actor)
    with pytest.raises(SignInRefused):
        _sign_in(office.database)


@pytest.mark.parametrize(
    ("column", "limit"), [("seen_at", sessions.IDLE), ("began_at", sessions.LONGEST)], ids=["idle", "old"]
)
def test_a_session_ends_when_idle_or_old(
    office: Office, biller: Person, settings: Settings, column: str, limit: timedelta
) -> None:
    token = _sign_in(office.database)
    person = sessions.attend(office.database, token, active=True)
    _age(settings, f"{column} = now() - interval '{limit.total_seconds() - 30} s'")
    assert clients.list_clients(office.database, person.actor) == []
    assert sessions.attend(office.database, token, active=False).left <= timedelta(seconds=30)
    _age(settings, f"{column} = now() - interval '{limit.total_seconds() + 1} s'")
    for late in (
        lambda: sessions.attend(office.database, token, active=True),
        lambda: clients.list_clients(office.database, person.actor),
    ):
        with pytest.raises(SignedOut):
            late()


def test_only_what_a_person_does_keeps_a_session_awake(office: Office, biller: Person, settings: Settings) -> None:
    token = _sign_in(office.database)
    _age(settings, "seen_at = now() - interval '14 minutes'")
    assert sessions.attend(office.database, token, active=False).left < timedelta(seconds=61)
    sessions.attend(office.database, token, active=True)
    assert sessions.attend(office.database, token, active=False).left > timedelta(minutes=14)


def test_too_many_tries_lock_a_login_longer_each_time_and_say_nothing_else(office: Office, biller: Person) -> None:
    said = set()
    for login in ("amber@office.test", "nobody@office.test"):
        for _ in range(lockout.LOGIN_TRIES):
            with pytest.raises(SignInRefused) as refused:
                _sign_in(office.database, "not the password", login)
            said.add(str(refused.value))
    with pytest.raises(SignInRefused) as refused:
        _sign_in(office.database)
    assert said == {str(refused.value)}
    with as_owner(office.settings) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT event, said FROM ops.notifications")
        assert cursor.fetchall() == [
            ("sign_ins_refused", f"Sign-ins are refused time and again: user:{biller.id}, from 192.0.2.7.")
        ]
    later = NOW + timedelta(seconds=16)
    with pytest.raises(SignInRefused):
        _sign_in(office.database, "not the password", now=later)
    with pytest.raises(SignInRefused):
        _sign_in(office.database, now=later + timedelta(seconds=16))
    assert _sign_in(office.database, now=later + timedelta(seconds=31))


def test_strangers_elsewhere_lock_nobody_out_of_the_own_desk(office: Office, biller: Person) -> None:
    assert _sign_in(office.database)
    for _ in range(lockout.LOGIN_TRIES + 1):
        with pytest.raises(SignInRefused):
            sign_in.present_password(office.database, biller.login, "guessed", ELSEWHERE, NOW)
    with pytest.raises(SignInRefused):
        sign_in.present_password(office.database, biller.login, PASSWORD, ELSEWHERE, NOW)
    assert _sign_in(office.database)
    # At the desk too there is an end of trying.
    for _ in range(lockout.LOGIN_TRIES):
        with pytest.raises(SignInRefused):
            _sign_in(office.database, "guessed")
    with pytest.raises(SignInRefused):
        _sign_in(office.database)


def test_the_own_second_factor_goes_by_a_code_of_it_alone(office: Office, biller: Person) -> None:
    person, secret, recovery = _with_factor(office)
    later = NOW + timedelta(minutes=2)
    for wrong in ("", "000000", pyotp.TOTP(secret).at(NOW)):
        with pytest.raises(BadInput, match="not right"):
            second_factor.remove_own(office.database, person, wrong, VISITOR, later)
    assert second_factor.of_person(office.database, person)
    second_factor.remove_own(office.database, person, recovery[0], VISITOR, later)
    assert second_factor.of_person(office.database, person) is None
    assert not sign_in.present_password(office.database, biller.login, PASSWORD, VISITOR, later).awaits_code


def test_a_second_factor_is_asked_for_and_each_code_works_once(office: Office, biller: Person) -> None:
    person, secret, recovery = _with_factor(office)
    database = office.database
    later = NOW + timedelta(minutes=2)
    code = pyotp.TOTP(secret).at(later)

    def present(code: str) -> str:
        waiting = sign_in.present_password(database, biller.login, PASSWORD, VISITOR, later)
        assert waiting.awaits_code
        with pytest.raises(SignedOut):
            sessions.attend(database, waiting.token, active=True)
        return sign_in.present_code(database, waiting.token, code, VISITOR, later).token

    assert sessions.attend(database, present(code), active=True).login == biller.login
    for used in (code, "000000", "no code"):
        with pytest.raises(CodeRefused):
            present(used)
    assert sessions.attend(database, present(recovery[0].upper()), active=True)
    with pytest.raises(CodeRefused):
        present(recovery[0])
    factor = second_factor.of_person(database, person)
    assert factor and factor.recovery_codes_left == len(recovery) - 1


def test_wider_access_shows_every_client_for_an_hour_and_is_told_of(office: Office, settings: Settings) -> None:
    client = clients.add_client(office.database, office.actor, "Other")
    for login, roles in (("boss", {Role.ADMINISTRATOR}), ("plain", {Role.BILLER})):
        people.add_person(
            office.database, office.actor, login=login, name="TEST", roles=roles, clients=(), password=PASSWORD
        )
    token = _sign_in(office.database, login="boss")
    boss = sessions.attend(office.database, token, active=True)
    with pytest.raises(BadInput):
        wider.begin(office.database, boss, "no reason")
    wider.begin(office.database, boss, "The office of Other burns down")
    now = sessions.attend(office.database, token, active=True)
    assert now.wider_until and now.actor.may(Permission.PATIENTS_SEE) and not now.actor.may(Permission.CHARGES_POST)
    assert clients.list_clients(office.database, now.actor) == [client]
    for give in (
        lambda: people.add_person(
            office.database, now.actor, login="straw", name="TEST", roles={Role.MANAGER}, clients=None
        ),
        lambda: tokens.make_token(
            office.database,
            now.actor,
            name="straw",
            scopes=list(Scope),
            clients=None,
            ends_at=NOW + timedelta(days=9),
            now=NOW,
        ),
    ):
        with pytest.raises(DaysheetError, match="nobody is given anything"):
            give()
    with as_owner(settings) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT event, said FROM ops.notifications")
        assert [(event, "boss" in said) for event, said in cursor.fetchall()] == [("wider_access", True)]
        cursor.execute("UPDATE ops.wider_access SET began_at = began_at - interval '1 hour', ends_at = began_at")
    assert clients.list_clients(office.database, now.actor) == []
    plain = sessions.attend(office.database, _sign_in(office.database, login="plain"), active=True)
    with pytest.raises(Forbidden):
        wider.begin(office.database, plain, "The office of Other burns down")
    with office.database.session(office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "SELECT actor, record FROM ops.audit_events WHERE action = 'access:permission:use:refused' ORDER BY id"
        )
        assert [tuple(row) for row in cursor.fetchall()] == [
            ("person:boss", "permission:people.edit"),
            ("person:boss", "permission:tokens.edit"),
            ("person:plain", "permission:people.edit"),
        ]


def test_who_sees_some_clients_gives_nobody_more(office: Office, biller: Person) -> None:
    client = clients.add_client(office.database, office.actor, "Mine")
    people.add_person(
        office.database,
        office.actor,
        login="branch",
        name="TEST",
        roles={Role.ADMINISTRATOR},
        clients={client.id},
        password=PASSWORD,
    )
    branch = sessions.attend(office.database, _sign_in(office.database, login="branch"), active=True).actor
    for act in (
        lambda: people.add_person(
            office.database, branch, login="straw", name="TEST", roles={Role.MANAGER}, clients=None, password=PASSWORD
        ),
        lambda: people.change_person(
            office.database, branch, biller, name=biller.name, roles={Role.MANAGER}, clients=None
        ),
        lambda: links.password_link(office.database, branch, biller.id, NOW),
    ):
        with pytest.raises(DaysheetError, match="who see every client"):
            act()


def test_practice_logins_are_printed_for_every_role_and_let_in(settings: Settings, office: Office) -> None:
    with pytest.raises(Misconfigured):
        refuse_practice(settings)
    first = welcome(settings, practice=True)
    assert welcome(settings, practice=True) == first
    printed = dict(line.split() for line in first[1:])
    assert set(printed) == {role.value.replace("_", "-") for role in Role}
    person = sessions.attend(office.database, _sign_in(office.database, printed["analyst"], "analyst"), active=True)
    assert (person.roles, person.clients) == ({Role.ANALYST}, None)
    assert welcome(settings, practice=False) == []


def test_no_password_and_no_secret_can_be_read_from_the_tables(office: Office, biller: Person) -> None:
    _, secret, _ = _with_factor(office)
    for column in ("ops.passwords.hash", "ops.second_factors.secret", "ops.sessions.token_digest"):
        table, _, name = column.rpartition(".")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), office.database.session(office.actor) as session:
            with session.raw.cursor() as cursor:
                cursor.execute(f"SELECT {name} FROM {table}")
    with office.database.session(office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT hash, secret FROM ops.credentials_of(%s)", (biller.login,))
        kept = cursor.fetchone()
    assert kept.hash.startswith("$argon2id$") and secret.encode() not in bytes(kept.secret)


def test_an_office_is_set_up_once_by_its_first_link(office: Office) -> None:
    path = links.first_link(office.database, office.actor, NOW)
    token = _token(path)
    first = {"login": "owner", "name": "TEST, Olive", "now": NOW}
    with pytest.raises(BadInput):
        links.set_up_office(office.database, token, password="short", **first)
    links.set_up_office(office.database, token, password=PASSWORD, **first)
    person = sessions.attend(office.database, _sign_in(office.database, login="owner"), active=True)
    assert person.clients is None and person.roles == {Role.ADMINISTRATOR}
    with pytest.raises(LinkUsed):
        links.set_up_office(office.database, token, password=PASSWORD, **first)
    assert links.first_link(office.database, office.actor, NOW) is None
    with pytest.raises(Conflict, match="own roles"):
        people.disable(office.database, person.actor, people.person_named(office.database, person.actor, "owner"))
    with pytest.raises(Conflict, match="last administrator"):
        people.disable(office.database, office.actor, people.person_named(office.database, office.actor, "owner"))


def test_a_link_for_a_password_works_once_ends_sessions_and_unlocks(office: Office, biller: Person) -> None:
    token = _sign_in(office.database)
    for _ in range(lockout.LOGIN_TRIES):
        with pytest.raises(SignInRefused):
            _sign_in(office.database, "not the password")
    link = _token(links.password_link(office.database, office.actor, biller.id, NOW))
    with pytest.raises(LinkUsed):
        links.look_up(office.database, link, NOW + links.LASTS)
    links.choose_password(office.database, link, password="another seven boats", now=NOW)
    with pytest.raises(SignedOut):
        sessions.attend(office.database, token, active=True)
    with pytest.raises(LinkUsed):
        links.choose_password(office.database, link, password="another seven boats", now=NOW)
    with pytest.raises(SignInRefused):
        _sign_in(office.database)
    assert _sign_in(office.database, "another seven boats")


def test_a_changed_password_ends_the_other_sessions(office: Office, biller: Person) -> None:
    other, own = _sign_in(office.database), _sign_in(office.database)
    person = sessions.attend(office.database, own, active=True)
    with pytest.raises(BadInput, match="not right"):
        own_password.change_password(office.database, person, "wrong one", "another seven boats", VISITOR, NOW)
    own_password.change_password(office.database, person, PASSWORD, "another seven boats", VISITOR, NOW)
    assert sessions.attend(office.database, own, active=True)
    with pytest.raises(SignedOut):
        sessions.attend(office.database, other, active=True)


def _with_factor(office: Office) -> tuple[SignedIn, str, list[str]]:
    person = sessions.attend(office.database, _sign_in(office.database), active=True)
    with pytest.raises(BadInput, match="present password"):
        second_factor.start(office.database, person, "at an open browser", VISITOR, NOW)
    uri = second_factor.start(office.database, person, PASSWORD, VISITOR, NOW)
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    code = pyotp.TOTP(secret).at(NOW)
    return person, secret, second_factor.confirm(office.database, person, code, NOW)


def _token(path: str | None) -> str:
    assert path
    return parse_qs(urlsplit(path).query)["token"][0]
