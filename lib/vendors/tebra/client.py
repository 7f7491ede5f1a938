"""Tebra's operations as methods with records in and out: the one door to this vendor."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lib.vendors.errors import LoginRefused, Refused, UnexpectedReply
from lib.vendors.tebra import messages, records
from lib.vendors.tebra.call import Caller, outcome_unknown
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.tebra.model import (
    ChargeFound,
    CredentialCheck,
    EncounterDetails,
    EncounterStatus,
    NewEncounter,
    NewPayment,
    Patient,
    PaymentFilter,
    PaymentFound,
    PostedEncounter,
    PostedPayment,
    Practice,
    ProcedureCode,
    Provider,
    ServiceLocation,
)
from lib.vendors.tebra.reply import Row, is_id
from lib.vendors.tebra.throttles import gaps_ms
from lib.vendors.throttle import Throttle


class TebraClient:
    """One account of Tebra; one instance may serve many threads, each keeps its own connection.

    Every method waits for `throttle` and raises `lib.vendors.errors`: a read LoginRefused, CustomerKeyRefused,
    NotPermitted, Refused, BadRequest, UnexpectedReply, Throttled or Unavailable, all after its retries; a write the
    same where nothing was written, and OutcomeUnknown where that is not certain. `count_call(operation, outcome)`
    hears of every call sent.
    """

    def __init__(
        self,
        connection: TebraConnection,
        throttle: Throttle,
        *,
        count_call: Callable[[str, str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._caller = Caller(connection, throttle, count_call=count_call, sleep=sleep)
        #: By operation, whether this account answers column toggles; learned from the first list with rows.
        self._toggles_work: dict[str, bool] = {}

    def __repr__(self) -> str:
        return f"TebraClient({self._connection.account})"

    def offers(self, operation: str) -> bool:
        """Whether the account's WSDL has the operation: older ones lack GetCustomerIdFromKey and GetThrottles (§1)."""
        return self._caller.offers(operation)

    def check_credentials(self) -> CredentialCheck:
        """Sign in once; raises LoginRefused where Tebra does not know the customer key, user and password (§2)."""
        result = self._caller.read("GetCustomerIdFromKey", {})
        customer_id = result.text("CustomerId")
        if not (is_id(customer_id) and result.flag("IsAuthorized")):
            raise LoginRefused(
                "Tebra does not accept this customer key, user and password.",
                fix="Correct them on the connection; the user must be a System or Account Administrator.",
                operation="GetCustomerIdFromKey",
            )
        return CredentialCheck(customer_id=customer_id)

    def get_throttles(self) -> dict[str, int]:
        """The account's own minimum gaps in milliseconds, by our operation names (§5)."""
        told: dict[str, float] = {}
        for row in self._caller.read("GetThrottles", {}).rows("ThrottleDetails", "ThrottleDetail"):
            gap = row.decimal("ThrottleTimeMs")
            if gap is not None:
                told[row.text("Endpoint")] = float(gap)
        return gaps_ms(told)

    def get_practices(self) -> list[Practice]:
        """The active practices that this login may see."""
        rows = self._list("GetPractices", records.PRACTICE_FIELDS, messages.practices(), ("Practices", "PracticeData"))
        return [records.practice(row) for row in rows]

    def get_service_locations(self, practice: Practice) -> list[ServiceLocation]:
        """The service locations of a practice; other practices' rows that Tebra adds are dropped (§3)."""
        rows = self._list(
            "GetServiceLocations",
            records.LOCATION_FIELDS,
            messages.of_practice(practice.id),
            ("ServiceLocations", "ServiceLocationData"),
        )
        return [found for found in map(records.service_location, rows) if found.practice_id in {practice.id, ""}]

    def get_providers(self, practice: Practice) -> list[Provider]:
        """The providers of a practice, rendering and referring, active or not."""
        rows = self._list(
            "GetProviders",
            records.PROVIDER_FIELDS,
            messages.of_practice(practice.id),
            ("Providers", "ProviderData"),
        )
        return [found for found in map(records.provider, rows) if found.practice_id in {practice.id, ""}]

    def get_procedure_codes(self, code: str | None = None) -> list[ProcedureCode]:
        """The active procedure codes, or what Tebra knows of one code."""
        rows = self._list(
            "GetProcedureCodes",
            records.PROCEDURE_CODE_FIELDS,
            messages.procedure_codes(code),
            ("ProcedureCodes", "ProcedureCodeData"),
        )
        return [found for found in map(records.procedure_code, rows) if code in {None, found.code}]

    def get_patient(self, patient_id: str) -> Patient | None:
        """A patient with cases and policies; None where Tebra has no such patient or this login may not see them."""
        row = self._caller.read("GetPatient", messages.patient(patient_id)).row("Patient")
        if row is None or not row.text("ID"):
            return None
        found = records.patient(row)
        if found.id.lstrip("0") != patient_id.lstrip("0"):
            raise UnexpectedReply(
                f"Tebra answered the question for patient {patient_id} with another patient.",
                fix="Try again; if it stays so, tell Tebra's support.",
                operation="GetPatient",
            )
        return found

    def get_payments(self, wanted: PaymentFilter) -> list[PaymentFound]:
        """Patient payments that Tebra finds for the filter, as Tebra lists them.

        Nothing is filtered again here: a row that differs in spelling may still be the payment that is looked for.
        """
        rows = self._list("GetPayments", records.PAYMENT_FIELDS, messages.payments(wanted), ("Payments", "PaymentData"))
        return [records.payment(row) for row in rows]

    def get_charges(self, practice_name: str, dos: date) -> list[ChargeFound]:
        """The charge lines of a practice and day, Draft ones too.

        Tebra's filters let other days and like-named practices through (§4); they are dropped here.
        """
        rows = self._list(
            "GetCharges", records.CHARGE_FIELDS, messages.charges(practice_name, dos), ("Charges", "ChargeData")
        )
        found = map(records.charge, rows)
        return [
            charge
            for charge in found
            if charge.dos in {dos, None}
            and (not charge.practice_name or _same_name(charge.practice_name, practice_name))
        ]

    def get_encounter_details(self, encounter_id: str, practice: Practice) -> EncounterDetails | None:
        """One encounter with its status; None where Tebra has no such encounter."""
        rows = self._list(
            "GetEncounterDetails",
            records.ENCOUNTER_FIELDS,
            messages.encounter_details(encounter_id, practice.id, practice.name),
            ("EncounterDetails", "EncounterDetailsData"),
            id_member="EncounterID",
        )
        found = map(records.encounter_details, rows)
        return next((details for details in found if details.id == encounter_id), None)

    def create_payment(self, payment: NewPayment, on_send: Callable[[], None]) -> PostedPayment:
        """Post a patient payment; `on_send` is called immediately before the bytes go out."""
        members = messages.new_payment(payment, methods=self._connection.payment_method)
        result = self._caller.write("CreatePayment", members, on_send)
        payment_id = result.text("PaymentID")
        if not is_id(payment_id):
            raise outcome_unknown("CreatePayment", "the reply names no payment.")
        return PostedPayment(
            id=payment_id, practice_id=result.text("PracticeID"), practice_name=result.text("PracticeName")
        )

    def create_encounter(self, encounter: NewEncounter, on_send: Callable[[], None]) -> PostedEncounter:
        """Create an encounter with its lines; `on_send` is called immediately before the bytes go out.

        An answer with an id but not all lines is OutcomeUnknown with that `record_id`. So is a refusal because our
        external id is taken: then an earlier attempt was written.
        """
        members = messages.new_encounter(
            encounter,
            status=self._connection.encounter_status,
            external_vendor_id=self._connection.external_vendor_id,
        )
        try:
            result = self._caller.write("CreateEncounter", members, on_send)
        except Refused as error:
            if encounter.external_id and any(_names_taken_key(problem.message) for problem in error.problems):
                raise outcome_unknown("CreateEncounter", "Tebra already has an encounter with our key.") from error
            raise
        encounter_id = result.text("EncounterID")
        if not is_id(encounter_id):
            raise outcome_unknown("CreateEncounter", "the reply names no encounter.")
        line_ids = records.line_ids(result.rows("ServiceLinesAdded", "ServiceLineRes"))
        if len(line_ids) != len(encounter.lines):
            raise outcome_unknown(
                "CreateEncounter",
                f"the reply names {len(line_ids)} of {len(encounter.lines)} charge lines.",
                record_id=encounter_id,
            )
        return PostedEncounter(id=encounter_id, line_ids=line_ids)

    def update_encounter_status(
        self, encounter_id: str, status: EncounterStatus, practice: Practice, on_send: Callable[[], None]
    ) -> None:
        """Move a Draft or Review encounter to `status`; Approved creates claims (§3, enumerations)."""
        members = messages.encounter_status(
            encounter_id, status, practice.id, practice.name, word=self._connection.status_word
        )
        result = self._caller.write("UpdateEncounterStatus", members, on_send)
        if result.text("EncounterID") != encounter_id:
            raise outcome_unknown("UpdateEncounterStatus", "the reply does not name the encounter.")

    def _list(
        self,
        operation: str,
        fields: tuple[str, ...],
        wanted: Mapping[str, Any],
        path: tuple[str, str],
        *,
        id_member: str = "ID",
    ) -> list[Row]:
        """The rows of a list that have an id.

        Accounts differ in whether they answer column toggles or only an empty `Fields` (§4): with "auto", a list of
        nothing but rows without an id is asked once more with empty `Fields`, and what worked is remembered.
        """
        setting = self._connection.fields
        toggles = setting != "empty" and self._toggles_work.get(operation, True)
        rows = self._caller.read(operation, _list_members(fields if toggles else (), wanted)).rows(*path)
        kept = [row for row in rows if row.text(id_member)]
        if kept or not rows:
            if kept and setting == "auto":
                self._toggles_work[operation] = toggles
            return kept
        if setting != "auto" or operation in self._toggles_work:
            return []
        rows = self._caller.read(operation, _list_members((), wanted)).rows(*path)
        kept = [row for row in rows if row.text(id_member)]
        if kept:
            self._toggles_work[operation] = False
        return kept


def _list_members(fields: tuple[str, ...], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {"Fields": dict.fromkeys(fields, True), "Filter": dict(wanted)}


def _names_taken_key(message: str) -> bool:
    """Whether a refusal is the database's about a repeated external id, as seen for patients (§7)."""
    words = message.casefold()
    return "unique key" in words or "duplicate key" in words


def _same_name(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
