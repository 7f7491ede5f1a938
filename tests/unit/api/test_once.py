"""What is asked by many at once is made once; what fails is told to all who wait and not kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.api.once import Answers, Briefly


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


class Maker:
    """Makes answers, counts how often, and waits until it may."""

    def __init__(self, *, fail: bool = False) -> None:
        self.made = 0
        self.may = threading.Event()
        self._fail = fail

    def __call__(self) -> bytes:
        self.may.wait(10)
        self.made += 1
        if self._fail:
            raise ValueError("no")
        return b"x" * 100


def test_many_that_ask_at_once_wait_for_one_making(threads: ThreadPoolExecutor) -> None:
    async def ask() -> None:
        answers, make = Answers(threads), Maker()
        asking = [asyncio.ensure_future(answers.once("key", make)) for _ in range(50)]
        await asyncio.sleep(0)
        make.may.set()
        assert set(await asyncio.gather(*asking)) == {b"x" * 100}
        assert await answers.once("key", make) == b"x" * 100
        assert make.made == 1
        await answers.once("other key", make)
        assert make.made == 2

    asyncio.run(ask())


def test_a_failure_is_told_to_all_and_not_kept(threads: ThreadPoolExecutor) -> None:
    async def ask() -> None:
        answers, make = Answers(threads), Maker(fail=True)
        make.may.set()
        told = await asyncio.gather(*(answers.once("key", make) for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in told] == [ValueError] * 3 and make.made == 1
        with pytest.raises(ValueError, match="no"):
            await answers.once("key", make)
        assert make.made == 2

    asyncio.run(ask())


def test_one_who_hangs_up_stops_nobody_else(threads: ThreadPoolExecutor) -> None:
    async def ask() -> None:
        answers, make = Answers(threads), Maker()
        first = asyncio.ensure_future(answers.once("key", make))
        second = asyncio.ensure_future(answers.once("key", make))
        await asyncio.sleep(0)
        first.cancel()
        make.may.set()
        assert await second == b"x" * 100 and make.made == 1

    asyncio.run(ask())


def test_the_least_used_answers_go_first(threads: ThreadPoolExecutor) -> None:
    async def ask() -> None:
        answers, make = Answers(threads, most_bytes=300), Maker()
        make.may.set()
        for key in ("a", "b", "c", "a", "d"):
            await answers.once(key, make)
        assert make.made == 4
        await answers.once("a", make)
        assert make.made == 4
        await answers.once("b", make)
        assert make.made == 5

    asyncio.run(ask())


def test_what_is_looked_up_briefly_is_looked_up_anew_when_its_time_is_over(threads: ThreadPoolExecutor) -> None:
    async def ask(seconds: float, times: int) -> int:
        looked, make = Briefly[bytes](threads, seconds=seconds), Maker()
        make.may.set()
        for _ in range(times):
            await looked.once("key", make)
            await asyncio.sleep(0.001)
        return make.made

    assert asyncio.run(ask(60.0, 5)) == 1
    assert asyncio.run(ask(0.0, 5)) == 5
