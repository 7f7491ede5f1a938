"""A cursor is of one question and one state of the rows, and nobody else can make or read one."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from lib.analytics.reading.rows import Place
from lib.api.cursors import seal, unseal
from lib.core.errors import BadInput, Conflict
from lib.core.settings import Settings, read_settings

PLACE = Place(keys=("1", "TEST-77", "é"), passed=3)
QUESTION = ("ar_aging_view", "1,2", None)


@pytest.fixture
def settings() -> Settings:
    return read_settings(secret_key=Fernet.generate_key().decode())


def test_a_cursor_gives_back_its_place(settings: Settings) -> None:
    cursor = seal(settings, PLACE, question=QUESTION, version="a")
    assert unseal(settings, cursor, question=QUESTION, version="a") == PLACE
    assert "TEST" not in cursor


def test_rows_that_changed_between_two_pages_are_not_mixed(settings: Settings) -> None:
    cursor = seal(settings, PLACE, question=QUESTION, version="a")
    with pytest.raises(Conflict, match="changed"):
        unseal(settings, cursor, question=QUESTION, version="b")


def test_a_cursor_of_another_question_or_office_is_refused(settings: Settings) -> None:
    cursor = seal(settings, PLACE, question=QUESTION, version="a")
    with pytest.raises(BadInput, match="another question"):
        unseal(settings, cursor, question=(*QUESTION, "x"), version="a")
    other = read_settings(secret_key=Fernet.generate_key().decode())
    assert settings.secret_key is not None
    fernet = Fernet(settings.secret_key.get_secret_value())
    strangers = (cursor[:-4], "", "é", "\ud800", fernet.encrypt(b"[]").decode(), fernet.encrypt(b"no").decode())
    for stranger in (*strangers, seal(other, PLACE, question=QUESTION, version="a")):
        with pytest.raises(BadInput, match="no cursor"):
            unseal(settings, stranger, question=QUESTION, version="a")
