"""The roles of an office and what may be done in it; which role may do what is a table of the database."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a person may do; ops.role_permissions gives it to roles."""

    CHARGES_VIEW = "charges.view"
    CHARGES_POST = "charges.post"
    INTENTS_DECIDE = "intents.decide"
    CLAIM_STATUS_VIEW = "claim_status.view"
    CLAIM_STATUS_ASK = "claim_status.ask"
    RUNS_VIEW = "runs.view"
    RUNS_CANCEL = "runs.cancel"
    REPORTS_VIEW = "reports.view"
    REPORTS_LOAD = "reports.load"
    REPORTS_SETTINGS = "reports.settings"
    ANALYTICS_VIEW = "analytics.view"
    ANALYTICS_EXPORT = "analytics.export"
    #: Patients' names, days of birth and ids are shown as they are; without it they are masked.
    PATIENTS_SEE = "patients.see"
    #: One masked value may be shown, which is recorded.
    PATIENTS_REVEAL = "patients.reveal"
    VIEWS_SHARE = "views.share"
    CLIENTS_EDIT = "clients.edit"
    CONNECTIONS_EDIT = "connections.edit"
    SCHEDULES_EDIT = "schedules.edit"
    OPERATIONS_VIEW = "operations.view"
    PEOPLE_EDIT = "people.edit"
    AUDIT_READ = "audit.read"
    TOKENS_EDIT = "tokens.edit"
    NOTIFICATIONS_EDIT = "notifications.edit"


class Role(StrEnum):
    """What somebody is in the office; a person may be several."""

    BILLER = "biller"
    MANAGER = "manager"
    ANALYST = "analyst"
    CASE_COORDINATOR = "case_coordinator"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role as it is shown."""
        return self.value.replace("_", " ").capitalize()
