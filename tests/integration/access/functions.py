"""Every public function that acts for somebody, and what it needs; one that stands nowhere here fails the matrix."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import lib
from lib.core.access.permissions import Permission as P


class Class(StrEnum):
    """Functions that ask for no permission, and why they need not."""

    #: Shows what is of the actor's clients and of no patient; pages and tokens ask before they call it.
    SCOPED = "scoped"
    #: About whoever is signed in, and nobody else.
    OWN = "own"
    #: Before anybody is known: signing in, and the gate itself.
    DOOR = "door"
    #: Called by functions that have asked, by runs (their actor sees their client alone) and by the operator.
    BEHIND = "behind a gate"


Need = tuple[P, ...] | Class
_SEES_SHEETS = (P.CHARGES_VIEW, P.PATIENTS_SEE)

#: By module, what each function needs.
NEEDS: dict[str, dict[str, Need]] = {
    "lib.analytics.explore.exploration": {"columns_offered": Class.SCOPED},
    "lib.analytics.explore.saved_views": dict.fromkeys(
        ("list_views", "get_view", "save_view", "change_view", "delete_view"), (P.ANALYTICS_VIEW,)
    ),
    "lib.analytics.figures.about": {"about": Class.BEHIND},
    "lib.analytics.figures.export": {"export_rows": (P.ANALYTICS_EXPORT,)},
    "lib.analytics.figures.reveal": {"reveal_patient": (P.PATIENTS_REVEAL,)},
    "lib.analytics.reading.freshness": {"freshness": Class.SCOPED},
    "lib.analytics.reading.looks": {"record_look": Class.BEHIND},
    "lib.analytics.snapshot.reader": {"open_reader": (P.ANALYTICS_VIEW,)},
    "lib.analytics.snapshot.refresh": {"refresh_copy": Class.BEHIND, "changed_clients": Class.BEHIND},
    "lib.api.run_keys": {"once": Class.BEHIND},
    "lib.charges.connect": {"connect": (P.CONNECTIONS_EDIT,), "check_kept": (P.CONNECTIONS_EDIT,)},
    "lib.charges.intake": {"take_in": (P.CHARGES_POST,), "check": (P.CHARGES_POST,)},
    "lib.charges.posting.account": {"run_connection": Class.BEHIND},
    "lib.charges.service": {
        **dict.fromkeys(
            (
                "receive_upload",
                "remember_mapping",
                "accept_name",
                "forget_name",
                "queue_check",
                "queue_posting",
                "resume",
            ),
            (P.CHARGES_POST,),
        ),
        **dict.fromkeys(("read_headers", "names_used", "files_of"), (P.CHARGES_VIEW,)),
        "decide": (P.INTENTS_DECIDE,),
        "read_rows": _SEES_SHEETS,
        "take_file": _SEES_SHEETS,
        "record_look": Class.BEHIND,
    },
    "lib.claim_status.connect": dict.fromkeys(
        ("connect_uhc", "connect_clearinghouse", "check_uhc", "check_clearinghouse"), (P.CONNECTIONS_EDIT,)
    ),
    "lib.claim_status.practices": {"list_practices": (P.CLAIM_STATUS_VIEW,), "map_practice": (P.CONNECTIONS_EDIT,)},
    "lib.claim_status.service": {
        "today_of": Class.SCOPED,
        "start": (P.CLAIM_STATUS_ASK,),
        **dict.fromkeys(("preview", "retry"), (P.CLAIM_STATUS_ASK, P.CLAIM_STATUS_VIEW)),
        **dict.fromkeys(("payers_of", "open_claims", "get", "wait", "files_of", "payer_says"), (P.CLAIM_STATUS_VIEW,)),
        **dict.fromkeys(("results", "take_file"), (P.CLAIM_STATUS_VIEW, P.PATIENTS_SEE)),
    },
    "lib.core.access.gate": dict.fromkeys(("must", "must_for_office", "must_not_be_widened"), Class.DOOR),
    "lib.core.access.links": {
        "first_link": Class.BEHIND,
        "password_link": (P.PEOPLE_EDIT,),
        **dict.fromkeys(("look_up", "set_up_office", "choose_password"), Class.DOOR),
    },
    "lib.core.access.oidc": {
        "sign_in": Class.DOOR,
        **dict.fromkeys(
            ("link", "unlink", "identities_of", "list_groups", "map_group", "unmap_group"), (P.PEOPLE_EDIT,)
        ),
    },
    "lib.core.access.people": {
        **dict.fromkeys(
            ("list_people", "person_named", "add_person", "change_person", "disable", "enable"), (P.PEOPLE_EDIT,)
        ),
        "save_preferences": Class.OWN,
    },
    "lib.core.access.retention": {"forget_sessions": Class.BEHIND},
    "lib.core.access.second_factor": {
        **dict.fromkeys(("of_person", "start", "confirm", "remove_own"), Class.OWN),
        "remove": (P.PEOPLE_EDIT,),
    },
    "lib.core.access.sessions": {
        "attend": Class.DOOR,
        **dict.fromkeys(("list_open", "end", "end_own"), Class.OWN),
        "end_of": (P.PEOPLE_EDIT,),
    },
    "lib.core.access.sign_in": {
        "present_password": Class.DOOR,
        "present_code": Class.DOOR,
    },
    "lib.core.access.own_password": dict.fromkeys(("must_know", "change_password"), Class.OWN),
    "lib.core.access.tokens": {
        **dict.fromkeys(("list_tokens", "token_named", "make_token", "revoke"), (P.TOKENS_EDIT,)),
        "tokens_in_force": Class.DOOR,
    },
    "lib.core.access.wider": {"begin": (P.PEOPLE_EDIT,), "end": Class.OWN, "of_late": (P.PEOPLE_EDIT,)},
    "lib.core.audit.check": {"check": Class.BEHIND},
    "lib.core.audit.export": {"export_chain": (P.AUDIT_READ,)},
    "lib.core.audit.found_file": {"write_found": (P.AUDIT_READ,)},
    "lib.core.audit.retention": {"expire": Class.BEHIND},
    "lib.core.audit.sealing": {"seal_and_keep": Class.BEHIND},
    "lib.core.audit.search": {"search": (P.AUDIT_READ,)},
    "lib.core.audit.standing": {"standing": (P.AUDIT_READ,)},
    "lib.core.audit.verify": {"verify": Class.BEHIND},
    "lib.core.backup.bring_back": {"bring_back": Class.BEHIND},
    "lib.core.backup.make": {"back_up": Class.BEHIND},
    "lib.core.clients": {
        **dict.fromkeys(("add_client", "change_settings"), (P.CLIENTS_EDIT,)),
        **dict.fromkeys(("list_clients", "client_named", "client_by_id"), Class.SCOPED),
    },
    "lib.core.connections": {
        **dict.fromkeys(("save_connection", "note_test"), (P.CONNECTIONS_EDIT,)),
        "connection_of": Class.BEHIND,
        **dict.fromkeys(("list_connections", "practice_clients"), Class.SCOPED),
    },
    #: Both come without the patient for who may not see patients.
    "lib.core.intents": {"unknown": Class.SCOPED, "get": Class.SCOPED, "decide": (P.INTENTS_DECIDE,)},
    "lib.core.key_rotation": {"rotate": Class.BEHIND},
    "lib.core.notify.channels": {
        "own_channels": Class.OWN,
        **dict.fromkeys(
            ("office_channels", "add_channel", "change_channel", "remove_channel", "try_channel", "latest_notices"),
            (P.NOTIFICATIONS_EDIT,),
        ),
    },
    "lib.core.notify.courier": {"deliver": Class.BEHIND, "forget_notices": Class.BEHIND},
    "lib.core.privacy.masks": {"masking_for": Class.SCOPED},
    "lib.core.run_retention": {"expire_run_files": Class.BEHIND},
    "lib.core.runs": {
        **dict.fromkeys(("get", "list_runs", "at_work"), Class.SCOPED),
        "request_cancel": (P.RUNS_CANCEL,),
        **dict.fromkeys(("unfinished", "expire_drafts"), Class.BEHIND),
    },
    "lib.core.schedules.service": {
        **dict.fromkeys(("list_schedules", "change", "pause", "resume", "run_now"), (P.SCHEDULES_EDIT,)),
        **dict.fromkeys(("add_missing", "start_due", "forget_times"), Class.BEHIND),
    },
    "lib.operations.service": {"operations_overview": (P.OPERATIONS_VIEW,)},
    "lib.operations.store": {"looking": Class.BEHIND},
    "lib.reports.asking.login": {"open_connection": Class.BEHIND},
    "lib.reports.asking.start": {"start": (P.REPORTS_LOAD,)},
    "lib.reports.asking.sync_time": {
        "sync_time_of": (P.REPORTS_VIEW,),
        "save_time": (P.REPORTS_SETTINGS,),
        "note_run": Class.BEHIND,
    },
    "lib.reports.connect": {
        **dict.fromkeys(("connect", "check_kept"), (P.CONNECTIONS_EDIT,)),
        **dict.fromkeys(("refuse_shared_accounts", "import_config"), Class.BEHIND),
    },
    "lib.reports.labels": {"label_choices": (P.REPORTS_VIEW,)},
    "lib.reports.loading.load": {"load_report": Class.BEHIND},
    "lib.reports.loading.packages": {
        **dict.fromkeys(("list_packages", "get_package", "package_as_of"), (P.REPORTS_VIEW,)),
        **dict.fromkeys(("publish_package", "discard_package"), (P.REPORTS_LOAD,)),
        **dict.fromkeys(("rejects_of", "raw_csv"), (P.REPORTS_LOAD, P.PATIENTS_SEE)),
    },
    "lib.reports.loading.retention": {"expire_packages": Class.BEHIND},
    "lib.reports.matrix": {"matrix": (P.REPORTS_VIEW,)},
    "lib.reports.service": {
        "settings_of": (P.REPORTS_VIEW,),
        "sync_now": (P.REPORTS_LOAD,),
        "cancel": (P.RUNS_CANCEL,),
        **dict.fromkeys(("close_left", "due"), Class.BEHIND),
    },
    "lib.reports.settings": {"save_setting": (P.REPORTS_SETTINGS,)},
    "lib.reports.views.dictionary": {"dictionary": Class.SCOPED},
    "lib.reports.views.export": {"export_view": (P.ANALYTICS_EXPORT,)},
    "lib.reports.views.readers": dict.fromkeys(("make_reader", "drop_reader"), (P.CONNECTIONS_EDIT,)),
}
#: Who acts, in whatever word a function asks for it.
_ACTORS = frozenset({"Actor", "SignedIn", "sessions.SignedIn", "Database", "Asking", "InForce"})


def acting() -> dict[str, Callable[..., Any]]:
    """Every public function that takes somebody who acts, or the database to act in, by `module.name`."""
    return {name: each for name, each in _public() if not _asks(each, {"Session"}) and _asks(each, _ACTORS)}


def stores() -> dict[str, Callable[..., Any]]:
    """Every public function within a transaction that somebody else has entered, whose scope binds it."""
    return {name: each for name, each in _public() if _asks(each, {"Session"})}


def listed() -> dict[str, Need]:
    """What stands above, by `module.name`."""
    return {f"{module}.{name}": need for module, needs in NEEDS.items() for name, need in needs.items()}


def _asks(function: Callable[..., Any], kinds: set[str] | frozenset[str]) -> bool:
    return any(str(each.annotation) in kinds for each in inspect.signature(function).parameters.values())


def _public() -> Iterator[tuple[str, Callable[..., Any]]]:
    for found in pkgutil.walk_packages(lib.__path__, "lib."):
        # Pages and forms are tried page by page; they act through the functions that are found here.
        if found.name.startswith(("lib.ui", "lib.web")):
            continue
        for name, each in vars(importlib.import_module(found.name)).items():
            own = getattr(each, "__module__", None) == found.name
            if own and not name.startswith("_") and inspect.isfunction(inspect.unwrap(each)):
                yield f"{found.name}.{name}", each
