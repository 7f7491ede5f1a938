"""The reads of what an office has: practices, service locations, providers, procedure codes."""

from __future__ import annotations

from sandbox.tebra.call import Call
from sandbox.world.codes import FEE_SCHEDULE


def get_practices(call: Call) -> str:
    """GetPractices by id, name (substring) or NPI."""
    asked = call.filter()
    return call.rows(
        "PracticeData",
        (
            {
                "Active": "True",
                "CreatedDate": "1/2/2019 9:00:00 AM",
                "ID": practice.id,
                "LastModifiedDate": "1/2/2019 9:00:00 AM",
                "NPI": practice.npi,
                "PracticeName": practice.name,
                "PracticeAddressLine1": "1 Invented Street",
                "PracticeCity": "Nowhere",
                "PracticeState": "CA",
                "SubscriptionEdition": "Practice",
                "TaxID": practice.tax_id,
            }
            for practice in call.practices(practice_id=asked.text("ID"), name=asked.text("PracticeName"))
            if asked.text("NPI") in ("", practice.npi)
            and asked.text("TaxID") in ("", practice.tax_id)
            and asked.text("Active").lower() not in ("false", "0")
        ),
    )


def get_service_locations(call: Call) -> str:
    """GetServiceLocations; with loose filters the locations of the customer's other practices come along."""
    asked = call.filter()
    wanted = call.practices(practice_id=asked.text("PracticeID"), name=asked.text("PracticeName"))
    practices = call.customer.practices if call.settings.loose_filters else wanted
    return call.rows(
        "ServiceLocationData",
        (
            {
                "AddressLine1": "1 Invented Street",
                "BillingName": practice.name,
                "City": "Nowhere",
                "CreatedDate": "1/2/2019 9:00:00 AM",
                "ID": location.id,
                "NPI": location.npi,
                "Name": location.name,
                "PlaceOfService": location.place_of_service,
                "PracticeID": practice.id,
                "PracticeName": practice.name,
                "State": "CA",
            }
            for practice in practices
            for location in practice.locations
            if asked.text("ID") in ("", location.id)
        ),
    )


def get_providers(call: Call) -> str:
    """GetProviders by practice, full name or type ("Normal Provider", "Referring Provider")."""
    asked = call.filter()
    kinds = {"normal provider": "rendering", "referring provider": "referring"}
    kind = kinds.get(asked.text("Type").casefold(), asked.text("Type").casefold())
    return call.rows(
        "ProviderData",
        (
            {
                "Active": str(provider.active),
                "CreatedDate": "1/2/2019 9:00:00 AM",
                "Degree": provider.degree,
                "FirstName": provider.first_name,
                "FullName": provider.full_name,
                "ID": provider.id,
                "LastName": provider.last_name,
                "MiddleName": provider.middle_name,
                "NationalProviderIdentifier": provider.npi,
                "PracticeID": practice.id,
                "PracticeName": practice.name,
                "Type": "Normal Provider" if provider.kind == "rendering" else "Referring Provider",
            }
            for practice in call.practices(practice_id=asked.text("PracticeID"), name=asked.text("PracticeName"))
            for provider in practice.providers
            if kind in ("", provider.kind) and asked.text("FullName") in ("", provider.full_name)
        ),
    )


def get_procedure_codes(call: Call) -> str:
    """GetProcedureCodes by code or id; the reply holds no price."""
    asked = call.filter()
    return call.rows(
        "ProcedureCodeData",
        (
            {
                "Active": "True",
                "BillableCode": code,
                "CustomerSpecific": "False",
                "DefaultUnits": "1",
                "ID": str(70_001 + place),
                "LocalName": f"Invented service {code}",
                "ProcedureCode": code,
            }
            for place, code in enumerate(FEE_SCHEDULE)
            if asked.text("ProcedureCode") in ("", code) and asked.text("ID") in ("", str(70_001 + place))
        ),
    )
