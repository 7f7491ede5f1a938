"""What must hold after a round, whatever happened in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest

from openpyxl import load_workbook

from sandbox.running import TebraControl
from sandbox.sheets import Drawn, find_differences, write_sheet
from sandbox.tebra.journal import Encounter, Payment
from tests.chaos.expected import METHODS, Content, Wanted, wanted_of, written
from tests.chaos.ground import CLIENT, Site

#: Runs a command of the product to its end; its exit code and what it printed.
Start = Callable[..., tuple[int, str]]
_METHOD_OF_SOURCE = {source.replace(" ", "").upper(): method for source, method in METHODS.items()}


@dataclass(kw_only=True)
class Examined:
    """What was found: a sentence for everything wrong, and how many writes were made, looked up, left to a person."""

    wrong: list[str] = field(default_factory=list)
    payments: int = 0
    encounters: int = 0
    decided_by_person: int = 0


def examine(site: Site, control: TebraControl, drawn: Drawn, *, repeats: str, start: Start) -> Examined:
    """Compare ledger, journal and result workbooks; decide what only a person can, and compare again."""
    control.clear_faults()
    control.configure(latency_ms=0)
    examination = _Examination(site, control, drawn, wanted_of(drawn, each=repeats == "each"), repeats, start)
    examination.run()
    return examination.found


class _Examination:
    def __init__(
        self, site: Site, control: TebraControl, drawn: Drawn, wanted: Wanted, repeats: str, start: Start
    ) -> None:
        self._site = site
        self._control = control
        self._drawn = drawn
        self._wanted = wanted
        self._repeats = repeats
        self._start = start
        self.found = Examined()

    def run(self) -> None:
        self._check_at_most_once()
        self._check_nothing_left_open()
        unknown = self._check_unknown()
        runs = self._finished_runs()
        if len(runs) == 1:
            self._check_workbook(runs[0], complete=not unknown)
            self._check_totals(runs[0])
        if unknown:
            self._decide(unknown)
        self._check_exactly_once()
        self._check_upload_again()

    def _wrong(self, sentence: str) -> None:
        self.found.wrong.append(sentence)

    def _check_at_most_once(self) -> None:
        payments, encounters = written(self._control.journal())
        self.found.payments, self.found.encounters = len(self._control.payments()), len(self._control.encounters())
        for name, ids, wanted in (
            ("payment", payments, self._wanted.payments),
            ("encounter", encounters, self._wanted.encounters),
        ):
            for content, extra in (Counter({c: len(i) for c, i in ids.items()}) - wanted).items():
                self._wrong(f"{name} {content} is in the journal {extra} times too often: {ids[content]}")

    def _check_nothing_left_open(self) -> None:
        for run_id, state in self._site.ask("SELECT id, state FROM ops.runs WHERE state IN ('queued', 'running')"):
            self._wrong(f"run {run_id} is left {state}")
        for intent_id, state in self._site.ask(
            "SELECT id, state FROM ops.intents WHERE state IN ('planned', 'sending')"
        ):
            self._wrong(f"intent {intent_id} is left {state}")

    def _check_unknown(self) -> list[str]:
        """The ids of the intents that wait for a person; only equal payments without a reference may."""
        code, printed = self._start("intents", "list", "--unknown", "--json")
        listed = [entry["intent"] for entry in _last_json(printed)["intents"]] if code == 0 else []
        in_ledger = self._site.ask(
            "SELECT id, kind, body, undecidable FROM ops.intents WHERE state = 'unknown' ORDER BY id"
        )
        if sorted(map(int, listed)) != [row[0] for row in in_ledger]:
            self._wrong(f"the list of unknown intents says {listed}, the ledger {[row[0] for row in in_ledger]}")
        for intent_id, kind, body, undecidable in in_ledger:
            if not undecidable:
                self._wrong(f"intent {intent_id} is unknown, and nobody is asked to decide it")
            if kind != "payment" or _content(body) not in self._wanted.equal_cash:
                self._wrong(f"{kind} intent {intent_id} was left to a person: {_evidence(self._site, intent_id)}")
        missing = self._wanted.payments - Counter({c: len(i) for c, i in written(self._control.journal())[0].items()})
        unsure = Counter(_content(body) for _, kind, body, _ in in_ledger if kind == "payment")
        for content, times in (missing - unsure).items():
            self._wrong(f"payment {content} is lost {times} times")
        return [str(row[0]) for row in in_ledger]

    def _finished_runs(self) -> list[str]:
        return [str(row[0]) for row in self._site.ask("SELECT id FROM ops.runs WHERE state = 'finished' ORDER BY id")]

    def _decide(self, unknown: list[str]) -> None:
        """Do what a person does who looks into Tebra."""
        self.found.decided_by_person += len(unknown)
        runs: set[str] = set()
        for intent_id in unknown:
            ((body, run_id),) = self._site.ask("SELECT body, run_id FROM ops.intents WHERE id = %s", int(intent_id))
            claimed = {
                row[0] for row in self._site.ask("SELECT vendor_id FROM ops.intents WHERE vendor_id IS NOT NULL")
            }
            there = [i for i in written(self._control.journal())[0].get(_content(body), []) if i not in claimed]
            said = ("--posted", there[0]) if there else ("--absent", "--reason", "looked into the journal")
            code, printed = self._start("intents", "decide", intent_id, *said, "--json")
            if code:
                self._wrong(f"intent {intent_id} could not be decided {said}: {printed[-300:]}")
            runs.add(str(run_id))
        for run_id in sorted(runs):
            self._start("runs", "resume", run_id, "--json")
        if left := self._site.ask("SELECT id FROM ops.intents WHERE state = 'unknown'"):
            self._wrong(f"intents {left} are unknown after a person has decided")

    def _check_exactly_once(self) -> None:
        entries = self._control.journal()
        for difference in find_differences(self._drawn, entries, repeats_once=self._repeats == "one"):
            self._wrong(difference)
        for kind, of_kind in (("payment", Payment), ("encounter", Encounter)):
            really = sorted(entry.id for entry in entries if isinstance(entry, of_kind))
            ledger = sorted(
                row[0]
                for row in self._site.ask(
                    "SELECT vendor_id FROM ops.intents WHERE kind = %s AND state = 'posted'", kind
                )
            )
            if really != ledger:
                self._wrong(f"the ledger's {kind} ids differ from the journal's by {set(really) ^ set(ledger)}")

    def _check_upload_again(self) -> None:
        """The same sheet once more posts nothing, and its result shows every id."""
        again = self._site.home / "again.xlsx"
        write_sheet(self._drawn, again)
        before = len(self._control.journal())
        _, printed = self._start(
            "charges", str(again), "--client", CLIENT, "--repeated-payments", self._repeats, "--json"
        )
        said = _last_json(printed)
        if len(self._control.journal()) != before:
            self._wrong(f"the second upload posted {len(self._control.journal()) - before} writes")
        if said.get("state") != "finished":
            self._wrong(f"the second upload ended {said.get('state')}: {said.get('error')}")
            return
        self._check_workbook(str(said["run"]), complete=True)

    def _check_totals(self, run_id: str) -> None:
        """The summary's counts and sums are the journal's."""
        ((result,),) = self._site.ask("SELECT result FROM ops.runs WHERE id = %s", int(run_id))
        for name, entries in (("payments", self._control.payments()), ("encounters", self._control.encounters())):
            told = result[name].get("posted", {"count": 0, "total": "0.00"})
            sure = self._site.ask(
                "SELECT vendor_id FROM ops.intents WHERE state = 'posted' AND kind = %s", name.removesuffix("s")
            )
            ids = {row[0] for row in sure}
            amounts = [e.amount if isinstance(e, Payment) else e.charge for e in entries if e.id in ids]
            total = sum(amounts, Decimal("0.00"))
            if (told["count"], Decimal(told["total"])) != (len(amounts), total):
                self._wrong(f"the summary of run {run_id} says {told} {name}; really {len(amounts)}, {total}")

    def _check_workbook(self, run_id: str, *, complete: bool) -> None:
        """Payment ids, encounter ids and charge amounts in the result are the journal's, row by row."""
        out = self._site.home / f"result-{run_id}.xlsx"
        code, printed = self._start("runs", "result", run_id, "-o", str(out))
        if code:
            self._wrong(f"run {run_id} has no result: {printed[-300:]}")
            return
        rows = _read_result(out)
        payments, encounters = written(self._control.journal())
        shown: Counter[str] = Counter()
        for number, row in rows.items():
            for title, wanted, ids in (
                ("Payment ID", self._wanted.payment_of_row.get(number), payments),
                ("Encounter ID", self._wanted.encounter_of_row.get(number), encounters),
            ):
                said = row[title]
                if wanted is None and said:
                    self._wrong(f"run {run_id} row {number} shows {title} {said}, and nothing was to be sent")
                elif wanted is not None and said and said not in ids.get(wanted, ()):
                    self._wrong(f"run {run_id} row {number} shows {title} {said}, the journal {ids.get(wanted)}")
                elif wanted is not None and not said and complete:
                    self._wrong(f"run {run_id} row {number} shows no {title}; Error: {row['Error']}")
                if title == "Payment ID" and said:
                    shown[said] += 1
            self._check_charge(run_id, number, row["Charge Amount"])
        if self._repeats == "each" and (twice := [i for i, times in shown.items() if times > 1]):
            self._wrong(f"run {run_id} shows payments {twice} on several rows")

    def _check_charge(self, run_id: str, number: int, said: str) -> None:
        wanted = self._wanted.charges.get(number)
        if (Decimal(said) if said else None) != wanted:
            self._wrong(f"run {run_id} row {number} shows the charge amount {said or 'nothing'}, not {wanted}")


def _content(body: dict) -> Content:
    method = _METHOD_OF_SOURCE[body["method"].replace(" ", "").upper()]
    return (
        *(body["practice_id"], body["patient_id"], Decimal(body["amount"]), method, body["reference"], body["batch"]),
    )


def _evidence(site: Site, intent_id: int) -> str:
    return str(site.ask("SELECT evidence FROM ops.intents WHERE id = %s", intent_id)[0][0])


def _read_result(path) -> dict[int, dict[str, str]]:
    workbook = load_workbook(path, read_only=True, data_only=True)
    sheet = workbook["Charges"]
    table = sheet.iter_rows(values_only=True)
    titles = [str(title or "").rstrip("*") for title in next(table)]
    rows = {
        number: {title: "" if value is None else str(value) for title, value in zip_longest(titles, row)}
        for number, row in enumerate(table, start=2)
    }
    workbook.close()
    return rows


def _last_json(printed: str) -> dict:
    start = printed.find("{")
    if start < 0:
        return {}
    return json.JSONDecoder().raw_decode(printed[start:])[0]
