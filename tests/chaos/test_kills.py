"""Killed at any moment and started again, a run posts every payment and encounter exactly once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.boundaries import BOUNDARIES
from tests.chaos.ground import Ground, chaos_ground
from tests.chaos.plan import STORIES, plan_round, plan_story
from tests.chaos.play import play
from tests.chaos.rounds import play_rounds

#: Seeds of the sample that every test run plays.
SAMPLE = (51, 63, 156, 193, 210, 221)
ROUNDS = 300


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """A cluster of this module's own, which rounds may restart, and vendors."""
    with chaos_ground() as running:
        yield running


def test_the_stories_kill_at_every_boundary() -> None:
    assert sorted(boundary for story in STORIES.values() for boundary in story) == sorted(BOUNDARIES)


@pytest.mark.parametrize("story", STORIES)
def test_killed_at_every_boundary_each_write_happens_once(story: str, ground: Ground) -> None:
    played = play(plan_story(story), ground)
    assert played.wrong == []
    assert played.landed == tuple(f"kill at {boundary} #1" for boundary in STORIES[story])


@pytest.mark.parametrize("seed", SAMPLE)
def test_killed_at_random_under_faults_each_write_happens_once(seed: int, ground: Ground) -> None:
    assert play(plan_round(seed), ground).wrong == []


@pytest.mark.chaos
@pytest.mark.timeout(5400)
def test_hundreds_of_rounds_of_kills_and_faults_post_each_write_once() -> None:
    wrong = {told.seed: told.wrong for told in play_rounds(range(1, ROUNDS + 1)) if told.wrong}
    assert wrong == {}
