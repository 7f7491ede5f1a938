"""The codes of claims, remittances and holds: numbers and our own short words, no official sentences."""

from __future__ import annotations

#: Places of service whose claims are institutional.
INSTITUTIONAL_PLACES = frozenset(("21", "51", "52", "53", "55", "56", "61"))

#: Revenue code, procedure code (HCPCS level II or none) and price of a day, in cents.
LEVELS_OF_CARE = (
    ("0124", "", 215_000),
    ("0126", "H0010", 189_500),
    ("0128", "H0018", 142_000),
    ("0905", "S9480", 96_000),
    ("0906", "H0015", 88_550),
    ("0912", "H0035", 71_000),
    ("0913", "H0035", 64_025),
    ("1001", "H0017", 118_000),
    ("1002", "H0018", 123_450),
)
TYPES_OF_BILL = ("111", "131", "861", "891")

#: Group, reason, remark codes: why a payer denies, with how often of a hundred.
DENIAL_REASONS = (
    ("CO", "16", ("N382", "MA130"), 14),
    ("CO", "18", ("N522",), 8),
    ("CO", "22", ("MA04",), 7),
    ("PR", "27", ("N30",), 9),
    ("CO", "29", ("N211",), 7),
    ("CO", "50", ("N115", "M127"), 12),
    ("CO", "96", ("N130",), 6),
    ("CO", "97", ("M15",), 12),
    ("CO", "109", ("N418",), 5),
    ("CO", "151", ("N362",), 5),
    ("CO", "197", ("M62", "N54"), 11),
    ("PI", "204", ("N448",), 2),
    ("CO", "B7", ("N570",), 2),
)
ENDED_COVERAGE = 3  # the place of reason 27 above

#: Group and reason codes that a report of unpaid lines shows although they are no denials.
NOT_DENIALS = (("CO", "45"), ("PR", "1"), ("PR", "2"), ("PR", "3"), ("OA", "23"))

HOLD_REASONS = (
    "HOLD - MISSING DOCUMENTATION",
    "HOLD - AUTHORIZATION",
    "HOLD - ELIGIBILITY",
    "HOLD - CODING REVIEW",
    "HOLD - PROVIDER CREDENTIALING",
)

TASKS = ("Charge entry", "Payment posting", "Denial follow-up", "Appeals", "Patient calls", "Eligibility")
