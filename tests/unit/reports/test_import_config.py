"""Settings of an older installation: what is understood, what goes before what, and that no secret is shown."""

from __future__ import annotations

import pytest

from lib.core.errors import BadInput
from lib.reports.import_config import read_config

CONFIG = """
[API]
username = apiuser
password = 100%secret;
base_url = https://webapi.collaboratemd.com/v1/
timeout = 30

[POSTGRES]
host = db.example.org
user = billing
password = p@ss/word
database = reports

[CUSTOMERS]
TEST Clinic North = 10001001, 10001002
10001003 = TEST Clinic South

[OTHER]
x = 1
"""


def test_clients_and_their_accounts_become_connections() -> None:
    found = read_config(CONFIG, {})
    assert [(client.name, client.connection.accounts) for client in found.clients] == [
        ("TEST Clinic North", ("10001001", "10001002")),
        ("TEST Clinic South", ("10001003",)),
    ]
    connection = found.clients[0].connection
    assert (connection.user, connection.password.get_secret_value()) == ("apiuser", "100%secret;")
    assert connection.url == "https://webapi.collaboratemd.com"
    assert found.left_out == ("[API] timeout", "[OTHER]")


def test_the_database_is_an_address_with_its_secret_covered() -> None:
    url = read_config(CONFIG, {}).database_url
    assert url is not None
    assert url.get_secret_value() == "postgresql://billing:p%40ss%2Fword@db.example.org/reports"
    assert "p%40ss" not in repr(read_config(CONFIG, {}))
    assert "secret" not in repr(read_config(CONFIG, {}))


def test_variables_go_before_the_file_and_may_stand_alone() -> None:
    environment = {
        "API_USERNAME": "other",
        "API_PASSWORD": "elsewhere",
        "POSTGRES_HOST": "localhost",
        "POSTGRES_USER": "u",
        "POSTGRES_PASSWORD": "",
        "POSTGRES_DATABASE": "d",
    }
    assert read_config(CONFIG, environment).clients[0].connection.user == "other"
    found = read_config("[customers]\naccounts = 10001001 10001002", environment)
    assert [client.name for client in found.clients] == ["10001001", "10001002"]
    assert found.clients[0].connection.password.get_secret_value() == "elsewhere"
    assert found.database_url is not None
    assert found.database_url.get_secret_value() == "postgresql://u@localhost/d"


def test_without_postgres_there_is_no_database() -> None:
    found = read_config("[API]\nuser=u\npassword=p\n[CUSTOMERS]\nA = 10001001", {})
    assert found.database_url is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello secret", "The file is not a config.ini."),
        ("[API]\nuser=u\n[CUSTOMERS]\nA=10001001", "names no user and password for CollaborateMD"),
        ("[API]\nuser=u\npassword=secret", "names no customer account"),
        ("[API]\nuser=u\npassword=secret\n[CUSTOMERS]\nA=1234", r"\[CUSTOMERS\] has no 8-digit account at A"),
        ("[API]\nuser=u\nuser=secret", r"\[API\] has a setting twice, in line 3"),
        ("[API]\n[API]\n", r"The section \[API\] comes twice"),
        ("[API]\nuser=u\npassword=secret\nurl=http://example.org\n[CUSTOMERS]\nA=10001001", "url must be https"),
        ("[API]\nuser=u\npassword=s\n[CUSTOMERS]\nA=10001001\n[POSTGRES]\nhost=h", "names no user and no database"),
        (CONFIG.replace("host =", "port = secret\nhost ="), "The port of Postgres is not a number"),
    ],
)
def test_what_cannot_be_used_is_named_without_its_value(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        read_config(text, {})
    assert "secret" not in str(refused.value)
