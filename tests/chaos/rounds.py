"""Plays many rounds at once, each player with a cluster and vendors of its own."""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.ground import Ground, chaos_ground
from tests.chaos.plan import plan_round
from tests.chaos.play import play

#: Rounds at a time; a round mostly waits.
AT_ONCE = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A round in brief."""

    seed: int
    wrong: tuple[str, ...]
    line: str
    writes: int
    landed: int
    decided: int


def play_rounds(seeds: range, *, at_once: int = AT_ONCE) -> Iterator[Told]:
    """Play the rounds of these seeds, in no order."""
    at_once = min(at_once, len(seeds))
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[Told | str] = context.Queue()
    players = [
        context.Process(target=_play_some, args=(list(seeds[place::at_once]), told), daemon=False)
        for place in range(at_once)
    ]
    for player in players:
        player.start()
    try:
        for _ in seeds:
            round_told = _next(told, players)
            if isinstance(round_told, str):
                raise RuntimeError(round_told)
            yield round_told
    finally:
        for player in players:
            player.join(timeout=60)
            player.kill()


def play_here(seed: int, ground: Ground) -> Told:
    """Play one round in this process."""
    plan = plan_round(seed)
    played = play(plan, ground)
    found = played.examined
    line = (
        f"seed {seed:>6}  {'ok ' if not played.wrong else 'BAD'} {played.seconds:5.1f} s  "
        f"{found.payments} payments, {found.encounters} encounters, {found.decided_by_person} for a person, "
        f"{played.attempts} attempts, landed: {', '.join(played.landed) or 'none'}  [{plan}]"
    )
    return Told(
        seed=seed,
        wrong=tuple(played.wrong),
        line=line,
        writes=found.payments + found.encounters,
        landed=len(played.landed),
        decided=found.decided_by_person,
    )


def _next(told: multiprocessing.Queue[Told | str], players: list) -> Told | str:
    while True:
        try:
            return told.get(timeout=1)
        except queue.Empty:
            if not any(player.is_alive() for player in players):
                return "Every player has ended, and rounds are left."


def _play_some(seeds: list[int], told: multiprocessing.Queue[Told | str]) -> None:
    try:
        with chaos_ground() as ground:
            for seed in seeds:
                told.put(play_here(seed, ground))
    except BaseException as error:
        told.put(f"A player broke off: {error!r}")
        raise
