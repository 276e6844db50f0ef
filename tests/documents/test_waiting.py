"""What is asynchronous is waited for, whether or not a loop runs in this thread already."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from compliance.documents.waiting import wait_for


async def _answer() -> int:
    await asyncio.sleep(0)
    return 42


async def _break() -> None:
    raise ValueError("as it was raised")


def _in_a_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in a loop of a thread of its own: a test of the browser may have left one in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_without_a_loop() -> None:
    assert wait_for(_answer()) == 42


def test_within_a_loop() -> None:
    async def within() -> int:
        return wait_for(_answer())

    assert _in_a_loop(within()) == 42


def test_what_is_raised_is_raised_in_both() -> None:
    async def within() -> None:
        wait_for(_break())

    with pytest.raises(ValueError, match="as it was raised"):
        wait_for(_break())
    with pytest.raises(ValueError, match="as it was raised"):
        _in_a_loop(within())
