"""How long does the server take to sign somebody in, with argon2id? Limit: 300 ms at p95.

Through the web process, over HTTP: the form is sent, the session is begun, the cookie comes back. Turn about a right
password, a wrong one, and a login that nobody has, which must not be told apart by their time.
"""

from __future__ import annotations

import json
import random
import time
from statistics import quantiles
from typing import Any

import requests

from bench.warehouse import Warehouse, warehouse
from bench.web import streamlit_server
from lib.core.access import people
from lib.core.access.permissions import Role
from lib.core.actor import job

LIMIT_MS = 300.0
_ROUNDS = 60
_PASSWORD = "seven quiet harbor boats"


def main(rounds: int = _ROUNDS) -> None:
    """Measure and print one JSON line."""
    with warehouse() as office:
        people.add_person(
            office.database,
            job("bench"),
            login="amber",
            name="TEST, Amber",
            roles={Role.ANALYST},
            clients=(),
            password=_PASSWORD,
        )
        with streamlit_server(office.environment()) as address:
            found = _measure(office, address, rounds)
    print(json.dumps({"bench": "sign_in", "rounds": rounds, "limit_ms": LIMIT_MS, **found}))


def _measure(office: Warehouse, address: str, rounds: int) -> dict[str, Any]:
    kinds = {
        "right": {"login": "amber", "password": _PASSWORD},
        "wrong": {"login": "amber", "password": "not the password"},
        "unknown": {"login": "nobody", "password": _PASSWORD},
    }
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    order = [kind for kind in kinds for _ in range(rounds)]
    random.Random(1).shuffle(order)
    for kind in order:
        began = time.perf_counter()
        answer = requests.post(
            f"{address}/signin", data=kinds[kind], headers={"Origin": address}, allow_redirects=False, timeout=30
        )
        taken[kind].append(time.perf_counter() - began)
        assert answer.status_code == (303 if kind == "right" else 401), answer.status_code
        _forget_tries(office)
    return {kind: {"p50_ms": _at(each, 50), "p95_ms": _at(each, 95)} for kind, each in taken.items()}


def _forget_tries(office: Warehouse) -> None:
    """Nobody is locked out here."""
    with office.database.session(job("bench")) as session:
        with session.raw.cursor() as cursor:
            cursor.execute("DELETE FROM ops.refused_sign_ins")


def _at(seconds: list[float], percent: int) -> float:
    return round(quantiles(seconds, n=100)[percent - 1] * 1000, 1)


if __name__ == "__main__":
    main()
