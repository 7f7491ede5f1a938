"""Denials: rates worked out by hand, equal to the key figures, and marks that open exactly their rows."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lib.analytics.figures.figure import Figure
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters, Mark
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import Dimension
from lib.analytics.snapshot.reader import open_reader
from lib.analytics.subjects import denial_rates, denials
from lib.analytics.subjects.denial_words import about_category, about_code
from lib.analytics.subjects.denials import Split, Told
from tests.integration.analytics.marks import assert_every_mark_opens_its_rows
from tests.integration.kpis.conftest import Readers
from tests.integration.kpis.golden import Row, day, denial, money, payment
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import AS_OF, Ledger

_ANYTHING = Filters()


def remitted(charge: str, claim: str, amount: str, posted: str, **more: Any) -> Row:
    """A paid charge of a claim."""
    return payment(charge, "10", posted, claim_id=claim, charge_amount=money(amount), **more)


def denied(charge: str, claim: str, amount: str, posted: str, code: str, **more: Any) -> dict[str, Any]:
    """A denied charge of a claim."""
    return {**denial(charge, amount, posted, code), "claim_id": claim, "charge_primary_payer_name": "TEST Payer"} | more


PAID = [
    remitted("2", "A", "300", "08-05"),
    remitted("3", "B", "600", "08-06"),
    remitted("5", "D", "150", "08-08"),
    remitted("7", "A", "80", "09-09"),  # a further line of claim A, answered a month later
    remitted("1", "A", "100", "09-20"),  # paid after its denial: August stays as it was
    payment("9", "25", "08-09", insurance_paid_amount=money("0"), charge_amount=money("25")),  # a patient's: no answer
]
DENIED = [
    denied("1", "A", "100", "08-05", "16", appeal_date=day("08-20"), appeal_decision_date=day("09-18"))
    | {"appeal_outcome": "OVERTURNED"},
    denied("4", "C", "50", "08-07", "18"),  # a duplicate: in no rate
    denied("5", "D", "150", "08-08", "45"),  # fee schedule: no denial
    denied("6", "E", "400", "09-03", "16"),
    denied("6", "E", "400", "10-03", "197", charge_primary_payment_date=day("09-03")),  # again
]


@pytest.fixture
def books(ledger: Ledger, owner: str) -> str:
    """A client with a few answers of payers in August and September."""
    ledger.show("payment_trends", PAID, client=owner)
    ledger.show("denial_trends", DENIED, client=owner)
    return owner


def values(figure: Figure) -> dict[tuple[str, str], Decimal | None]:
    return {(part.label, part.series): part.height for part in figure.parts}


def figures(reader: Reader, filters: Filters, day: date) -> list[Figure]:
    """Every figure of the page."""
    return [
        denial_rates.rates(reader, filters, day),
        *(denial_rates.rate_by(reader, filters, split) for split in Split),
        *(denial_rates.dollars_by(reader, filters, split) for split in Split),
        *(denials.dollars_by_month(reader, filters, told) for told in Told),
        *(denials.pareto(reader, filters, split) for split in (Split.CATEGORY, Split.CODE)),
        denials.outcomes(reader, filters),
    ]


def test_rates_are_what_was_worked_out_by_hand(books: str, readers: Readers) -> None:
    # August: claims A, B, C, D, of which A is denied; 300 + 600 + 150 + 100 + 50 charged, of which 100.
    # September: claim E is denied; A was answered before. 400 + 80 charged, of which 400.
    for reader in readers(books):
        figure = denial_rates.rates(reader, _ANYTHING, AS_OF)
        assert values(figure) == {
            ("2026-08", "Claims"): Decimal("0.25"),
            ("2026-09", "Claims"): Decimal(1),
            ("2026-08", "Gross charges"): Decimal(100) / 1200,
            ("2026-09", "Gross charges"): Decimal(400) / 480,
        }
        assert "1 of 4 claims" in figure.parts[0].said
        assert_every_mark_opens_its_rows(reader, figure, _ANYTHING, of=4)


def test_both_readers_draw_the_same(books: str, readers: Readers) -> None:
    views, copy = readers(books)
    for said, told in zip(figures(views, _ANYTHING, AS_OF), figures(copy, _ANYTHING, AS_OF), strict=True):
        assert said == told, said.name
        assert_every_mark_opens_its_rows(copy, told, _ANYTHING)


def test_months_are_immature_for_sixty_days(books: str, readers: Readers) -> None:
    views, _ = readers(books)

    def immature(as_of: date) -> set[str]:
        return {part.label for part in denial_rates.rates(views, _ANYTHING, as_of).parts if part.immature}

    assert immature(date(2026, 10, 29)) == {"2026-08", "2026-09"}
    assert immature(date(2026, 10, 30)) == {"2026-09"}
    assert immature(date(2026, 11, 29)) == set()


def test_repeated_denials_and_duplicates_stand_apart(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    assert values(denials.dollars_by_month(views, _ANYTHING, Told.KIND)) == {
        ("2026-08", "initial"): money("100"),
        ("2026-08", "duplicate or coordination"): money("50"),
        ("2026-09", "initial"): money("400"),
        ("2026-10", "repeated"): money("400"),
    }


def test_pareto_says_the_share_so_far(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    # Documentation 100 + 400, authorization 400, duplicate 50: 950 in all.
    found = [(part.label, part.amount, part.beside) for part in denials.pareto(views, _ANYTHING, Split.CATEGORY).parts]
    assert found == [
        ("documentation", money("500"), "52.6 % so far"),
        ("authorization", money("400"), "94.7 % so far"),
        ("duplicate", money("50"), "100.0 % so far"),
    ]


def test_codes_carry_our_own_words(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    parts = denial_rates.dollars_by(views, _ANYTHING, Split.CODE).parts
    assert [(part.label, part.said) for part in parts] == [
        ("16 claim incomplete", ("Reason code 16, in our words: claim incomplete",))
    ]


def test_every_code_that_is_sorted_as_a_denial_has_words(ledger: Ledger) -> None:
    rows = ledger.read("denial_codes", "reason_code, category", where="is_denial")
    assert len(rows) > 60
    assert [code for code, _ in rows if not about_code(code)] == []
    assert [category for _, category in rows if not about_category(category)] == []


def test_what_became_of_denials(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    found = values(denials.outcomes(views, _ANYTHING))
    assert found["documentation", "overturned"] == money("100")
    assert found["documentation", "not appealed"] == money("400")


def test_preventable_share_of_a_window(books: str, readers: Readers, ledger: Ledger) -> None:
    ledger.show("denial_trends", [denied("20", "F", "300", "09-05", "50")], client=books, account="10001002")
    views, _ = readers(books)
    rate = kpi(views, "denial_rate_dollars", Filters(first_day=day("09-01"), last_day=day("09-30")))
    assert rate.window is not None
    found = denial_rates.preventable(views, _ANYTHING, rate.window)
    # Medical necessity (300) is not preventable, the incomplete claim (400) is.
    assert (found.preventable, found.denied, found.share) == (money("400"), money("700"), Decimal(4) / 7)
    assert found.denied == rate.numerator


def test_beyond_twelve_payers_the_rate_is_of_all_the_others(ledger: Ledger, owner: str, readers: Readers) -> None:
    paid, turned_down = [], []
    for number in range(1, 15):
        payer = f"TEST Payer {number:02}"
        more = {"charge_primary_payer_name": payer}
        turned_down.append(denied(f"d{number}", f"d{number}", str(100 * number), "08-05", "16", **more))
        paid += [remitted(f"p{number}-{n}", f"p{number}-{n}", "10", "08-06", **more) for n in range(number)]
    ledger.show("payment_trends", paid, client=owner)
    ledger.show("denial_trends", turned_down, client=owner)
    views, _ = readers(owner)
    figure = denial_rates.rate_by(views, _ANYTHING, Split.PAYER)
    others = figure.parts[-1]
    # The payers 1, 2 and 3 have the smallest denials: 3 claims denied, 1 + 2 + 3 paid.
    assert (others.label, others.others, others.height) == ("other (3)", 3, Decimal(3) / 9)
    assert others.beside == "3 of 9 claims"
    assert figure.parts[0].label == "TEST Payer 04"
    assert_every_mark_opens_its_rows(views, figure, _ANYTHING, of=12)
    column = Split.PAYER.column
    opened = denial_rates.rate_by(
        views, _ANYTHING, Split.PAYER, within=Mark(values={column: others.mark.values[column]})
    )
    assert [part.height for part in opened.parts] == [Decimal(1) / 2, Decimal(1) / 3, Decimal(1) / 4]
    assert_every_mark_opens_its_rows(views, opened, _ANYTHING, of=3)


def test_a_claim_counts_once_within_days_and_once_for_each_of_its_payers(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    ledger.show(
        "payment_trends",
        [
            remitted("1", "one", "100", "10-02"),
            remitted("2", "one", "100", "10-09"),
            remitted("3", "two", "100", "10-02"),
            remitted("4", "two", "100", "10-09", charge_primary_payer_name="TEST Other"),
            remitted("5", "three", "100", "10-08"),
        ],
        client=owner,
    )
    ledger.show("denial_trends", [denied("6", "three", "100", "10-09", "16")], client=owner)
    late = Filters(first_day=day("10-05"), last_day=day("10-31"))
    for reader in readers(owner):

        def beside(filters: Filters, reader: Reader = reader) -> list[tuple[str, str]]:
            (month,) = (part for part in denial_rates.rates(reader, filters, AS_OF).parts if part.series == "Claims")
            of_payers = denial_rates.rate_by(reader, filters, Split.PAYER).parts
            return [("all", month.said[0]), *((part.label, part.beside) for part in of_payers)]

        assert beside(_ANYTHING) == [("all", "1 of 3 claims"), ("TEST Payer", "1 of 3 claims")]
        assert beside(late) == [("all", "1 of 3 claims"), ("TEST Payer", "1 of 2 claims")]
        other = Filters(chosen={Dimension.PAYER: ("TEST Other",)})
        assert [part.said[0] for part in denial_rates.rates(reader, other, AS_OF).parts] == [
            "0 of 1 claims",
            "$0.00 of $100.00",
        ]


def test_the_invented_world(loaded: LoginDesk) -> None:
    office = loaded.office
    actor = office.actor.narrowed(loaded.client.id)
    reader = open_reader(office.database, office.settings, actor)
    drawn = figures(reader, _ANYTHING, loaded.today)
    assert drawn == figures(ViewReader(office.database, actor), _ANYTHING, loaded.today)
    for figure in drawn:
        assert_every_mark_opens_its_rows(reader, figure, _ANYTHING)
    rates = values(drawn[0])
    months = sorted({label for label, _ in rates})
    for month in months[-4:]:
        first = date.fromisoformat(f"{month}-01")
        last = first.replace(day=monthrange(first.year, first.month)[1])
        within = Filters(first_day=first, last_day=min(last, loaded.today))
        assert rates[month, "Claims"] == kpi(reader, "denial_rate_claims", within).value, month
        assert rates[month, "Gross charges"] == kpi(reader, "denial_rate_dollars", within).value, month
    payer = drawn[1].parts[0]
    narrowed = Filters(chosen={Dimension.PAYER: (payer.label,)}, first_day=date(2000, 1, 1), last_day=loaded.today)
    assert payer.value == kpi(reader, "denial_rate_claims", narrowed).value
