"""What the text of one cell means: each reader gives the value in its one spelling, or the fault to show.

Readers are pure and remember what they have read, because a sheet repeats few values many times.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from lib.charges.model import PaymentSource
from lib.charges.sheet.fault import Fault
from lib.charges.sheet.pos import PLACES_OF_SERVICE, Mode, mode_of

#: Longest batch, reference and name that are sent.
TEXT_LIMIT = 50
NAME_LIMIT = 128

_CENT = Decimal("0.01")
_LARGEST_ID = 2**31 - 1

_ERROR_VALUES = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
     "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#GETTING_DATA", "#EXTERNAL!", "#PYTHON!"}
)  # fmt: skip

_PATIENT_ID = re.compile(r"0*([1-9]\d{0,9})", re.ASCII)
_PROCEDURE = re.compile(r"\d{4}[\dAFMTU]|[A-Z]\d{4}", re.ASCII)
_DIAGNOSIS = re.compile(r"([A-Z]\d[\dAB])(?:\.?([\dA-Z]{1,4}))?", re.ASCII)
_OLD_DIAGNOSIS = re.compile(r"\d{3}(\.?\d{1,2})?", re.ASCII)
_MODIFIER = re.compile(r"[A-Z\d]{2}", re.ASCII)
_UNITS = re.compile(r"\d{1,9}(?:\.\d{1,9})?|\.\d{1,9}", re.ASCII)
_MONEY = re.compile(r"\$?\s*((?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d+)?|\.\d+)", re.ASCII)
_NEGATIVE = re.compile(r"\(.*\)|[-\u2212\u2013]\s*\$?\s*[\d.,]+|\$\s*-.*|[\d.,]+\s*-")

_SOURCES: dict[str, PaymentSource] = {
    **dict.fromkeys(("CHECK", "CHECKS", "CHEQUE", "CHK", "CK", "PERSONALCHECK", "PAPERCHECK"), PaymentSource.CHECK),
    **dict.fromkeys(
        ("CREDITCARD", "CREDIT", "CC", "CCARD", "CARD", "VISA", "MASTERCARD", "MC", "AMEX", "AMERICANEXPRESS",
         "DISCOVER", "DEBIT", "DEBITCARD", "DC", "CREDITDEBIT", "CREDITDEBITCARD"),
        PaymentSource.CREDIT_CARD,
    ),
    **dict.fromkeys(
        ("EFT", "ACH", "ECHECK", "ECHK", "ELECTRONICCHECK", "ELECTRONICFUNDSTRANSFER", "WIRE", "WIRETRANSFER",
         "BANKTRANSFER", "DIRECTDEPOSIT", "ELECTRONIC"),
        PaymentSource.EFT,
    ),
    "CASH": PaymentSource.CASH,
}  # fmt: skip


def clean(text: str) -> str | Fault:
    """The text without spaces around it, or a fault: a formula's error, a formula's beginning, an unprintable sign."""
    if not text.isprintable():
        text = "".join(" " if sign in "\u00a0\u2007\u202f\u2009\u3000" else sign for sign in text).strip()
        hidden = next((sign for sign in text if not sign.isprintable()), "")
        if hidden:
            return Fault(
                what=f"holds an invisible character (U+{ord(hidden):04X}).",
                fix="Type the value again instead of pasting it.",
            )
    text = text.strip()
    if text[:1] == "#" and text.upper() in _ERROR_VALUES:
        return Fault(what="is the error of a formula.", fix="Type the value itself.")
    if text[:1] and text[0] in "=+@":
        return Fault(what=f"begins with {text[0]} as a formula does.", fix="Type the value without it.")
    return text


@lru_cache(maxsize=65536)
def read_patient_id(text: str) -> str | Fault:
    """A Tebra patient id: a whole number from 1 to 2,147,483,647, without leading zeros."""
    match = _PATIENT_ID.fullmatch(text)
    if match and int(match[1]) <= _LARGEST_ID:
        return match[1]
    return Fault(what="is not a Tebra patient id.", fix="Write the whole number that Tebra shows as the patient's ID.")


def read_name(text: str) -> str | Fault:
    """The name of a practice or provider as written; who is meant is for the names to say."""
    if text[0] == "-":
        return _formula_like()
    if len(text) > NAME_LIMIT:
        return Fault(what=f"is longer than {NAME_LIMIT} characters.", fix="Write the name as in Tebra.")
    return text


def read_label(text: str) -> str | Fault:
    """A batch or reference as written, at most 50 characters."""
    if text[0] == "-":
        return _formula_like()
    if len(text) > TEXT_LIMIT:
        return Fault(what=f"is longer than {TEXT_LIMIT} characters.", fix="Shorten it.")
    return text


@lru_cache(maxsize=1024)
def read_mode(text: str) -> Mode | Fault:
    """In Office or Telehealth, by any of their usual words."""
    return mode_of(text) or Fault(what="is not a known encounter mode.", fix="Write In Office or Telehealth.")


@lru_cache(maxsize=1024)
def read_place(text: str) -> str | Fault:
    """A place of service as two digits of the CMS code set; 2 means 02."""
    code = text.zfill(2)
    if code in PLACES_OF_SERVICE:
        return code
    return Fault(what="is not a place-of-service code of CMS.", fix="Write its two digits, e.g. 11, 02 or 10.")


@lru_cache(maxsize=8192)
def read_procedure(text: str) -> str | Fault:
    """A CPT or HCPCS code in upper case; whether Tebra knows it, Tebra says."""
    code = text.upper()
    if _PROCEDURE.fullmatch(code):
        return code
    if "," in code or ";" in code or " " in code:
        return Fault(what="is more than one code.", fix="Write one procedure a row.")
    if "-" in code:
        return Fault(what="is a code with something attached.", fix="Write the modifier into Mod 1.")
    fix = "Write the five characters of the code, e.g. 99213 or J1100."
    if code.isascii() and code.isdigit() and len(code) < 5:
        fix = "Format the column as text and write all five characters: Excel drops leading zeros."
    return Fault(what="is not a CPT or HCPCS code.", fix=fix)


@lru_cache(maxsize=1024)
def read_units(text: str) -> Decimal | Fault:
    """Units above 0 and below 10,000 with at most two decimals, without trailing zeros."""
    if not _UNITS.fullmatch(text):
        return Fault(what="is not a number of units.", fix="Write a number above 0, e.g. 1.")
    units = Decimal(text)
    if units <= 0:
        return Fault(what="is not above 0.", fix="Write how many units were rendered.")
    if units >= 10_000:
        return Fault(what="is too many units.", fix="Write fewer than 10,000, or split the line.")
    if units != units.quantize(_CENT):
        return Fault(what="has more than two decimals.", fix="Round the units to two decimals.")
    return units.quantize(Decimal(1)) if units == units.to_integral_value() else units.normalize()


@lru_cache(maxsize=8192)
def read_diagnosis(text: str) -> str | Fault:
    """An ICD-10-CM code in upper case with its dot; e119 and E11.9 both give E11.9."""
    code = text.upper()
    if match := _DIAGNOSIS.fullmatch(code):
        return f"{match[1]}.{match[2]}" if match[2] else match[1]
    if "," in code or ";" in code or " " in code:
        return Fault(what="is more than one code.", fix="Write one diagnosis a column, Diag 1 to Diag 4.")
    if _OLD_DIAGNOSIS.fullmatch(code):
        return Fault(what="is not an ICD-10-CM code; it looks like ICD-9.", fix="Write the ICD-10-CM code, e.g. E11.9.")
    return Fault(
        what="is not an ICD-10-CM code.", fix="Write a letter, two characters, a dot and the rest, e.g. E11.9."
    )


@lru_cache(maxsize=4096)
def read_modifier(text: str) -> str | Fault:
    """A modifier: two letters or digits, in upper case."""
    code = text.upper()
    if _MODIFIER.fullmatch(code):
        return code
    return Fault(what="is not a modifier.", fix="Write two letters or digits, one modifier a column.")


@lru_cache(maxsize=8192)
def read_amount(text: str) -> Decimal | Fault:
    """An amount of dollars above 0 and below a million, in whole cents; $ and thousands commas are accepted."""
    if _NEGATIVE.fullmatch(text):
        return Fault(what="is negative.", fix="Payments are above 0; post a refund or reversal in Tebra.")
    match = _MONEY.fullmatch(text)
    if not match:
        return Fault(what="is not an amount.", fix="Write dollars and cents, e.g. 25.00.")
    amount = Decimal(match[1].replace(",", ""))
    if amount == 0:
        return Fault(what="is not above 0.", fix="Leave all payment columns empty where nothing was paid.")
    if amount >= 1_000_000:
        return Fault(what="is a million dollars or more.", fix="Check the amount; post it in Tebra if it is right.")
    if amount != amount.quantize(_CENT):
        return Fault(what="has more than two decimals.", fix="Round it to whole cents.")
    return amount.quantize(_CENT)


@lru_cache(maxsize=1024)
def read_source(text: str) -> PaymentSource | Fault:
    """How the patient paid, by any usual word for it."""
    source = _SOURCES.get(re.sub(r"[\W_]+", "", text.upper()))
    return source or Fault(what="is not a known payment source.", fix="Write CHECK, CREDIT CARD, EFT or CASH.")


def _formula_like() -> Fault:
    return Fault(what="begins with - as a formula does.", fix="Type the value without it.")
