"""Every kind of bad report ends as a failed or held package with its own sentence, and readers keep what they had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.office import Office
from lib.core.actor import shell_user
from lib.core.database import open_database
from lib.core.settings import read_settings
from lib.reports.loading.packages import rejects_of
from lib.reports.model import PackageState, RequestState
from lib.reports.reading.payload import Limits
from tests.conftest import KEY, Cluster
from tests.integration.reports.desk import TODAY, Desk, Seen, open_desk, us
from tests.unit.reports.bad_payloads import COLUMNS, FILES, ROWS, ZIPS, Kind, OddRow
from tests.unit.reports.payload_files import HEADER, csv_text, zipped

FIRST = date(2026, 3, 1)
ROWS_BEFORE = 20
LARGE = "$999,999,999,999.99"

Row = tuple[str, ...]


def charge(number: int, *, amount: str = "10.00", entered: str | None = None) -> Row:
    day = us(FIRST + timedelta(days=number))
    return (str(6000 + number), day, day if entered is None else entered, amount, "TEST Practice")


CHARGES = [charge(number) for number in range(ROWS_BEFORE)]


@pytest.fixture(scope="module")
def desk(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose client has a published package that no bad report may change."""
    folder = tmp_path_factory.mktemp("bad")
    settings = read_settings(home=folder / "home", database_url=cluster.database(), secret_key=KEY)
    database = open_database(settings)
    desk = open_desk(Office(settings=settings, database=database, actor=shell_user("tester")), folder)
    package = desk.load(zipped(csv_text(CHARGES)), as_of=TODAY - timedelta(days=1))
    assert package.state is PackageState.PUBLISHED
    yield desk
    database.close()


@pytest.fixture(autouse=True)
def unchanged(desk: Desk) -> Iterator[None]:
    """Readers see the same before and after, and no row of a failed package is left."""
    same = Seen(rows=ROWS_BEFORE, total=Decimal("10.00") * ROWS_BEFORE)
    assert desk.seen() == same
    yield
    assert desk.seen() == same
    assert desk.ask(
        "SELECT count(*) FROM warehouse.gross_billing r JOIN warehouse.packages p ON p.id = r.package_id"
        " WHERE p.state NOT IN ('published', 'held')"
    ) == [(0,)]


def ends(
    desk: Desk,
    content: bytes | None,
    state: PackageState,
    *sentences: str,
    limits: Limits | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """The report must end in this state with these sentences, as its request must; returns the package's id."""
    request = desk.request(content)
    package = desk.load_request(request, limits=limits, labels=labels)
    assert (package.state, package.findings, package.shown) == (state, sentences, False)
    after = desk.request_record(request.id)
    assert (after.state, after.error) == (RequestState(state.value), " ".join(sentences))
    assert after.package_id == package.id
    assert "TEST" not in " ".join(sentences)
    return package.id


@pytest.mark.parametrize("kind", [*ZIPS, *FILES, *COLUMNS], ids=repr)
def test_a_bad_payload_fails_with_its_own_sentence(desk: Desk, kind: Kind) -> None:
    ends(desk, kind.build(), PackageState.FAILED, kind.sentence, limits=kind.limits)


@pytest.mark.parametrize("odd", ROWS, ids=repr)
def test_too_many_odd_rows_hold_the_report_and_each_is_kept_with_its_reason(desk: Desk, odd: OddRow) -> None:
    rows = [*CHARGES[:10], odd.row, odd.row, *CHARGES[10:]]
    package_id = ends(desk, zipped(csv_text(rows)), PackageState.HELD, "2 of 22 rows could not be loaded.")
    rejects = rejects_of(desk.office.database, desk.office.actor, package_id)
    assert [(reject.row, reject.reason) for reject in rejects] == [(12, odd.reason), (13, odd.reason)]


@dataclass(frozen=True)
class Loaded:
    """A report whose file is sound and whose content is not."""

    name: str
    build: Callable[[], bytes | None]
    state: PackageState
    sentences: tuple[str, ...]
    labels: Mapping[str, str] | None = None
    limits: Limits | None = None

    def __repr__(self) -> str:
        return self.name


def _with(index: int, values: list[str]) -> bytes:
    """All charges, with other values in one column of the first rows."""
    rows = [list(row) for row in CHARGES]
    for row, value in zip(rows, values, strict=False):
        row[index] = value
    return zipped(csv_text(rows))


def _units(values: list[str]) -> bytes:
    return zipped(
        csv_text([(*row, value) for row, value in zip(CHARGES, values, strict=True)], (*HEADER, "Charge Units Sum"))
    )


_HOLD, _FAIL = PackageState.HELD, PackageState.FAILED

CONTENTS = [
    Loaded("no records", lambda: None, _HOLD, ("0 rows, where this client's report usually has about 20.",)),
    Loaded(
        "only a header",
        lambda: zipped(csv_text([])),
        _HOLD,
        ("0 rows, where this client's report usually has about 20.",),
    ),
    Loaded(
        "only blank rows",
        lambda: zipped(csv_text([("",) * 5] * 30)),
        _HOLD,
        ("0 rows, where this client's report usually has about 20.",),
    ),
    Loaded(
        "less than half",
        lambda: zipped(csv_text(CHARGES[:9])),
        _HOLD,
        ("9 rows, where this client's report usually has about 20.",),
    ),
    Loaded("a key twice", lambda: zipped(csv_text([*CHARGES, CHARGES[0]])), _HOLD, ("1 keys come more than once.",)),
    Loaded("every key twice", lambda: zipped(csv_text(CHARGES * 2)), _HOLD, ("20 keys come more than once.",)),
    Loaded(
        "the same file twice in the ZIP",
        lambda: zipped(csv_text(CHARGES), csv_text(CHARGES)),
        _HOLD,
        ("20 keys come more than once.",),
    ),
    Loaded(
        "one key for all",
        lambda: _with(0, ["1"] * ROWS_BEFORE),
        _HOLD,
        ("1 keys come more than once.",),
    ),
    Loaded(
        "no row can be loaded",
        lambda: _with(2, [""] * ROWS_BEFORE),
        _FAIL,
        (
            "None of the 20 rows could be loaded.",
            "0 rows, where this client's report usually has about 20.",
        ),
    ),
    Loaded(
        "amounts became words",
        lambda: _with(3, ["paid"] * 11),
        _FAIL,
        (
            "11 of 20 cells of charge_amount are no money.",
            "11 of 20 rows could not be loaded.",
            "9 rows, where this client's report usually has about 20.",
        ),
    ),
    Loaded(
        "dates became months",
        lambda: _with(1, ["March"] * ROWS_BEFORE),
        _FAIL,
        (
            "20 of 20 cells of charge_from_date are no date.",
            "None of the 20 rows could be loaded.",
            "0 rows, where this client's report usually has about 20.",
        ),
    ),
    Loaded(
        "dates day first, some of them possible",
        lambda: _with(1, ["31/3/2026"] * 2),
        _HOLD,
        ("2 of 20 rows could not be loaded.",),
    ),
    Loaded(
        "units became words in a column that is not required",
        lambda: _units(["one"] * ROWS_BEFORE),
        _FAIL,
        (
            "20 of 20 cells of charge_units_sum are no decimal.",
            "None of the 20 rows could be loaded.",
            "0 rows, where this client's report usually has about 20.",
        ),
    ),
    Loaded(
        "most units became words",
        lambda: _units(["one"] * 11 + ["1.00"] * 9),
        _HOLD,
        (
            "11 of 20 cells of charge_units_sum are no decimal.",
            "11 of 20 rows could not be loaded.",
            "9 rows, where this client's report usually has about 20.",
        ),
    ),
    Loaded(
        "units too fine",
        lambda: _units(["0.00001"] * 2 + ["1"] * 18),
        _HOLD,
        ("2 of 20 rows could not be loaded.",),
    ),
    Loaded(
        "all rows too long",
        lambda: zipped(csv_text([(*row, "more") for row in CHARGES], HEADER)),
        _FAIL,
        (
            "None of the 20 rows could be loaded.",
            "0 rows, where this client's report usually has about 20.",
        ),
    ),
    Loaded(
        "all rows too short",
        lambda: zipped(csv_text([row[:2] for row in CHARGES], HEADER)),
        _FAIL,
        (
            "None of the 20 rows could be loaded.",
            "0 rows, where this client's report usually has about 20.",
        ),
    ),
    Loaded(
        "a label of ours that names no column",
        lambda: zipped(csv_text(CHARGES)),
        _FAIL,
        ("The label “practice_name” is mapped to charge_total, which gross_billing does not have.",),
        labels={"Practice Name": "charge_total"},
    ),
    Loaded(
        "a label of ours that gives a column away",
        lambda: zipped(csv_text(CHARGES)),
        _FAIL,
        (
            "20 of 20 cells of charge_amount are no money.",
            "None of the 20 rows could be loaded.",
            "0 rows, where this client's report usually has about 20.",
        ),
        labels={"Practice Name": "charge_amount"},
    ),
    Loaded(
        "the whole is larger than we unpack",
        lambda: zipped(csv_text(CHARGES)),
        _FAIL,
        ("The report unpacks to more than 0 MiB.",),
        limits=Limits(unpacked_bytes=100),
    ),
    Loaded(
        "another report of the same client",
        lambda: zipped(csv_text([("TEST", "Posting", "30", us(FIRST))], ("User", "Task", "Minutes", "Date"))),
        _FAIL,
        ("The report has no column charge_id, charge_from_date, charge_entered_date, charge_amount.",),
    ),
]


@pytest.mark.parametrize("kind", CONTENTS, ids=repr)
def test_a_sound_file_with_odd_content_fails_or_is_held(desk: Desk, kind: Loaded) -> None:
    ends(desk, kind.build(), kind.state, *kind.sentences, labels=kind.labels, limits=kind.limits)


def test_a_total_beyond_all_money_fails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # A million rows of the largest amount would be needed for the real limit.
    monkeypatch.setattr("lib.reports.loading.checks._LARGEST_TOTAL", Decimal(10) ** 13)
    content = zipped(csv_text([charge(number, amount=LARGE) for number in range(ROWS_BEFORE)]))
    ends(desk, content, PackageState.FAILED, "The sum of charge_amount is not a sum of money.")


def test_there_are_sixty_kinds_and_more() -> None:
    kinds = [*ZIPS, *FILES, *COLUMNS, *ROWS, *CONTENTS]
    assert len({kind.name for kind in kinds}) == len(kinds) >= 60
