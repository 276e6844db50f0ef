"""What is asynchronous is waited for, whether or not a loop runs in this thread already."""

import asyncio

import pytest

from compliance.documents.waiting import wait_for


async def _answer() -> int:
    await asyncio.sleep(0)
    return 42


async def _break() -> None:
    raise ValueError("as it was raised")


def test_without_a_loop() -> None:
    assert wait_for(_answer()) == 42


def test_within_a_loop() -> None:
    async def within() -> int:
        return wait_for(_answer())

    assert asyncio.run(within()) == 42


def test_what_is_raised_is_raised_in_both() -> None:
    async def within() -> None:
        wait_for(_break())

    with pytest.raises(ValueError, match="as it was raised"):
        wait_for(_break())
    with pytest.raises(ValueError, match="as it was raised"):
        asyncio.run(within())
